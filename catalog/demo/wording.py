"""Fills one sentence of the phrase material with a product's own values, in English and in Chinese."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.contracts import Locale
from catalog.demo.kinds import AttributeDef, Words
from catalog.demo.material import read_vocabulary

Value = Words | float | bool
# English labels that stay capitalised in the middle of a sentence.
PROPER_NAMES = {"Bluetooth", "Oxford", "Merino", "Japan", "Italy", "Spain", "Yunnan", "Fujian", "Ethernet", "Chelsea"}
SOUNDS_LIKE_CONSONANT = ("us", "uni", "one", "eu", "ut", "u-")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of one product: its names and its attribute values."""

    names: Mapping[str, Words]
    values: Mapping[str, tuple[Value, ...]]


def write_number(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def write_value(definition: AttributeDef, value: Value, locale: Locale) -> str:
    if isinstance(value, Words):
        return getattr(value, locale)
    if isinstance(value, bool):
        words = Words("yes", "是") if value else Words("no", "否")
        return getattr(words, locale)
    number, unit = value, definition.written_unit or "none"
    if unit in {"g", "ml"} and number >= 1000:
        number, unit = number / 1000, {"g": "kg", "ml": "l"}[unit]
    if unit == "h" and number >= 72 and number % 24 == 0:
        return f"{int(number // 24)} days" if locale == "en" else f"{int(number // 24)}天"
    return getattr(read_vocabulary().units[unit], locale).format(write_number(number))


def soften(label: str) -> str:
    """`Merino wool` stays, `Stainless steel` becomes `stainless steel` inside a sentence."""
    first = label.split(" ")[0]
    return label[0].lower() + label[1:] if first[1:].islower() and first not in PROPER_NAMES else label


def join_labels(labels: Sequence[str], locale: Locale) -> str:
    if locale == "zh":
        return "、".join(labels)
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def fill(template: str, facts: Facts, locale: Locale, *, title: bool = False) -> str:
    def replace(match: re.Match[str]) -> str:
        key = match.group(1)
        if key == "series" and locale == "zh":
            return f" {facts.names[key].zh}系列 " if title else f"「{facts.names[key].zh}」系列"
        if key in facts.names:
            return getattr(facts.names[key], locale)
        definition = read_vocabulary().attributes[key]
        labels = [write_value(definition, value, locale) for value in facts.values[key]]
        if title:
            labels = [re.sub(r"^([\d.]+) (hour|day)s$", r"\1-\2", label) for label in labels]
            return " & ".join(labels) if locale == "en" else " ".join(labels)
        return join_labels([soften(label) if locale == "en" else label for label in labels], locale)

    text = re.sub(r" {2,}", " ", re.sub(r"\{(\w+)\}", replace, template)).strip()
    return text if locale == "zh" else mend_articles(text[:1].upper() + text[1:])


def mend_articles(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        article, following = match.group(1), match.group(2)
        vowel = following[0] in "aeiouAEIOU8" or re.match(r"(11|18)\b", following)
        if following.lower().startswith(SOUNDS_LIKE_CONSONANT):
            vowel = None
        return f"{article[0]}{'n' if vowel else ''} {following}"

    return re.sub(r"\b([Aa]n?) ([A-Za-z0-9][\w-]*)", replace, text)
