"""The duplicates step: new and changed products are compared with a few others, and what looks alike waits for review.

Nothing is merged here. What a person decided stays until one of the two texts is edited.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from catalog.duplicates.candidates import find_candidates, pair_up
from catalog.duplicates.likeness import measure_pairs
from catalog.duplicates.loading import fingerprint_pair, load_offers, load_rarity, words_of
from catalog.duplicates.matching import explain, judge, shipped_model
from catalog.duplicates.offer import OfferFacts
from catalog.models import DuplicateSuggestion

Status = DuplicateSuggestion.Status
# About a second of work and a few megabytes: 250 products meet at most 6,250 others.
BATCH = 250
_WRITTEN = ["score", "reasons", "fingerprint", "status", "decided_by", "decided_at"]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One compared pair, the older product first."""

    first: int
    second: int
    score: float
    reasons: list[list[str]]
    fingerprint: str


def find_duplicates(product_ids: Sequence[int]) -> int:
    """Compare these products with their candidates and write what looks like one product; returns how many wait anew.

    May run twice without harm. Raises MatcherRefused where the matcher's file is damaged.
    """
    found = 0
    for start in range(0, len(product_ids), BATCH):
        found += _find_in_batch(product_ids[start : start + BATCH])
    return found


def _find_in_batch(product_ids: Sequence[int]) -> int:
    model = shipped_model()
    own = load_offers(product_ids, encoder=model.encoder)
    pairs = sorted({*pair_up(find_candidates(own)), *_undecided_pairs(product_ids)})
    others = load_offers(sorted({id_ for pair in pairs for id_ in pair} - own.keys()), encoder=model.encoder)
    facts = own | others
    verdicts = _judge_pairs(facts, [(one, two) for one, two in pairs if one in facts and two in facts])
    return _store(product_ids, verdicts, threshold=model.suggest_at)


def _undecided_pairs(product_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs known already are judged again, whether or not they would be met now."""
    touched = Q(first_id__in=product_ids) | Q(second_id__in=product_ids)
    return list(DuplicateSuggestion.objects.filter(touched).values_list("first_id", "second_id"))


def _judge_pairs(facts: Mapping[int, OfferFacts], pairs: Sequence[tuple[int, int]]) -> list[_Verdict]:
    model, both = shipped_model(), [(facts[one], facts[two]) for one, two in pairs]
    features = measure_pairs(both, load_rarity(words_of(facts.values())))
    scores = judge(model, features, both)
    return [
        _Verdict(one, two, float(score), explain(row, *read) if score >= model.suggest_at else [],
                 fingerprint_pair(*read))
        for (one, two), read, row, score in zip(pairs, both, features, scores, strict=True)
    ]  # fmt: skip


def _store(product_ids: Sequence[int], verdicts: Sequence[_Verdict], *, threshold: float) -> int:
    """New likely pairs wait; open ones follow the texts; decided ones come back only with another text."""
    likely = {(each.first, each.second): each for each in verdicts if each.score >= threshold}
    with transaction.atomic():
        present = _hold_products({id_ for pair in likely for id_ in pair})
        known = _hold_known(product_ids)
        new = [pair for pair in likely if pair not in known and present.issuperset(pair)]
        asked = [pair for pair, held in known.items() if pair in likely and _asks_again(held, likely[pair])]
        moved = [pair for pair, held in known.items() if _only_moved(held, likely.get(pair))]
        gone = [held.pk for pair, held in known.items() if held.status == Status.OPEN and pair not in likely]
        # Open pairs that the texts no longer support, or whose product went out of sale: nobody needs to decide them.
        DuplicateSuggestion.objects.filter(pk__in=gone).delete()
        changed = [_fill(known[pair], likely[pair]) for pair in (*asked, *moved)]
        DuplicateSuggestion.objects.bulk_update(changed, _WRITTEN, batch_size=500)
        # Two workers may meet in one pair, each from its own side: the second leaves it to the first.
        fresh = [_fill(DuplicateSuggestion(first_id=one, second_id=two), likely[one, two]) for one, two in new]
        DuplicateSuggestion.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(new) + len(asked)


def _hold_products(product_ids: Iterable[int]) -> set[int]:
    """Share-locked, so that one deleted meanwhile does not fail the batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_product WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [sorted(product_ids)]
        )
        return {row[0] for row in cursor.fetchall()}


def _hold_known(product_ids: Sequence[int]) -> dict[tuple[int, int], DuplicateSuggestion]:
    touched = Q(first_id__in=product_ids) | Q(second_id__in=product_ids)
    held = DuplicateSuggestion.objects.select_for_update().filter(touched).order_by("pk")
    return {(each.first_id, each.second_id): each for each in held}


def _asks_again(held: DuplicateSuggestion, verdict: _Verdict) -> bool:
    """A pair that a person kept apart, whose texts were edited since."""
    return held.status == Status.APART and held.fingerprint != verdict.fingerprint


def _only_moved(held: DuplicateSuggestion, verdict: _Verdict | None) -> bool:
    """An open pair that still looks alike, but not exactly as before."""
    if verdict is None or held.status != Status.OPEN:
        return False
    return (held.fingerprint, held.reasons) != (verdict.fingerprint, verdict.reasons) or held.score != verdict.score


def _fill(suggestion: DuplicateSuggestion, verdict: _Verdict) -> DuplicateSuggestion:
    suggestion.score, suggestion.reasons = verdict.score, verdict.reasons
    suggestion.fingerprint, suggestion.status = verdict.fingerprint, Status.OPEN
    suggestion.decided_by, suggestion.decided_at = None, None
    return suggestion


def every_batch() -> Iterator[list[int]]:
    """Ids of all active products in batches: the nightly look at everything, which also finds what a lost job left."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM catalog_product WHERE status = 'active' AND id > %s ORDER BY id LIMIT %s", [last, BATCH]
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]
