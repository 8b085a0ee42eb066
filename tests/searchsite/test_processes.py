"""Which process is which, children that end with their parent, and restarts that do not spin."""

import os
import signal
import subprocess
import sys
import time

import pytest

from searchsite.supervision import children
from searchsite.supervision.children import Child, ChildPlan
from searchsite.supervision.errors import SupervisionError
from searchsite.supervision.locks import FileLock
from searchsite.supervision.network import port_is_free, require_port
from searchsite.supervision.processes import MARK, find_marked, program_of, stop_marked, tied_to_parent

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ties children to parents")


def wait_for(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def make_child(tmp_path):
    made = []

    def make(command, **plan):
        child = Child(
            ChildPlan("part", command, **plan),
            log_folder=tmp_path,
            environment={**os.environ, MARK: str(tmp_path)},
            cwd=tmp_path,
        )
        made.append(child)
        return child

    yield make
    for child in made:
        child.request_stop()
        child.finish_stop()


def test_a_process_is_known_by_its_program_not_its_number():
    assert program_of(os.getpid()).startswith(("python", "pytest"))
    with subprocess.Popen(["sleep", "0"]) as gone:
        wait_for(lambda: program_of(gone.pid) == "")  # not reaped yet: a zombie is nobody
    assert program_of(gone.pid) == ""


@linux_only
def test_a_child_ends_when_its_supervisor_is_killed():
    code = (
        "import subprocess, sys, time; from searchsite.supervision.processes import tied_to_parent;"
        f"print(subprocess.Popen(tied_to_parent({SLEEP!r})).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as supervisor:
        child = int(supervisor.stdout.readline())
        wait_for(lambda: program_of(child))
        supervisor.kill()
    wait_for(lambda: program_of(child) == "")


@linux_only
def test_a_child_whose_supervisor_is_gone_before_it_began_does_not_begin():
    assert subprocess.run([*tied_to_parent(SLEEP)[:4], "1", *SLEEP], check=False, timeout=20).returncode == 1


def test_what_a_killed_supervisor_left_is_ended_even_if_it_ignores_requests(tmp_path):
    left = [
        subprocess.Popen(command, env={**os.environ, MARK: str(tmp_path)}, stdout=subprocess.PIPE)
        for command in (SLEEP, STUBBORN)
    ]
    left[1].stdout.readline()
    try:
        assert sorted(find_marked(str(tmp_path))) == sorted(process.pid for process in left)
        reaper = [process.poll for process in left]
        assert stop_marked(str(tmp_path), patience=0.5) == 2
        wait_for(lambda: all(poll() is not None for poll in reaper))
        assert not find_marked(str(tmp_path))
    finally:
        for process in left:
            process.kill()
            process.wait()
            process.stdout.close()


def test_another_folders_processes_are_left_alone(tmp_path):
    with subprocess.Popen(SLEEP, env={**os.environ, MARK: f"{tmp_path}-2"}) as other:
        assert stop_marked(str(tmp_path)) == 0
        assert other.poll() is None
        other.kill()


def test_a_crash_is_told_once_and_the_pauses_grow(make_child):
    child = make_child([sys.executable, "-c", "print('no such table'); raise SystemExit(3)"])
    pauses = []
    for _ in range(3):
        child.start()
        wait_for(child.has_crashed)
        assert not child.has_crashed()
        pauses.append(child.pause())
    assert pauses == [1, 2, 4]
    assert "no such table" in child.last_words()


def test_a_crash_after_a_long_life_starts_the_pauses_again(make_child, monkeypatch):
    monkeypatch.setattr(children, "SETTLED_SECONDS", 0)
    child = make_child([sys.executable, "-c", "pass"])
    child.crashes = 7
    child.start()
    wait_for(child.has_crashed)
    assert child.pause() == 1


@linux_only
def test_a_crash_takes_the_rest_of_its_group_along(make_child):
    """A killed web leader leaves workers that hold the port."""
    code = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True)"
    child = make_child([sys.executable, "-c", code])
    child.start()
    wait_for(child.has_crashed)
    orphan = int(child.last_words()[0])
    wait_for(lambda: program_of(orphan) == "")


def test_a_child_that_does_not_listen_is_hurried_then_killed(make_child):
    child = make_child(STUBBORN, patience=2, hurry=signal.SIGQUIT)
    child.start()
    wait_for(lambda: child.last_words() == ["deaf"])
    process = child.process
    child.request_stop()
    child.finish_stop()
    assert process.returncode == -signal.SIGQUIT


def test_a_lock_lives_as_long_as_a_process_that_inherited_it(tmp_path):
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    with subprocess.Popen(SLEEP, pass_fds=[lock.descriptor]) as holder:
        lock.write_holder(pid=holder.pid)
        lock.release()
        other = FileLock(tmp_path / "lock")
        assert not other.acquire()
        assert other.read_holder() == {"pid": holder.pid}
        holder.kill()
    assert other.acquire()
    other.release()


def test_a_privileged_port_or_a_strange_address_names_the_remedy():
    with pytest.raises(SupervisionError, match="address of this machine"):
        require_port("203.0.113.7", 8000)
    assert port_is_free("127.0.0.1", 0)
