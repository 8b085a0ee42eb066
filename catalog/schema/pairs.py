"""Finds values of one attribute (or names of attributes) that mean the same, with the reason, by blocks of equal keys.

Rules in the manner of data-cleaning tools (OpenRefine's key collision), each behind guards: two texts meet in a block
of equal keys, so no all-pairs comparison is made, and numbers, signs, single letters and negations must be equal.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import log

from catalog.schema.spelling import ReadText, fold_plural, fold_word, join_parts, may_be_same, read_text
from catalog.schema.words import EMPTY_IN_NAMES, ENDINGS_ZH, SAME_ATTRIBUTES, SAME_VALUES
from catalog.text import HAN, fold_key, normalise
from catalog.units import find_unit, parse_quantity, split_quantity

# A block of more texts is compared with its first ones only.
MAX_BLOCK = 60
# Two forms of one dictionary entry in one language ("goose down", "down") are less sure than a translation.
ONE_LANGUAGE = 0.8
# A text of several meanings ("notebook").
AMBIGUOUS = 0.7
LEAST_SCORE = 0.55
# Of names, a dictionary entry only across languages, and by the closest word of one side.
LEAST_OF_NAMES = 0.6
# A longer text is a sentence: nobody would merge it, and reading it costs the square of its length.
MAX_TEXT = 200
# A longer text is no word of a dictionary.
MAX_CONCEPT = 40
_HAN_ONLY = re.compile(f"[{HAN}]+")
# "Not waterproof" is no waterproof thing, "without cable" a thing that has none.
_NEGATED = (("not ", re.compile(r"not |non-|不|非")), ("without ", re.compile(r"without |w/o |no |无|不含|不带")))
_NEGATED_START = re.compile("|".join(start.pattern for _, start in reversed(_NEGATED)))
_NAME = rf"[a-z{HAN}][a-z {HAN}-]*"
_SHARE = re.compile(rf"(\d+(?:\.\d+)?)\s*%\s*({_NAME})|({_NAME}?)\s*:?\s*(\d+(?:\.\d+)?)\s*%")

# A text's meanings: concept id → how surely the text means it (1 for its own word, less for a later form).
Concepts = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Stated:
    """A text as products state it: its key, how many do, its other names (translations a person gave), and some of
    the products.
    """

    key: str
    text: str
    count: int
    names: tuple[str, ...] = ()
    examples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Two keys that may mean the same, how surely (0 to 1), and why (a code of catalog.schema.reasons)."""

    one: str
    other: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Entry:
    stated: Stated
    read: ReadText
    weight: float


_Block = tuple[str, str]
# Reason → score of a pair that its block alone supports.
_SCORES = {
    "writing": 0.97, "quantity": 0.95, "name": 0.95, "spelling": 0.94, "form": 0.9, "word": 0.9, "concept": 0.9,
    "order": 0.88, "shares": 0.92, "short": 0.85, "ending": 0.8, "prefix": 0.78,
}  # fmt: skip
# These compare meanings, so that the texts may differ in signs and letters ("2XL", "XXL").
_BY_MEANING = frozenset({"word", "name", "concept", "quantity", "shares"})


def find_alike(stated: Sequence[Stated], *, concepts: Concepts | None = None, names: bool = False) -> list[Alike]:
    """Pairs above LEAST_SCORE, the best reason of each. `names` compares names of attributes instead of values, each
    by its key and all its names.
    """
    blocks: dict[_Block, list[_Entry]] = defaultdict(list)
    for entry in stated:
        for block, read, weight in _list_blocks(entry, concepts, names=names):
            blocks[block].append(_Entry(entry, read, weight))
    found = (alike for (reason, _), entries in blocks.items() for alike in _compare_block(reason, entries))
    # In one language the dictionary says too much of names: "features" are no "functions".
    return keep_best(
        alike for alike in found if not names or alike.reason != "concept" or alike.score >= LEAST_OF_NAMES
    )


def keep_best(alikes: Iterable[Alike]) -> list[Alike]:
    """One entry a pair, if it is sure enough."""
    best: dict[tuple[str, str], Alike] = {}
    for alike in alikes:
        pair = (alike.one, alike.other)
        if alike.score >= LEAST_SCORE and (pair not in best or best[pair].score < alike.score):
            best[pair] = alike
    return list(best.values())


def make_alike(one: Stated, other: Stated, score: float, reason: str) -> Alike:
    first, second = sorted((one.key, other.key))
    return Alike(first, second, round(score, 4), reason)


def _compare_block(reason: str, entries: Sequence[_Entry]) -> Iterator[Alike]:
    for one, other in combinations(sorted(entries, key=lambda entry: -entry.stated.count)[:MAX_BLOCK], 2):
        if one.stated.key == other.stated.key:
            continue
        if reason not in _BY_MEANING and not may_be_same(one.read, other.read):
            continue
        score = _score_pair(reason, one.read, other.read) * one.weight * other.weight
        told = "name" if one.read.plain == other.read.plain else "order" if reason == "shares" else reason
        yield make_alike(one.stated, other.stated, score, told)


def _score_pair(reason: str, one: ReadText, other: ReadText) -> float:
    score = _SCORES[reason]
    if reason == "concept":
        return _judge_concept(score, one, other)
    if reason == "quantity":
        return score if is_same_quantity(one.text, other.text) else 0.0
    if reason == "ending":  # 金色 and 金质 both come from 金, and are two things
        short, long = sorted((one.plain, other.plain), key=len)
        return score if short == _cut_ending(long) else 0.0
    keeps_order = one.is_directed or other.is_directed or len(one.numbers) > 1
    if reason in {"order", "short", "prefix"} and keeps_order:
        return score if one.expanded == other.expanded else 0.0
    return score


def _judge_concept(score: float, one: ReadText, other: ReadText) -> float:
    """The dictionary knows no numbers and negations of its own."""
    if one.numbers != other.numbers or (one.is_han == other.is_han and one.negations != other.negations):
        return 0.0
    return score if one.is_han != other.is_han else score * ONE_LANGUAGE


def _list_blocks(stated: Stated, concepts: Concepts | None, *, names: bool) -> Iterator[tuple[_Block, ReadText, float]]:
    """Values are compared by what products say, names of attributes by all their names."""
    texts = list(dict.fromkeys(text for text in (stated.text, *stated.names) if 0 < len(text) <= MAX_TEXT))
    for text in texts:
        read = read_text(text, whole=names)
        if not read.parts:
            continue
        if names or text == stated.text:
            yield from ((block, read, 1.0) for block in _list_spellings(read))
            yield from ((block, read, 1.0) for block in (_list_of_name(read) if names else _list_of_value(read)))
        yield ("name", fold_key(text)), read, 1.0
        group = _same_words(names=names).get(fold_key(text))
        if group is not None:
            yield ("word", str(group)), read, 1.0
        for id_, weight in _list_concepts(text, concepts):
            yield ("concept", id_), read, weight


def _list_spellings(read: ReadText) -> Iterator[_Block]:
    yield "writing", join_parts(read.parts)
    yield "spelling", join_parts(read.words)
    yield "form", join_parts(read.folded)
    yield "order", " ".join(sorted(read.folded))
    yield "short", " ".join(sorted(read.expanded))


def _list_of_value(read: ReadText) -> Iterator[_Block]:
    if _HAN_ONLY.fullmatch(read.plain):
        yield "ending", read.plain
        if cut := _cut_ending(read.plain):
            yield "ending", cut
    if shares := _read_shares(read.plain):
        yield "shares", shares
    quantity = parse_quantity(read.text)
    if quantity and quantity.value:
        # Steps of 1%, and the next one: two values on a border meet too.
        step = int(log(abs(quantity.value)) * 100 // 1)
        yield "quantity", f"{quantity.unit} {step}"
        yield "quantity", f"{quantity.unit} {step + 1}"


def _list_of_name(read: ReadText) -> Iterator[_Block]:
    bare = (_cut_start(part) for part in read.expanded if part not in EMPTY_IN_NAMES)
    yield "prefix", " ".join(sorted(part for part in bare if part)) or " ".join(read.expanded)


def _list_concepts(text: str, concepts: Concepts | None) -> Iterator[tuple[str, float]]:
    """What the dictionary knows the text as, or its singular; "not waterproof" is known as 不防水 is."""
    if concepts is None or len(text) > MAX_CONCEPT:
        return
    plain = normalise(text)
    negation = next((kind for kind, start in _NEGATED if start.match(plain)), "")
    rest = _NEGATED_START.sub("", plain) if negation else plain
    found = concepts(rest) or concepts(" ".join(map(fold_plural, rest.split())))
    for id_, weight in found.items():
        yield f"{negation}{id_}", weight * (AMBIGUOUS if len(found) > 1 else 1.0)


def _cut_ending(plain: str) -> str:
    """黑色 → 黑; empty where nothing is left or no ending is known."""
    return next((plain.removesuffix(ending) for ending in ENDINGS_ZH if plain.endswith(ending)), "")


def _cut_start(part: str) -> str:
    return next((part.removeprefix(word) for word in EMPTY_IN_NAMES if part.startswith(word) and word > "z"), part)


def _read_shares(plain: str) -> str:
    """A composition whatever its order: "100% cotton" and "cotton 100%" are one; empty where the text says more."""
    shares = [
        (before or after, " ".join(map(fold_word, (first or second).split())))
        for before, first, second, after in _SHARE.findall(plain)
    ]
    rest = _SHARE.sub("", plain)
    return " ".join(f"{number}% {word}" for number, word in sorted(shares)) if not rest.strip(" ,;/+&、") else ""


def is_same_quantity(one: str, other: str) -> bool:
    """Whether two texts state one quantity in different units or digits: 15.6" and 39.6 cm, not 10 W and 10.1 W.

    Rounding may hide no more than 0.2%, nor more than half of the last digit of the coarser text.
    """
    first, second = parse_quantity(one), parse_quantity(other)
    if first is None or second is None or first.unit != second.unit:
        return False
    gap = abs(first.value - second.value)
    steps = [_read_step(text) for text in (one, other)]
    if gap <= 1e-9 * abs(first.value):
        return True
    return steps[0][1] != steps[1][1] and gap <= min(0.002 * abs(first.value), max(step for step, _ in steps) / 2)


def _read_step(text: str) -> tuple[float, str]:
    """What the last digit of a quantity is worth in the canonical unit, and the unit it is written in."""
    number, symbol = split_quantity(normalise(text))
    unit = find_unit(symbol)
    decimals = len(number.partition(".")[2])
    return (10.0**-decimals * unit.factor, unit.symbol) if unit else (0.0, symbol)


@cache
def _same_words(*, names: bool) -> Mapping[str, int]:
    groups = SAME_ATTRIBUTES if names else SAME_VALUES
    return {fold_key(word): place for place, words in enumerate(groups) for word in words}
