"""`manage.py up`, run as a person runs it: opened, killed in every part, adopted, stopped without a trace."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from searchsite.supervision.errors import SupervisionError
from searchsite.supervision.folder import ShopFolder
from searchsite.supervision.processes import find_marked, kill_group, program_of
from searchsite.supervision.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 150


class RunningShop:
    """One `manage.py up` in a folder, with no server named and no encoder to convert."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.printed = folder / f"printed-{time.monotonic_ns()}"
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(
                up_command(port),
                env=environment(folder),
                cwd=ROOT,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def text(self):
        return self.printed.read_text(errors="replace")

    def wait(self, condition, what):
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until or self.process.poll() is not None:
                logs = {log.name: log.read_text(errors="replace")[-1500:] for log in self.folder.glob("log/*.log")}
                pytest.fail(f"{what} not reached\n{self.text()}\n{json.dumps(logs, indent=1)}")
            time.sleep(0.1)

    def wait_until_ready(self):
        # Its own words first: the web of a killed predecessor may still answer for a moment.
        self.wait(lambda: "The shop is open" in self.text(), "an open shop")
        self.wait(lambda: self.checks().get("workers", {}).get("ok"), "a shop with its workers")

    def checks(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return json.load(answer)["checks"]
        except (OSError, ValueError):
            return {}

    def leader(self, word):
        """The process number of a child, by a word of its command line; workers of it come after its leader."""
        found = []
        for pid in find_marked(str(self.folder)):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if word in Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0"):
                    found.append(pid)
        return min(found) if found else None


def up_command(port, *more):
    return [sys.executable, "manage.py", "up", "--port", str(port), "--no-demo", *more]


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "SEARCHSITE_VAR_DIR": str(folder), "MODEL_ENCODER": str(folder / "no-such-encoder")}


def try_up(folder, port, *more):
    return subprocess.run(
        up_command(port, *more), env=environment(folder), cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def shops(open_folder, port):
    started = []

    def start():
        started.append(RunningShop(open_folder, port))
        return started[-1]

    yield start
    for shop in started:
        kill_group(shop.process.pid)
        shop.process.wait()
    for pid in find_marked(str(open_folder)):
        kill_group(pid)
    services = EmbeddedServices(open_folder)
    services.start_postgres()
    services.start_valkey()
    services.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the children by /proc")
@pytest.mark.timeout(600)
def test_the_life_of_a_shop(shops, open_folder, port):
    shop = shops()
    shop.wait_until_ready()
    first_words = shop.text()
    assert re.search(r"Name 'admin', password '\S{16}'", first_words)
    assert "search goes by words alone" in first_words, "a missing encoder does not keep the shop shut"
    assert (open_folder / "services.json").stat().st_mode & 0o777 == 0o600

    again = try_up(open_folder, port)
    assert again.returncode == 1
    assert f"already running (process {shop.process.pid}" in again.stderr

    for word, name in (("granian", "web"), ("gpu,train", "worker-models")):
        killed = shop.leader(word)
        os.kill(killed, signal.SIGKILL)
        shop.wait(lambda name=name: f"{name}: started again" in shop.text(), f"{name} started again")
        assert not program_of(killed)
    services = EmbeddedServices(open_folder)
    services.start_postgres()
    os.kill(services.postgres.postmaster_pid(), signal.SIGKILL)
    shop.wait(lambda: "Database ended unexpectedly" in shop.text(), "the killed database noticed")
    os.kill(json.loads((services.home / "valkey/server.lock").read_text())["pid"], signal.SIGKILL)
    shop.wait(lambda: "Broker ended unexpectedly" in shop.text(), "the killed broker noticed")
    shop.wait_until_ready()

    shop.process.kill()
    shop.process.wait()
    survivor = services.postgres.postmaster_pid()
    assert program_of(survivor) == "postgres", "the servers outlive a killed supervisor"
    second = shops()
    second.wait_until_ready()
    assert services.postgres.postmaster_pid() == survivor, "and are adopted"
    assert "password" not in second.text(), "the administrator is made once"

    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(PATIENCE) == 0
    assert second.text().rstrip().endswith("Stopped.")
    assert not find_marked(str(open_folder))
    assert not program_of(survivor)
    assert not services.postgres.is_alive()


def test_a_taken_port_names_the_remedy(open_folder, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        tried = try_up(open_folder, port)
    assert tried.returncode == 1
    assert f"make up PORT={port + 1}" in tried.stderr
    assert "Traceback" not in tried.stderr


def test_a_catalog_that_is_not_there_is_told_before_anything_starts(open_folder, port):
    tried = try_up(open_folder, port, "--catalog", "nowhere.csv")
    assert tried.returncode == 1
    assert "There is no file nowhere.csv" in tried.stderr
    assert not (open_folder / "postgres").exists()


def test_a_database_that_does_not_answer_names_the_remedy(open_folder, port):
    named = {"DATABASE_URL": "postgresql://shop@127.0.0.1:1/shop", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    tried = subprocess.run(
        up_command(port), env=environment(open_folder) | named, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert "correct DATABASE_URL" in tried.stderr
    assert not (open_folder / "postgres").exists()
    assert not (open_folder / "valkey").exists()


def test_a_full_disk_is_told_with_the_room_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5 * 1024**2))
    with pytest.raises(SupervisionError, match=r"Only 5 MB are free .* SEARCHSITE_VAR_DIR="):
        ShopFolder(tmp_path).prepare()


def test_a_folder_that_cannot_be_made_names_the_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SupervisionError, match="cannot be used"):
        ShopFolder(tmp_path / "file" / "var").prepare()
