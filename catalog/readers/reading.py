"""The front of the readers: looks into a file once (`inspect_file`), then streams its rows (`read_rows`)."""

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from catalog.contracts import RawRow
from catalog.errors import UploadRefused
from catalog.readers.csv_rows import read_csv, sniff_delimiter
from catalog.readers.encoding import BAD_BYTES_HANDLER, detect_encoding
from catalog.readers.json_rows import is_native, read_json_array, read_json_lines
from catalog.readers.source import ZIP_MAGIC, Progress, open_source, refuse_binary
from catalog.readers.xlsx_rows import read_xlsx

Kind = Literal["csv", "xlsx", "jsonl", "json"]
SAMPLE_ROWS = 300
# A text shown as a sample is cut; a giant row must not be kept in the upload's record.
SAMPLE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class FileProfile:
    """What a look into the file told: enough to read it again without looking."""

    kind: Kind
    encoding: str = ""
    delimiter: str = ""
    native: bool = False
    columns: tuple[str, ...] = ()
    samples: tuple[dict[str, Any], ...] = ()


def inspect_file(path: Path) -> FileProfile:
    """Kind, encoding, delimiter, columns in order of appearance, and the first rows."""
    profile = _detect(path)
    rows = [row for row in itertools.islice(read_rows(path, profile), SAMPLE_ROWS) if not row.code]
    columns = dict.fromkeys(column for row in rows for column in row.cells)
    samples = tuple({name: _shorten(value) for name, value in row.cells.items()} for row in rows)
    return FileProfile(profile.kind, profile.encoding, profile.delimiter, profile.native, tuple(columns), samples)


def read_rows(path: Path, profile: FileProfile, progress: Progress | None = None) -> Iterator[RawRow]:
    """Every row of the file, broken ones included with their reason. Raises UploadRefused when reading cannot go on."""
    if profile.kind == "xlsx":
        yield from _read_workbook(path, progress)
        return
    with open_text(path, profile.encoding, progress) as text:
        for row in _read_text(text, profile):
            if progress is not None:
                progress.update()
            yield row


@contextmanager
def open_text(path: Path, encoding: str, progress: Progress | None = None) -> Iterator[io.TextIOWrapper]:
    """The file as text; bytes that are not of the encoding become marks that readers refuse row by row."""
    with open_source(path, progress) as source:
        text = io.TextIOWrapper(source, encoding=encoding, errors=BAD_BYTES_HANDLER, newline="")
        try:
            yield text
        finally:
            text.detach()


def _read_text(text: io.TextIOWrapper, profile: FileProfile) -> Iterator[RawRow]:
    if profile.kind == "csv":
        return read_csv(text, profile.delimiter)
    if profile.kind == "json":
        return read_json_array(text, flat=not profile.native)
    return read_json_lines(text, flat=not profile.native)


def _read_workbook(path: Path, progress: Progress | None) -> Iterator[RawRow]:
    if not path.exists():
        raise UploadRefused(_("The uploaded file is no longer on the server. Upload it again."))
    yield from read_xlsx(path)
    if progress is not None:
        progress.read_bytes = path.stat().st_size


def _detect(path: Path) -> FileProfile:
    with open_source(path) as source:
        head = source.read(8)
        refuse_binary(head)
        if head.startswith(ZIP_MAGIC):
            if not source.seekable():
                raise UploadRefused(_("An Excel file is packed already: upload it without gz."))
            return FileProfile("xlsx")
    with open_source(path) as source:
        encoding = detect_encoding(source)
    with open_text(path, encoding) as text:
        start = text.read(64 * 1024)
    if not start.strip("\ufeff \t\r\n\0"):
        raise UploadRefused(_("The file is empty. Upload a file with a header row and one row a product."))
    return _detect_text(start.lstrip("\ufeff"), encoding, path)


def _detect_text(start: str, encoding: str, path: Path) -> FileProfile:
    first = start.lstrip()[:1]
    if first == "[":
        return _with_nativeness(FileProfile("json", encoding), path)
    if first == "{":
        return _with_nativeness(FileProfile("jsonl", encoding), path)
    if "\0" in start:
        raise UploadRefused(_("This is not a table. Upload CSV, XLSX or JSON lines, packed with gzip if you like."))
    return FileProfile("csv", encoding, sniff_delimiter(start))


def _with_nativeness(profile: FileProfile, path: Path) -> FileProfile:
    raw = FileProfile(profile.kind, profile.encoding, native=True)
    first = next((row for row in itertools.islice(read_rows(path, raw), 20) if not row.code), None)
    if first is None:
        raise UploadRefused(
            _("No row of the file is a JSON object. Write one {…} a line, or one array of objects in the whole file.")
        )
    return FileProfile(profile.kind, profile.encoding, native=is_native(first.cells))


def _shorten(value: Any) -> Any:
    if isinstance(value, str) and len(value) > SAMPLE_CHARACTERS:
        return value[:SAMPLE_CHARACTERS] + "…"
    if isinstance(value, list | dict) and len(str(value)) > 4 * SAMPLE_CHARACTERS:
        return str(value)[:SAMPLE_CHARACTERS] + "…"
    return value
