"""The log as CSV: what another search counted comes in, what this one counted goes out."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TextIO

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from catalog.contracts import LOCALES
from ranking.errors import QueryLogRefused
from ranking.models import QueryDay
from ranking.query_log.masking import MOST, fit, mask_query
from ranking.query_log.store import QueryCount, replace_queries

COLUMNS = ("day", "query", "locale", "market", "category", "searches", "zero_results", "relaxed", "last_total")
NEEDED = ("query", "searches")
TAKEN = (*NEEDED, "day", "locale", "market", "category", "zero_results")
MOST_ERRORS = 50
MOST_SEARCHES = 2**31 - 1
# A spreadsheet would run what begins with these; a quote in front of them keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t")


def import_log(lines: Iterable[str], *, day: date) -> int:
    """How many rows were taken over: all of them, or none when a line is wrong. `day` is that of rows without one.

    Counts replace those of the same words on the same day, so a file taken over twice counts once.
    """
    rows = csv.DictReader(lines)
    counts: dict[tuple[object, ...], QueryCount] = {}
    errors: list[dict[str, object]] = []
    try:
        _check_header(rows.fieldnames or ())
        for row in rows:
            try:
                _add(counts, _read_row(row, day))
            except ValueError as error:
                errors.append({"line": rows.line_num, "message": str(error)})
            if len(errors) >= MOST_ERRORS:
                break
    except csv.Error as error:
        errors.append({"line": rows.line_num, "message": str(error)})
    if errors:
        raise QueryLogRefused(_("Nothing was taken over; correct these lines of the file."), errors=errors)
    replace_queries(counts.values())
    return len(counts)


def _add(counts: dict[tuple[object, ...], QueryCount], new: QueryCount) -> None:
    """Lines that mean the same are summed."""
    key = (new.day, new.query, new.locale, new.market, new.category)
    known = counts.get(key, replace(new, searches=0, zero_results=0))
    counts[key] = replace(
        new, searches=known.searches + new.searches, zero_results=known.zero_results + new.zero_results
    )


def _check_header(names: Iterable[str]) -> None:
    given = [name.strip() for name in names]
    missing = [name for name in NEEDED if name not in given]
    unknown = [name for name in given if name not in COLUMNS]
    if missing or unknown:
        words = _("The first line names the columns %(needed)s, and may name %(more)s.")
        message = words % {"needed": ", ".join(NEEDED), "more": ", ".join(TAKEN[len(NEEDED) :])}
        raise QueryLogRefused(message, errors=[{"line": 1, "message": ", ".join([*missing, *unknown])}])


def _read_row(row: Mapping[str, str | None], day: date) -> QueryCount:
    cells = {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    if None in row or None in row.values():
        raise ValueError(_("This line has not as many cells as the first one."))
    searches = _read_count(cells["searches"], "searches")
    zero_results = _read_count(cells.get("zero_results") or "0", "zero_results")
    if zero_results > searches:
        raise ValueError(_("More searches without results than searches."))
    return QueryCount(
        query=mask_query(_unquote(cells["query"])),
        locale=_read_locale(cells.get("locale", "")),
        market=_read_text(cells, "market"),
        category=_read_text(cells, "category"),
        searches=searches,
        zero_results=zero_results,
        day=_read_day(cells.get("day", "")) or day,
    )


def _read_count(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_SEARCHES):
        details = {"name": name, "text": text[:40]}
        raise ValueError(_("“%(name)s” is a whole number; the file says “%(text)s”.") % details)
    return int(text)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(_("A day is written like 2026-11-11; the file says “%s”.") % text[:40]) from error


def _read_locale(text: str) -> str:
    locale = text.replace("_", "-").split("-")[0].lower()
    if locale and locale not in LOCALES:
        raise ValueError(_("Unknown language. Known are: en, zh."))
    return locale


def _read_text(cells: Mapping[str, str], name: str) -> str:
    text = _unquote(cells.get(name, ""))
    if len(text) > MOST[name][0]:
        details = {"name": name, "most": MOST[name][0]}
        raise ValueError(_("“%(name)s” has at most %(most)d characters.") % details)
    return fit(name, text)


def export_log(file: TextIO | OutputWrapper, *, since: date | None = None) -> int:
    """Writes the log, oldest day first; how many rows."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = QueryDay.objects.order_by("day", "query", "locale", "market", "category")
    if since:
        rows = rows.filter(day__gte=since)
    count = 0
    for row in _list_cells(rows.values_list(*COLUMNS).iterator(chunk_size=5_000)):
        writer.writerow(row)
        count += 1
    return count


def _list_cells(rows: Iterable[tuple[object, ...]]) -> Iterator[list[object]]:
    for row in rows:
        yield [_quote(cell) if isinstance(cell, str) else cell for cell in row]


def _quote(text: str) -> str:
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _unquote(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text
