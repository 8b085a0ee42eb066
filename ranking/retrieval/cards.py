"""Product cards for one page, in one query."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from catalog.effective import merge_attributes
from ranking.contracts import ProductCard, VariantCard

MAX_DESCRIPTION = 240
_CARD_SQL = """
SELECT p.id, p.sku, p.title_en, p.title_zh, left(p.description_en, 600), left(p.description_zh, 600),
    b.key, b.name_en, b.name_zh, c.key, c.name_en, c.name_zh,
    p.rating_average, p.rating_count, p.sale_from, p.sale_until,
    jsonb_build_array(p.images, p.attributes, p.extracted,
        (SELECT jsonb_agg(jsonb_build_array(
            v.sku, v.options, v.price, v.sale_price, coalesce(v.stock > 0, true), v.image
        ) ORDER BY v.position, v.id) FROM catalog_variant v WHERE v.product_id = p.id))
FROM catalog_product p
LEFT JOIN catalog_brand b ON b.id = p.brand_id
LEFT JOIN catalog_category c ON c.id = p.category_id
WHERE p.id = ANY(%s) AND p.status = 'active'
"""


def load_cards(product_ids: Sequence[int], *, locale: str, now: datetime) -> dict[int, ProductCard]:
    """Cards by product id; a product deleted a moment ago is left out."""
    if not product_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CARD_SQL, [list(product_ids)])
        rows = cursor.fetchall()
    return {row[0]: _build_card(row, locale=locale, now=now) for row in rows}


def lead_with(card: ProductCard, sku: str) -> ProductCard:
    """The card of one variant: its picture, price and stock, itself before the others. Other SKUs change nothing."""
    chosen = next((variant for variant in card.variants if variant.sku == sku), None)
    if chosen is None:
        return card
    return replace(
        card,
        variant=sku,
        variants=(chosen, *(variant for variant in card.variants if variant is not chosen)),
        price=chosen.price,
        sale_price=chosen.sale_price,
        in_stock=chosen.in_stock,
        image=chosen.image or card.image,
    )


def _build_card(row: Sequence[Any], *, locale: str, now: datetime) -> ProductCard:
    (id_, sku, title_en, title_zh, text_en, text_zh, brand_key, brand_en, brand_zh, category_key, category_en,
     category_zh, rating, rating_count, sale_from, sale_until, packed) = row  # fmt: skip
    images, attributes, extracted, variants = json.loads(packed) if isinstance(packed, str) else packed
    on_sale = (sale_from is None or sale_from <= now) and (sale_until is None or now < sale_until)
    offers = tuple(_build_variant(item, on_sale=on_sale) for item in variants or [])
    pictures = images or []
    prices = [offer.price for offer in offers if offer.price is not None]
    sale_prices = [offer.sale_price for offer in offers if offer.sale_price is not None]
    return ProductCard(
        id=id_,
        sku=sku,
        title=_choose(locale, title_en, title_zh) or sku,
        description=_choose(locale, text_en, text_zh)[:MAX_DESCRIPTION],
        brand=_choose(locale, brand_en, brand_zh),
        brand_key=brand_key or "",
        category=_choose(locale, category_en, category_zh),
        category_key=category_key or "",
        price=min(prices, default=None),
        sale_price=min(sale_prices, default=None),
        currency=settings.SHOP_CURRENCY,
        in_stock=any(offer.in_stock for offer in offers),
        rating_average=rating,
        rating_count=rating_count,
        image=pictures[0] if pictures else next((offer.image for offer in offers if offer.image), ""),
        variants=offers,
        attributes=merge_attributes(attributes or {}, extracted or {}),
    )


def _build_variant(item: Sequence[Any], *, on_sale: bool) -> VariantCard:
    sku, options, price, sale_price, in_stock, image = item
    return VariantCard(
        sku=sku,
        options=options,
        price=None if price is None else float(price),
        sale_price=float(sale_price) if on_sale and sale_price is not None else None,
        in_stock=in_stock,
        image=image,
    )


def _choose(locale: str, en: str | None, zh: str | None) -> str:
    first, second = (zh, en) if locale == "zh" else (en, zh)
    return first or second or ""
