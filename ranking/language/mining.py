"""Suggestions of synonyms for a merchandiser to accept: what the catalog and the query log say, with the evidence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from catalog.text import HAN, analyse, normalise
from ranking.language.concepts import ConceptBook, expand_concepts
from ranking.models.synonym import MAX_CHARACTERS, find_errors, find_repeats
from ranking.retrieval.written_words import join_words, split_han

MAX_EXAMPLES = 5
_WORD = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+(?:[-.'&+/][^\W_{HAN}]+)*")


@dataclass(frozen=True, slots=True)
class SynonymSuggestion:
    """Two ways to say one thing. `reason` names the miner, `support` orders suggestions (products or searches),
    `evidence` is what a merchandiser is shown: counts and examples.
    """

    first: str
    second: str
    kind: Literal["one_way", "two_way"]
    source: Literal["catalog", "query_log"]
    reason: str
    support: int
    weight: float = 0.8
    evidence: Mapping[str, Any] = field(default_factory=dict)


def suggest_pair(first: str, second: str, reason: str, support: int, evidence: Mapping[str, Any]) -> SynonymSuggestion:
    """A two-way suggestion of the catalog."""
    told = {"reason": reason, **evidence}
    return SynonymSuggestion(first, second, "two_way", "catalog", reason, max(support, 1), 0.9, told)


def finish_suggestions(
    found: Iterable[SynonymSuggestion], *, concepts: ConceptBook | None = None
) -> list[SynonymSuggestion]:
    """Each pair once, the best supported first; none that search joins already or that could not be saved."""
    best: dict[frozenset[str], SynonymSuggestion] = {}
    for item in found:
        key = frozenset((item.first, item.second))
        if key not in best or item.support > best[key].support:
            best[key] = item
    kept = (item for item in best.values() if is_new(item.first, item.second, concepts))
    return sorted(kept, key=lambda item: (-item.support, item.first, item.second))


def is_new(first: str, second: str, concepts: ConceptBook | None = None) -> bool:
    """Whether the two differ as search reads them, and no concept translates one into the other."""
    words = [first, second]
    if max(map(len, words)) > MAX_CHARACTERS or find_errors("two_way", words, []) or find_repeats(words, []):
        return False
    one, other = analyse(first), analyse(second)
    if set(one) == set(other):
        return False
    if concepts is None:
        return True
    linked = expand_concepts(one, concepts)
    return not any(link.replaced == tuple(one) and link.alternative == tuple(other) for link in linked)


def split_words(text: str) -> list[str]:
    """The words of a text one after the other, as written but normalised, without marks."""
    words: list[str] = []
    for found in _WORD.finditer(normalise(text)):
        words.extend(split_han(found[0]) if found["han"] else [found[0]])
    return words


def differing_words(first: Sequence[str], second: Sequence[str]) -> tuple[str, str] | None:
    """What stands in one word list instead of the other's, with what both begin and end with taken off.

    ("red", "sofa"), ("red", "couch") → ("sofa", "couch"); None when one only adds words to the other.
    """
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    left, right = first[start : len(first) - end], second[start : len(second) - end]
    return (join_words(left), join_words(right)) if left and right else None
