"""Builds a `ProductRow` from a row of named columns by the file's mapping."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_book import AttributeBook
from catalog.column_names import find_family, readable_name
from catalog.contracts import ProductRow, RawRow, Scalar, VariantRow
from catalog.mapping import ColumnMap, ColumnTarget
from catalog.packed_cells import read_category, read_packed_attributes, read_packed_variants
from catalog.row_fields import (
    RowFault,
    check_prices,
    guarded,
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
from catalog.text import detect_language
from catalog.values import clean_paragraphs, clean_text, is_blank, is_clean, parse_bool, parse_stock, storable

_LOCALISED = {base: (("en", f"{base}.en"), ("zh", f"{base}.zh")) for base in ("title", "description")}
_OFFER = frozenset({"price", "sale_price", "cost", "stock", "barcode"})
_TEXT_LIMITS = {"title": 1000, "description": 100_000, "brand": 200}


@dataclass(slots=True)
class _Draft:
    """What one row says, by target, before it is put together."""

    one: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    variants: list[VariantRow] = field(default_factory=list)
    said_images: bool = False


_NEVER_BLANK = frozenset({bool, int, float})
Setter = Callable[[_Draft, Any], None]


class RowBuilder:
    """Compiles the mapping once: each column becomes one setter, found again by its name."""

    def __init__(self, column_map: ColumnMap, book: AttributeBook) -> None:
        self._map = column_map
        self._book = book
        self._setters: dict[str, Setter | None] = {}
        self._readers: dict[str, tuple[str, Callable[[Any], tuple[Scalar, ...]]]] = {}
        self._sku_column = next((c for c, target in column_map.columns.items() if target.target == "sku"), "")
        self.unknown_columns: set[str] = set()
        self.last_sku = ""  # the row's own number, where the product's is its parent's

    def build(self, raw: RawRow) -> ProductRow:
        """Raises RowFault with the column and the remedy."""
        draft = _Draft()
        readers, attributes = self._readers, draft.attributes
        for column, value in raw.cells.items():
            # Catalogs are mostly attributes: the short way for those whose column is open.
            opened = readers.get(column)
            if opened is not None:
                key, read = opened
                try:
                    if type(value) in _NEVER_BLANK or not is_blank(value):
                        attributes[key] = read(value)
                    else:
                        attributes.setdefault(key, ())
                except ValueError as error:
                    raise RowFault("wrong_attribute", str(error), column) from error
                continue
            try:
                setter = self._setters[column]
            except KeyError:
                setter = self._setters[column] = self._compile(column)
            if setter is not None:
                setter(draft, value)
        self.last_sku = self.find_sku(raw.cells)
        return self._assemble(draft, self.last_sku, raw.row_number)

    def find_sku(self, cells: Mapping[str, Any]) -> str:
        if self._sku_column:
            return read_sku(cells.get(self._sku_column), self._sku_column)
        parts = [str(cells.get(column) or "") for column in self._map.sku_from]
        if not any(parts):
            raise RowFault("missing_sku", _("The row has nothing to tell its product apart by."))
        # Stable: the same title and picture always give the same number.
        return "gen-" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]

    def _compile(self, column: str) -> Setter | None:
        target = self._map.find(column)
        if target is None:
            self.unknown_columns.add(str(column)[:200])
            return None
        if target.target in ("ignore", "sku"):
            return None
        if target.target == "attribute":
            return self._compile_attribute(column, target)
        if target.target in ("option", "extra", "images", "variants", "attributes"):
            return self._compile_many(column, target)
        return _compile_one(column, target)

    def _compile_attribute(self, column: str, target: ColumnTarget) -> Setter:
        family = find_family(column)
        name = target.key or (column.removeprefix(family[0]) if family else column)

        def open_attribute(draft: _Draft, value: Any) -> None:
            """The first value of the column; `build` reads the later ones itself."""
            blank = type(value) not in _NEVER_BLANK and is_blank(value)
            if blank and not target.kind:
                return  # without a kind the first value decides
            reader = guarded(
                "unknown_unit", column, lambda: self._book.open(name, target.kind, target.unit, sample=value)
            )
            self._readers[column] = (reader.spec.key, reader.read)
            try:
                draft.attributes[reader.spec.key] = () if blank else reader.read(value)
            except ValueError as error:
                raise RowFault("wrong_attribute", str(error), column) from error

        return open_attribute

    def _compile_many(self, column: str, target: ColumnTarget) -> Setter:
        name = target.key or readable_name(column)

        def set_option(draft: _Draft, value: Any) -> None:
            if not is_blank(value):
                draft.options[name] = read_text(column, clean_text(value), limit=200)

        def set_extra(draft: _Draft, value: Any) -> None:
            draft.extra[target.key or column] = _plain(value)

        def set_images(draft: _Draft, value: Any) -> None:
            draft.said_images = True
            if not is_blank(value):
                draft.images += read_images(value, column)

        def set_variants(draft: _Draft, value: Any) -> None:
            draft.variants += read_packed_variants(value, column)

        def set_attributes(draft: _Draft, value: Any) -> None:
            for reader, values in read_packed_attributes(value, column, self._book):
                draft.attributes[reader.spec.key] = values

        return {"option": set_option, "extra": set_extra, "images": set_images, "variants": set_variants,
                "attributes": set_attributes}[target.target]  # fmt: skip

    def _assemble(self, draft: _Draft, sku: str, row_number: int) -> ProductRow:
        one = draft.one
        parent = clean_text(one["parent"])[:100] if not is_blank(one.get("parent")) else ""
        variant = _build_variant(draft, sku)
        in_group = bool(parent) and parent != sku
        variants = (*draft.variants, variant) if variant and draft.variants else (variant,) if variant else ()
        return ProductRow(
            sku=parent or sku,
            row_number=row_number,
            titles=_by_locale(one, "title"),
            descriptions=_by_locale(one, "description", keep_empty=not in_group),
            brand=_read_brand(one, keep_empty=not in_group),
            category=read_category(one, keep_empty=not in_group),
            attributes=_keep_said(draft.attributes, in_group=in_group),
            variants=variants or ((VariantRow(sku=sku),) if in_group else None) or tuple(draft.variants) or None,
            images=tuple(dict.fromkeys(draft.images)) if draft.images or (draft.said_images and not in_group) else None,
            sale_from=one.get("sale_from"),
            sale_until=one.get("sale_until"),
            rating_average=one.get("rating"),
            rating_count=one.get("rating_count"),
            popularity=one.get("popularity"),
            markets=one.get("markets"),
            status=one.get("status"),
            deleted=bool(one.get("deleted")),
            extra=draft.extra or None,
        )


def _build_variant(draft: _Draft, sku: str) -> VariantRow | None:
    one = draft.one
    if not draft.options and _OFFER.isdisjoint(one):
        return None
    return VariantRow(
        sku=sku,
        options=draft.options,
        price=one.get("price"),
        sale_price=check_prices(one.get("price"), one.get("sale_price")),
        cost=one.get("cost"),
        stock=one.get("stock"),
        barcode=one.get("barcode"),
        image=draft.images[0] if draft.images and draft.options else None,
    )


def _compile_one(column: str, target: ColumnTarget) -> Setter:
    """Targets that one column fills."""
    name = target.target
    read = _READERS.get(name.partition(".")[0], _read_plain)

    def set_one(draft: _Draft, value: Any) -> None:
        draft.one[name] = read(column, value, target)

    return set_one


def _read_plain(_column: str, value: Any, _target: ColumnTarget) -> Any:
    return value


def _read_name(column: str, value: Any, target: ColumnTarget) -> str:
    text = value if type(value) is str and len(value) > 4 and is_clean(value) else clean_text(_or_empty(value))
    return read_text(column, text, limit=_TEXT_LIMITS[target.target.partition(".")[0]])


def _read_description(column: str, value: Any, _target: ColumnTarget) -> str:
    return read_text(column, clean_paragraphs(_or_empty(value)), limit=_TEXT_LIMITS["description"])


def _read_price(column: str, value: Any, target: ColumnTarget) -> Any:
    """A blank price or stock leaves the stored one alone; a blank sale price or cost clears it."""
    return None if target.target == "price" and is_blank(value) else read_amount(column, value, target)


def _read_stock(column: str, value: Any, _target: ColumnTarget) -> int | None:
    return None if is_blank(value) else guarded("wrong_stock", column, lambda: parse_stock(value))


def _read_barcode(column: str, value: Any, _target: ColumnTarget) -> str:
    first = next((entry for entry in value if not is_blank(entry)), "") if isinstance(value, list) else value
    return read_text(column, clean_text(_or_empty(first)), limit=64)


def _read_deleted(column: str, value: Any, _target: ColumnTarget) -> bool:
    return not is_blank(value) and guarded("wrong_value", column, lambda: parse_bool(value))


_READERS: dict[str, Callable[[str, Any, ColumnTarget], Any]] = {
    "title": _read_name,
    "brand": _read_name,
    "description": _read_description,
    "price": _read_price,
    "sale_price": _read_price,
    "cost": _read_price,
    "stock": _read_stock,
    "barcode": _read_barcode,
    "deleted": _read_deleted,
    "rating": lambda column, value, _target: read_rating(column, value),
    "rating_count": lambda column, value, _target: read_count(column, value),
    "popularity": lambda column, value, _target: read_rating(column, value, limit=1e15),
    "markets": lambda column, value, _target: read_markets(value, column),
    "sale_from": lambda column, value, _target: read_moment(column, value),
    "sale_until": lambda column, value, _target: read_moment(column, value, end_of_day=True),
    "status": lambda column, value, _target: read_status(value, column),
}


def _by_locale(one: Mapping[str, Any], base: str, *, keep_empty: bool = False) -> dict[str, str]:
    texts = {}
    for locale, name in _LOCALISED[base]:
        text = one.get(name)
        if text or (keep_empty and text is not None):
            texts[locale] = text
    return texts


def _read_brand(one: Mapping[str, Any], *, keep_empty: bool) -> Mapping[str, str] | None:
    """A brand column holds both scripts side by side in many shops; each name goes under its own language."""
    if "brand.en" not in one and "brand.zh" not in one:
        return None
    names = {locale: one[f"brand.{locale}"] for locale in ("en", "zh") if one.get(f"brand.{locale}")}
    if len(names) == 1:
        (text,) = names.values()
        names = {"en" if text.isascii() or detect_language(text) == "en" else "zh": text}
    return names if names or keep_empty else None


def _keep_said(attributes: dict[str, tuple[Scalar, ...]], *, in_group: bool) -> dict[str, tuple[Scalar, ...]] | None:
    """A variant row that leaves a cell blank says nothing about its product."""
    if in_group:
        attributes = {key: values for key, values in attributes.items() if values}
    return attributes or None


def _or_empty(value: Any) -> Any:
    return "" if is_blank(value) else value


def _plain(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else storable(value)
