"""One supervised process: started from a list, logged to a file, restarted with growing pauses, ended as a group."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from searchsite.supervision.processes import kill_group, tied_to_parent

LONGEST_PAUSE_SECONDS = 30.0
# A child that lived this long did not fail at its start: the next pause is short again.
SETTLED_SECONDS = 60.0
LOG_KEPT_BYTES = 20 * 1024**2


@dataclass(frozen=True)
class ChildPlan:
    """What to run. `queues` are those a worker alone consumes; `patience` its seconds to finish what it is doing."""

    name: str
    command: Sequence[str]
    patience: float = 10.0
    queues: tuple[str, ...] = ()
    # Sent between SIGTERM and SIGKILL: a Celery worker gives its unfinished tasks back to the broker on SIGQUIT.
    hurry: signal.Signals | None = None
    # Unless the environment says otherwise.
    defaults: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A plan that runs."""

    def __init__(self, plan: ChildPlan, *, log_folder: Path, environment: Mapping[str, str], cwd: Path) -> None:
        self.plan = plan
        self.log = log_folder / f"{plan.name}.log"
        self.environment = {**plan.defaults, **environment}
        self.cwd = cwd
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.log_begins = 0
        self.crashes = 0
        self.restart_at: float | None = None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT_BYTES:
            os.replace(self.log, self.log.with_suffix(".log.1"))
        self.log_begins = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                tied_to_parent(list(self.plan.command)),
                cwd=self.cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        self.restart_at = None

    def has_crashed(self) -> bool:
        """True once per crash: what is left of the group is ended and the restart is due after a pause."""
        if self.process is None or self.process.poll() is None:
            return False
        kill_group(self.process.pid)
        settled = time.monotonic() - self.started_at > SETTLED_SECONDS
        self.crashes = 1 if settled else self.crashes + 1
        self.restart_at = time.monotonic() + self.pause()
        self.process = None
        return True

    def pause(self) -> float:
        return min(2.0 ** (self.crashes - 1), LONGEST_PAUSE_SECONDS)

    def is_due(self) -> bool:
        return self.restart_at is not None and time.monotonic() >= self.restart_at

    def request_stop(self) -> None:
        self.restart_at = None
        if self.process is not None:
            self.signal(signal.SIGTERM)

    def finish_stop(self) -> None:
        """Wait for a requested stop, then hurry, then kill."""
        if self.process is None:
            return
        if not self.ended_within(self.plan.patience) and self.plan.hurry:
            self.signal(self.plan.hurry)
            self.ended_within(5)
        kill_group(self.process.pid)
        self.process.wait()
        self.process = None

    def ended_within(self, seconds: float) -> bool:
        if self.process is None:
            return True
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def last_words(self, lines: int = 5) -> list[str]:
        """The end of what it said since its last start."""
        with self.log.open("rb") as log:
            log.seek(max(self.log.stat().st_size - 16384, self.log_begins))
            return log.read().decode(errors="replace").strip().splitlines()[-lines:]
