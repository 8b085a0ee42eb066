"""The refused rows as CSV, with the reason beside each: to be mended and uploaded again as they are."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from catalog.models import RefusedRow, Upload

REASON_COLUMNS = ("searchsite row", "searchsite reason")
# A spreadsheet runs a cell that begins so as a formula; the apostrophe makes it text; our reader takes it off.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def stream_refused_csv(upload: Upload) -> Iterator[str]:
    """Line by line, in constant memory; the byte order mark lets Excel read Chinese."""
    columns = _find_columns(upload)
    yield "\ufeff" + _write([*columns, *REASON_COLUMNS])
    for row in upload.refused_rows.order_by("row_number", "id").iterator(chunk_size=500):
        yield _write(_cells(row, columns))


def stream_download(upload: Upload) -> StreamingHttpResponse:
    response = StreamingHttpResponse(stream_refused_csv(upload), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{upload.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _find_columns(upload: Upload) -> list[str]:
    found = dict.fromkeys(column for column in upload.columns if not column.endswith("*"))
    for raw in upload.refused_rows.values_list("raw", flat=True).iterator(chunk_size=500):
        found.update(dict.fromkeys(raw))
    return list(found)


def _cells(row: RefusedRow, columns: list[str]) -> list[Any]:
    return [*(escape_formula(row.raw.get(column)) for column in columns), row.row_number, escape_formula(row.message)]


def escape_formula(value: Any) -> Any:
    """Text that a spreadsheet would run, made harmless; numbers stay numbers ("-5", "+3.20")."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _write(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
