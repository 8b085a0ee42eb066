"""All scorers the blend may weigh, in the order they run; what needs no words can rank a browsed page too."""

from ranking.scorers import (
    bm25,
    category,
    collect_scorers,
    cross_encoder,
    dense,
    entity,
    fresh,
    head,
    in_stock,
    intent_attention,
    keyword_cosine,
    ltr,
    margin,
    number,
    popularity,
    pseudo_relevance,
    rating,
    sentiment,
    stuffing,
    title,
)

_OF_WORDS = [
    bm25, dense, pseudo_relevance, keyword_cosine, intent_attention, title, category, entity, number, head,
    cross_encoder,
]  # fmt: skip
_OF_PRODUCTS = [in_stock, popularity, rating, sentiment, fresh, margin, stuffing]
# Last, because it reads the parts of all others.
SCORERS = collect_scorers([*_OF_WORDS, *_OF_PRODUCTS, ltr])
NEED_WORDS = frozenset(module.NAME for module in (*_OF_WORDS, ltr))
