"""The embedded Postgres survives what happens on people's machines: kills, taken ports, two starters, stale files."""

import os
import signal
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from searchsite.supervision import binaries, postgres
from searchsite.supervision.account import ServerAccount
from searchsite.supervision.errors import ServerFailed
from searchsite.supervision.postgres import EmbeddedPostgres, explain_failure
from searchsite.supervision.services import server_home

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to an account of the servers' own")


@pytest.mark.parametrize(
    ("gigabytes", "megabytes"), [(1, 256), (4, 640), (12, 2048), (24, 4096), (512, 4096)], ids=lambda size: str(size)
)
def test_page_cache_follows_the_memory_of_the_machine(gigabytes, megabytes):
    assert postgres.choose_shared_buffers(gigabytes * 1024**3) == megabytes


@pytest.mark.parametrize(("said", "limited"), [("1073741824", True), ("max", False), ("", False)])
def test_a_container_has_the_memory_of_its_limit(tmp_path, said, limited):
    limit = tmp_path / "memory.max"
    limit.write_text(said)
    assert (postgres.available_memory(limit) == 1024**3) is limited


@pytest.fixture
def server(open_folder):
    server = EmbeddedPostgres(open_folder / "postgres")
    yield server
    server.stop()


def ask(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


def kill_and_forget(pid):
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 5
    while postgres.program_of(pid) and time.monotonic() < until:
        time.sleep(0.01)


def test_a_fresh_server_keeps_chinese_and_has_the_extensions_search_needs(server):
    url = server.start("shop")
    ask(url, "CREATE EXTENSION vector")
    ask(url, "CREATE EXTENSION pg_trgm")
    # Under the plain C locale pg_trgm drops Chinese without a word.
    assert ask(url, "SELECT cardinality(show_trgm('耳机'))") > 0
    assert ask(url, "SELECT '[1,2]'::halfvec <#> '[3,4]'::halfvec") == -11


@pytest.mark.parametrize("lasting", [True, False])
def test_only_a_server_of_fleeting_data_does_not_wait_for_the_disk(open_folder, lasting):
    server = EmbeddedPostgres(open_folder / "postgres", lasting=lasting)
    server.data.mkdir(parents=True)
    (server.data / "postgresql.conf").touch()
    server.write_configuration()
    assert ("fsync = off" in (server.data / "searchsite.conf").read_text()) is not lasting


def test_its_life_start_adopt_kill_recover_stop(server):
    url = server.start("shop")
    pid = server.postmaster_pid()
    assert server.start("shop") == url, "a running server is adopted, not restarted"
    assert server.postmaster_pid() == pid
    assert EmbeddedPostgres(server.folder).start("shop") == url, "also by another process that finds it"
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")

    kill_and_forget(pid)
    assert not server.is_alive()
    assert server.start("shop") == url, "the port and password stay"
    assert ask(url, "SELECT answer FROM kept") == 42

    server.stop()
    assert not server.is_alive()
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")


def test_a_taken_port_is_left_to_its_owner(server):
    server.start("shop")
    before = server.port()
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        url = server.start("shop")
    assert server.port() != before
    assert ask(url, "SELECT 1") == 1


def test_two_starters_of_a_fresh_folder_get_the_same_server(open_folder):
    servers = [EmbeddedPostgres(open_folder / "postgres") for _ in range(3)]
    try:
        with ThreadPoolExecutor(3) as pool:
            urls = set(pool.map(lambda server: server.start("shop"), servers))
        assert len(urls) == 1
    finally:
        servers[0].stop()


def test_a_pid_file_that_names_another_program_does_not_keep_it_from_starting(server):
    """Numbers are used again, in containers soon: here it is the test's own."""
    url = server.start("shop")
    port = server.port()
    kill_and_forget(server.postmaster_pid())
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server.is_running()
    assert server.start("shop") == url
    assert server.port() == port


def test_an_interrupted_creation_is_done_again(server):
    server.data.mkdir(parents=True)
    (server.data / "half").write_text("")
    assert ask(server.start("shop"), "SELECT 1") == 1


@as_root
def test_root_drops_to_an_account_of_the_servers_own(server):
    server.start("shop")
    assert os.stat(f"/proc/{server.postmaster_pid()}").st_uid == server.account.uid != 0
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


@as_root
def test_below_a_closed_home_root_runs_copies_and_opens_nothing(open_folder, monkeypatch):
    """/root is 0700: neither the data nor the programs may need its doors opened."""
    monkeypatch.setattr(binaries, "SHARED_HOME", open_folder / "shared")
    monkeypatch.setattr("searchsite.supervision.services.SHARED_HOME", open_folder / "shared")
    monkeypatch.setattr(
        ServerAccount, "can_reach", lambda self, path: str(open_folder) in str(path) and "closed" not in str(path)
    )
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    home = server_home(closed)
    assert home.is_relative_to(open_folder / "shared")
    server = EmbeddedPostgres(home / "postgres")
    try:
        assert ask(server.start("shop"), "SELECT 1") == 1
        assert server.programs.is_relative_to(open_folder / "shared")
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("PANIC: could not write: No space left on device", "Free some space"),
        ("FATAL: database files are incompatible with server", "another version of Postgres"),
        ("something else", "DATABASE_URL"),
    ],
    ids=["full disk", "other version", "anything"],
)
def test_a_failure_names_its_remedy(said, remedy, tmp_path):
    assert remedy in explain_failure(said, tmp_path / "server.log")


def test_a_broken_configuration_is_told_with_the_servers_own_words(server):
    server.start("shop")
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("\nshared_buffers = 'plenty'\n")
    with pytest.raises(ServerFailed, match="shared_buffers"):
        server.start("shop")
