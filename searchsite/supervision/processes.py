"""What runs on this machine: which program a process number is, and which processes a dead supervisor left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

# Every child carries this name in its environment, and hands it on to its own children.
MARK = "SEARCHSITE_SUPERVISED"
PROC = Path("/proc")


def program_of(pid: int) -> str:
    """The program's name; empty when there is no such process or it is only waiting to be reaped."""
    if PROC.exists():
        try:
            first = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    else:
        asked = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False)
        first = asked.stdout.strip()
    return Path(first.partition(": ")[0]).name


def find_marked(mark: str) -> list[int]:
    """Processes whose environment carries the mark, this one excepted."""
    wanted = f"{MARK}={mark}"
    if PROC.exists():
        found = [pid for pid in map(int, filter(str.isdigit, os.listdir(PROC))) if wanted in environment_of(pid)]
    else:
        table = subprocess.run(["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
        found = [int(line.split()[0]) for line in table.stdout.splitlines() if wanted in line.split()]
    return [pid for pid in found if pid != os.getpid()]


def environment_of(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []


def stop_marked(mark: str, *, patience: float = 4) -> int:
    """Stop what an earlier supervisor left running: politely, then not. Answers how many there were."""
    found = find_marked(mark)
    for pid in found:
        send(pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while (left := find_marked(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in left:
        send(pid, signal.SIGKILL)
    while left and find_marked(mark):
        time.sleep(0.05)
    return len(found)


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def kill_group(pid: int) -> None:
    """End what is left of a child's process group; its leader may be gone already."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
        return


def tied_to_parent(command: list[str]) -> list[str]:
    """The command, ended by the kernel when its supervisor dies by whatever means (Linux; elsewhere unchanged)."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-S", "-E", str(Path(__file__).with_name("tie.py")), str(os.getpid()), *command]
