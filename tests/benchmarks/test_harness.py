"""A benchmark's result is a file anyone can read later: figures, data, commit, and a machine without a name."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import harness
from benchmarks.load import run_load
from benchmarks.servers import descendants


def test_result_is_valid_json_in_the_agreed_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    path = harness.write_result("trial", figures={"speed": 1 / 3}, data={"set": "none"})
    written = json.loads(path.read_text(encoding="utf-8"))
    assert set(written) == {"name", "commit", "date", "machine", "data", "figures"}
    assert written["figures"] == {"speed": 0.3333}
    assert {"cpu", "cores", "memory_gb", "python"} <= set(written["machine"])


def test_result_names_no_path_or_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    text = harness.write_result("trial", figures={}, data={}).read_text(encoding="utf-8")
    assert str(harness.ROOT) not in text
    assert "/home" not in text


def test_memory_of_this_process_is_seen() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("proportional memory is read from /proc")
    import os

    assert harness.proportional_memory_mb([os.getpid()]) > 1
    assert harness.peak_memory_mb() > 1
    assert harness.proportional_memory_mb([2**30]) == 0
    assert descendants(2**30) == []


def test_load_sends_every_query_once_and_reports_failures(live_server: object) -> None:
    port = int(str(live_server).rsplit(":", 1)[1])
    answer = run_load(port, "/nowhere?q=", ["a", "b b", "中"], concurrency=2, keep_steps=False)
    assert len(answer["seconds"]) == 3
    assert len(answer["failures"]) == 3
