"""Judgements of which product answers a query: read for a batch of queries, and imported from CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.contracts import LOCALES
from catalog.text import normalise
from ranking.contracts import MAX_QUERY_CHARACTERS
from ranking.errors import JudgementsRefused
from ranking.models import QueryJudgement
from ranking.models.simulation import MAX_GRADE

COLUMNS = ("query", "locale", "sku", "grade")
MAX_ROWS = 200_000
ROWS_AT_ONCE = 2000
ERRORS_TOLD = 20


@dataclass(frozen=True, slots=True)
class JudgementCounts:
    written: int
    queries: int


def read_judgements(asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, int]]:
    """SKU → grade of each (query, locale) that has any, by the query as it was asked."""
    if not asked:
        return {}
    keys = {(query, locale): (even(query), locale) for query, locale in asked}
    wanted = Q()
    for query, locale in set(keys.values()):
        wanted |= Q(query=query, locale=locale)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for query, locale, sku, grade in QueryJudgement.objects.filter(wanted).order_by().values_list(*COLUMNS):
        found.setdefault((query, locale), {})[sku] = grade
    return {key: found[evened] for key, evened in keys.items() if evened in found}


def even(query: str) -> str:
    """As search reads it: width, case and blanks make no other query."""
    return " ".join(normalise(query).split())


def import_judgements(text: str) -> JudgementCounts:
    """CSV with the columns query, locale, sku, grade. All of it, or JudgementsRefused with the lines that are wrong."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise JudgementsRefused(
            _("The first line must name the columns query, locale, sku and grade."), errors={"1": ", ".join(missing)}
        )
    return store_judgements((reader.line_num, row) for row in reader)


def store_judgements(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> JudgementCounts:
    """Later rows win over earlier ones and over what is stored. `rows` are numbered, for the errors."""
    read: dict[tuple[str, str, str], QueryJudgement] = {}
    errors: dict[str, str] = {}
    for number, row in rows:
        judgement, reason = read_row(row)
        if judgement is None:
            errors[str(number)] = reason
        else:
            read[judgement.query, judgement.locale, judgement.sku] = judgement
        if len(errors) >= ERRORS_TOLD:
            break
        if len(read) > MAX_ROWS:
            raise JudgementsRefused(
                _("At most %(most)d judgements at once; import them in parts.") % {"most": MAX_ROWS}
            )
    if errors:
        raise JudgementsRefused(_("Nothing was imported; mend the named lines first."), errors=errors)
    with transaction.atomic():
        QueryJudgement.objects.bulk_create(
            read.values(),
            batch_size=ROWS_AT_ONCE,
            update_conflicts=True,
            unique_fields=["query", "locale", "sku"],
            update_fields=["grade", "updated_at"],
        )
    return JudgementCounts(len(read), len({key[:2] for key in read}))


def read_row(row: Mapping[str, Any]) -> tuple[QueryJudgement | None, str]:
    """The judgement, or why it cannot be read."""
    query, locale, sku, grade = (str(row.get(name) or "").replace("\x00", "").strip() for name in COLUMNS)
    query = even(query)
    checks = (
        (not query or len(query) > MAX_QUERY_CHARACTERS, _("The query is empty or too long.")),
        (locale not in LOCALES, _("Unknown language. Known are: en, zh.")),
        (not sku or len(sku) > 200, _("The SKU is empty or too long.")),
        (not (grade.isascii() and grade.isdecimal() and len(grade) < 3 and int(grade) <= MAX_GRADE),
         _("The grade is a whole number from 0 to %d.") % MAX_GRADE),
    )  # fmt: skip
    reason = next((words for failed, words in checks if failed), "")
    return (None, reason) if reason else (QueryJudgement(query=query, locale=locale, sku=sku, grade=int(grade)), "")
