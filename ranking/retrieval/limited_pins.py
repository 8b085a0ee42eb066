"""Products that pins bring in for one variant: what facets must know, so that a click shows what was counted."""

import numpy as np

from catalog.models import AttributeValue
from ranking.contracts import Ranked
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
            variant.passes,
            _find_denied(snapshot, ordinal, variant),
            (variant.sku, variant.in_stock, variant.price, variant.on_sale),
        )
        for ordinal, variant in sorted(ranked.pinned_variants.items())
        if ordinal in ranked.pinned and not pool.candidates[ordinal]
    )


def _find_denied(
    snapshot: IndexSnapshot, ordinal: int, variant: NamedVariant
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Value ids of the product under the variant's options that are not the variant's own."""
    attributes = snapshot.vocabulary.attributes
    options = {attributes[key].id: value for key, value in variant.options.items() if key in attributes}
    held = held_values(snapshot, np.array([ordinal])).values.astype(np.int64)
    held = held[held < len(snapshot.vocabulary.value_attribute)]
    optional = held[np.isin(snapshot.vocabulary.value_attribute[held], list(options))]
    rows = AttributeValue.objects.filter(id__in=optional.tolist()).values_list("id", "attribute_id", "key")
    return np.array([id_ for id_, attribute, key in rows if options[attribute] != key], np.int64)
