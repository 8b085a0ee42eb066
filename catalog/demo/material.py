"""Reads the hand-written phrase material of the demo catalog (`data/*.toml`) into frozen values."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from catalog.demo.kinds import (
    AttributeChoice,
    AttributeDef,
    Brand,
    Colour,
    Condition,
    Department,
    Option,
    OptionValue,
    ProductType,
    Sentence,
    Vocabulary,
    Words,
)

DATA_DIR = Path(__file__).parent / "data"
LOOK_UP_FILES = {"attributes", "reviews"}


def parse_words(text: str, separator: str = "|") -> Words:
    english, _, chinese = text.partition(separator)
    return Words(english.strip(), (chinese or english).strip())


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA_DIR / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def read_vocabulary() -> Vocabulary:
    data = read_toml("attributes")
    attributes = {}
    for key, line in data["attributes"].items():
        parts = [part.strip() for part in line.split("|")]
        unit = parts[3] if len(parts) > 3 else ""
        written = parts[4] if len(parts) > 4 else unit
        attributes[key] = AttributeDef(key, Words(parts[0], parts[1]), parts[2], unit, written)
    colours = {}
    for key, line in data["colours"].items():
        english, chinese, code = (part.strip() for part in line.split("|"))
        colours[key] = Colour(key, Words(english, chinese), code)
    return Vocabulary(attributes, {key: parse_words(line) for key, line in data["units"].items()}, colours)


def parse_sentence(line: str) -> Sentence:
    conditions: list[Condition] = []
    matched = re.match(r"\[([^\]]+)\]\s*(.*)", line)
    if matched:
        line = matched.group(2)
        for part in matched.group(1).split(","):
            key, _, value = part.strip().partition("=")
            values = tuple(filter(None, value.strip().split("/")))
            conditions.append(Condition(key.lstrip("!"), values, key.startswith("!")))
    return Sentence(parse_words(line), tuple(conditions))


def parse_sentences(text: str) -> tuple[Sentence, ...]:
    return tuple(parse_sentence(line.strip()) for line in text.splitlines() if line.strip())


def parse_attribute(line: str) -> AttributeChoice:
    """`screen: 6.1 6.5`, `waterproof: 0.4`, `style*2: Casual/休闲, Formal/正式`, `weight@screen: 170 190`."""
    key, _, values = line.partition(":")
    key, _, take = key.strip().partition("*")
    key, _, follows = key.partition("@")
    definition = read_vocabulary().attributes[key]
    if definition.kind == "number":
        return AttributeChoice(definition, numbers=tuple(float(value) for value in values.split()), follows=follows)
    if definition.kind == "boolean":
        return AttributeChoice(definition, probability=float(values))
    texts = tuple(parse_words(value, "/") for value in values.split(","))
    return AttributeChoice(definition, texts=texts, take=int(take or 1), follows=follows)


def parse_option(line: str) -> Option:
    """`pack: 250 g/250克, 500 g/500克 x1.85`."""
    key, _, values = line.partition(":")
    parsed = []
    for value in values.split(","):
        words, factor = re.fullmatch(r"(.+?)(?: x([\d.]+))?", value.strip()).groups()  # type: ignore[union-attr]
        parsed.append(OptionValue(parse_words(words, "/"), float(factor or 1)))
    return Option(read_vocabulary().attributes[key.strip()], tuple(parsed))


def parse_type(key: str, data: dict[str, Any], department: Words) -> ProductType:
    lines = [line.strip() for line in data["text"].splitlines() if line.strip()]
    colours = data.get("colours") or data["tints"]
    low, _, high = data["price"].partition("-")
    return ProductType(
        key=key,
        path=(department, *(parse_words(level) for level in data["path"].split(">"))),
        nouns=parse_words(data["noun"]),
        titles=tuple(parse_words(title) for title in data["title"].strip().splitlines()),
        picture=data["picture"],
        prices=(float(low), float(high)),
        weight=float(data.get("weight", 1)),
        model_prefix=data.get("model", ""),
        colours=tuple(read_vocabulary().colours[colour] for colour in colours.split()),
        shows_colour="colours" in data,
        option=parse_option(data["option"]) if "option" in data else None,
        attributes=tuple(parse_attribute(line) for line in data["attributes"].strip().splitlines()),
        openings=tuple(parse_sentence(line[1:].strip()) for line in lines if line.startswith(">")),
        features=tuple(parse_sentence(line) for line in lines if not line.startswith(">")),
    )


def parse_department(key: str) -> Department:
    data = read_toml(key)
    name = parse_words(data["name"])
    brands = tuple(Brand(parse_words(line[1:].strip()), int(line[0])) for line in data["brands"])
    return Department(
        key=key,
        name=name,
        series=tuple(parse_words(line) for line in data["series"]),
        brands=brands,
        closings=parse_sentences(data["closings"]),
        types=tuple(parse_type(name_, type_, name) for name_, type_ in data["types"].items()),
    )


@cache
def read_departments() -> tuple[Department, ...]:
    names = sorted(path.stem for path in DATA_DIR.glob("*.toml") if path.stem not in LOOK_UP_FILES)
    return tuple(parse_department(name) for name in names)
