"""What is written to disk: the same bytes each time, and a picture for every address a product names."""

import hashlib
import json
from pathlib import Path

from catalog.demo.writer import PRODUCTS_FILE, REVIEWS_FILE, write_demo_catalog


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_demo_catalog(tmp_path / name, tmp_path / name / "pictures", products=260)
    assert digest(tmp_path / "first") == digest(tmp_path / "second")


def test_every_picture_a_product_names_is_written(tmp_path: Path) -> None:
    written = write_demo_catalog(tmp_path, tmp_path / "pictures", products=260)
    named = set()
    for line in (tmp_path / PRODUCTS_FILE).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        named |= {*row["images"], *(variant["image"] for variant in row["variants"])}
    files = {f"/media/demo/{path.name}" for path in (tmp_path / "pictures").iterdir()}
    assert named == files
    assert written.pictures == len(files)


def test_counts_are_those_of_the_files(tmp_path: Path) -> None:
    written = write_demo_catalog(tmp_path, tmp_path / "pictures", products=130)
    assert written.products == len((tmp_path / PRODUCTS_FILE).read_text(encoding="utf-8").splitlines()) == 130
    assert written.reviews == len((tmp_path / REVIEWS_FILE).read_text(encoding="utf-8").splitlines())
