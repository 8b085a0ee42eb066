"""How alike two offers are, as named numbers: what the trained matcher weighs and what reviewers are told."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from catalog.duplicates.offer import OfferFacts

FEATURES = (
    "word_jaccard", "word_overlap", "word_cover", "rare_jaccard", "rare_left", "rare_right", "rarest_shared",
    "token_set", "token_sort", "partial", "jaro", "grams", "same_language",
    "model_same", "model_within", "model_near", "model_conflict",
    "number_jaccard", "number_conflict", "quantity_agree", "quantity_conflict",
    "brand", "brand_named", "price_ratio", "cosine",
    "attribute_agree", "attribute_conflict", "colour", "size",
    "described", "described_both", "length_ratio", "words_least",
)  # fmt: skip
UNKNOWN = -1.0
NO_COSINE = -2.0
_MAX_MODELS = 6  # a pasted list of compatible printers must not be compared pair by pair


@dataclass(frozen=True, slots=True)
class Rarity:
    """How seldom words are: in how many of `total` offers each stands; a word nobody counted is rare."""

    counts: Mapping[str, int] = field(default_factory=dict)
    total: int = 1

    def weigh(self, word: str) -> float:
        """0 (in every offer) to 1 (in one alone): the inverse document frequency, scaled."""
        spread = math.log(self.total + 1.0)
        return math.log((self.total + 1.0) / (self.counts.get(word, 0) + 0.5)) / spread if spread > 0 else 1.0

    def sum(self, words: Set[str]) -> float:
        return sum(map(self.weigh, words))


def measure_pair(first: OfferFacts, second: OfferFacts, rarity: Rarity) -> NDArray[np.float32]:
    """float32[len(FEATURES)] in the order of FEATURES; the same whichever offer comes first."""
    measured = {
        **_compare_words(first, second, rarity),
        **_compare_models(first, second),
        **_compare_numbers(first, second),
        **_compare_brands(first, second),
        **_compare_attributes(first, second),
        "price_ratio": _compare_prices(first.offer.price, second.offer.price),
        "cosine": _compare_vectors(first.offer.vector, second.offer.vector),
    }
    return np.array([measured[name] for name in FEATURES], np.float32)


def title_jaccard(first: OfferFacts, second: OfferFacts) -> float:
    """Share of title words that both have: the plain baseline."""
    left, right, _ = _common_words(first, second)
    return _jaccard(left, right)


def measure_pairs(pairs: Sequence[tuple[OfferFacts, OfferFacts]], rarity: Rarity) -> NDArray[np.float32]:
    """float32[n, len(FEATURES)]."""
    rows = [measure_pair(first, second, rarity) for first, second in pairs]
    return np.stack(rows) if rows else np.empty((0, len(FEATURES)), np.float32)


def _common_words(first: OfferFacts, second: OfferFacts) -> tuple[frozenset[str], frozenset[str], bool]:
    """Title words in the languages both have; all of them where they share none, as English beside Chinese."""
    shared = [language for language in first.words if language in second.words]
    left, right = (
        frozenset().union(*(facts.words[name] for name in (shared or facts.words))) for facts in (first, second)
    )
    return left, right, bool(shared)


def _common_texts(first: OfferFacts, second: OfferFacts) -> tuple[str, str]:
    shared = [language for language in first.texts if language in second.texts]
    left, right = (" ".join(facts.texts[name] for name in (shared or facts.texts)) for facts in (first, second))
    return left, right


def _compare_words(first: OfferFacts, second: OfferFacts, rarity: Rarity) -> dict[str, float]:
    left, right, same_language = _common_words(first, second)
    shared = left & right
    alone = sorted(rarity.sum(own - shared) / max(rarity.sum(own), 1e-6) for own in (left, right))
    one, two = _common_texts(first, second)
    all_left, all_right = left | first.described, right | second.described
    cover = sorted(len(own & other) / max(len(own), 1) for own, other in ((left, all_right), (right, all_left)))
    return {
        "word_jaccard": _jaccard(left, right),
        "word_overlap": len(shared) / max(min(len(left), len(right)), 1),
        "word_cover": len(shared) / max(len(left), len(right), 1),
        "rare_jaccard": rarity.sum(shared) / max(rarity.sum(left | right), 1e-6),
        "rare_left": alone[0],
        "rare_right": alone[1],
        "rarest_shared": max(map(rarity.weigh, shared), default=0.0),
        "token_set": fuzz.token_set_ratio(one, two) / 100,
        "token_sort": fuzz.token_sort_ratio(one, two) / 100,
        "partial": fuzz.partial_ratio(one, two) / 100,
        "jaro": JaroWinkler.similarity(one, two),
        "grams": _jaccard(_grams(one), _grams(two)),
        "same_language": float(same_language),
        "described": cover[1],
        "described_both": cover[0],
        "length_ratio": min(len(left), len(right)) / max(len(left), len(right), 1),
        "words_least": float(min(len(left), len(right), 20)),
    }


def _compare_models(first: OfferFacts, second: OfferFacts) -> dict[str, float]:
    left, right = sorted(first.models)[:_MAX_MODELS], sorted(second.models)[:_MAX_MODELS]
    same = bool(first.models & second.models)
    within = any(len(m) >= 5 and m in second.compact for m in left) or any(
        len(m) >= 5 and m in first.compact for m in right
    )
    both = bool(left and right)
    near = max((fuzz.ratio(a, b) / 100 for a, b in product(left, right)), default=UNKNOWN)
    return {
        "model_same": float(same) if both else UNKNOWN,
        "model_within": float(within) if left or right else UNKNOWN,
        "model_near": near,
        "model_conflict": float(both and not same and not within),
    }


def _compare_numbers(first: OfferFacts, second: OfferFacts) -> dict[str, float]:
    both = bool(first.numbers and second.numbers)
    units = first.quantities.keys() & second.quantities.keys()
    agree = sum(bool(first.quantities[unit] & second.quantities[unit]) for unit in units)
    return {
        "number_jaccard": _jaccard(first.numbers, second.numbers) if both else UNKNOWN,
        "number_conflict": float(both and not first.numbers & second.numbers),
        "quantity_agree": float(agree),
        "quantity_conflict": float(len(units) - agree),
    }


def _compare_brands(first: OfferFacts, second: OfferFacts) -> dict[str, float]:
    left, right = first.brand_words, second.brand_words
    known = bool(left and right)
    named = [
        _covers(brand, other)
        for brand, other in ((left, second), (right, first))
        if brand
    ]  # fmt: skip
    return {
        "brand": float(bool(left & right)) if known else UNKNOWN,
        "brand_named": max(named, default=UNKNOWN),
    }


def _covers(brand: frozenset[str], other: OfferFacts) -> float:
    """Whether the other offer's title names the brand."""
    said = frozenset().union(*other.words.values(), other.brand_words)
    return len(brand & said) / len(brand)


def _compare_attributes(first: OfferFacts, second: OfferFacts) -> dict[str, float]:
    shared = first.values.keys() & second.values.keys()
    agree = sum(bool(first.values[key] & second.values[key]) for key in shared)
    return {
        "attribute_agree": agree / len(shared) if shared else UNKNOWN,
        "attribute_conflict": float(len(shared) - agree) if shared else UNKNOWN,
        "colour": _agreement(first.colours, second.colours),
        "size": _agreement(first.sizes, second.sizes),
    }


def _agreement(left: frozenset[str], right: frozenset[str]) -> float:
    """1: something in common, -1: both say something else, 0: one says nothing."""
    return 0.0 if not left or not right else 1.0 if left & right else -1.0


def _compare_prices(left: float | None, right: float | None) -> float:
    """|ln| of the ratio, at most 3; unknown without two prices."""
    if not left or not right or left <= 0 or right <= 0:
        return UNKNOWN
    return min(abs(math.log(left / right)), 3.0)


def _compare_vectors(left: NDArray[np.float32] | None, right: NDArray[np.float32] | None) -> float:
    return NO_COSINE if left is None or right is None else float(left @ right)


def _jaccard(left: Set[str], right: Set[str]) -> float:
    together = len(left | right)
    return len(left & right) / together if together else 0.0


def _grams(text: str) -> set[str]:
    plain = text.replace(" ", "")
    return {plain[place : place + 3] for place in range(max(len(plain) - 2, 1))}
