"""Puts rows of one product together: variant rows of a group, and variants that have rows of their own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from catalog.contracts import ProductRow, VariantRow


def merge_rows(first: ProductRow, second: ProductRow) -> ProductRow:
    """Two rows of one product as one: variants in order, and of the rest what a later row says anew."""

    def latest(name: str) -> Any:
        value = getattr(second, name)
        return getattr(first, name) if value is None else value

    def joined(name: str) -> dict[str, Any]:
        return {**(getattr(first, name) or {}), **(getattr(second, name) or {})}

    return ProductRow(
        sku=first.sku,
        row_number=first.row_number,
        titles={**second.titles, **first.titles},
        descriptions={**second.descriptions, **first.descriptions},
        brand=latest("brand"),
        category=latest("category"),
        attributes=joined("attributes") if first.attributes or second.attributes else None,
        variants=(*(first.variants or ()), *(second.variants or ())),
        images=tuple(dict.fromkeys((first.images or ()) + (second.images or ()))) or None,
        sale_from=latest("sale_from"),
        sale_until=latest("sale_until"),
        rating_average=latest("rating_average"),
        rating_count=latest("rating_count"),
        popularity=latest("popularity"),
        markets=latest("markets"),
        status=latest("status"),
        extra=joined("extra") if first.extra or second.extra else None,
        specs=tuple({spec.key: spec for spec in (*first.specs, *second.specs)}.values()),
    )


def group_rows(rows: Iterable[ProductRow]) -> list[ProductRow]:
    """One row a product, in the order of first appearance; a product that lists a variant takes over its row."""
    grouped: dict[str, ProductRow] = {}
    for row in rows:
        held = grouped.get(row.sku)
        if held is None or row.complete or row.deleted or held.deleted:
            grouped.pop(row.sku, None)
            grouped[row.sku] = row
        else:
            grouped[row.sku] = merge_rows(held, row)
    for row in [row for row in grouped.values() if row.variants and len(row.variants) > 1]:
        grouped[row.sku] = replace(
            row, variants=tuple(_take_over(row, variant, grouped) for variant in row.variants or ())
        )
    return list(grouped.values())


def _take_over(row: ProductRow, variant: VariantRow, grouped: dict[str, ProductRow]) -> VariantRow:
    """A listed variant with a row of its own gets that row's price, stock and picture, and the row is used up."""
    own = grouped.get(variant.sku)
    if own is None or own.sku == row.sku or not variant.options or len(own.variants or ()) > 1:
        return variant
    del grouped[variant.sku]
    return with_own_row(variant, own)


def with_own_row(variant: VariantRow, own: ProductRow) -> VariantRow:
    said = own.variants[0] if own.variants else VariantRow(sku=variant.sku)
    return replace(
        variant,
        price=variant.price if said.price is None else said.price,
        sale_price=variant.sale_price if said.sale_price is None else said.sale_price,
        cost=variant.cost if said.cost is None else said.cost,
        stock=variant.stock if said.stock is None else said.stock,
        barcode=variant.barcode if said.barcode is None else said.barcode,
        image=own.images[0] if own.images else variant.image,
    )
