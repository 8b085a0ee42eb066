"""Makes the demo's products one by one, each a line of the import format."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.demo.attributes import make_attributes
from catalog.demo.descriptions import write_description
from catalog.demo.dice import Dice
from catalog.demo.kinds import AttributeChoice, Brand, Colour, Department, ProductType, Words
from catalog.demo.material import read_departments
from catalog.demo.offers import Offer, choose_price, choose_sale, make_variants, picture_url
from catalog.demo.wording import Facts, Value, fill

DEFAULT_PRODUCTS = 2400
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


@dataclass(frozen=True, slots=True)
class Draft:
    """A product decided upon and not yet written out; `tier` runs from cheap (0) to dear (1)."""

    department: Department
    type: ProductType
    number: int
    tier: float
    colours: tuple[Colour, ...]
    facts: Facts
    title: dict[str, str]


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
    for department, type_, share in share_out(count):
        for index in range(share):
            yield make_product(department, type_, index, (index + 0.5) / share, titles)


def make_product(
    department: Department, type_: ProductType, index: int, position: float, titles: set[str]
) -> DemoProduct:
    """Rolls again while the title is taken; the last roll stands."""
    for attempt in range(ATTEMPTS):
        dice = Dice("demo", type_.key, index, attempt)
        tier = min(max(position + dice.between(-0.12, 0.12), 0.0), 0.999)
        facts = choose_facts(department, type_, tier, dice)
        pattern = dice.pick(type_.titles)
        title = {"en": fill(pattern.en, facts, "en", title=True), "zh": fill(pattern.zh, facts, "zh", title=True)}
        if not titles & set(title.values()):
            break
    titles.update(title.values())
    draft = Draft(department, type_, index + 1, tier, choose_colours(type_, dice), facts, title)
    return DemoProduct(make_row(draft, dice), department, type_, draft.colours, facts)


def choose_brand(department: Department, tier: float, dice: Dice) -> Brand:
    wanted = 1 if tier < 0.34 else 2 if tier < 0.72 else 3
    return dice.pick([brand for brand in department.brands if brand.tier == wanted])


def choose_places(choice: AttributeChoice, tier: float, dice: Dice) -> tuple[int, ...]:
    """Which of the possible values: numbers by the product's tier, texts freely and in their listed order."""
    if choice.numbers:
        return (dice.ranked(range(len(choice.numbers)), tier),)
    return tuple(sorted(dice.shuffled(range(len(choice.texts)))[: choice.take]))


def choose_facts(department: Department, type_: ProductType, tier: float, dice: Dice) -> Facts:
    brand = choose_brand(department, tier, dice)
    model = f"{type_.model_prefix}-{(10 + int(tier * 85)) * 10 + dice.number(0, 9)}" if type_.model_prefix else ""
    names = {
        "brand": brand.words,
        "series": dice.pick(department.series),
        "model": Words(model, model),
        "noun": type_.nouns,
        "type": Words(type_.key, type_.key),
    }
    chosen: dict[str, tuple[int, ...]] = {}
    values: dict[str, tuple[Value, ...]] = {}
    for choice in type_.attributes:
        key = choice.definition.key
        if choice.definition.kind == "boolean":
            values[key] = (choice.probability >= 1 or dice.chance(choice.probability * (0.6 + 0.8 * tier)),)
            continue
        chosen[key] = chosen[choice.follows] if choice.follows else choose_places(choice, tier, dice)
        options: Sequence[Value] = choice.numbers or choice.texts
        values[key] = tuple(options[place] for place in chosen[key])
    return Facts(names, values)


def choose_colours(type_: ProductType, dice: Dice) -> tuple[Colour, ...]:
    if not type_.shows_colour:
        return (dice.pick(type_.colours),)
    return tuple(dice.shuffled(type_.colours)[: min(len(type_.colours), dice.number(1, 4))])


def make_row(draft: Draft, dice: Dice) -> dict[str, Any]:
    type_ = draft.type
    # Numbered within its type: a new type or department leaves every other product's SKU alone.
    sku = f"{draft.department.key[:2]}-{type_.key.replace('_', '')[:8]}-{draft.number:03d}".upper()
    sale = choose_sale(dice)
    offer = Offer(sku, choose_price(type_, draft.tier, dice), sale)
    variants = make_variants(type_, draft.colours, offer, dice)
    sale_from, sale_until = sale.window or (None, None)
    return {
        "sku": sku,
        "titles": draft.title,
        "descriptions": write_description(type_, draft.department, draft.facts, dice),
        "brand": draft.facts.names["brand"].as_dict(),
        "category": [level.as_dict() for level in type_.path],
        "attributes": make_attributes(type_, draft.facts, draft.colours, variants),
        "variants": variants,
        "sale_from": sale_from,
        "sale_until": sale_until,
        "images": [picture_url(type_, colour) for colour in draft.colours],
        **make_standing(dice),
        "markets": list(dice.pick(MARKETS)),
        "extra": make_extra(draft.facts, dice),
    }


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
