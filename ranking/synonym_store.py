"""Saving synonyms: every change is a new version with its history, and never overwrites a change it has not seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from catalog.errors import NotFound
from catalog.text import analyse
from ranking.errors import SynonymConflict
from ranking.language.mining import SynonymSuggestion
from ranking.models import Synonym

# More than this nobody looks through; the strongest are kept.
MAX_OPEN_SUGGESTIONS = 1000
BATCH = 1000
_Pair = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StoredSuggestions:
    """`renewed` are open suggestions with new evidence; `known` pairs are in a row already, whatever its status."""

    created: int
    renewed: int
    known: int


def create_synonym(values: Mapping[str, Any], *, user: Any = None) -> Synonym:
    synonym = Synonym(**values, changed_by=user)
    synonym.full_clean()
    synonym.save()
    return synonym


def update_synonym(synonym_id: int, values: Mapping[str, Any], *, expected_version: int, user: Any = None) -> Synonym:
    with transaction.atomic():
        synonym = lock_synonym(synonym_id, expected_version=expected_version)
        for name, value in values.items():
            setattr(synonym, name, value)
        synonym.full_clean()
        touch(synonym, user)
        synonym.save()
    return synonym


def delete_synonym(synonym_id: int, *, expected_version: int | None) -> None:
    with transaction.atomic():
        lock_synonym(synonym_id, expected_version=expected_version).delete()


def lock_synonym(synonym_id: int, *, expected_version: int | None) -> Synonym:
    """The row, held until commit. `expected_version` None: whatever version it has."""
    synonym = Synonym.objects.select_for_update().filter(pk=synonym_id).first()
    if synonym is None:
        raise NotFound(_("There is no such synonym; it may have been deleted."))
    if expected_version is not None and synonym.version != expected_version:
        raise SynonymConflict(
            _("Somebody else changed this synonym meanwhile; load it again and repeat your change."),
            version=synonym.version,
        )
    return synonym


def touch(synonym: Synonym, user: Any) -> None:
    synonym.version += 1
    synonym.changed_by = user


def decide(ids: Iterable[int], status: str, *, user: Any = None) -> int:
    """Accepts or rejects these rows at once; how many changed."""
    with transaction.atomic():
        changed = list(Synonym.objects.select_for_update().filter(pk__in=list(ids)).exclude(status=status))
        for synonym in changed:
            synonym.status = status
            touch(synonym, user)
        bulk_update_with_history(
            changed, Synonym, ["status", "version", "changed_by"], batch_size=BATCH, default_user=user
        )
    return len(changed)


def store_suggestions(suggestions: Iterable[SynonymSuggestion]) -> StoredSuggestions:
    """Keeps what no row says yet, strongest first; what was rejected once is never suggested again."""
    known, waiting = _read_known()
    room = MAX_OPEN_SUGGESTIONS - len(waiting)
    created: list[Synonym] = []
    renewed: list[Synonym] = []
    skipped = 0
    for suggestion in sorted(suggestions, key=lambda item: -item.support):
        pair = _pair_of(suggestion.first, suggestion.second)
        row = waiting.get(pair)
        if row is not None and row.evidence != suggestion.evidence:
            row.evidence = dict(suggestion.evidence)
            renewed.append(row)
        elif pair in known or len(pair) < 2:
            skipped += 1
        elif len(created) < room:
            created.append(_make_row(suggestion))
            known.add(pair)
    with transaction.atomic():
        bulk_create_with_history(created, Synonym, batch_size=BATCH)
        Synonym.objects.bulk_update(renewed, ["evidence"], batch_size=BATCH)
    return StoredSuggestions(len(created), len(renewed), skipped)


def _read_known() -> tuple[set[_Pair], dict[_Pair, Synonym]]:
    """All pairs of words that some row holds, and the open suggestions by their pair."""
    known: set[_Pair] = set()
    waiting: dict[_Pair, Synonym] = {}
    for row in Synonym.objects.order_by("id").iterator(chunk_size=5000):
        groups: Sequence[tuple[str, str]] = (
            [(a, b) for a in row.words for b in row.words]
            if row.kind == Synonym.Kind.TWO_WAY
            else [(a, b) for a in row.words for b in row.alternatives]
        )
        pairs = {_pair_of(a, b) for a, b in groups}
        known |= pairs
        if row.status == Synonym.Status.SUGGESTED and len(pairs) <= 3:
            waiting.update((pair, row) for pair in pairs if len(pair) == 2)
    return known, waiting


def _pair_of(first: str, second: str) -> _Pair:
    return frozenset((tuple(analyse(first)), tuple(analyse(second))))


def _make_row(suggestion: SynonymSuggestion) -> Synonym:
    one_way = suggestion.kind == "one_way"
    return Synonym(
        kind=suggestion.kind,
        words=[suggestion.first] if one_way else [suggestion.first, suggestion.second],
        alternatives=[suggestion.second] if one_way else [],
        weight=suggestion.weight,
        status=Synonym.Status.SUGGESTED,
        source=suggestion.source,
        evidence=dict(suggestion.evidence),
    )
