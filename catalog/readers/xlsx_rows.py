"""Reads the first sheet of an Excel workbook row by row, without loading it."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from catalog.contracts import RawRow
from catalog.errors import UploadRefused
from catalog.readers.csv_rows import name_columns
from catalog.readers.source import MAX_RATIO

# openpyxl keeps the table of shared texts in memory; about six times its size on disk.
MAX_SHARED_TEXT_BYTES = 128 * 1024**2
_DAMAGED = (zipfile.BadZipFile, InvalidFileException, KeyError, ParseError, ValueError, EOFError)


def check_archive(path: Path) -> None:
    """Refuses archives that are no workbook, damaged, or would unpack to far more than a catalog."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise UploadRefused(_("The Excel file is damaged. Save it again and upload it again.")) from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise UploadRefused(
            _("This zip file is no Excel workbook. Unpack it and upload the table inside (gz is read).")
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    shared = sum(member.file_size for member in members if member.filename == "xl/sharedStrings.xml")
    if (
        unpacked > settings.UPLOAD_MAX_UNPACKED_BYTES
        or (unpacked > 10 * 1024**2 and unpacked / max(packed, 1) > MAX_RATIO)
        or shared > MAX_SHARED_TEXT_BYTES
    ):
        message = _("Unpacked, the workbook is too large (%(size)d MB). Save the sheet as CSV and upload that.")
        raise UploadRefused(message % {"size": unpacked // 1024**2})


def read_xlsx(path: Path) -> Iterator[RawRow]:
    """Rows under the first non-empty row, numbered as Excel shows them; formulas give the value Excel last saved."""
    check_archive(path)
    try:
        # Given as a stream: openpyxl would judge a path by its name.
        with path.open("rb") as stream:
            workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            yield from _read_sheet(workbook.worksheets[0])
    except _DAMAGED as error:
        raise UploadRefused(_("The Excel file is damaged. Save it again and upload it again.")) from error
    except IndexError as error:
        raise UploadRefused(_("The workbook has no sheet with cells.")) from error


def _read_sheet(sheet: Any) -> Iterator[RawRow]:
    # Some tools write a wrong size into the file; reading on until the rows end is safe.
    sheet.reset_dimensions()
    header: Sequence[str] | None = None
    for row_number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if all(cell is None or cell == "" for cell in cells):
            continue
        if header is None:
            header = name_columns([_as_text(cell) for cell in _trim_end(cells)])
            continue
        values = [_as_plain(cell) for cell in cells]
        extra = [value for value in values[len(header) :] if value is not None]
        values += [None] * (len(header) - len(values))
        row = dict(zip(header, values, strict=False))
        if extra:
            message = _("Row %(row)d has cells to the right of the last named column. Name the column or empty them.")
            yield RawRow(row_number, row, "wrong_cell_count", message % {"row": row_number})
        else:
            yield RawRow(row_number, row)
    if header is None:
        raise UploadRefused(_("The file is empty. Upload a file with a header row and one row a product."))


def _trim_end(cells: Sequence[Any]) -> Sequence[Any]:
    last = max(index for index, cell in enumerate(cells) if cell not in (None, ""))
    return cells[: last + 1]


def _as_plain(cell: Any) -> Any:
    """Excel keeps every number as a float and dates as dates; a catalog means 12345 and an ISO text."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return cell


def _as_text(cell: Any) -> str:
    return "" if cell is None else str(_as_plain(cell))
