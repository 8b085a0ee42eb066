"""What a Latin word that nothing knows was meant to be: a near word of the catalog, or two words run together.

A noisy channel (Kernighan, Church and Gale 1990; Brill and Moore 2000): how likely the slip is, times how likely the
word is here, by its products and by its neighbours' company in titles. Whether the best guess is right at all is a
logistic regression over a few of its features, fitted by benchmarks/tune_spelling.py.
"""

import math
from dataclasses import dataclass

from ranking.language.edits import weigh_edits
from ranking.language.words import Dictionary

# Acronyms and units are shorter than words: "TA" is not "to".
SHORTEST_CORRECTED = 4
MOST_CANDIDATES = 30
# In nats: a slip of cost 1 is as likely as a word e^4.5 times rarer.
NATS_PER_EDIT = 4.5
COMPANY = 0.3  # weight of the neighbours
COMPANY_PRIOR = 30.0  # products' worth of "no idea" in what stands beside a word
SPLIT_COST, STRANGE_SPLIT_COST = 0.5, 1.2
SPLIT_RARITY = 0.6  # of two words' surprise, since titles do not hold every pair that people type
# bias, edit cost, cost a letter, log frequency, margin to the second, letters, whether it is two words
CONFIDENCE_WEIGHTS = (6.16, -0.67, -10.84, 0.57, 0.26, 0.26, -3.37)
LARGEST_MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word (or two, with a blank) that may have been meant; `score` in nats."""

    words: tuple[str, ...]
    cost: float
    score: float


def guess_word(typed: str, dictionary: Dictionary, *, left: str = "", right: str = "") -> tuple[str, float] | None:
    """The likeliest word and the probability that it was meant; None when nothing is near or the word is a plain form.

    `left` and `right` are the neighbours in the query, empty at its ends.
    """
    if len(typed) < SHORTEST_CORRECTED:
        return None
    candidates = rank_candidates(typed, dictionary, left=left, right=right)
    if not candidates or any(_is_form_of(typed, candidate.words[0]) for candidate in candidates[:5]):
        return None
    return " ".join(candidates[0].words), estimate_confidence(describe_guess(typed, candidates, dictionary))


def rank_candidates(typed: str, dictionary: Dictionary, *, left: str = "", right: str = "") -> list[Candidate]:
    spelled = [((word,), weigh_edits(typed, word)) for word in _near_words(typed, dictionary)]
    ranked = [
        _judge(words, cost, dictionary, left=left, right=right)
        for words, cost in (*spelled, *_split_words(typed, dictionary))
    ]
    return sorted(ranked, key=lambda candidate: (-candidate.score, candidate.words))


def describe_guess(typed: str, candidates: list[Candidate], dictionary: Dictionary) -> tuple[float, ...]:
    """The features of the best candidate, in the order of CONFIDENCE_WEIGHTS."""
    best = candidates[0]
    margin = best.score - candidates[1].score if len(candidates) > 1 else LARGEST_MARGIN
    return (
        1.0,
        best.cost,
        best.cost / len(typed),
        dictionary.log_frequency(best.words[0]),
        min(margin, LARGEST_MARGIN),
        float(min(len(typed), 12)),
        float(len(best.words) - 1),
    )


def estimate_confidence(features: tuple[float, ...]) -> float:
    total = sum(weight * value for weight, value in zip(CONFIDENCE_WEIGHTS, features, strict=True))
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


def _near_words(typed: str, dictionary: Dictionary) -> list[str]:
    """Words of the catalog one slip away, two in longer words; one more where that finds nothing."""
    usual = 1 if len(typed) < 6 else 2
    for most in (usual, usual + 1):
        if most > 2 and len(typed) < 9:
            break
        found = [
            (edits, -int(dictionary.counts[place]), place)
            for place, edits in dictionary.near.find(typed, most_edits=most)
            if dictionary.counts[place] > 0
        ]
        if found:
            return [dictionary.latin[place] for _, _, place in sorted(found)[:MOST_CANDIDATES]]
    return []


def _split_words(typed: str, dictionary: Dictionary) -> list[tuple[tuple[str, str], float]]:
    """Two words of the catalog that were run together; strangers to each other must both be long."""
    splits = []
    for at in range(2, len(typed) - 1):
        first, second = typed[:at], typed[at:]
        if dictionary.sells(first) and dictionary.sells(second):
            if dictionary.pair_count(first, second):
                splits.append(((first, second), SPLIT_COST))
            elif min(len(first), len(second)) >= SHORTEST_CORRECTED:
                splits.append(((first, second), STRANGE_SPLIT_COST))
    return splits


def _judge(words: tuple[str, ...], cost: float, dictionary: Dictionary, *, left: str, right: str) -> Candidate:
    frequency = dictionary.log_frequency(words[0])
    if len(words) == 2:
        frequency += dictionary.log_frequency(words[1])
        frequency = SPLIT_RARITY * (frequency + measure_company(*words, dictionary))
    company = measure_company(left, words[0], dictionary) + measure_company(words[-1], right, dictionary)
    return Candidate(words, cost, frequency - NATS_PER_EDIT * cost + COMPANY * company)


def measure_company(first: str, second: str, dictionary: Dictionary) -> float:
    """How much likelier `second` is right after `first` than anywhere: pointwise mutual information, smoothed."""
    before = dictionary.count(first)
    if not before or not dictionary.count(second):
        return 0.0
    anywhere = math.exp(dictionary.log_frequency(second))
    together = dictionary.pair_count(first, second) + COMPANY_PRIOR * anywhere
    return math.log(together / (before + COMPANY_PRIOR) / anywhere)


def _is_form_of(typed: str, word: str) -> bool:
    """Whether it is a regular form of the word, which the index's stems find ("mowers" where all say "mower")."""
    if typed.startswith(word):
        return (
            typed[len(word) :] in ({"d", "s"} if word.endswith("e") else {"s", "es", "ed", "ing"}) and word[-1] != "s"
        )
    return word == f"{typed}s" and not typed.endswith(("s", "ie"))
