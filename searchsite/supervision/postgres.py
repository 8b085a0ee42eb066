"""The embedded Postgres: the wheel's programs under our own lifecycle (never the wheel's `get_server()`).

A survivor of a killed supervisor is adopted; a stale `postmaster.pid` never keeps a new server from starting.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from searchsite.supervision.account import ServerAccount, server_account
from searchsite.supervision.binaries import postgres_programs
from searchsite.supervision.errors import ServerFailed
from searchsite.supervision.locks import FileLock
from searchsite.supervision.network import LOOPBACK, free_port
from searchsite.supervision.processes import program_of

USER = "shop"
START_TRIES = 20
SMALL_SHM_BYTES = 1024**3
# C.UTF-8 from the builtin provider: under plain C, pg_trgm silently drops Chinese.
INITDB = ("--auth", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
CONFIGURATION = """\
# Written at every start; your own settings go into postgresql.conf above the include line's effect.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = {shared_buffers}MB
maintenance_work_mem = 512MB
work_mem = 32MB
random_page_cost = 1.1
jit = off
max_wal_size = 1GB
max_connections = 100
# pg_prewarm brings back after a restart what was in memory before: a cold vector index answers ten times slower.
shared_preload_libraries = 'pg_stat_statements, pg_prewarm'
dynamic_shared_memory_type = {shared_memory}
"""
# For data that nobody will miss: nothing waits for the disk, and a crash of the machine loses everything.
FLEETING = """\
fsync = off
full_page_writes = off
synchronous_commit = off
"""


def choose_shared_buffers(memory_bytes: int | None = None) -> int:
    """MB of page cache: a sixth of the machine's memory, 256 MB to 4 GB. Pages are taken only when they are used.

    The vector index of a million products takes 2 GB.
    """
    total = memory_bytes if memory_bytes is not None else available_memory()
    return min(max(total // 6 // 1024**2 // 64 * 64, 256), 4096)


def available_memory(limit: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Bytes of memory of this machine, or of the container."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    said = limit.read_text().strip() if limit.exists() else ""
    return min(machine, int(said)) if said.isdigit() else machine


class EmbeddedPostgres:
    """One database server in one folder."""

    def __init__(self, folder: Path, *, lasting: bool = True) -> None:
        self.lasting = lasting
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.account: ServerAccount = server_account()
        self.programs = postgres_programs(self.account)

    def start(self, database: str) -> str:
        """The URL of a running server: adopted, or started. Any number of starters at once is fine."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.account.own(self.folder)
        with FileLock(self.folder / "start.lock"):
            if not (self.data / "PG_VERSION").exists():
                self.create_cluster()
            if not self.is_running():
                self.write_configuration()
                self.launch()
            self.create_database(database)
        return self.url(database)

    def create_cluster(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # an interrupted initdb leaves a folder it then refuses
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(secrets.token_hex(16))
        self.account.own(password)
        self.run("initdb", "-D", self.data, "-U", USER, "--pwfile", password, "--locale=C.UTF-8", *INITDB, check=True)
        self.write_port(free_port())

    def write_configuration(self) -> None:
        """Ours in a file of its own, so that a newer version may change it and the owner's lines stay."""
        shared_memory = Path("/dev/shm")
        # Containers give /dev/shm 64 MB by default, and parallel index builds need more.
        small = not shared_memory.exists() or shutil.disk_usage(shared_memory).total < SMALL_SHM_BYTES
        ours = self.data / "searchsite.conf"
        written = CONFIGURATION.format(
            shared_memory="mmap" if small else "posix", shared_buffers=choose_shared_buffers()
        )
        ours.write_text(written if self.lasting else written + FLEETING)
        self.account.own(ours)
        main = self.data / "postgresql.conf"
        include = "include_if_exists = 'searchsite.conf'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)

    def launch(self) -> None:
        for _ in range(START_TRIES):
            self.log.touch()
            self.account.own(self.log)
            before = self.log.stat().st_size
            started = self.run(
                "pg_ctl", "-D", self.data, "-w", "-t", "300", "-l", self.log, "-o", f"-p {self.port()}", "start"
            )
            if started.returncode == 0:
                return
            said = self.log.read_bytes()[before:].decode(errors="replace")
            if "Address already in use" in said:
                self.write_port(free_port())
            elif "lock file" in said or "shared memory block" in said:
                # A killed server not yet reaped, or its last backends still leaving.
                self.remove_stale_pid_file()
                time.sleep(0.5)
            else:
                break
        raise ServerFailed(explain_failure(said or started.stderr, self.log))

    def remove_stale_pid_file(self) -> None:
        """The number in it may by now belong to anything; Postgres believes it as long as that lives."""
        pid = self.postmaster_pid()
        if pid is not None and program_of(pid) != "postgres":
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def postmaster_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def is_alive(self) -> bool:
        """Cheap enough to ask every second: is there a server process at all?"""
        pid = self.postmaster_pid()
        return pid is not None and program_of(pid) == "postgres"

    def is_running(self) -> bool:
        """Alive and accepting connections, here and not on somebody else's port."""
        if not self.is_alive() or self.listening_port() != self.port():
            return False
        return self.run("pg_isready", "-q", "-h", LOOPBACK, "-p", str(self.port()), "-t", "5").returncode == 0

    def listening_port(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[3])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def stop(self) -> None:
        if self.is_alive():
            self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop")
        pid = self.postmaster_pid()
        if pid is not None and self.is_alive():
            os.kill(pid, signal.SIGQUIT)  # immediate: the next start replays the log, nothing committed is lost

    def url(self, database: str) -> str:
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{USER}:{password}@{LOOPBACK}:{self.port()}/{database}"

    def port(self) -> int:
        return int((self.folder / "port").read_text())

    def write_port(self, port: int) -> None:
        (self.folder / "port").write_text(str(port))

    def run(self, program: str, *arguments: str | Path, check: bool = False) -> subprocess.CompletedProcess[str]:
        command = [str(part) for part in (self.programs / program, *arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            **self.account.process_options(),
        )
        if check and done.returncode:
            raise ServerFailed(explain_failure(done.stdout + done.stderr, self.log))
        return done


def explain_failure(said: str, log: Path) -> str:
    end = "\n".join(said.strip().splitlines()[-6:])
    if re.search("No space left on device", said):
        return f"The disk is full: the embedded Postgres cannot start. Free some space and start again.\n{end}"
    if re.search("incompatible with server", said):
        return (
            f"{log.parent} was made by another version of Postgres. Dump it with that version, or remove the folder "
            f"to start empty.\n{end}"
        )
    return f"The embedded Postgres did not start (whole log: {log}). Or set DATABASE_URL to a server of yours.\n{end}"
