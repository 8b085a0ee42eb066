"""Writes a product's attributes in the import format: both names, unit, values; options listed among them."""

from collections.abc import Sequence
from typing import Any

from catalog.demo.kinds import AttributeChoice, AttributeDef, Colour, ProductType, Words
from catalog.demo.material import read_vocabulary
from catalog.demo.wording import Facts, Value

# The departments' units as the unit system names them; what only counts things (seats, keys) has none.
WRITTEN_UNITS: dict[str, tuple[str, float]] = {
    "in": ("cm", 2.54), "w": ("W", 1), "mah": ("mAh", 1), "gb": ("GB", 1), "hz": ("Hz", 1), "db": ("dB", 1),
    "pa": ("kPa", 0.001), "m2": ("m²", 1), "mp": ("MP", 1), "mbps": ("Mbps", 1), "seats": ("", 1), "people": ("", 1),
    "keys": ("", 1), "ports": ("", 1), "sheets": ("", 1), "gsm": ("", 1), "%": ("", 1), "pages": ("", 1),
    "gears": ("", 1),
}  # fmt: skip


def make_attributes(
    type_: ProductType, facts: Facts, colours: tuple[Colour, ...], variants: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    attributes = []
    if type_.shows_colour:
        attributes.append(make_text(read_vocabulary().attributes["colour"], [colour.words for colour in colours]))
    if type_.option:
        definition = type_.option.definition
        offered = {variant["options"][definition.key] for variant in variants}
        labels = [value.words for value in type_.option.values if value.words.en in offered]
        attributes.append(make_text(definition, labels))
    for choice in type_.attributes:
        attributes.append(make_attribute(choice, facts.values[choice.definition.key]))
    return attributes


def make_text(definition: AttributeDef, labels: Sequence[Words]) -> dict[str, Any]:
    values = [label.as_dict() for label in labels]
    return {"key": definition.key, "names": definition.names.as_dict(), "kind": "text", "values": values}


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
