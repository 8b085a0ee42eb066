"""The list: one product a row with its description and key attributes, for products that are chosen by what they do."""

from collections.abc import Sequence

from ranking.contracts import Hit
from ranking.layouts.arrangement import Arrangement, Naming

# Those that the merchandiser puts first; more make a row higher than its picture.
FACTS_SHOWN = 5


def arrange(hits: Sequence[Hit], naming: Naming, *, page: int) -> Arrangement:
    facts = {hit.product_id: naming.describe(hit.product.attributes, skip=())[:FACTS_SHOWN] for hit in hits}
    return Arrangement("list", tuple(hits), facts=facts)
