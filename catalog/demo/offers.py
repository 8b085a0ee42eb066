"""Prices, sale windows, stock and barcodes of the demo's products: what is sold, and for how much."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from catalog.demo.dice import Dice
from catalog.demo.kinds import Colour, Option, OptionValue, ProductType

# Fixed dates, so that two runs agree: long gone, running until 2030, and still to come.
PAST_WINDOWS = (("2023-11-01T00:00:00Z", "2023-11-12T00:00:00Z"), ("2024-06-01T00:00:00Z", "2024-06-19T00:00:00Z"))
RUNNING_WINDOWS = (("2025-01-01T00:00:00Z", "2030-12-31T23:59:59Z"), ("2025-09-01T00:00:00Z", "2030-06-30T23:59:59Z"))
COMING_WINDOWS = (("2031-11-01T00:00:00Z", "2031-11-12T00:00:00Z"),)
DISCOUNTS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)


@dataclass(frozen=True, slots=True)
class Sale:
    discount: float = 0.0
    window: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What all variants of a product share: its SKU, price before options, and sale."""

    sku: str
    price: float
    sale: Sale


def choose_sale(dice: Dice) -> Sale:
    share = dice.fraction()
    discount = dice.pick(DISCOUNTS)
    if share < 0.20:
        return Sale(discount, dice.pick(RUNNING_WINDOWS))
    if share < 0.26:
        return Sale(discount, dice.pick(PAST_WINDOWS))
    if share < 0.30:
        return Sale(discount, dice.pick(COMING_WINDOWS))
    return Sale()


def round_price(amount: float) -> Decimal:
    """Prices end as shops end them: 9.90 below a hundred, whole numbers ending in 9 above three hundred."""
    if amount < 100:
        return Decimal(max(int(amount), 1)) + Decimal("0.90")
    if amount < 300:
        return Decimal(int(amount)) + Decimal("0.00")
    return Decimal(int(amount) // 10 * 10 + 9) + Decimal("0.00")


def choose_price(type_: ProductType, tier: float, dice: Dice) -> float:
    low, high = type_.prices
    return (low + (high - low) * (0.35 * tier + 0.65 * tier * tier)) * dice.between(0.94, 1.06)


def make_barcode(variant_sku: str) -> str:
    """An EAN-13 of the range for use inside a shop (200–299), with its check digit; the SKU decides it."""
    number = int.from_bytes(blake2b(variant_sku.encode(), digest_size=8).digest(), "big") % 10**11
    digits = f"2{number:011d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def choose_stock(dice: Dice) -> int:
    share = dice.fraction()
    if share < 0.08:
        return 0
    return dice.number(1, 9) if share < 0.2 else dice.number(10, 240)


def choose_options(option: Option | None, dice: Dice) -> tuple[OptionValue | None, ...]:
    """A run of neighbouring option values: few products come in every size."""
    if option is None:
        return (None,)
    count = min(len(option.values), dice.number(2, 5))
    start = dice.number(0, len(option.values) - count)
    return option.values[start : start + count]


def make_variants(type_: ProductType, colours: tuple[Colour, ...], offer: Offer, dice: Dice) -> list[dict[str, Any]]:
    options = choose_options(type_.option, dice)
    margin = round(dice.between(0.35, 0.72), 3)
    sold_out = dice.chance(0.04)
    variants: list[dict[str, Any]] = []
    for colour in colours if type_.shows_colour else colours[:1]:
        for option in options:
            variant: dict[str, Any] = {
                "sku": f"{offer.sku}-{len(variants) + 1:02d}",
                "options": name_options(type_, colour, option),
                **make_prices(offer, option.price_factor if option else 1.0, margin),
                "stock": 0 if sold_out else choose_stock(dice),
                "image": picture_url(type_, colour),
            }
            variants.append(variant)
    if len(variants) == 1:
        variants[0]["sku"] = offer.sku
    for variant in variants:
        variant["barcode"] = make_barcode(variant["sku"])
    return variants


def name_options(type_: ProductType, colour: Colour, option: OptionValue | None) -> dict[str, str]:
    names = {"colour": colour.words.en} if type_.shows_colour else {}
    return names | ({type_.option.definition.key: option.words.en} if option and type_.option else {})


def make_prices(offer: Offer, factor: float, margin: float) -> dict[str, str | None]:
    """An explicit null takes back a sale price that an earlier version of the demo may have stored."""
    price = round_price(offer.price * factor)
    reduced = round_price(float(price) * (1 - offer.sale.discount)) if offer.sale.window else price
    return {
        "price": str(price),
        "sale_price": str(reduced) if reduced < price else None,
        "cost": str((price * Decimal(str(margin))).quantize(Decimal("0.01"))),
    }


def picture_name(type_: ProductType, colour: Colour) -> str:
    return f"{type_.key.replace('_', '-')}-{colour.key}.svg"


def picture_url(type_: ProductType, colour: Colour) -> str:
    return f"/media/demo/{picture_name(type_, colour)}"
