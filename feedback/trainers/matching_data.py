"""Pairs of offers that are one product, or are not: published English sets, and pairs made of the demo's products."""

import gzip
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.demo.products import DEFAULT_PRODUCTS, DemoProduct, make_products
from catalog.duplicates.offer import Offer

SETS = ("Abt-Buy", "Amazon-Google", "Walmart-Amazon")
MADE = "demo-zh"
SPLITS = ("train", "valid", "test")
_FIELD = re.compile(r"COL (\S+) VAL ?")
_TITLE, _BRAND = ("name", "title"), ("brand", "manufacturer")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """`source` names the set, `same` whether both offers are one product."""

    source: str
    first: Offer
    second: Offer
    same: bool


def read_pairs(folder: Path, source: str, split: str) -> list[LabelledPair]:
    """One split of one published set (Köpcke 2010; Mudgal 2018), in the form of Ditto (Li 2020)."""
    with gzip.open(folder / source / f"{split}.txt.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [LabelledPair(source, _read_offer(row[0]), _read_offer(row[1]), row[2].strip() == "1") for row in rows]


def _read_offer(text: str) -> Offer:
    parts = _FIELD.split(text)
    said = {key: value.strip() for key, value in zip(parts[1::2], parts[2::2], strict=True)}
    title = next((said[key] for key in _TITLE if said.get(key)), "")
    brand = next((said[key] for key in _BRAND if said.get(key)), "")
    price = said.get("price", "")
    return Offer(
        titles={"en": title},
        descriptions={"en": said["description"]} if said.get("description") else {},
        brand=brand,
        price=float(price) if re.fullmatch(r"\d+(?:\.\d+)?", price) and float(price) > 0 else None,
        codes=(said["modelno"],) if said.get("modelno") else (),
    )


def make_pairs(split: str, *, count: int = DEFAULT_PRODUCTS, seed: int = 5) -> list[LabelledPair]:
    """Chinese pairs (some beside English) from the demo's products: the same thing told anew by another seller, the
    nearest other products of its type, and the same thing in another colour, size or quantity, which is no duplicate.

    Splits are by product type, so nothing of a test type is seen in training.
    """
    made = [product for product in make_products(count) if _split_of(product) == split]
    by_type: dict[str, list[DemoProduct]] = {}
    for product in made:
        by_type.setdefault(product.type.key, []).append(product)
    pairs: list[LabelledPair] = []
    for product in made:
        dice = random.Random(f"{seed} {product.row['sku']}")
        pairs += _pairs_of(product, by_type[product.type.key], dice)
    return pairs


def _split_of(product: DemoProduct) -> str:
    place = zlib.crc32(product.type.key.encode()) % 10
    return "train" if place < 6 else "valid" if place < 8 else "test"


def _pairs_of(product: DemoProduct, others: Sequence[DemoProduct], dice: random.Random) -> Iterator[LabelledPair]:
    own = demo_offer(product)
    yield LabelledPair(MADE, own, tell_anew(product, dice), True)
    if dice.random() < 0.3:
        yield LabelledPair(MADE, own, tell_anew(product, dice, language="en"), True)
    for other in dice.sample(others, min(4, len(others))):
        if other is not product:
            yield LabelledPair(MADE, own, tell_anew(other, dice), False)
    varied = vary(product, dice)
    if varied is not None:
        yield LabelledPair(MADE, *varied, False)


def demo_offer(product: DemoProduct, *, language: str = "zh") -> Offer:
    row = product.row
    values = {a["key"]: tuple(_plain(v, language) for v in a["values"]) for a in row["attributes"]}
    prices = [float(variant["price"]) for variant in row["variants"] if variant.get("price")]
    return Offer(
        titles={language: row["titles"][language]},
        descriptions={language: row["descriptions"][language]},
        brand=row["brand"].get(language, "") if row["brand"] else "",
        price=min(prices, default=None),
        attributes=values,
        codes=(row["extra"]["model_number"],) if row.get("extra", {}).get("model_number") else (),
    )


def _plain(value: Any, language: str) -> Any:
    return value[language] if isinstance(value, Mapping) else value


_PRAISE = ("【官方正品】", "2024新款", "包邮", "旗舰店", "家用", "热卖", "升级款", "正品", "限时特惠", "高品质")
_MEASURE = re.compile(r"\d+(?:\.\d+)?(?=(?:升|瓦|克|英寸|寸|毫升|厘米|L|W|g|ml|cm|GB|件|片|支))")
_UNITS = (("升", "L"), ("瓦", "W"), ("克", "g"), ("英寸", "寸"), ("毫升", "ml"), ("厘米", "cm"), ("毫安时", "mAh"))


def tell_anew(product: DemoProduct, dice: random.Random, *, language: str = "zh") -> Offer:
    """The product as another seller would list it: words moved, dropped, praised; units, brand and price written
    otherwise; half of the attributes; the model number only now and then.
    """
    own = demo_offer(product, language=language)
    text = own.titles[language]
    if language == "zh":
        for long, short in _UNITS:
            if dice.random() < 0.6:
                text = re.sub(rf"(?<=\d){long}", short, text)
    words = text.split()
    head, tail = words[:1], [word for word in words[1:] if len(words) < 4 or dice.random() > 0.25]
    if dice.random() < 0.5:
        dice.shuffle(tail)
    words = [*head, *tail]
    if language == "zh" and dice.random() < 0.7:
        words.insert(dice.choice([0, len(words)]), dice.choice(_PRAISE))
    text = _rewrite_model(" ".join(words), own.codes, dice)
    kept = {key: value for key, value in own.attributes.items() if dice.random() < 0.5}
    price = own.price * dice.uniform(0.85, 1.15) if own.price else None
    return replace(
        own,
        titles={language: text},
        descriptions={} if dice.random() < 0.4 else _shorten(own.descriptions, dice),
        brand="" if dice.random() < 0.25 else own.brand,
        price=None if dice.random() < 0.1 else price,
        attributes=kept,
        codes=own.codes if dice.random() < 0.3 else (),
    )


def _rewrite_model(text: str, codes: Sequence[str], dice: random.Random) -> str:
    for code in codes:
        roll = dice.random()
        text = text.replace(code, "" if roll < 0.25 else code.replace("-", "") if roll < 0.6 else code)
    return " ".join(text.split())


def _shorten(texts: Mapping[str, str], dice: random.Random) -> dict[str, str]:
    shortened = {}
    for language, text in texts.items():
        sentences = re.split(r"(?<=[。.!！])", text)
        shortened[language] = "".join(part for part in sentences if dice.random() < 0.6)
    return shortened


def vary(product: DemoProduct, dice: random.Random) -> tuple[Offer, Offer] | None:
    """The same product in two colours, or two quantities: alike in every word but one. None where it has neither."""
    own, anew = demo_offer(product), tell_anew(product, dice)
    number = _MEASURE.search(anew.titles["zh"])
    if number and dice.random() < 0.6:
        other = f"{float(number[0]) * dice.choice([0.5, 1.5, 2]):g}"
        title = anew.titles["zh"][: number.start()] + other + anew.titles["zh"][number.end() :]
        return own, replace(anew, titles={"zh": title}, attributes={}, codes=())
    colours = [colour.words.zh for colour in product.colours]
    if len(colours) < 2:
        return None
    one, two = (_in_colour(offer, colour) for offer, colour in zip((own, anew), dice.sample(colours, 2), strict=True))
    return one, replace(two, codes=())


def _in_colour(offer: Offer, colour: str) -> Offer:
    return replace(
        offer, titles={"zh": f"{offer.titles['zh']} {colour}"}, attributes={**offer.attributes, "colour": (colour,)}
    )


def embedded_text(offer: Offer) -> str:
    """As catalog.documents puts the embedded text together, of what a pair's offer has."""
    described = [text[: 150 if language == "zh" else 300] for language, text in offer.descriptions.items()]
    return " ".join(part for part in (*offer.titles.values(), offer.brand, *described) if part)


def offers_of(pairs: Iterable[LabelledPair]) -> list[Offer]:
    return [offer for pair in pairs for offer in (pair.first, pair.second)]
