"""Fills the phrase material with a product's own values, in English and in Chinese."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.contracts import LOCALES, Locale
from catalog.demo.dice import Dice
from catalog.demo.material import AttributeDef, Condition, Sentence, Words, read_vocabulary

Value = Words | float | bool
# English labels that stay capitalised in the middle of a sentence.
PROPER_NAMES = {"Bluetooth", "Oxford", "Merino", "Japan", "Italy", "Spain", "Yunnan", "Fujian", "Ethernet", "Chelsea"}
MINIMUM = {"en": 66, "zh": 128}  # English words, Chinese characters
MAXIMUM = {"en": 138, "zh": 250}
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
        return getattr(value, locale)  # type: ignore[no-any-return]
    if isinstance(value, bool):
        words = Words("yes", "是") if value else Words("no", "否")
        return getattr(words, locale)  # type: ignore[no-any-return]
    number, unit = value, definition.written_unit or "none"
    if unit in {"g", "ml"} and number >= 1000:
        number, unit = number / 1000, {"g": "kg", "ml": "l"}[unit]
    if unit == "h" and number >= 72 and number % 24 == 0:
        return f"{int(number // 24)} days" if locale == "en" else f"{int(number // 24)}天"
    return getattr(read_vocabulary().units[unit], locale).format(write_number(number))  # type: ignore[no-any-return]


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
            return getattr(facts.names[key], locale)  # type: ignore[no-any-return]
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


def condition_holds(condition: Condition, facts: Facts) -> bool:
    values = facts.values.get(condition.key, ())
    if condition.value:
        held = any(isinstance(value, Words) and value.en == condition.value for value in values)
    else:
        held = any(value is True for value in values)
    return held != condition.negated


def holds(sentence: Sentence, facts: Facts) -> bool:
    return all(condition_holds(condition, facts) for condition in sentence.conditions)


def measure(texts: Mapping[Locale, str]) -> dict[Locale, int]:
    return {"en": len(texts["en"].split()), "zh": len(texts["zh"])}


def write_sentences(sentences: Sequence[Sentence], facts: Facts) -> dict[Locale, str]:
    return {
        "en": " ".join(fill(sentence.words.en, facts, "en") for sentence in sentences),
        "zh": "".join(fill(sentence.words.zh, facts, "zh") for sentence in sentences),
    }


def choose_features(features: Sequence[Sentence], facts: Facts, dice: Dice, base: Sequence[Sentence]) -> list[Sentence]:
    """Sentences about this product's own values first, then general ones, until the text is long enough."""
    fitting = [sentence for sentence in dice.shuffled(features) if holds(sentence, facts)]
    fitting.sort(key=lambda sentence: not sentence.conditions)
    at_least = dice.number(3, 5)
    chosen: list[Sentence] = []
    for sentence in fitting:
        size = measure(write_sentences([*base, *chosen, sentence], facts))
        if any(size[locale] > MAXIMUM[locale] for locale in LOCALES):
            continue
        now = measure(write_sentences([*base, *chosen], facts))
        if len(chosen) >= at_least and all(now[locale] >= MINIMUM[locale] for locale in LOCALES):
            break
        chosen.append(sentence)
    return chosen


def write_specification(facts: Facts, shown: Sequence[AttributeDef]) -> dict[Locale, str]:
    lines: dict[Locale, str] = {}
    for locale, heading in (("en", "At a glance"), ("zh", "规格参数")):
        parts = []
        for definition in shown:
            labels = [write_value(definition, value, locale) for value in facts.values[definition.key]]
            parts.append(f"{getattr(definition.names, locale)}{': ' if locale == 'en' else '：'}"
                         f"{(', ' if locale == 'en' else '、').join(labels)}")
        lines[locale] = (
            f"{heading} – {'; '.join(parts)}." if locale == "en" else f"{heading}——{'；'.join(parts)}。"
        )
    return lines


def write_description(
    openings: Sequence[Sentence], features: Sequence[Sentence], closings: Sequence[Sentence], facts: Facts, dice: Dice
) -> dict[Locale, str]:
    """An opening, features in a fresh order, now and then a closing or a line of figures; paragraphs vary."""
    opening = dice.pick([sentence for sentence in openings if holds(sentence, facts)])
    closing = [dice.pick([sentence for sentence in closings if holds(sentence, facts)])] if dice.chance(0.7) else []
    chosen = dice.shuffled(choose_features(features, facts, dice, [opening, *closing]))
    split = dice.number(1, len(chosen)) if dice.chance(0.4) and chosen else len(chosen)
    parts = [write_sentences([opening, *chosen[:split]], facts), write_sentences([*chosen[split:], *closing], facts)]
    short = any(size < MINIMUM[locale] for locale, size in measure(write_sentences([opening, *chosen, *closing], facts)).items())
    if short or dice.chance(0.3):
        vocabulary = read_vocabulary().attributes
        measured = [vocabulary[key] for key, values in facts.values.items() if not isinstance(values[0], bool)][:3]
        candidate = write_specification(facts, measured)
        size = measure({locale: "".join(part[locale] + " " for part in [*parts, candidate]) for locale in LOCALES})
        if measured and all(size[locale] <= MAXIMUM[locale] for locale in LOCALES):
            parts.append(candidate)
    return {locale: "\n\n".join(part[locale] for part in parts if part[locale]) for locale in LOCALES}
