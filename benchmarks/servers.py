"""Starts a WSGI application on the server the shop uses, waits until it answers, and stops exactly what it started."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import ROOT, proportional_memory_mb

WORKERS = 2
THREADS = 4
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    def memory_mb(self) -> float:
        return proportional_memory_mb([self.pid, *descendants(self.pid)])

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far: a figure that a busy machine hardly changes."""
        return sum(_cpu_ticks(pid) for pid in (self.pid, *descendants(self.pid))) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(
    target: str, *, probe: str, environment: Mapping[str, str] | None = None, workers: int = WORKERS
) -> Iterator[Server]:
    """Granian, usually with two workers, the production settings of searchsite.supervision.plan."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(THREADS), "--no-ws"]
    command += ["--log-level", "warning", target]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(process, port, probe)
        yield Server(port, process.pid)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(process: "subprocess.Popen[bytes]", port: int, probe: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("The server ended before it answered; its reason is printed above.")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", probe)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                return
            raise SystemExit(f"{probe} answered {answer.status}: {body[:300]!r}")
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise SystemExit(f"The server did not answer within {PATIENCE_SECONDS} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Children of children too, from the kernel's own list."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found.extend(children)
        waiting.extend(children)
    return found


def _cpu_ticks(pid: int) -> int:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found.extend(int(child) for child in path.read_text().split())
    return found
