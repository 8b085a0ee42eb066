"""What a query was meant to say: slips in Latin words, Chinese homophones and pinyin input, glued and cut words.

Brand and model safe: a word the catalog has, a code, a number, a unit or a word of three letters is never touched. A
correction is applied only when it is confident and nothing is sold under the words as typed; else it is an offer.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from catalog.text import HAN, analyse
from catalog.units import find_unit
from ranking.contracts import Correction, Expansion
from ranking.language.guess import Guess
from ranking.language.hanzi import guess_run
from ranking.language.pinyin_input import guess_pinyin
from ranking.language.slips import SHORTEST_CORRECTED, guess_word
from ranking.language.words import Dictionary

# Thresholds that keep changes to right queries under 1% (benchmarks/understanding_spelling.py).
APPLY, OFFER = 0.7, 0.35
# An everyday English word that the catalog lacks may still be a slip ("desalt" for dewalt), which is only offered.
OFFER_FOR_EVERYDAY = 0.85
# More unknown words than this are no slips.
MOST_UNKNOWN = 6
MOST_RUNS = 3
MOST_CHARACTERS = 500
JOINED = 0.75
# Two words that both sell are only offered as one when the one is this much more frequent than the rarer of them.
JOIN_RATIO = 3
COMPOUND_WEIGHT = 0.8

HasHits = Callable[[Collection[str]], Collection[str]]
_Word = tuple[int, int, str]
_CHUNK = re.compile(rf"(?P<han>[{HAN}]+)|[a-z0-9]+(?:[-._/&+'@][a-z0-9]+)*\+*")
_LETTERS = re.compile(r"[a-z]+")


def correct(
    text: str,
    dictionary: Dictionary,
    *,
    locale: str = "en",
    has_hits: HasHits | None = None,
    forbids: Callable[[str, str], bool] = lambda typed, meant: False,
) -> Correction | None:
    """The corrected query; None when every word is known or nothing better is.

    `text` is normalised (catalog.text.normalise). `has_hits` tells which of some words the index finds although the
    dictionary does not have them (rare words, words of descriptions, products of the last minutes); it is asked once,
    and only when there is something to correct. `forbids` tells which words must not be read as which others.
    """
    text = text[:MOST_CHARACTERS]
    words, runs = _read_words(text)
    unsold = [word for _, _, word in words if _may_be_slip(word, dictionary)]
    guesses = [guess for start, run in runs[:MOST_RUNS] for guess in guess_run(run, dictionary, start=start)]
    unknown = [word for word in unsold if word not in dictionary]
    if len(unknown) <= MOST_UNKNOWN:
        suspects = frozenset(unsold if len(unsold) <= MOST_UNKNOWN else unknown)
        guesses += _guess_latin(text, words, dictionary, suspects=suspects, locale=locale)
    guesses = [guess for guess in guesses if guess.confidence >= OFFER and not forbids(guess.typed, guess.meant)]
    if not guesses:
        return None
    found = set(has_hits([guess.typed for guess in guesses])) if has_hits else set()
    return _assemble(text, [replace(g, may_apply=False) if g.typed in found else g for g in guesses])


def expand_compounds(text: str, dictionary: Dictionary) -> tuple[Expansion, ...]:
    """The other way to write words that are sold both ways: "fire pit" also as firepit, "firepit" as fire pit."""
    words = [word for _, _, word in _read_words(text[:MOST_CHARACTERS])[0]]
    ways: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (pair, ("".join(pair),)) for pair in pairwise(words) if dictionary.sells("".join(pair))
    ]
    ways += [
        ((word,), (word[:at], word[at:]))
        for word in words
        for at in range(2, len(word) - 1)
        if word in dictionary and dictionary.pair_count(word[:at], word[at:])
    ]
    return tuple(
        Expansion(
            replaced=tuple(analyse(" ".join(words_as_typed))),
            alternative=tuple(analyse(" ".join(other))),
            weight=COMPOUND_WEIGHT,
            text=" ".join(other),
            source="spelling",
        )
        for words_as_typed, other in ways
    )


def _read_words(text: str) -> tuple[list[_Word], list[tuple[int, str]]]:
    """Latin words that may be corrected, with their positions, and runs of Chinese characters with theirs."""
    words: list[_Word] = []
    runs: list[tuple[int, str]] = []
    for chunk in _CHUNK.finditer(text):
        if chunk["han"]:
            runs.append((chunk.start(), chunk[0]))
        elif not any(character.isdigit() or character in ".@_" for character in chunk[0]):
            words += [(chunk.start() + m.start(), chunk.start() + m.end(), m[0]) for m in _LETTERS.finditer(chunk[0])]
    return words, runs


def _may_be_slip(word: str, dictionary: Dictionary) -> bool:
    return len(word) >= SHORTEST_CORRECTED and not dictionary.sells(word) and find_unit(word) is None


def _guess_latin(
    text: str, words: Sequence[_Word], dictionary: Dictionary, *, suspects: Collection[str], locale: str
) -> list[Guess]:
    """English slips and pinyin input; in the Chinese shop pinyin goes first, else a sure English slip."""
    slips = list(_guess_slips(words, dictionary, suspects))
    sure = frozenset(guess.typed for guess in slips if guess.confidence >= APPLY and not locale.startswith("zh"))
    chinese = [guess for group in _neighbours(text, words) for guess in guess_pinyin(group, dictionary, skip=sure)]
    taken = [(guess.start, guess.end) for guess in chinese]
    english = [*slips, *_guess_joins(text, words, dictionary)]
    return chinese + [guess for guess in english if not _overlaps(guess, taken)]


def _guess_slips(words: Sequence[_Word], dictionary: Dictionary, suspects: Collection[str]) -> Iterable[Guess]:
    left = ""
    for at, (start, end, word) in enumerate(words):
        right = words[at + 1][2] if at + 1 < len(words) else ""
        guess = guess_word(word, dictionary, left=left, right=right) if word in suspects else None
        left = word
        if guess is None:
            continue
        everyday = word in dictionary
        if not everyday or guess[1] >= OFFER_FOR_EVERYDAY:
            left = guess[0].rpartition(" ")[2]
            yield Guess(start, end, word, *guess, may_apply=not everyday)


def _guess_joins(text: str, words: Sequence[_Word], dictionary: Dictionary) -> Iterable[Guess]:
    """Two words that are one in the catalog ("lap top"), where no title has them apart."""
    for (start, middle, first), (after, end, second) in zip(words, words[1:], strict=False):
        joined = f"{first}{second}"
        if text[middle:after] != " " or len(joined) <= SHORTEST_CORRECTED or not dictionary.sells(joined):
            continue
        rarer = min(dictionary.count(first), dictionary.count(second))
        if not dictionary.pair_count(first, second) and dictionary.count(joined) >= JOIN_RATIO * rarer:
            may_apply = rarer == 0 and min(len(first), len(second)) > 1
            yield Guess(start, end, f"{first} {second}", joined, JOINED, may_apply=may_apply)


def _neighbours(text: str, words: Sequence[_Word]) -> list[list[_Word]]:
    """Words that stand together with nothing but a blank between them."""
    groups: list[list[_Word]] = []
    for word in words:
        if groups and text[groups[-1][-1][1] : word[0]] == " ":
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _overlaps(guess: Guess, taken: Collection[tuple[int, int]]) -> bool:
    return any(guess.start < end and start < guess.end for start, end in taken)


def _assemble(text: str, guesses: Iterable[Guess]) -> Correction:
    """Confident guesses alone are applied, without the doubtful ones beside them; where none is, all are offered."""
    kept: list[Guess] = []
    for guess in sorted(guesses, key=lambda guess: (guess.start - guess.end, -guess.confidence)):
        if not _overlaps(guess, [(other.start, other.end) for other in kept]):
            kept.append(guess)
    sure = [guess for guess in kept if guess.may_apply and guess.confidence >= APPLY]
    chosen = sorted(sure or kept, key=lambda guess: guess.start)
    corrected, at = "", 0
    for guess in chosen:
        corrected += text[at : guess.start] + guess.meant
        at = guess.end
    return Correction(
        original=text,
        corrected=corrected + text[at:],
        changes=tuple((guess.typed, guess.meant) for guess in chosen),
        confidence=min(guess.confidence for guess in chosen),
        applied=bool(sure),
    )
