"""How sure a finding of the language model is, 0..1, before calibration.

certainty × support. Certainty is the model's own: of attribute, quote and value the least sure, each the geometric mean
of its tokens' probabilities (as the model gave them before a grammar forbade anything; length-normalised sequence
probability, Malinin and Gales, ICLR 2021). Where the back-end gives no log-probabilities it is a constant. Support is
what the finding agrees with: the text, letter for letter or folded, and the category's values.
"""

import math
import re
from collections.abc import Sequence

from catalog.extractors.llm_values import Reading
from catalog.llm.interface import Completion

WITHOUT_LOGPROBS = 0.85
STATED = 1.0
STATED_FOLDED = 0.95
IMPLIED = 0.4
# A value that no other product of the category has, or a number far outside its range.
UNUSUAL = 0.8
_PARTS = ("attribute", "quote", "value")
_STRING = r'"(?:[^"\\]|\\.)*"'
# An escaped quotation mark inside a string never ends in `":`, so a forged key inside a quote is not met.
_PAIR = re.compile(rf'"(attribute|quote|value)"\s*:\s*({_STRING}|[^\s,}}\]]+)')


def measure_confidence(certainty: float, reading: Reading) -> float:
    stated = STATED if reading.is_exact else STATED_FOLDED
    support = IMPLIED if reading.place is None else stated
    return certainty * support * (1.0 if reading.is_usual else UNUSUAL)


def read_certainties(completion: Completion, count: int) -> list[float]:
    """One number an item, in order; the constant for all where the answer does not match its log-probabilities."""
    if not completion.logprobs:
        return [WITHOUT_LOGPROBS] * count
    groups: dict[str, list[tuple[int, int]]] = {part: [] for part in _PARTS}
    for match in _PAIR.finditer(completion.text):
        groups[match[1]].append(match.span(2))
    if any(len(places) != count for places in groups.values()):
        return [WITHOUT_LOGPROBS] * count
    return [
        min(_mean_probability(completion.logprobs, groups[part][number]) for part in _PARTS) for number in range(count)
    ]


def _mean_probability(logprobs: Sequence[tuple[int, float]], place: tuple[int, int]) -> float:
    """Of the tokens that begin inside."""
    inside = [logprob for start, logprob in logprobs if place[0] <= start < place[1]]
    return math.exp(sum(inside) / len(inside)) if inside else WITHOUT_LOGPROBS
