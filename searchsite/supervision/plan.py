"""Which processes make a one-machine shop."""

import signal
import sys
from pathlib import Path

from searchsite.supervision.children import ChildPlan

WEB_WORKERS = 2
# Each of them holds one database connection; the embedded server allows 100.
WEB_THREADS = 4

# One thread a model: the two halves of a query are encoded side by side, and other searches want the other cores.
WEB_DEFAULTS = {"MODEL_THREADS": "1"}


def plan_children(*, host: str, port: int, run_folder: Path) -> list[ChildPlan]:
    """In starting order. One worker takes uploads and indexing; another holds the models, so they load once."""
    return [
        plan_web(host, port),
        plan_worker("worker", ("cpu",), concurrency=2, patience=20),
        # A batch it does not finish is embedded after the next start; nobody should wait for it at Ctrl-C.
        plan_worker("worker-models", ("gpu", "train"), concurrency=1, patience=5),
        ChildPlan(
            "beat",
            [*celery("beat"), "--schedule", str(run_folder / "beat-schedule"), "--pidfile="],
            patience=5,
        ),
    ]


def plan_web(host: str, port: int) -> ChildPlan:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "8", "searchsite.wsgi:application"]
    return ChildPlan("web", command, patience=12, defaults=WEB_DEFAULTS)


def plan_worker(name: str, queues: tuple[str, ...], *, concurrency: int, patience: float) -> ChildPlan:
    command = [*celery("worker"), "-Q", ",".join(queues), "-n", f"{name}@%h", "-c", str(concurrency)]
    command += ["--without-gossip", "--without-mingle"]
    return ChildPlan(name, command, patience=patience, queues=queues, hurry=signal.SIGQUIT)


def celery(command: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "searchsite", command, "-l", "INFO"]
