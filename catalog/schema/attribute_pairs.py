"""Finds attributes that mean the same: by their keys and names, or by their values where no product states both."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import log

from catalog.schema.pairs import Alike, Concepts, Stated, find_alike, keep_best

# Values by which attributes are compared; a value of more attributes than this says nothing ("Black").
MAX_VALUES = 500
MAX_SHARED_BY = 30
LEAST_SHARED = 4
LEAST_OVERLAP = 0.5
# Share of the rarer attribute's products that may state both: one thing is stated once.
TOGETHER_BY_NAME, TOGETHER_BY_VALUES = 0.2, 0.02

Pair = tuple[str, str]
# Pairs of attribute keys → products that state both.
CountTogether = Callable[[Sequence[Pair]], Mapping[Pair, int]]


@dataclass(frozen=True, slots=True)
class AttributeFacts:
    """What is compared of one attribute; `values` are the keys of its most frequent texts."""

    key: str
    names: tuple[str, ...]
    kind: str
    unit: str
    products: int
    values: frozenset[str] = field(default_factory=frozenset)


def find_same_attributes(
    facts: Sequence[AttributeFacts], *, count_together: CountTogether, concepts: Concepts | None = None
) -> list[Alike]:
    """Only attributes of one kind and unit: their values can stand side by side as they are."""
    by_key = {fact.key: fact for fact in facts}
    stated = [Stated(fact.key, fact.key, fact.products, fact.names) for fact in facts]
    named = [alike for alike in find_alike(stated, concepts=concepts, names=True) if _fits(alike, by_key)]
    found = keep_best([*named, *find_overlaps(facts)])
    together = count_together([(alike.one, alike.other) for alike in found])
    return [alike for alike in found if _is_stated_once(alike, by_key, together.get((alike.one, alike.other), 0))]


def find_overlaps(facts: Iterable[AttributeFacts]) -> list[Alike]:
    """Text attributes that share their values, each value weighed by how few attributes have it (Jaccard over values,
    weighted as words are by their inverse document frequency). Bare numbers say nothing: "1" counts bays and trays.
    """
    telling = {fact.key: frozenset(filter(_has_letter, fact.values)) for fact in facts if fact.kind == "text"}
    values = {key: listed for key, listed in telling.items() if len(listed) >= LEAST_SHARED}
    held: dict[str, list[str]] = defaultdict(list)
    for key, listed in values.items():
        for value in listed:
            held[value].append(key)
    weights = {value: log(1 + len(values) / len(keys)) for value, keys in held.items()}
    shared: Counter[Pair] = Counter()
    for keys in held.values():
        if len(keys) <= MAX_SHARED_BY:
            shared.update(combinations(sorted(keys), 2))
    return list(_weigh(shared, values, weights))


def _has_letter(value: str) -> bool:
    return any(character.isalpha() for character in value)


def _weigh(
    shared: Mapping[Pair, int], values: Mapping[str, frozenset[str]], weights: Mapping[str, float]
) -> Iterator[Alike]:
    for (one, other), count in shared.items():
        if count >= LEAST_SHARED:
            both = sum(weights[value] for value in values[one] & values[other])
            overlap = both / sum(weights[value] for value in values[one] | values[other])
            if overlap >= LEAST_OVERLAP:
                yield Alike(one, other, round(0.5 + 0.3 * overlap, 4), f"overlap|{round(overlap * 100)}")


def _fits(alike: Alike, by_key: Mapping[str, AttributeFacts]) -> bool:
    one, other = by_key[alike.one], by_key[alike.other]
    return (one.kind, one.unit) == (other.kind, other.unit)


def _is_stated_once(alike: Alike, by_key: Mapping[str, AttributeFacts], together: int) -> bool:
    fewer = max(min(by_key[alike.one].products, by_key[alike.other].products), 1)
    allowed = TOGETHER_BY_VALUES if alike.reason.startswith("overlap") else TOGETHER_BY_NAME
    return together <= allowed * fewer
