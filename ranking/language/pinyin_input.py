"""Chinese words of the catalog behind Latin letters: "shouji ke" is 手机壳, "iphone shoujike" is iphone 手机壳.

The likeliest sequence of words whose readings are exactly the letters, by how often the words occur and stand together.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ranking.language.edits import weigh_edits
from ranking.language.guess import Guess
from ranking.language.pinyin import split_syllables
from ranking.language.slips import measure_company
from ranking.language.words import Dictionary

SHORTEST, LONGEST = 4, 40
MOST_WORDS = 6  # typed words read together
HOMOPHONES = 4  # looked at for each reading
PATHS = 4  # kept at each letter
LONGEST_READING = 24
SURE, LIKELY, MISTYPED = 0.9, 0.8, 0.6
_Path = tuple[float, tuple[str, ...]]


def guess_pinyin(
    words: Sequence[tuple[int, int, str]], dictionary: Dictionary, *, skip: frozenset[str] = frozenset()
) -> list[Guess]:
    """What neighbouring Latin words (start, end, letters) say in Chinese; the longest readings win.

    A word the catalog has, or of everyday English ("can", "pen"), is only read as pinyin together with one that is
    neither, and only into words that titles have side by side. Those in `skip` are not read at all.
    """
    if not dictionary.han:
        return []
    guesses: list[Guess] = []
    at = 0
    while at < len(words):
        guess, used = _read_from(words[at : at + MOST_WORDS], dictionary, skip)
        if guess is not None:
            guesses.append(guess)
        at += used
    return guesses


def _read_from(
    words: Sequence[tuple[int, int, str]], dictionary: Dictionary, skip: frozenset[str]
) -> tuple[Guess | None, int]:
    """The guess for the longest beginning of these words that reads as Chinese, and how many words it covers."""
    for size in range(len(words), 0, -1):
        typed = [word for _, _, word in words[:size]]
        known = [word for word in typed if word in dictionary]
        letters = "".join(typed)
        if len(known) == size or skip.intersection(typed) or not SHORTEST <= len(letters) <= LONGEST:
            continue
        if not all(split_syllables(word) for word in typed):
            continue
        meant = decode_letters(letters, dictionary, attested=bool(known))
        if meant:
            return _make_guess(words[:size], "".join(meant), SURE if len(meant) <= 2 else LIKELY), size
    start, end, word = words[0]
    meant_word = "" if word in dictionary or word in skip else _find_mistyped(word, dictionary)
    if not meant_word:
        return None, 1
    confidence = MISTYPED if len(meant_word) < 3 or len(word) < 8 else LIKELY
    return Guess(start, end, word, meant_word, confidence), 1


def _make_guess(words: Sequence[tuple[int, int, str]], meant: str, confidence: float) -> Guess:
    return Guess(words[0][0], words[-1][1], " ".join(word for _, _, word in words), meant, confidence)


def decode_letters(letters: str, dictionary: Dictionary, *, attested: bool = False) -> tuple[str, ...]:
    """The likeliest words read exactly so; empty when there are none.

    Single characters count only beside a word that titles have beside them; with `attested` every word does.
    """
    paths: list[list[_Path]] = [[(0.0, ())], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        found = [
            path
            for start in range(max(end - LONGEST_READING, 0), end)
            if paths[start]
            for word in dictionary.by_pinyin.get(letters[start:end], ())[:HOMOPHONES]
            for path in _extend(paths[start], word, dictionary)
        ]
        paths[end] = sorted(found, reverse=True)[:PATHS]
    return next((words for _, words in paths[-1] if _is_credible(words, dictionary, attested=attested)), ())


def _extend(paths: list[_Path], word: str, dictionary: Dictionary) -> Iterator[_Path]:
    for score, words in paths:
        company = measure_company(words[-1], word, dictionary) if words else 0.0
        yield score + dictionary.log_frequency(word) + company, (*words, word)


def _is_credible(words: tuple[str, ...], dictionary: Dictionary, *, attested: bool) -> bool:
    if sum(map(len, words)) < 2:
        return False
    beside = [dictionary.pair_count(*pair) > 0 for pair in pairwise(words)]
    if attested:
        return all(beside)
    return all(len(word) > 1 or any(beside[max(at - 1, 0) : at + 1]) for at, word in enumerate(words))


def _find_mistyped(letters: str, dictionary: Dictionary) -> str:
    """The catalog word whose reading is one slip away ("lianyiqn")."""
    if not 7 <= len(letters) <= LONGEST_READING:
        return ""
    readings = dictionary.near_pinyin
    near = [readings.words[place] for place, _ in readings.find(letters, most_edits=1)]
    words = [
        (weigh_edits(letters, reading), -dictionary.count(word), word)
        for reading in near
        for word in dictionary.by_pinyin[reading][:1]
        if len(word) >= 2
    ]
    return min(words)[2] if words else ""
