"""Folders the embedded servers' own account can reach: pytest's are closed to it when root runs the tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="searchsite-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
