"""Products that pins bring in for one variant: what facets must know, so that a click shows what was counted."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from catalog.models import AttributeValue
from ranking.contracts import Filter, Ranked
from ranking.merchandising.named import NamedVariant
from ranking.retrieval.facet_question import LimitedPin
from ranking.retrieval.held_values import held_values
from ranking.retrieval.pool import Pool
from ranking.retrieval.snapshot import IndexSnapshot


def limit_pins(snapshot: IndexSnapshot, pool: Pool, ranked: Ranked) -> tuple[LimitedPin, ...]:
    """A product that the words find anyway is listed under every filter it passes, whatever its variants."""
    return tuple(
        LimitedPin(
            ordinal,
            partial(_passes_any, variants),
            _find_denied(snapshot, ordinal, variants),
            tuple((variant.sku, variant.in_stock, variant.price, variant.on_sale) for variant in variants),
        )
        for ordinal, variants in sorted(ranked.pinned_variants.items())
        if ordinal in ranked.pinned and not pool.candidates[ordinal]
    )


def _passes_any(variants: Sequence[NamedVariant], filters: Sequence[Filter]) -> bool:
    return any(variant.passes(filters) for variant in variants)


def _find_denied(snapshot: IndexSnapshot, ordinal: int, variants: Sequence[NamedVariant]) -> NDArray[np.int64]:
    """Value ids of the product under options that each of the variants has another value of."""
    attributes = snapshot.vocabulary.attributes
    shared = set.intersection(*(set(variant.options) for variant in variants))
    own = {attributes[key].id: {each.options[key] for each in variants} for key in shared if key in attributes}
    held = held_values(snapshot, np.array([ordinal])).values.astype(np.int64)
    held = held[held < len(snapshot.vocabulary.value_attribute)]
    optional = held[np.isin(snapshot.vocabulary.value_attribute[held], list(own))]
    rows = AttributeValue.objects.filter(id__in=optional.tolist()).values_list("id", "attribute_id", "key")
    return np.array([id_ for id_, attribute, key in rows if key not in own[attribute]], np.int64)
