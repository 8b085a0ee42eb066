"""A real Celery worker process on the test database and broker, for tests that prove what crosses the queue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from searchsite.celery import app

QUEUES = ("cpu", "gpu", "train")
START_SECONDS = 60


class CeleryWorker:
    """Start, watch, kill and stop one worker process (prefork, one child)."""

    def __init__(self, log_path: Path) -> None:
        self.log_path = log_path
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.process and self.process.poll() is None:
            return
        name = f"test-{os.getpid()}-{time.monotonic_ns()}@localhost"
        command = [sys.executable, "-m", "celery", "-A", "searchsite", "worker", "-P", "prefork", "-c", "1"]
        command += ["-Q", ",".join(QUEUES), "-n", name, "-l", "INFO", "--without-gossip", "--without-mingle"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**os.environ, "DATABASE_URL": database_url(), "LOG_FORMAT": "json", "LOG_LEVEL": "INFO"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until(lambda: bool(app.control.ping(destination=[name], timeout=1)), seconds=START_SECONDS)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = 30) -> None:
        """Poll until true; fails with the worker's log, the only place that says why."""
        until = time.monotonic() + seconds
        while not condition():
            died = self.process is not None and self.process.poll() is not None
            if died or time.monotonic() > until:
                what = "the worker died" if died else f"not reached in {seconds} s"
                raise AssertionError(f"{what}; worker log:\n{self.log_text()[-6000:]}")
            time.sleep(0.05)

    def log_text(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def kill(self) -> None:
        """SIGKILL the worker with its children, as a lost machine would."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def database_url() -> str:
    """Where the tests' own database is, as a URL another process can use."""
    made = connection.settings_dict
    return f"postgresql://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT']}/{made['NAME']}"


def purge_queues() -> None:
    """Forget tasks that earlier tests left behind: their rows are gone."""
    with app.connection_for_write() as broker:
        channel = broker.default_channel
        for queue in QUEUES:
            channel.queue_purge(queue)


def forget_broker_keys() -> None:
    """Leave nothing of this run in a broker that others use too."""
    prefix = app.conf.broker_transport_options.get("global_keyprefix", "")
    if not prefix:
        return
    with app.connection_for_write() as broker:
        client = broker.default_channel.client
        keys = [key.removeprefix(prefix.encode()) for key in client.scan_iter(f"{prefix}*")]
        if keys:
            client.delete(*keys)
