"""Makes the demo's products one by one, each a line of the import format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.demo.dice import Dice
from catalog.demo.material import (
    AttributeChoice,
    Brand,
    Colour,
    Department,
    ProductType,
    Words,
    read_departments,
)
from catalog.demo.offers import choose_price, choose_sale, make_variants, picture_url
from catalog.demo.wording import Facts, Value, fill, write_description

DEFAULT_PRODUCTS = 2400
# The departments' units as the unit system names them; what only counts things (seats, keys) has none.
WRITTEN_UNITS: dict[str, tuple[str, float]] = {
    "in": ("cm", 2.54), "w": ("W", 1), "mah": ("mAh", 1), "gb": ("GB", 1), "hz": ("Hz", 1), "db": ("dB", 1),
    "pa": ("kPa", 0.001), "m2": ("m²", 1), "mp": ("MP", 1), "mbps": ("Mbps", 1), "seats": ("", 1), "people": ("", 1),
    "keys": ("", 1), "ports": ("", 1), "sheets": ("", 1), "gsm": ("", 1), "%": ("", 1), "pages": ("", 1),
    "gears": ("", 1),
}  # fmt: skip
MARKETS = ((), (), (), (), (), (), (), (), ("cn",), ("us", "eu"))
ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product with what the reviews need to know of it."""

    row: dict[str, Any]
    department: Department
    type: ProductType
    colours: tuple[Colour, ...]
    facts: Facts


def share_out(count: int) -> list[tuple[Department, ProductType, int]]:
    """How many products of each type, by weight, adding up to `count` exactly."""
    types = [(department, type_) for department in read_departments() for type_ in department.types]
    total = sum(type_.weight for _, type_ in types)
    shares, given, passed = [], 0, 0.0
    for department, type_ in types:
        passed += type_.weight
        upto = int(count * passed / total + 0.5)
        shares.append((department, type_, upto - given))
        given = upto
    return shares


def make_products(count: int = DEFAULT_PRODUCTS) -> Iterator[DemoProduct]:
    titles: set[str] = set()
    number = 0
    for department, type_, share in share_out(count):
        for index in range(share):
            number += 1
            yield make_product(department, type_, index, (index + 0.5) / share, number, titles)


def make_product(
    department: Department, type_: ProductType, index: int, position: float, number: int, titles: set[str]
) -> DemoProduct:
    for attempt in range(ATTEMPTS):
        dice = Dice("demo", type_.key, index, attempt)
        tier = min(max(position + dice.between(-0.12, 0.12), 0.0), 0.999)
        facts = choose_facts(department, type_, tier, dice)
        pattern = dice.pick(type_.titles)
        title = {
            "en": fill(pattern.en, facts, "en", title=True),
            "zh": fill(pattern.zh, facts, "zh", title=True),
        }
        if title["en"] not in titles:
            break
    titles.add(title["en"])
    colours = choose_colours(type_, dice)
    row = make_row(department, type_, tier, facts, colours, title, number, dice)
    return DemoProduct(row, department, type_, colours, facts)


def choose_brand(department: Department, tier: float, dice: Dice) -> Brand:
    wanted = 1 if tier < 0.34 else 2 if tier < 0.72 else 3
    return dice.pick([brand for brand in department.brands if brand.tier == wanted])


def choose_values(choice: AttributeChoice, tier: float, dice: Dice) -> tuple[Value, ...]:
    if choice.numbers:
        return (dice.ranked(choice.numbers, tier),)
    if choice.texts:
        picked = dice.shuffled(range(len(choice.texts)))[: choice.take]
        return tuple(choice.texts[place] for place in sorted(picked))
    return (dice.chance(choice.probability * (0.6 + 0.8 * tier)) or choice.probability >= 1,)


def choose_facts(department: Department, type_: ProductType, tier: float, dice: Dice) -> Facts:
    brand = choose_brand(department, tier, dice)
    model = f"{type_.model_prefix}-{(10 + int(tier * 85)) * 10 + dice.number(0, 9)}" if type_.model_prefix else ""
    names = {
        "brand": brand.words,
        "series": dice.pick(department.series),
        "model": Words(model, model),
        "noun": type_.nouns,
    }
    values = {choice.definition.key: choose_values(choice, tier, dice) for choice in type_.attributes}
    return Facts(names, values)


def choose_colours(type_: ProductType, dice: Dice) -> tuple[Colour, ...]:
    if not type_.shows_colour:
        return (dice.pick(type_.colours),)
    return tuple(dice.shuffled(type_.colours)[: min(len(type_.colours), dice.number(1, 4))])


def make_row(
    department: Department, type_: ProductType, tier: float, facts: Facts, colours: tuple[Colour, ...],
    title: dict[str, str], number: int, dice: Dice,
) -> dict[str, Any]:
    sku = f"{department.key[:2].upper()}-{type_.key.replace('_', '')[:4].upper()}-{number:05d}"
    sale = choose_sale(dice)
    variants = make_variants(type_, sku, colours, choose_price(type_, tier, dice), sale, dice, number)
    description = write_description(type_.openings, type_.features, department.closings, facts, dice)
    row: dict[str, Any] = {
        "sku": sku,
        "titles": title,
        "descriptions": description,
        "brand": facts.names["brand"].as_dict(),
        "category": [level.as_dict() for level in type_.path],
        "attributes": make_attributes(type_, facts, colours, variants),
        "variants": variants,
        "images": [picture_url(type_, colour) for colour in colours],
        **make_standing(dice),
        "markets": list(dice.pick(MARKETS)),
        "extra": make_extra(facts, dice),
    }
    if sale.window:
        row["sale_from"], row["sale_until"] = sale.window
    return row


def make_standing(dice: Dice) -> dict[str, Any]:
    """Few products sell a lot; what sells is rated more often, and a little better."""
    luck = dice.fraction()
    sold = luck * luck * luck * luck
    popularity = round(2 + 4800 * sold, 1)
    count = 0 if dice.chance(0.06) else int(popularity * dice.between(0.25, 0.7)) + 1
    average = round(min(3.3 + 1.25 * dice.fraction() + 0.45 * luck, 5.0), 1) if count else None
    return {"rating_average": average, "rating_count": count, "popularity": popularity}


def make_extra(facts: Facts, dice: Dice) -> dict[str, Any]:
    extra: dict[str, Any] = {"launch_year": dice.number(2022, 2026)}
    if facts.names["model"].en:
        extra["model_number"] = facts.names["model"].en
        extra["warranty_months"] = dice.pick((12, 24, 24, 36))
    return extra


def make_attributes(
    type_: ProductType, facts: Facts, colours: tuple[Colour, ...], variants: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    attributes = []
    if type_.shows_colour:
        attributes.append({"key": "colour", "names": {"en": "Colour", "zh": "颜色"}, "kind": "text",
                           "values": [colour.words.as_dict() for colour in colours]})
    if type_.option:
        definition = type_.option.definition
        offered = {variant["options"][definition.key] for variant in variants}
        attributes.append({"key": definition.key, "names": definition.names.as_dict(), "kind": "text", "values": [
            value.words.as_dict() for value in type_.option.values if value.words.en in offered
        ]})
    for choice in type_.attributes:
        attributes.append(make_attribute(choice, facts.values[choice.definition.key]))
    return attributes


def make_attribute(choice: AttributeChoice, values: tuple[Value, ...]) -> dict[str, Any]:
    definition = choice.definition
    attribute: dict[str, Any] = {"key": definition.key, "names": definition.names.as_dict(), "kind": definition.kind}
    unit, factor = WRITTEN_UNITS.get(definition.written_unit, (definition.written_unit, 1))
    if unit:
        attribute["unit"] = unit
    attribute["values"] = [
        value.as_dict() if isinstance(value, Words) else write_number_value(value, factor) for value in values
    ]
    return attribute


def write_number_value(value: float, factor: float) -> float | bool:
    if isinstance(value, bool):
        return value
    number = round(value * factor, 3)
    return int(number) if number == int(number) else number
