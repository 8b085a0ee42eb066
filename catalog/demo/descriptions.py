"""Puts a product's description together: an opening, features that are true of it, perhaps figures and a closing."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.contracts import LOCALES
from catalog.demo.dice import Dice
from catalog.demo.kinds import Condition, Department, ProductType, Sentence, Words
from catalog.demo.material import read_vocabulary
from catalog.demo.wording import Facts, fill, write_value

# Shops write between these: English words, Chinese characters.
SHORTEST = {"en": 66, "zh": 132}
LONGEST = {"en": 138, "zh": 250}
SPECIFICATION_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence with this product's values in it, and how long it is in each language."""

    en: str
    zh: str
    specific: bool = False

    def length(self, locale: str) -> int:
        return len(self.en.split()) if locale == "en" else len(self.zh)


def condition_holds(condition: Condition, facts: Facts) -> bool:
    values = (facts.names["type"],) if condition.key == "type" else facts.values.get(condition.key, ())
    if condition.values:
        held = any(isinstance(value, Words) and value.en in condition.values for value in values)
    else:
        held = any(value is True for value in values)
    return held != condition.negated


def is_true(sentence: Sentence, facts: Facts) -> bool:
    return all(condition_holds(condition, facts) for condition in sentence.conditions)


def fill_true_ones(sentences: Sequence[Sentence], facts: Facts) -> list[Filled]:
    return [
        Filled(fill(sentence.words.en, facts, "en"), fill(sentence.words.zh, facts, "zh"), bool(sentence.conditions))
        for sentence in sentences
        if is_true(sentence, facts)
    ]


def total(parts: Sequence[Filled], locale: str) -> int:
    return sum(part.length(locale) for part in parts)


def is_long_enough(parts: Sequence[Filled]) -> bool:
    return all(total(parts, locale) >= SHORTEST[locale] for locale in LOCALES)


def still_fits(parts: Sequence[Filled]) -> bool:
    return all(total(parts, locale) <= LONGEST[locale] for locale in LOCALES)


def choose_features(features: list[Filled], frame: list[Filled], dice: Dice) -> list[Filled]:
    """What is special about this product first, then what is true of its kind, until there is enough to read."""
    candidates = dice.shuffled(features)
    candidates.sort(key=lambda feature: not feature.specific)
    at_least = dice.number(3, 5)
    chosen: list[Filled] = []
    for feature in candidates:
        if len(chosen) >= at_least and is_long_enough([*frame, *chosen]):
            break
        if still_fits([*frame, *chosen, feature]):
            chosen.append(feature)
    return dice.shuffled(chosen)


def write_specification(facts: Facts) -> Filled:
    """The first measured or named attributes as one line, as shops put them below the text."""
    vocabulary = read_vocabulary().attributes
    shown = [key for key, values in facts.values.items() if not isinstance(values[0], bool)][:SPECIFICATION_LENGTH]
    english, chinese = [], []
    for key in shown:
        definition, values = vocabulary[key], facts.values[key]
        english.append(f"{definition.names.en}: {', '.join(write_value(definition, value, 'en') for value in values)}")
        chinese.append(f"{definition.names.zh}：{'、'.join(write_value(definition, value, 'zh') for value in values)}")
    return Filled(f"At a glance – {'; '.join(english)}.", f"规格参数——{'；'.join(chinese)}。")


def join_paragraphs(paragraphs: Sequence[Sequence[Filled]]) -> dict[str, str]:
    return {
        "en": "\n\n".join(" ".join(part.en for part in parts) for parts in paragraphs if parts),
        "zh": "\n\n".join("".join(part.zh for part in parts) for parts in paragraphs if parts),
    }


def write_description(type_: ProductType, department: Department, facts: Facts, dice: Dice) -> dict[str, str]:
    opening = dice.pick(fill_true_ones(type_.openings, facts))
    closing = dice.pick(fill_true_ones(department.closings, facts))
    closings = [closing] if dice.chance(0.7) else []
    chosen = choose_features(fill_true_ones(type_.features, facts), [opening, *closings], dice)
    if not closings and not is_long_enough([opening, *chosen]):
        closings = [closing]
    split = dice.number(1, len(chosen)) if dice.chance(0.4) else len(chosen)
    paragraphs = [[opening, *chosen[:split]], [*chosen[split:], *closings]]
    told = [opening, *chosen, *closings]
    specification = write_specification(facts)
    if (not is_long_enough(told) or dice.chance(0.3)) and still_fits([*told, specification]):
        paragraphs.append([specification])
    return join_paragraphs(paragraphs)
