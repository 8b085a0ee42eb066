"""The unprivileged system account the embedded servers run under when the shop itself is started by root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchsite.supervision.errors import SupervisionError

NAME = "searchsite"
# util-linux (Debian, Fedora…) and BusyBox (Alpine) spell it differently.
MAKERS = (
    ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
    ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", NAME],
)


@dataclass(frozen=True)
class ServerAccount:
    """Who the servers run as; without a user id it is whoever runs this process."""

    uid: int | None = None
    gid: int | None = None

    def process_options(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether every folder above `path` lets this account through."""
        return self.uid is None or all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def server_account() -> ServerAccount:
    """Postgres refuses to run as root, and the broker has no business to: root drops to an account of its own."""
    if os.geteuid() != 0:
        return ServerAccount()
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = make_account()
    return ServerAccount(entry.pw_uid, entry.pw_gid)


def make_account() -> pwd.struct_passwd:
    for command in MAKERS:
        if shutil.which(command[0]):
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode == 0:
                return pwd.getpwnam(NAME)
    raise SupervisionError(
        "Started by root, and the embedded database must not run as root, but no account could be made for it. "
        f"Make one named '{NAME}' (`useradd --system {NAME}`), or run as a normal user, or set DATABASE_URL and "
        "CELERY_BROKER_URL to servers of your own."
    )
