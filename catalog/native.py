"""Reads a product in Searchsite's own JSON shape, the one the REST interface and the demo catalog speak."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_book import AttributeBook
from catalog.contracts import LOCALES, AttributeSpec, Empty, ProductRow, Scalar, VariantRow
from catalog.row_fields import (
    RowFault,
    check_prices,
    read_amount,
    read_count,
    read_images,
    read_markets,
    read_moment,
    read_rating,
    read_sku,
    read_status,
    read_text,
)
from catalog.values import clean_paragraphs, clean_text, is_blank, parse_bool, parse_stock, storable

FIELDS = frozenset(
    [
        "sku",
        "titles",
        "descriptions",
        "brand",
        "category",
        "attributes",
        "variants",
        "images",
        "sale_from",
        "sale_until",
        "rating_average",
        "rating_count",
        "popularity",
        "markets",
        "status",
        "deleted",
        "extra",
        "price",
        "sale_price",
        "cost",
        "stock",
        "barcode",
    ]
)
MAX_VARIANTS = 2_000


def read_native(cells: Mapping[str, Any], row_number: int, book: AttributeBook) -> ProductRow:
    """Raises RowFault with the field and the remedy. Lists of attributes and variants are taken as whole."""
    unknown = sorted(set(cells) - FIELDS)
    if unknown:
        message = _("Unknown field: %(names)s. Known are %(known)s.")
        names = {"names": ", ".join(map(str, unknown[:10])), "known": ", ".join(sorted(FIELDS))}
        raise RowFault("unknown_field", message % names, str(unknown[0]))
    sku = read_sku(cells.get("sku"))
    attributes, specs = _read_attributes(cells, book)
    return ProductRow(
        sku=sku,
        row_number=row_number,
        titles=_read_names(cells, "titles", limit=1000),
        descriptions=_read_descriptions(cells),
        brand=_read_brand(cells),
        category=_read_category(cells),
        attributes=attributes,
        variants=_read_variants(cells, sku),
        images=read_images(cells["images"]) if "images" in cells else None,
        sale_from=_said(cells, "sale_from", read_moment),
        sale_until=_said(cells, "sale_until", read_moment, end_of_day=True),
        rating_average=_said(cells, "rating_average", read_rating),
        rating_count=_said(cells, "rating_count", read_count),
        popularity=_said(cells, "popularity", read_rating, limit=1e15),
        markets=read_markets(cells["markets"]) if "markets" in cells else None,
        status=read_status(cells.get("status")),
        deleted=not is_blank(cells.get("deleted")) and _read_deleted(cells["deleted"]),
        extra=storable(_read_mapping(cells, "extra")) if "extra" in cells else None,
        complete=True,
        specs=specs,
    )


def _said(cells: Mapping[str, Any], name: str, read: Any, **options: Any) -> Any:
    return read(name, cells[name], **options) if name in cells else None


def _read_deleted(value: Any) -> bool:
    try:
        return parse_bool(value)
    except ValueError as error:
        raise RowFault("wrong_value", str(error), "deleted") from error


def _read_mapping(cells: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = cells.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RowFault("wrong_type", _("“%(name)s” must be an object.") % {"name": name}, name)
    return value


def _read_list(cells: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = cells.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RowFault("wrong_type", _("“%(name)s” must be a list.") % {"name": name}, name)
    return value


def _read_names(cells: Mapping[str, Any], name: str, *, limit: int) -> dict[str, str]:
    """Texts by language; only the languages said are touched."""
    value = _read_mapping(cells, name)
    unknown = [str(key) for key in value if key not in LOCALES]
    if unknown:
        message = _("Unknown language “%(locale)s”; known are en and zh.")
        raise RowFault("unknown_locale", message % {"locale": unknown[0]}, name)
    return {
        locale: read_text(name, clean_text(text or ""), limit=limit)
        for locale, text in value.items()
        if text is not None
    }


def _read_descriptions(cells: Mapping[str, Any]) -> dict[str, str]:
    texts = _read_mapping(cells, "descriptions")
    return {
        locale: read_text("descriptions", clean_paragraphs(texts[locale]), limit=100_000)
        for locale in LOCALES
        if texts.get(locale) is not None
    }


def _read_brand(cells: Mapping[str, Any]) -> Mapping[str, str] | None:
    if "brand" not in cells:
        return None
    value = cells["brand"]
    if isinstance(value, str):
        value = {"en": value}
    return {locale: text for locale, text in _read_names({"brand": value}, "brand", limit=200).items() if text}


def _read_category(cells: Mapping[str, Any]) -> tuple[Mapping[str, str], ...] | None:
    if "category" not in cells:
        return None
    levels = _read_list(cells, "category")
    named = [_read_names({"category": level if isinstance(level, dict) else {"en": level}}, "category", limit=200)
             for level in levels]  # fmt: skip
    if any(not any(level.values()) for level in named):
        raise RowFault("wrong_category", _("A level of the category path has no name."), "category")
    return tuple(named)


def _read_attributes(
    cells: Mapping[str, Any], book: AttributeBook
) -> tuple[dict[str, tuple[Scalar, ...]] | None, tuple[AttributeSpec, ...]]:
    if "attributes" not in cells:
        return None, ()
    attributes: dict[str, tuple[Scalar, ...]] = {}
    specs: list[AttributeSpec] = []
    for entry in _read_list(cells, "attributes"):
        if not isinstance(entry, Mapping) or is_blank(entry.get("key")):
            raise RowFault("wrong_attribute", _("Each attribute needs a “key” and “values”."), "attributes")
        spec, values = _read_attribute(entry, book)
        attributes[spec.key] = values
        specs.append(spec)
    return attributes, tuple(specs)


def _read_attribute(entry: Mapping[str, Any], book: AttributeBook) -> tuple[AttributeSpec, tuple[Scalar, ...]]:
    key = clean_text(entry["key"])[:120]
    kind = entry.get("kind", "text")
    if kind not in ("text", "number", "boolean"):
        raise RowFault("wrong_attribute", _("The kind of “%(key)s” is unknown.") % {"key": key}, key)
    names = _read_names(entry, "names", limit=200)
    listed = entry.get("values")
    listed = listed if isinstance(listed, list) else [listed]
    value_names = {
        label: {locale: clean_text(text) for locale, text in value.items() if locale in LOCALES and text}
        for value in listed
        if isinstance(value, Mapping) and (label := _value_label(value))
    }
    plain = [_value_label(value) if isinstance(value, Mapping) else value for value in listed]
    try:
        reader = book.open_named(key, names, kind, str(entry.get("unit") or ""))
        values = reader.read([value for value in plain if not is_blank(value)])
    except ValueError as error:
        raise RowFault("wrong_attribute", str(error), key) from error
    spec = AttributeSpec(reader.spec.key, names, reader.spec.kind, reader.spec.unit, value_names)
    return spec, values


def _value_label(value: Mapping[str, Any]) -> str:
    """The value as the product keeps it; its names in both languages go to the vocabulary."""
    return clean_text(value.get("en") or value.get("zh") or "")


def _read_variants(cells: Mapping[str, Any], sku: str) -> tuple[VariantRow, ...] | None:
    if "variants" not in cells:
        own = {"price", "sale_price", "cost", "stock", "barcode"} & set(cells)
        return (_read_variant({**{name: cells[name] for name in own}, "sku": sku}),) if own else None
    listed = _read_list(cells, "variants")
    if not 1 <= len(listed) <= MAX_VARIANTS:
        message = _("A product has between 1 and %(count)d variants.")
        raise RowFault("wrong_variants", message % {"count": MAX_VARIANTS}, "variants")
    variants = tuple(_read_variant(entry) for entry in listed)
    if len({variant.sku for variant in variants}) < len(variants):
        raise RowFault("duplicate_sku", _("Two variants have the same SKU. Give each its own."), "variants")
    return variants


def _read_variant(entry: Any) -> VariantRow:
    if not isinstance(entry, Mapping):
        raise RowFault("wrong_variants", _("Each variant must be an object with a “sku”."), "variants")
    options = _read_mapping(entry, "options")
    price = _said(entry, "price", read_amount)
    sale_price = check_prices(price, _said(entry, "sale_price", read_amount))
    try:
        stock = parse_stock(entry["stock"]) if not is_blank(entry.get("stock")) else None
    except ValueError as error:
        raise RowFault("wrong_stock", str(error), "stock") from error
    return VariantRow(
        sku=read_sku(entry.get("sku")),
        options={
            clean_text(name)[:120]: clean_text(text)[:200] for name, text in options.items() if not is_blank(text)
        },
        price=Empty.EMPTY if "price" in entry and price is None else price,
        sale_price=sale_price,
        cost=_said(entry, "cost", read_amount),
        stock=stock,
        barcode=read_text("barcode", clean_text(entry.get("barcode") or ""), limit=64) if "barcode" in entry else None,
        image=read_text("image", clean_text(entry.get("image") or ""), limit=500) if "image" in entry else None,
    )
