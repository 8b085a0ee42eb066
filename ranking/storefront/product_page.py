"""Everything the page of one product shows, read from the catalog in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from catalog.effective import merge_attributes
from catalog.models import Product, Review, Variant
from ranking.contracts import Hit
from ranking.retrieval.opinion_cards import OpinionCards, load_opinion_cards
from ranking.similar import similar_to
from ranking.storefront.attributes import AttributeNames, load_attribute_names
from ranking.storefront.categories import CategoryLink, load_trail, localised

REVIEWS_SHOWN = 10
SIMILAR_SHOWN = 6


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """One value of an option; `sku` is the variant its link leads to, `available` whether that one is in stock."""

    label: str
    sku: str
    selected: bool
    available: bool


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    label: str
    chosen: str
    choices: tuple[OptionChoice, ...]


@dataclass(frozen=True, slots=True)
class ProductPage:
    sku: str
    variant_sku: str
    title: str
    description: str
    brand: str
    brand_key: str
    trail: tuple[CategoryLink, ...]
    images: tuple[str, ...]
    price: Decimal | None
    sale_price: Decimal | None
    stock: int | None  # None: not counted
    options: tuple[Option, ...]
    attributes: tuple[tuple[str, str], ...]
    rating_average: float | None
    rating_count: int
    histogram: tuple[tuple[int, int, int], ...]  # stars, reviews, percent of all
    reviews: tuple[Review, ...]
    similar: tuple[Hit, ...] = ()
    opinions: OpinionCards | None = None

    @property
    def in_stock(self) -> bool:
        return self.stock is None or self.stock > 0


def load_product_page(sku: str, *, variant_sku: str, locale: str, now: datetime) -> ProductPage | None:
    """None when no active product has this SKU (a variant's SKU finds its product too)."""
    product = _find_product(sku)
    if product is None:
        return None
    variants = list(product.variants.all())
    chosen = _choose_variant(variants, wanted=(variant_sku, sku))
    options = {key: [v.options[key] for v in variants if key in v.options] for v in variants for key in v.options}
    attributes = merge_attributes(product.attributes, product.extracted)
    names = load_attribute_names({**attributes, **options}, locale=locale)
    histogram = _count_ratings(product)
    return ProductPage(
        sku=product.sku,
        variant_sku=chosen.sku if chosen else product.sku,
        title=localised(product, "title", locale) or product.sku,
        description=localised(product, "description", locale),
        brand=localised(product.brand, "name", locale) if product.brand else "",
        brand_key=product.brand.key if product.brand else "",
        trail=load_trail(product.category.key, locale) if product.category else (),
        images=_gallery(product, chosen),
        price=chosen.price if chosen else None,
        sale_price=_sale_price(product, chosen, now),
        stock=_count_stock(chosen),
        options=_options(variants, chosen, names),
        attributes=names.describe(attributes, skip=options if len(variants) > 1 else ()),
        rating_average=product.rating_average,
        rating_count=product.rating_count,
        histogram=histogram,
        reviews=_reviews(product, locale),
        opinions=load_opinion_cards(product.pk, locale=locale),
        similar=similar_to(product, locale=locale, limit=SIMILAR_SHOWN, now=now).hits,
    )


def _find_product(sku: str) -> Product | None:
    active = Product.objects.filter(status=Product.Status.ACTIVE).select_related("brand", "category")
    active = active.prefetch_related("variants")
    return active.filter(sku=sku).first() or active.filter(variants__sku=sku).first()


def _choose_variant(variants: Sequence[Variant], *, wanted: Sequence[str]) -> Variant | None:
    """The asked one, else the first that can be bought."""
    by_sku = {variant.sku: variant for variant in variants}
    asked = next((by_sku[sku] for sku in wanted if sku in by_sku), None)
    return asked or next((variant for variant in variants if variant.is_available), variants[0] if variants else None)


def _count_stock(variant: Variant | None) -> int | None:
    if variant is None:
        return 0
    return None if variant.stock is None else max(variant.stock, 0)


def _sale_price(product: Product, variant: Variant | None, now: datetime) -> Decimal | None:
    if variant is None or variant.sale_price is None or variant.price is None or variant.sale_price >= variant.price:
        return None
    started = product.sale_from is None or product.sale_from <= now
    running = product.sale_until is None or now < product.sale_until
    return variant.sale_price if started and running else None


def _gallery(product: Product, variant: Variant | None) -> tuple[str, ...]:
    first = [variant.image] if variant and variant.image else []
    return tuple(dict.fromkeys([*first, *(str(image) for image in product.images if image)]))


def _options(variants: Sequence[Variant], chosen: Variant | None, names: AttributeNames) -> tuple[Option, ...]:
    if chosen is None or len(variants) < 2:
        return ()
    keys = sorted({key for variant in variants for key in variant.options}, key=names.position)
    return tuple(
        Option(
            key=key,
            label=names.attribute(key),
            chosen=names.value(key, chosen.options.get(key, "")),
            choices=_choices(key, variants, chosen, names),
        )
        for key in keys
    )


def _choices(key: str, variants: Sequence[Variant], chosen: Variant, names: AttributeNames) -> tuple[OptionChoice, ...]:
    """Each value once; its link changes this option and keeps as many of the others as it can."""
    values = dict.fromkeys(variant.options[key] for variant in variants if key in variant.options)
    choices = []
    for value in values:
        having = [variant for variant in variants if variant.options.get(key) == value]
        best = max(having, key=lambda v: (_shared_options(v.options, chosen.options, but=key), v.is_available))
        choices.append(
            OptionChoice(names.value(key, value), best.sku, value == chosen.options.get(key), best.is_available)
        )
    return tuple(choices)


def _shared_options(one: Mapping[str, str], other: Mapping[str, str], *, but: str) -> int:
    return sum(1 for key, value in one.items() if key != but and other.get(key) == value)


def _count_ratings(product: Product) -> tuple[tuple[int, int, int], ...]:
    counted = dict(product.reviews.order_by().values_list("rating").annotate(Count("id")))
    total = sum(counted.values())
    if not total:
        return ()
    by_stars = ((stars, counted.get(stars, 0)) for stars in range(5, 0, -1))
    return tuple((stars, count, round(100 * count / total)) for stars, count in by_stars)


def _reviews(product: Product, locale: str) -> tuple[Review, ...]:
    """The newest ones, those in the shopper's language first."""
    rows = list(product.reviews.all()[: 5 * REVIEWS_SHOWN])
    return tuple(sorted(rows, key=lambda review: review.locale[:2] != locale)[:REVIEWS_SHOWN])
