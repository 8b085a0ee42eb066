"""File locks: held by the kernel for as long as a process lives, so a stale one cannot exist."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any


class FileLock:
    """An exclusive lock on a file; the file's text says who holds it. A child that inherits `descriptor` keeps it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def acquire(self, *, wait: bool = False) -> bool:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def write_holder(self, **facts: Any) -> None:
        if self.descriptor is not None:
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, json.dumps(facts).encode(), 0)

    def read_holder(self) -> dict[str, Any]:
        """What the holder wrote; empty while it is still starting."""
        try:
            found = json.loads(self.path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let go here; a child that inherited the lock still holds it."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def __enter__(self) -> "FileLock":
        self.acquire(wait=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
