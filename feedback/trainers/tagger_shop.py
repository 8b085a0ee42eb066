"""The shop's own products as texts to learn from, labelled by their own attribute values."""

from collections.abc import Iterator, Mapping

from django.db.models import Q

from catalog.effective import value_key
from catalog.extractors.tagger import context_of_key
from catalog.extractors.tagger_labels import fold_label
from catalog.extractors.tagger_pieces import cut_windows
from catalog.models import Attribute, AttributeValue, Product
from feedback.trainers.tagger_data import StatedProduct, TaggedText, Value, tag_by_own_values

MOST_PRODUCTS = 20_000


def shop_texts(language: str, *, most: int = MOST_PRODUCTS) -> list[TaggedText]:
    """Titles and beginnings of descriptions of active products with attributes, that state at least one value."""
    units = dict(Attribute.objects.values_list("key", "unit"))
    named = AttributeValue.objects.filter(~Q(**{f"name_{language}": ""}))
    names = {(key, value): name for key, value, name in named.values_list("attribute__key", "key", f"name_{language}")}
    rows = Product.objects.filter(status="active").exclude(attributes={}).select_related("category", "brand")
    products = [_state(row, language, units, names) for row in rows.order_by("id")[:most]]
    return [text for text in tag_by_own_values(products) if text.spans]


def _state(
    row: Product, language: str, units: Mapping[str, str], names: Mapping[tuple[str, str], str]
) -> StatedProduct:
    title, text = getattr(row, f"title_{language}"), getattr(row, f"description_{language}")
    windows = [text[start:end] for start, end in cut_windows(text, is_title=False)]
    values = {fold_label(key): tuple(_spell(key, own, units, names)) for key, own in row.attributes.items()}
    brand = getattr(row.brand, f"name_{language}") if row.brand else ""
    if brand:
        values["brand"] = (brand,)
    context = context_of_key(row.category.key) if row.category else ""
    return StatedProduct("shop", context, tuple(part for part in (title, *windows) if part), values)


def _spell(key: str, values: object, units: Mapping[str, str], names: Mapping[tuple[str, str], str]) -> Iterator[Value]:
    """A value in the language asked for, a number in its attribute's unit; bare numbers and yes or no label nothing."""
    for value in values if isinstance(values, list) else []:
        if isinstance(value, str):
            yield names.get((key, value_key(value)), value)
        elif isinstance(value, int | float) and not isinstance(value, bool) and units.get(key):
            yield round(float(value), 6), units[key]
