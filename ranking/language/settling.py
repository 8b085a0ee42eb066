"""What a query is about once its words were looked up: the categories its best hits stand in, and numbers by them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Understanding
from ranking.language.categories import ClickPriors, predict_categories
from ranking.language.keywords import known_share
from ranking.language.lexicon import current_lexicon
from ranking.language.number_fields import link_numbers
from ranking.language.term_counts import count_terms
from ranking.retrieval.snapshot import IndexSnapshot


def settle_categories(
    understanding: Understanding,
    scores: NDArray[np.float32],
    snapshot: IndexSnapshot,
    *,
    priors: ClickPriors | None = None,
) -> Understanding:
    """The understanding with predicted `categories`, and `numbers` about the fields that those categories have.

    `scores` float32[N] are the BM25 scores over the snapshot's ordinals (0: not found); `priors` as predict_categories
    takes them.
    """
    counts = count_terms({term for word in understanding.keywords for term in word.terms}, snapshot)
    known = {term for term, number in counts.counts.items() if number}
    share = known_share(understanding.keywords, known) if understanding.keywords else 1.0
    categories = predict_categories(
        scores,
        snapshot,
        entities=understanding.entities,
        terms=understanding.terms,
        priors=priors,
        known_share=share,
    )
    numbers = link_numbers(understanding.numbers, categories, current_lexicon(snapshot))
    return replace(understanding, categories=categories, numbers=numbers)
