"""Stores a model's files so that a reader sees all of them or none, however many processes prepare it and die."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import EncoderUnavailable

MANIFEST = "manifest.json"


def is_complete(folder: Path, *, thorough: bool = False) -> bool:
    """Whether the files are those of the manifest: their sizes always, their checksums when `thorough`."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(
            (folder / name).stat().st_size == entry["bytes"]
            and (not thorough or _checksum(folder / name) == entry["sha256"])
            for name, entry in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def prepared_folder(name: str, layout: int) -> str:
    """Where the files of the model "name@version", written in this layout, lie below MODEL_DIR."""
    return f"{name.replace('@', '-').replace('+', '-')}-{layout}"


def store_atomically(directory: Path, name: str, write: Callable[[Path], None], *, again: bool = False) -> Path:
    """Calls `write` with an empty folder and renames it into place; nothing happens when it is there and complete,
    unless it is wanted `again`.
    """
    folder = directory / name
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    if is_complete(folder):
        return folder
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _locked(directory / f".{name}.lock"):
            # Somebody else may have written it while this process waited.
            if not is_complete(folder, thorough=True):
                _replace(directory, folder, write)
    except OSError as error:
        raise EncoderUnavailable(_remedy(directory, error)) from error
    return folder


def _replace(directory: Path, folder: Path, write: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(dir=directory, prefix=f".{folder.name}-", ignore_cleanup_errors=True) as temporary:
        fresh = Path(temporary) / "new"
        fresh.mkdir()
        write(fresh)
        _write_manifest(fresh)
        if folder.exists():
            os.replace(folder, Path(temporary) / "old")
        os.replace(fresh, folder)


def _write_manifest(folder: Path) -> None:
    files = {path.name: {"bytes": path.stat().st_size, "sha256": _checksum(path)} for path in sorted(folder.iterdir())}
    for path in folder.iterdir():
        _flush_to_disk(path)
    (folder / MANIFEST).write_text(json.dumps({"files": files}, indent=1), encoding="utf-8")
    _flush_to_disk(folder / MANIFEST)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remedy(directory: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full: the encoder needs 200 MB in {directory}. Free some space or set MODEL_DIR."
    return f"The encoder cannot be written to {directory} ({error.strerror}). Set MODEL_DIR to a writable folder."
