"""How likely one spelling is a slip of another: Damerau-Levenshtein with steps that cost what people's slips say.

The noisy channel of Kernighan, Church and Gale 1990 with classes of slips in place of a confusion matrix, which would
need more pairs of wrong and right words than a shop ever has. Costs: benchmarks/understanding_spelling.py.
"""

from functools import lru_cache

SWAPPED = 0.75  # neighbouring letters change places
DOUBLED = 0.55  # a letter doubled, or one of a double missing
VOWEL_LOST = 0.85
LETTER_LOST = 1.0
LETTER_ADDED = 1.0
VOWEL_FOR_VOWEL = 0.85
SOUNDS_ALIKE = 0.75
NEXT_KEY = 0.85
LETTER_FOR_LETTER = 1.25
FIRST_LETTER = 0.6  # on top: people know how a word begins

_VOWELS = frozenset("aeiouy")
_ALIKE_LETTERS = ("ck", "cs", "sz", "kq", "gj", "vw", "fv", "dt", "bp", "mn", "iy", "xz", "lr", "uw", "xs", "gk")
_ALIKE = frozenset(map(frozenset, _ALIKE_LETTERS))
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbouring_keys() -> frozenset[frozenset[str]]:
    """Keys that touch on the QWERTY keyboard: the next one in the row and the two below it."""
    pairs = set()
    for row, letters in enumerate(_KEYS):
        below = _KEYS[row + 1] if row + 1 < len(_KEYS) else ""
        for place, letter in enumerate(letters):
            for other in (letters[place + 1 : place + 2], below[place : place + 1], below[max(place - 1, 0) : place]):
                pairs.add(frozenset((letter, other or letter)))
    return frozenset(pair for pair in pairs if len(pair) == 2)


_NEXT_KEYS = _neighbouring_keys()


@lru_cache(maxsize=4096)
def _replace_cost(typed: str, meant: str) -> float:
    pair = frozenset((typed, meant))
    if pair in _ALIKE:
        return SOUNDS_ALIKE
    if typed in _VOWELS and meant in _VOWELS:
        return VOWEL_FOR_VOWEL
    return NEXT_KEY if pair in _NEXT_KEYS else LETTER_FOR_LETTER


def weigh_edits(typed: str, meant: str) -> float:
    """The cheapest steps that turn `meant` into what was typed; 0 for equal words, about 1 for each slip."""
    start, end_typed, end_meant = 0, len(typed), len(meant)
    while start < min(end_typed, end_meant) and typed[start] == meant[start]:
        start += 1
    while min(end_typed, end_meant) > start and typed[end_typed - 1] == meant[end_meant - 1]:
        end_typed, end_meant = end_typed - 1, end_meant - 1
    if start == end_typed == end_meant:
        return 0.0
    # One equal letter more on the left, so that doubled letters show.
    context = max(start - 1, 0)
    cost = _align(typed[context : end_typed + 1], meant[context : end_meant + 1])
    return cost + (FIRST_LETTER if start == 0 else 0.0)


def _align(typed: str, meant: str) -> float:
    """Optimal string alignment over the differing middle of two words, usually one to three letters."""
    before: list[float] = []
    row = [0.0]
    for i, letter in enumerate(meant):
        row.append(row[i] + _lost_cost(meant, i, letter))
    for j, letter in enumerate(typed):
        before, last, row = row, before, [row[0] + _added_cost(typed, j, letter)]
        for i, right in enumerate(meant):
            best = before[i] + (0.0 if letter == right else _replace_cost(letter, right))
            best = min(best, row[i] + _lost_cost(meant, i, right), before[i + 1] + _added_cost(typed, j, letter))
            if i and j and letter == meant[i - 1] and typed[j - 1] == right and letter != right:
                best = min(best, last[i - 1] + SWAPPED)
            row.append(best)
    return row[-1]


def _lost_cost(meant: str, at: int, letter: str) -> float:
    if (at and meant[at - 1] == letter) or meant[at + 1 : at + 2] == letter:
        return DOUBLED
    return VOWEL_LOST if letter in _VOWELS or letter == "h" else LETTER_LOST


def _added_cost(typed: str, at: int, letter: str) -> float:
    return DOUBLED if (at and typed[at - 1] == letter) or typed[at + 1 : at + 2] == letter else LETTER_ADDED
