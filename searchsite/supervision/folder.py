"""The folder a one-machine shop lives in: room, rights, and which paths are what."""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

from searchsite.supervision.errors import SupervisionError

# A first start writes the database's files, the converted encoder and the demo's pictures.
FIRST_START_BYTES = 1024**3
LATER_START_BYTES = 200 * 1024**2


@dataclass(frozen=True)
class ShopFolder:
    """`var/`: everything the shop writes, and nothing of the program."""

    var: Path

    @property
    def services(self) -> Path:
        return self.var / "services.json"

    @property
    def lock(self) -> Path:
        return self.var / "up.lock"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def demo_state(self) -> Path:
        return self.run / "demo-state"

    def prepare(self) -> None:
        try:
            for folder in (self.var, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            (self.run / "writable").write_text("")
        except OSError as error:
            raise explain_disk_error(error, self.var) from error
        self.require_room()

    def require_room(self) -> None:
        needed = LATER_START_BYTES if self.services.exists() else FIRST_START_BYTES
        free = shutil.disk_usage(self.var).free
        if free < needed:
            raise SupervisionError(
                f"Only {free // 1024**2:,} MB are free below {self.var}, and {needed // 1024**2:,} MB are needed. "
                "Free some space, or put the shop's files elsewhere: SEARCHSITE_VAR_DIR=/path/with/room make up."
            )


def explain_disk_error(error: OSError, folder: Path) -> SupervisionError:
    if error.errno == errno.ENOSPC:
        return SupervisionError(f"The disk below {folder} is full. Free some space and start again; nothing is lost.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SupervisionError(
            f"{error.filename or folder} cannot be written ({error.strerror}). It may belong to another user, for "
            "example after a start by root: start as that user, or choose a folder of your own: "
            "SEARCHSITE_VAR_DIR=$HOME/searchsite make up."
        )
    return SupervisionError(f"{folder} cannot be used: {error.strerror} ({error.filename}).")
