"""Reads delimited text row by row. A row with broken quotes is refused by itself; the rows after it are still read."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TextIO

from django.utils.translation import gettext as _

from catalog.contracts import RawRow
from catalog.errors import UploadRefused
from catalog.readers.encoding import BAD_BYTES

DELIMITERS = (",", ";", "\t", "|")
# A record that is still open after this much text has a quote that is never closed (or a cell no shop needs).
MAX_RECORD = 2 * 1024**2
MAX_COLUMNS = 10_000
csv.field_size_limit(MAX_RECORD + 1)


def sniff_delimiter(sample: str) -> str:
    """The delimiter that splits the first lines into most columns of one same number."""
    lines = [line for line in sample.splitlines()[:30] if line.strip()]
    if not lines:
        return ","

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        same = sum(width == widths[0] for width in widths) / len(widths)
        return (same if widths[0] > 1 else 0.0, widths[0])

    try:
        # The header decides first: texts below it hold commas of their own.
        header_widths = {delimiter: lines[0].count(delimiter) for delimiter in DELIMITERS}
        return max(DELIMITERS, key=lambda delimiter: (header_widths[delimiter] > 0, *score(delimiter)))
    except csv.Error:
        return max(DELIMITERS, key=lines[0].count)


def read_csv(text: TextIO, delimiter: str) -> Iterator[RawRow]:
    """Rows under the header, numbered as a spreadsheet shows them (the header is row 1)."""
    records = _Records(text, delimiter)
    header: Sequence[str] | None = None
    row_number = 0
    for record, line_number, problem in records:
        row_number += 1
        if not problem and not record.strip(f"{delimiter}\r\n \ufeff"):
            continue
        cells, problem = ([], problem) if problem else _split(record, delimiter, line_number)
        if header is None:
            if problem:
                raise UploadRefused(_("The header row cannot be read: %(why)s") % {"why": problem})
            header = name_columns(cells)
            continue
        yield _build_row(header, cells, row_number, line_number, problem, record)
    if header is None:
        raise UploadRefused(_("The file is empty. Upload a file with a header row and one row a product."))


def name_columns(cells: Sequence[str]) -> list[str]:
    """Header names made distinct; nameless columns are called by their place."""
    if len(cells) > MAX_COLUMNS:
        raise UploadRefused(_("The header has more than %(count)d columns.") % {"count": MAX_COLUMNS})
    names: list[str] = []
    seen: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        base = " ".join(str(cell).replace("\ufeff", "").split())[:200] or f"column {place}"
        name, repeat = base, 2
        while name in seen:
            name, repeat = f"{base} ({repeat})", repeat + 1
        seen.add(name)
        names.append(name)
    return names


def _build_row(
    header: Sequence[str], cells: Sequence[str], row_number: int, line_number: int, problem: str, record: str
) -> RawRow:
    if problem:
        return RawRow(row_number, {header[0]: record[:200]}, "broken_row", problem)
    if len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
        cells = cells[: len(header)]
    if len(cells) != len(header):
        message = _(
            "Line %(line)d has %(cells)d cells but the header has %(columns)d. A text with a comma, quote or line "
            "break needs quotes around it."
        ) % {"line": line_number, "cells": len(cells), "columns": len(header)}
        return RawRow(row_number, dict(zip(header, cells, strict=False)), "wrong_cell_count", message)
    row = dict(zip(header, cells, strict=True))
    if BAD_BYTES in record:
        message = _("Line %(line)d holds bytes of another encoding. Save the whole file as UTF-8.") % {
            "line": line_number
        }
        return RawRow(row_number, row, "wrong_encoding", message)
    return RawRow(row_number, row)


def _split(record: str, delimiter: str, line_number: int) -> tuple[Sequence[str], str]:
    if '"' not in record:
        return record.rstrip("\r\n").split(delimiter), ""
    try:
        return next(csv.reader([record], delimiter=delimiter, strict=True)), ""
    except csv.Error:
        return [], _("The quotes in line %(line)d are broken. Write a quote inside a quoted text as two quotes.") % {
            "line": line_number
        }


class _Records:
    """Joins physical lines to records (a quoted cell may hold line breaks); yields (record, line number, problem)."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._line_number = 0
        mark = re.escape(delimiter)
        # A quote opens only at a cell's start and closes only before a delimiter or the line's end.
        self._opening = re.compile(rf'(?:^|(?<={mark}))"')
        self._closing = re.compile(rf'"(?={mark}|[\r\n]*$)')

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        while (line := self._next_line()) is not None:
            start = self._line_number
            if len(line) >= MAX_RECORD:
                yield self._skip_giant(line, start)
                continue
            if '"' not in line or not self._is_open(line, opened=False):
                yield line, start, ""
                continue
            yield self._join(line, start)

    def _join(self, first: str, start: int) -> tuple[str, int, str]:
        lines, size = [first], len(first)
        while (line := self._next_line()) is not None:
            lines.append(line)
            size += len(line)
            if '"' in line and not self._is_open(line, opened=True):
                return "".join(lines), start, ""
            if size > MAX_RECORD:
                break
        # Nothing is lost: what was read in the hope of a closing quote is read again as rows of their own.
        self._again.extendleft(reversed(lines[1:]))
        self._line_number = start
        problem = _("A quote opened in line %(line)d is never closed. Close it or write it as two quotes.")
        return first, start, problem % {"line": start}

    def _skip_giant(self, line: str, start: int) -> tuple[str, int, str]:
        """A line beyond the limit is passed over without being kept."""
        rest = line
        while not rest.endswith("\n") and (rest := self._text.readline(MAX_RECORD)):
            pass
        problem = _("Line %(line)d is longer than %(size)d MB. Shorten its longest cell.")
        return line[:200], start, problem % {"line": start, "size": MAX_RECORD // 1024**2}

    def _next_line(self) -> str | None:
        line = self._again.popleft() if self._again else self._text.readline(MAX_RECORD)
        if not line:
            return None
        self._line_number += 1
        return line

    def _is_open(self, line: str, *, opened: bool) -> bool:
        """Whether a quoted cell is still open at the line's end."""
        position = 0
        while True:
            if opened:
                position = self._find_close(line, position)
                if position < 0:
                    return True
            found = self._opening.search(line, position)
            if found is None:
                return False
            position, opened = found.end(), True

    def _find_close(self, line: str, position: int) -> int:
        """Where the open cell ends, past its quote; doubled quotes are text."""
        while (position := line.find('"', position)) >= 0:
            if line.startswith('""', position):
                position += 2
                continue
            if self._closing.match(line, position):
                return position + 1
            position += 1
        return -1
