"""The embedded broker keeps what it was given, and there is never a second one on the same files."""

import os
import signal
import socket
import subprocess
import sys

import pytest
import redis

from searchsite.supervision import valkey
from searchsite.supervision.valkey import EmbeddedValkey


@pytest.fixture
def server(open_folder):
    server = EmbeddedValkey(open_folder / "valkey")
    yield server
    server.stop()


def test_its_life_start_adopt_kill_recover_stop(server):
    url = server.start()
    client = redis.Redis.from_url(url)
    client.rpush("queue", "任务")
    client.execute_command("WAITAOF", 1, 0, 2000)
    assert server.start() == url
    assert EmbeddedValkey(server.folder).start() == url, "a survivor is adopted"

    server.process.kill()
    server.process.wait()
    assert not server.is_alive()
    assert server.start() == url, "port and password stay"
    assert client.lrange("queue", 0, -1) == ["任务".encode()]

    server.stop()
    assert not server.is_alive()
    with pytest.raises(redis.ConnectionError):
        client.ping()


def test_a_survivor_of_a_killed_starter_is_adopted_and_never_doubled(server):
    """The trap of the wheel's own helper: after a kill -9 it ran a second server on the same append-only file."""
    code = (
        "import sys, time, pathlib; from searchsite.supervision.valkey import EmbeddedValkey;"
        "print(EmbeddedValkey(pathlib.Path(sys.argv[1])).start(), flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(server.folder)], stdout=subprocess.PIPE, text=True
    ) as starter:
        url = starter.stdout.readline().strip()
        starter.kill()
    assert server.is_alive()
    assert server.start() == url
    assert server.process is None, "nothing new was started"
    server.stop()
    assert not server.is_alive()


def test_a_survivor_that_no_longer_answers_is_replaced(server, monkeypatch):
    monkeypatch.setattr(valkey, "ADOPT_SECONDS", 0.2)
    monkeypatch.setattr(valkey, "STOP_SECONDS", 0.5)
    url = server.start()
    hung = server.process
    hung.send_signal(signal.SIGSTOP)
    replaced = EmbeddedValkey(server.folder)
    assert replaced.start() == url
    assert hung.wait() == -signal.SIGKILL
    assert redis.Redis.from_url(url).ping()


def test_a_taken_port_is_left_to_its_owner(server):
    server.start()
    before = server.port()
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        url = server.start()
    assert server.port() != before
    assert redis.Redis.from_url(url).ping()


def test_strangers_without_the_password_are_refused(server):
    server.start()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port()).ping()


def test_it_is_durable_and_never_drops_a_task(server):
    client = redis.Redis.from_url(server.start())
    found = client.config_get("append*") | client.config_get("maxmemory-policy")
    assert (found["appendonly"], found["appendfsync"]) == ("yes", "everysec")
    assert found["maxmemory-policy"] == "noeviction"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to an account of the servers' own")
def test_root_drops_to_an_account_of_the_servers_own(server):
    server.start()
    assert os.stat(f"/proc/{server.process.pid}").st_uid == server.account.uid != 0
