"""The embedded Valkey broker: one server to a folder, durable (append-only file), adopted when it survived.

The server inherits a locked file and so holds the lock for exactly as long as it lives: two servers on one
append-only file cannot happen, and a process number in the file is true while the lock is held.
"""

import secrets
import signal
import subprocess
import time
from pathlib import Path

import redis

from searchsite.supervision.account import ServerAccount, server_account
from searchsite.supervision.binaries import valkey_program
from searchsite.supervision.errors import ServerFailed
from searchsite.supervision.locks import FileLock
from searchsite.supervision.network import LOOPBACK, free_port, port_is_free
from searchsite.supervision.processes import send

START_SECONDS = 60
STOP_SECONDS = 30
ADOPT_SECONDS = 5
CONFIGURATION = """\
bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
dir {data}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class EmbeddedValkey:
    """One broker in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.account: ServerAccount = server_account()
        self.program = valkey_program(self.account)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """The URL of a running broker: a healthy survivor, or a new one on the same append-only file."""
        for folder in (self.folder, self.data):
            folder.mkdir(parents=True, exist_ok=True)
            self.account.own(folder)
        with FileLock(self.folder / "start.lock"):
            life = FileLock(self.folder / "server.lock")
            if not life.acquire():
                if self.answers(patience=ADOPT_SECONDS):
                    return self.url()
                self.end_holder()
                life.acquire(wait=True)
            self.launch(life)
        return self.url()

    def launch(self, life: FileLock) -> None:
        if life.descriptor is None:
            raise ServerFailed("The broker's lock is not held.")
        self.write_configuration()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), str(self.folder / "valkey.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=[life.descriptor],
                start_new_session=True,
                **self.account.process_options(),
            )
        life.write_holder(pid=self.process.pid)
        life.release()
        if not self.answers(patience=START_SECONDS):
            end = "\n".join(self.log.read_text(errors="replace").strip().splitlines()[-6:])
            self.stop()
            raise ServerFailed(
                f"The embedded Valkey did not start (whole log: {self.log}). Or set CELERY_BROKER_URL to a broker of "
                f"yours.\n{end}"
            )

    def write_configuration(self) -> None:
        password = self.folder / "password"
        if not password.exists():
            password.touch(0o600)
            password.write_text(secrets.token_hex(16))
        port = self.port()
        if port is None or not port_is_free(LOOPBACK, port):
            port = free_port()
            (self.folder / "port").write_text(str(port))
        configuration = self.folder / "valkey.conf"
        configuration.touch(0o600)
        text = CONFIGURATION.format(port=port, password=password.read_text(), data=self.data)
        configuration.write_text(text)
        self.account.own(configuration)

    def answers(self, *, patience: float) -> bool:
        """Whether it says PONG within `patience` seconds (a long append-only file takes a while to load)."""
        until = time.monotonic() + patience
        while self.process is None or self.process.poll() is None:
            if self.pong():
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return False

    def pong(self) -> bool:
        if self.port() is None:
            return False
        client = redis.Redis.from_url(self.url(), socket_timeout=2, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def is_alive(self) -> bool:
        """Whether a server holds the folder."""
        if self.process is not None and self.process.poll() is not None:
            self.process = None
        life = FileLock(self.folder / "server.lock")
        if self.folder.exists() and not life.acquire():
            return True
        life.release()
        return False

    def stop(self) -> None:
        if self.is_alive():
            self.end_holder()

    def end_holder(self) -> None:
        """SIGTERM flushes the append-only file; SIGKILL is for one that no longer listens."""
        life = FileLock(self.folder / "server.lock")
        pid = life.read_holder().get("pid")
        for number in (signal.SIGTERM, signal.SIGKILL):
            if isinstance(pid, int):
                send(pid, number)
            until = time.monotonic() + STOP_SECONDS
            while time.monotonic() < until:
                if self.process is not None:
                    self.process.poll()
                if life.acquire():
                    life.release()
                    return
                time.sleep(0.02)
        raise ServerFailed(f"The embedded Valkey (process {pid}) does not stop. End it by hand and start again.")

    def url(self) -> str:
        return f"redis://:{(self.folder / 'password').read_text().strip()}@{LOOPBACK}:{self.port()}/0"

    def port(self) -> int | None:
        try:
            return int((self.folder / "port").read_text())
        except (FileNotFoundError, ValueError):
            return None
