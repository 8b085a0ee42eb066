"""What several extractors' findings of one product say together: one calibrated confidence a value.

Each finding is first believed as far as its extractor was right before, for that attribute at that confidence
(histogram binning with shrinkage; Zadrozny and Elkan, ICML 2001). Findings of the same value then add up as log-odds,
less than independent ones would, and other values of the same attribute speak against each other: a logistic
combination whose weights were fitted on products whose own attributes were hidden (docs/adr/0016-enrichment.md).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.contracts import FoundAttribute
from catalog.effective import value_key

STEPS = 10
# Findings of one attribute weigh as much as this many of the extractor's findings at large, these as much as this many
# of what the extractor itself says.
ATTRIBUTE_PRIOR = 20.0
EXTRACTOR_PRIOR = 10.0
_LEAST, _MOST = 0.005, 0.995


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the logistic combination: the surest finding, the further ones, the surest other value, and the constant."""

    constant: float = 0.0
    best: float = 1.0
    further: float = 0.5
    against: float = 0.5


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Counts:
    right: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBook:
    """(extractor, attribute, step) → how often it was right; attribute "" is the extractor at large."""

    counts: Mapping[tuple[str, str, int], Counts] = field(default_factory=dict)

    def believe(self, extractor: str, attribute: str, confidence: float) -> float:
        """The chance, 0..1, that a finding of this extractor's confidence is right."""
        step = step_of(confidence)
        large = self._shrink((extractor, "", step), toward=confidence, prior=EXTRACTOR_PRIOR)
        return self._shrink((extractor, attribute, step), toward=large, prior=ATTRIBUTE_PRIOR)

    def _shrink(self, key: tuple[str, str, int], *, toward: float, prior: float) -> float:
        counts = self.counts.get(key, Counts())
        return (counts.right + prior * toward) / (counts.right + counts.wrong + prior)


@dataclass(frozen=True, slots=True)
class Combined:
    """One value of one attribute of one product, and the finding that shows it best (stated before implied)."""

    found: FoundAttribute
    value_key: str
    confidence: float
    extractors: tuple[str, ...]


def step_of(confidence: float) -> int:
    """The confidence step, 0 to STEPS - 1, of a confidence of 0..1."""
    return min(int(confidence * STEPS), STEPS - 1)


def combine(found: Iterable[FoundAttribute], book: CalibrationBook, weights: Weights = WEIGHTS) -> list[Combined]:
    """All values found in one product, most certain first. An extractor that found a value twice counts once."""
    groups: dict[str, dict[str, list[FoundAttribute]]] = {}
    for item in found:
        groups.setdefault(item.name, {}).setdefault(value_key(item.value), []).append(item)
    combined = [value for values in groups.values() for value in _combine_attribute(values, book, weights)]
    return sorted(combined, key=lambda value: (-value.confidence, value.found.name, value.value_key))


def _combine_attribute(
    values: Mapping[str, Sequence[FoundAttribute]], book: CalibrationBook, weights: Weights
) -> Iterable[Combined]:
    odds = {key: _odds_by_extractor(items, book) for key, items in values.items()}
    for key, items in values.items():
        against = max((sure[0] for other, (sure, _) in odds.items() if other != key), default=None)
        sure, extractors = odds[key]
        yield Combined(_choose_shown(items), key, weigh(sure, against, weights), extractors)


def _odds_by_extractor(
    items: Sequence[FoundAttribute], book: CalibrationBook
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Log-odds of each extractor's surest finding, descending, and the extractors' names."""
    best: dict[str, float] = {}
    for item in items:
        chance = book.believe(item.extractor, item.name, item.confidence)
        best[item.extractor] = max(best.get(item.extractor, 0.0), chance)
    return tuple(sorted((log_odds(chance) for chance in best.values()), reverse=True)), tuple(sorted(best))


def weigh(sure: Sequence[float], against: float | None, weights: Weights) -> float:
    """Confidence, 0..1, of a value with these log-odds (descending) and those of its strongest rival."""
    total = weights.constant + weights.best * sure[0] + weights.further * sum(max(more, 0.0) for more in sure[1:])
    if against is not None:
        total -= weights.against * max(against, 0.0)
    return 1 / (1 + math.exp(-total))


def log_odds(chance: float) -> float:
    held = min(max(chance, _LEAST), _MOST)
    return math.log(held / (1 - held))


def _choose_shown(items: Sequence[FoundAttribute]) -> FoundAttribute:
    """The stated before the implied, the title before the description, the surest before the others."""
    return min(items, key=lambda item: (item.span is None, not _in_title(item), -item.confidence))


def _in_title(item: FoundAttribute) -> bool:
    return item.span is not None and item.span.field.startswith("title")
