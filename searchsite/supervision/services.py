"""The embedded servers of one folder: started where no server of the owner's is named, recorded, stopped in order."""

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from searchsite.supervision.account import server_account
from searchsite.supervision.binaries import SHARED_HOME
from searchsite.supervision.postgres import EmbeddedPostgres
from searchsite.supervision.valkey import EmbeddedValkey

DATABASE = "searchsite"


class EmbeddedServices:
    """Postgres and Valkey below one folder; `lasting=False` for data that nobody will miss."""

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self.lasting = lasting
        self.home = server_home(folder.absolute())
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None

    def start_postgres(self) -> str:
        self.postgres = self.postgres or EmbeddedPostgres(self.home / "postgres", lasting=self.lasting)
        return self.postgres.start(DATABASE)

    def start_valkey(self) -> str:
        self.valkey = self.valkey or EmbeddedValkey(self.home / "valkey")
        return self.valkey.start()

    def stop(self) -> None:
        """The broker first: nothing may still be handed out when the database goes."""
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()


def server_home(folder: Path) -> Path:
    """`folder`, or for root below a closed folder a place the servers' own account can reach."""
    folder.mkdir(parents=True, exist_ok=True)
    if server_account().can_reach(folder / "x"):
        return folder
    home = SHARED_HOME / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    home.mkdir(parents=True, exist_ok=True)
    for path in (SHARED_HOME, home):
        path.chmod(0o755)
    return home


def record_services(path: Path, **urls: str) -> dict[str, Any]:
    """Write where the servers are for every process of the shop; the secret key is made once and stays."""
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    facts = {"secret_key": known.get("secret_key") or secrets.token_urlsafe(50), **urls}
    if facts != known:
        unfinished = path.with_suffix(".unfinished")
        unfinished.touch(0o600)
        unfinished.write_text(json.dumps(facts))
        os.replace(unfinished, path)
    return facts
