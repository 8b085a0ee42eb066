"""The relaxation ladder: what was asked for narrows the candidates, and is let go, by name, where nothing is left.

From the least told to the most: plain sizes, then ranges, then what was not wanted; the words themselves stay last.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from ranking.contracts import Filter, NumberNeed, Relaxation, Understanding
from ranking.language.number_fields import bounds, to_filters
from ranking.retrieval.filters import Mask, filter_mask
from ranking.retrieval.lexical import LexicalMatches
from ranking.retrieval.snapshot import IndexSnapshot

# "15 inch" also means 15.6: sizes this share apart are shown, the nearer ones first.
NEAR_ENOUGH = 0.06
BEST_LOOKED_AT = 50


def narrow_by_numbers(
    candidates: Mask, needs: Sequence[NumberNeed], snapshot: IndexSnapshot, *, now: datetime
) -> tuple[Mask, tuple[Relaxation, ...]]:
    """Candidates that fit the numbers; a number that none of them fits is let go and named.

    A range asks for products known to lie in it. A plain size only drops products known to be of another size.
    """
    relaxed = []
    for need in sorted(needs, key=lambda need: need.target is not None):
        fitting = _fits(need, snapshot, now)
        if fitting is None:
            continue
        narrowed = candidates & fitting
        if narrowed.any():
            candidates = narrowed
        else:
            relaxed.append(Relaxation("number", need.text))
    return candidates, tuple(relaxed)


def _fits(need: NumberNeed, snapshot: IndexSnapshot, now: datetime) -> Mask | None:
    if not need.fields or (need.fields[0] != "price" and need.fields[0] not in snapshot.vocabulary.attributes):
        return None
    name = need.fields[0]
    if need.target is None or name == "price":
        return filter_mask(snapshot, to_filters((need,)), now=now)
    low, high = bounds(need)
    slack = NEAR_ENOUGH * abs(need.target)
    near = Filter(name, minimum=min(low or 0.0, need.target - slack), maximum=max(high or 0.0, need.target + slack))
    known = filter_mask(snapshot, (Filter(name),), now=now)
    return filter_mask(snapshot, (near,), now=now) | ~known


def name_dropped_words(understanding: Understanding, lexical: LexicalMatches, found: Mask) -> tuple[Relaxation, ...]:
    """Wanted words that the best lexical hits do not hold; nothing when the words found nothing at all."""
    places = np.flatnonzero(found)
    if not len(places):
        return ()
    coverage = lexical.coverage[places]
    best = places[coverage >= coverage.max() - 1e-4][:BEST_LOOKED_AT]
    held = lexical.terms_held_by(best)
    return tuple(
        Relaxation("word", keyword.text)
        for keyword in understanding.keywords
        if keyword.role == "must" and keyword.terms and not held.intersection(keyword.terms)
    )
