"""What the cross-encoder reads of products: title, brand and category, in the language of the query."""

from collections.abc import Sequence

from catalog.models import Product


def load_reading_texts(product_ids: Sequence[int], language: str) -> list[tuple[str, str, str]]:
    """(title, brand, category) in the order of the ids, each in the other language where this one has none; a product
    deleted meanwhile gives empty texts.
    """
    first, second = ("zh", "en") if language == "zh" else ("en", "zh")
    columns = [
        f"{field}_{locale}" for field in ("title", "brand__name", "category__name") for locale in (first, second)
    ]
    found = {row[0]: row[1:] for row in Product.objects.filter(pk__in=product_ids).values_list("pk", *columns)}
    missing = ("",) * len(columns)
    return [_choose(found.get(id_, missing)) for id_ in product_ids]


def _choose(row: Sequence[str | None]) -> tuple[str, str, str]:
    title, brand, category = ((row[place] or row[place + 1] or "") for place in (0, 2, 4))
    return title, brand, category
