"""Turns one template of a training query into words: alternatives chosen, slots filled, roughened as people type."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.contracts import Locale
from catalog.demo.dice import Dice
from catalog.demo.kinds import Words
from catalog.demo.material import parse_words, read_departments, read_vocabulary
from catalog.demo.products import make_products
from catalog.demo.wording import write_value

DATA_DIR = Path(__file__).parent / "data"
TITLES = 800  # demo products whose titles give search queries
_CHOICE = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_PUNCTUATION = re.compile(r"[?!,'，。？！、]")
_LONG_WORD = re.compile(r"[a-z]{5,}")
_UNITS = {
    "en": ("gb", "tb", "inch", " inch", "l", "ml", "w", "kg", "mah"),
    "zh": ("寸", "升", "g", "ml", "瓦", "斤", "t", "匹"),
}
_COUNTS = (
    "2",
    "3",
    "4",
    "5",
    "6",
    "8",
    "10",
    "12",
    "16",
    "20",
    "24",
    "32",
    "50",
    "55",
    "64",
    "100",
    "128",
    "256",
    "500",
)
_PRICES = ("20", "30", "50", "80", "99", "100", "150", "200", "300", "500", "800", "1000", "1500", "2000", "5000")
_LETTERS = "abcdefghkmnpqrstvwxyz"
_CONSONANTS = (
    "b",
    "br",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
    "qu",
    "sh",
)
_VOWELS = (*"aeiou", "ee", "ea", "ou", "ia")


@dataclass(frozen=True, slots=True)
class WordBook:
    """Fillers by slot in one language, and how its words are often written otherwise."""

    locale: Locale
    slots: Mapping[str, tuple[str, ...]]
    foreign: Mapping[str, tuple[str, ...]]
    variants: tuple[tuple[str, str], ...]


@cache
def read_words(locale: Locale) -> WordBook:
    data = tomllib.loads((DATA_DIR / "intent_words.toml").read_text(encoding="utf-8"))
    variants = tuple(tuple(line.split("=", 1)) for line in data.pop("variants")[locale])
    own = {of: data.pop(f"thing_{of}") for of in ("en", "zh")}
    syllables = tuple(data.pop("syllables").split())
    pairs = {slot: [parse_words(line) for line in lines] for slot, lines in data.items()}
    for slot, words in _demo_words().items():
        pairs[slot] = [*pairs.get(slot, []), *words]
    slots = {slot: _in_language(words, locale) for slot, words in pairs.items()}
    slots["thing"] += tuple(own[locale])
    slots["syllable"] = syllables
    slots["title"] = _cut_titles(locale)
    other: Locale = "en" if locale == "zh" else "zh"
    # Chinese shoppers write brands in Latin letters; the other way round is rare.
    foreign = {slot: _in_language(pairs[slot], other) for slot in ("brand", "thing")} if locale == "zh" else {}
    return WordBook(locale, slots, foreign, variants)


def _in_language(words: Sequence[Words], locale: Locale) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.lower() for pair in words if (text := getattr(pair, locale))))


def _demo_words() -> dict[str, list[Words]]:
    """Nouns, brands, departments and attribute values of the demo catalog."""
    departments = read_departments()
    types = [type_ for department in departments for type_ in department.types]
    choices = [choice for type_ in types for choice in type_.attributes]
    values = [words for choice in choices for words in choice.texts]
    for choice in choices:
        for number in choice.numbers:
            written = [write_value(choice.definition, number, locale) for locale in ("en", "zh")]
            values.append(Words(*written))
    return {
        "thing": [*(type_.nouns for type_ in types), *(level for type_ in types for level in type_.path[-1:])],
        "brand": [brand.words for department in departments for brand in department.brands],
        "department": [department.name for department in departments],
        "colour": [colour.words for colour in read_vocabulary().colours.values()],
        "feature": [choice.definition.names for choice in choices if choice.definition.kind == "boolean"],
        "value": values,
    }


def _cut_titles(locale: Locale) -> tuple[str, ...]:
    """Two to five neighbouring words of titles (English), or one or two of their blank-separated pieces (Chinese)."""
    dice = Dice("intent titles", locale)
    cuts = []
    for product in make_products(TITLES):
        words = product.row["titles"][locale].lower().replace(",", "").split()
        longest, shortest = (5, 2) if locale == "en" else (2, 1)
        length = min(dice.number(shortest, longest), len(words))
        start = dice.number(0, len(words) - length)
        cuts.append(" ".join(words[start : start + length]))
    return tuple(dict.fromkeys(cuts))


def write_query(template: str, words: WordBook, dice: Dice) -> str:
    """One query of a template, alternatives from the innermost out; two slots of one name never get the same filler."""

    def choose(match: re.Match[str]) -> str:
        if match[1] is not None:
            return dice.pick(match[1].split("|"))
        return dice.pick(match[2].split("|")) if dice.chance(0.5) else ""

    used: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        for _ in range(8):
            filler = _pick_filler(match[1], words, dice)
            if filler not in used:
                break
        used.add(filler)
        return filler

    while _CHOICE.search(template):
        template = _CHOICE.sub(choose, template)
    return " ".join(_SLOT.sub(fill, template).split())


def _pick_filler(slot: str, words: WordBook, dice: Dice) -> str:
    made = _MADE.get(slot)
    if made:
        return made(words, dice)
    if slot in words.foreign and dice.chance(0.3 if slot == "brand" else 0.04):
        return dice.pick(words.foreign[slot])
    return dice.pick(words.slots[slot])


def _make_code(words: WordBook, dice: Dice) -> str:
    """A model or order number: letters and digits in one of the usual shapes."""
    letters = "".join(dice.pick(_LETTERS) for _ in range(dice.number(1, 3)))
    number = str(dice.number(10, 99_999))
    return dice.pick((f"{letters}{number}", f"{letters}-{number}", f"{number}{letters}", f"{letters} {number}"))


def _make_name(words: WordBook, dice: Dice) -> str:
    """A name nobody has heard of, as brands are: two or three open syllables, sometimes closed by a consonant."""
    syllables = (dice.pick(_CONSONANTS) + dice.pick(_VOWELS) for _ in range(dice.number(2, 3)))
    return "".join(syllables) + dice.pick(("", "", "n", "x", "l", "s", "tek"))


def _make_pinyin(words: WordBook, dice: Dice) -> str:
    """Two or three Chinese syllables in Latin letters, together or apart."""
    return dice.pick(("", " ")).join(dice.pick(words.slots["syllable"]) for _ in range(dice.number(2, 3)))


_MADE: Mapping[str, Callable[[WordBook, Dice], str]] = {
    "code": _make_code,
    "name": _make_name,
    "pinyin": _make_pinyin,
    "misspelt": lambda words, dice: _misspell(dice.pick((*words.slots["thing"], *words.slots["kind"])), dice),
    "count": lambda words, dice: dice.pick(_COUNTS),
    "price": lambda words, dice: dice.pick(_PRICES),
    "unit": lambda words, dice: dice.pick(_UNITS[words.locale]),
    "site": lambda words, dice: re.sub(r"[^a-z0-9]", "", dice.pick(words.foreign.get("brand") or words.slots["brand"])),
}


def roughen(query: str, words: WordBook, dice: Dice) -> str:
    """The query as a hurried shopper types it: greetings, no punctuation, words misspelt, blanks lost or added."""
    if dice.chance(0.06):
        pause = dice.pick((", ", " ") if words.locale == "en" else ("，", " ", ""))
        query = dice.pick(words.slots["greeting"]) + pause + query
    if dice.chance(0.06):
        query = f"{query}{' ' if words.locale == 'en' else ''}{dice.pick(words.slots['closing'])}"
    if dice.chance(0.15):
        usual = [(right, often) for right, often in words.variants if right in query]
        if usual:
            query = query.replace(*dice.pick(usual), 1)
    if dice.chance(0.08):
        query = _misspell(query, dice)
    if words.locale == "zh":
        query = query.replace(" ", "") if dice.chance(0.1) and not query.isascii() else query
    if dice.chance(0.6):
        query = _PUNCTUATION.sub("", query)
    elif dice.chance(0.2):
        query += dice.pick(("?", "？", "!", "??"))
    return " ".join(query.split())


def _misspell(query: str, dice: Dice) -> str:
    """One slip in one long Latin word: a letter lost, doubled, or swapped with the next."""
    found = list(_LONG_WORD.finditer(query))
    if not found:
        return query
    word = dice.pick(found)
    at = dice.number(word.start() + 1, word.end() - 2)
    middle = dice.pick(("", query[at] * 2, query[at + 1] + query[at]))
    return query[:at] + middle + query[at + (1 if len(middle) != 2 or middle == query[at] * 2 else 2) :]
