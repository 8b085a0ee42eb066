"""Bringing synonyms in from a file: what is new is added, what is known is changed, what is wrong is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from ranking.models import Synonym
from ranking.models.synonym import fold_phrases
from ranking.synonym_store import BATCH, touch
from ranking.synonyms_file import FileFormat, parse_file

CHANGING = ("weight", "status", "enabled", "note")
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; `refused` are (line number, why). Lines that are fine are kept whatever others say."""

    created: int
    changed: int
    unchanged: int
    refused: tuple[tuple[int, str], ...]


def import_synonyms(text: str, *, format_: FileFormat, status: str, user: Any = None) -> ImportReport:
    """Adds and changes rows; the same words in the same direction and language are the same row.

    `status` is that of new rows whose line names none. Rows the file does not name stay as they are.
    """
    refused: list[tuple[int, str]] = []
    created: list[Synonym] = []
    changed: dict[int, Synonym] = {}
    unchanged = 0
    with transaction.atomic():
        known = {identify(row.kind, row.locale, row.words, row.alternatives): row for row in Synonym.objects.all()}
        for count, line in enumerate(parse_file(text, format_), start=1):
            if line.error or count > MAX_ROWS:
                refused.append((line.number, line.error or _("A file has at most %d rows.") % MAX_ROWS))
                continue
            row = Synonym(**{"status": status, **line.values}, changed_by=user)
            held = known.setdefault(identify(row.kind, row.locale, row.words, row.alternatives), row)
            if held is row:
                created.append(row)
            elif not change_row(held, line.values, user):
                unchanged += 1
            elif held.pk:
                changed[held.pk] = held
        bulk_create_with_history(created, Synonym, batch_size=BATCH, default_user=user)
        names = [*CHANGING, "version", "changed_by"]
        bulk_update_with_history(list(changed.values()), Synonym, names, batch_size=BATCH, default_user=user)
    return ImportReport(len(created), len(changed), unchanged, tuple(refused))


def identify(kind: str, locale: str, words: list[str], alternatives: list[str]) -> tuple[Any, ...]:
    return kind, locale, fold_phrases(words), fold_phrases(alternatives)


def change_row(row: Synonym, values: Mapping[str, Any], user: Any) -> bool:
    """Puts what the line says into the row; whether that changed anything."""
    said = {name: values[name] for name in CHANGING if name in values}
    if all(getattr(row, name) == value for name, value in said.items()):
        return False
    for name, value in said.items():
        setattr(row, name, value)
    touch(row, user)
    return True
