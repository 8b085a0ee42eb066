"""Which number attributes a need may be about, how near a value comes to it, and the filters it stands for.

The catalog decides: of the attributes of that dimension, those the words name, then those whose products hold such
numbers, in the categories the query is about once these are known.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.text import HAN
from ranking.contracts import Entity, Filter, NumberNeed
from ranking.language.lexicon import GENERIC_WORDS, Lexicon, telling_parts
from ranking.language.number_words import ADJECTIVES
from ranking.language.pieces import terms_of
from ranking.retrieval.vocabulary import AttributeNode

# Words this far from a number may name its attribute ("screen of 27 inch", 屏幕27寸).
NEAR_CHARACTERS = 24
# A field that fits this share of the best one's products or less is not what was meant.
MIN_SHARE = 0.2
# A value a tenth away is half as good.
HALF_AWAY = 0.1
_WORD = re.compile(rf"[a-z]+|[{HAN}]+")


def choose_fields(options: Sequence[NumberNeed], text: str, span: tuple[int, int], lexicon: Lexicon) -> NumberNeed:
    """The likeliest reading of one need (16g: weight or data) with its fields; `span` is where it stands in `text`."""
    around = text[max(span[0] - NEAR_CHARACTERS, 0) : span[1] + NEAR_CHARACTERS]
    judged = []
    for place, need in enumerate(options):
        nodes = lexicon.numbers.by_dimension.get(need.dimension, ())
        nodes = _named(nodes, around) or nodes
        judged.append((_count_exactly(need, nodes, lexicon), place, need, _rank_fields(need, nodes, lexicon, None)))
    _, _, need, fields = max(judged, key=lambda item: item[:2])
    return replace(need, fields=tuple(key for key, _ in fields))


def _count_exactly(need: NumberNeed, nodes: Sequence[AttributeNode], lexicon: Lexicon) -> int:
    """Products that hold the very number: a bound without end would count nearly all of them."""
    number = next((value for value in (need.target, need.minimum, need.maximum) if value is not None), 0.0)
    return sum(lexicon.numbers.count_documents(node.key, *_step_around(number)) for node in nodes)


def link_numbers(
    needs: Sequence[NumberNeed], categories: Sequence[Entity], lexicon: Lexicon, *, enough: float = 0.8
) -> tuple[NumberNeed, ...]:
    """The needs with their fields ordered by how many products of the predicted categories fit, others left out.

    `categories` as predict_categories gives them; the most probable ones that make up `enough` are looked at.
    """
    ids = _category_ids(categories, lexicon, enough)
    if not ids:
        return tuple(needs)
    return tuple(_link(need, ids, lexicon) for need in needs)


def _link(need: NumberNeed, ids: Collection[int], lexicon: Lexicon) -> NumberNeed:
    if len(need.fields) < 2:
        return need
    nodes = [lexicon.vocabulary.attributes[key] for key in need.fields if key in lexicon.vocabulary.attributes]
    fields = _rank_fields(need, nodes, lexicon, ids)
    return replace(need, fields=tuple(key for key, _ in fields)) if fields else need


def _category_ids(categories: Sequence[Entity], lexicon: Lexicon, enough: float) -> set[int]:
    keys: list[str] = []
    seen = 0.0
    for entity in categories:
        if seen >= enough:
            break
        keys.append(entity.key)
        seen += entity.confidence
    stems = tuple(f"{key}/" for key in keys)
    nodes = lexicon.vocabulary.categories
    if not stems:
        return set()
    return {node.id for key, node in nodes.items() if key in keys or key.startswith(stems)}


def _rank_fields(
    need: NumberNeed, nodes: Sequence[AttributeNode], lexicon: Lexicon, categories: Collection[int] | None
) -> list[tuple[str, int]]:
    """(key, products that fit), most first; fields that hardly any product fits are left out."""
    low, high = bounds(need)
    counted = [
        (node.key, lexicon.numbers.count_documents(node.key, low, high, categories=categories)) for node in nodes
    ]
    best = max((count for _, count in counted), default=0)
    kept = [(key, count) for key, count in counted if count and count >= MIN_SHARE * best]
    return sorted(kept, key=lambda item: (-item[1], item[0]))


def _named(nodes: Sequence[AttributeNode], around: str) -> tuple[AttributeNode, ...]:
    """The attributes whose names the words around the number use best; none when no word does."""
    words = _WORD.findall(around)
    latin = {terms_of(word)[0] for word in words if word.isascii()}
    chinese = " ".join(word for word in words if not word.isascii())
    for name, adjectives in ADJECTIVES.items():
        if latin & {terms_of(adjective)[0] for adjective in adjectives if adjective.isascii()}:
            latin.add(terms_of(name)[0])
        if any(adjective in chinese for adjective in adjectives if not adjective.isascii()):
            latin.add(terms_of(name)[0])
    scored = [(_name_matches(node, latin, chinese), node) for node in nodes]
    best = max((score for score, _ in scored), default=0.0)
    return tuple(node for score, node in scored if score == best) if best else ()


def _name_matches(node: AttributeNode, latin: Collection[str], chinese: str) -> float:
    """How much of the attribute's name stands around the number, in the better of the two languages."""
    parts = telling_parts(node.name_en, node.name_zh)
    words, pairs = [part for part in parts if part.isascii()], [part for part in parts if not part.isascii()]
    english = sum(word in latin for word in words) / len(words) if words else 0.0
    han = sum(pair in chinese for pair in pairs) / len(pairs) if pairs and chinese else 0.0
    return max(english, han)


def adjacent_name(node: AttributeNode, text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span widened by the attribute's name where it stands right beside the number ("16gb memory")."""
    pattern = _name_pattern(node.name_en.lower(), node.name_zh.lower())
    start, end = span
    if after := re.compile(rf"\s*(?:of\s+|的)?{pattern}").match(text, end):
        end = after.end()
    elif before := re.compile(rf"{pattern}\s*(?:of|for|is|为|是|在)?\s*$").search(
        text, max(start - NEAR_CHARACTERS, 0), start
    ):
        start = before.start()
    return start, end


@lru_cache(maxsize=1024)
def _name_pattern(english: str, chinese: str) -> str:
    """The whole name in either language, its telling words, or its first two characters in Chinese."""
    words = [word for word in _WORD.findall(english) if word.isascii() and word not in GENERIC_WORDS]
    ways = [re.escape(name) for name in (english, " ".join(words), *words, chinese, chinese[:2]) if len(name) > 1]
    latin = [rf"(?<![a-z]){way}(?![a-z])" for way in ways if way.isascii()]
    return "(?:" + "|".join([*latin, *(way for way in ways if not way.isascii())] or ["(?!)"]) + ")"


def bounds(need: NumberNeed) -> tuple[float | None, float | None]:
    """What passes, inclusive: to three significant digits as index terms are, so 55 inch and 140 cm are one."""
    if need.target is None:
        if need.dimension == "price":
            return need.minimum, need.maximum
        low = None if need.minimum is None else _step_around(need.minimum)[0]
        high = None if need.maximum is None else _step_around(need.maximum)[1]
        return low, high
    if need.tolerance > 0.01:
        return need.target * (1 - need.tolerance), need.target * (1 + need.tolerance)
    return _step_around(need.target)


def _step_around(value: float) -> tuple[float, float]:
    """The values that three significant digits do not tell from this one."""
    if not value:
        return 0.0, 0.0
    rounded = float(f"{value:.3g}")
    half = 10.0 ** (math.floor(math.log10(abs(rounded))) - 2) / 2
    return float(f"{rounded - half:.12g}"), float(f"{rounded + half:.12g}")


def number_distance(value: float | NDArray[Any], need: NumberNeed) -> Any:
    """Closeness 0..1 of a value (or an array of them, NaN: none) in the need's unit: 1 inside its bounds, then falling.

    1 / (1 + (d / 0.1)²) with d the distance from the nearest bound as a share of it: a tenth away is worth a half.
    """
    low, high = bounds(need)
    values = np.asarray(value, np.float64)
    below = np.zeros_like(values) if low is None else np.maximum(low - values, 0) / max(abs(low), 1e-12)
    above = np.zeros_like(values) if high is None else np.maximum(values - high, 0) / max(abs(high), 1e-12)
    closeness = 1 / (1 + (np.maximum(below, above) / HALF_AWAY) ** 2)
    closeness = np.where(np.isnan(values), 0.0, closeness)
    return closeness if closeness.ndim else float(closeness)


def to_filters(needs: Sequence[NumberNeed], *, targets: bool = True) -> tuple[Filter, ...]:
    """Filters on each need's likeliest field; without `targets` only what was said as a range.

    Needs without a field (no product holds such numbers) give none: a filter must not empty the page by a guess.
    """
    return tuple(
        Filter(need.fields[0], minimum=low, maximum=high)
        for need in needs
        if need.fields and (targets or need.target is None)
        for low, high in (bounds(need),)
    )
