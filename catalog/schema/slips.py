"""Finds slips, homophones and short forms among the values of one attribute: less sure than equal keys."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import combinations

import numpy as np
from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.schema.pairs import Alike, Stated, keep_best, make_alike
from catalog.schema.spelling import ReadText, may_be_same, read_text

# Of one attribute, the most frequent; all are compared with all (2,000 texts: 0.3 s).
MAX_COMPARED = 2_000
MAX_LENGTH = 60
# Shortest word with one, and with two letters wrong.
ONE_WRONG, TWO_WRONG = 6, 9
# A slip is so many times rarer than the word, unless a dictionary knows the word and few products have the slip.
RARER, FEW = 3, 2
SLIP, HOMOPHONE, INITIALS, SHORTENED = 0.72, 0.65, 0.62, 0.6
_NUMERALS = frozenset("零一二三四五六七八九十百千万两双单多半")
_VOWELS = frozenset("aeiou")
_LATIN = re.compile("[a-z]+")


def find_slips(stated: Sequence[Stated]) -> list[Alike]:
    """Pairs of values of which one is the other, mistyped or shortened."""
    first = sorted(stated, key=lambda value: -value.count)[:MAX_COMPARED]
    kept = [(value, read_text(value.text)) for value in first if len(value.text) <= MAX_LENGTH]
    return keep_best([*_find_misspelt(kept), *_find_homophones(kept), *_find_initials(kept), *_find_shortened(kept)])


_Read = Sequence[tuple[Stated, ReadText]]


def _find_misspelt(values: _Read) -> Iterator[Alike]:
    latin = [(value, read) for value, read in values if len(read.plain) >= ONE_WRONG and not read.is_han]
    texts = [read.plain for _, read in latin]
    if len(texts) < 2:
        return
    # One unsigned byte a pair; what is further than the cut-off is set to one more.
    distances = process.cdist(texts, texts, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    for row, column in np.argwhere(np.triu(distances <= 2, k=1)):
        (one, first), (other, second) = latin[row], latin[column]
        if may_be_same(first, second) and _is_slip((one, first), (other, second)):
            yield make_alike(one, other, SLIP, "slip")


def _is_slip(common: tuple[Stated, ReadText], rare: tuple[Stated, ReadText]) -> bool:
    """Exactly one word differs, by a slip of the hand: not both are words, and the right one is the commoner."""
    pairs = [(one, other) for one, other in zip(common[1].parts, rare[1].parts, strict=False) if one != other]
    if len(common[1].parts) != len(rare[1].parts) or len(pairs) != 1:
        return False
    right, wrong = pairs[0]
    if not (right.isalpha() and wrong.isalpha() and right[0] == wrong[0]) or is_english(wrong):
        return False
    allowed = 0 if len(right) < ONE_WRONG else 1 if len(right) < TWO_WRONG else 2
    if OSA.distance(right, wrong) > allowed:
        return False
    if is_english(right) and rare[0].count <= FEW:
        return True
    rarer = common[0].count >= RARER * rare[0].count
    return rarer and (is_english(right) or not _is_code(rare[0].text, wrong))


def _is_code(text: str, word: str) -> bool:
    """Capitals inside a text of small letters are an acronym, and every letter of it counts."""
    return word.upper() in text and (not text.isupper() or len(word) == len(text))


def _find_homophones(values: _Read) -> Iterator[Alike]:
    """Chinese words of three and more characters that sound alike and differ in one (不锈钢, 不绣钢)."""
    sounds: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    for value, read in values:
        if 3 <= len(read.plain) <= 12 and read.plain == "".join(read.parts) and len(read.parts) == 1 and read.is_han:
            sounds[tuple(lazy_pinyin(read.plain))].append(value)
    for group in sounds.values():
        for one, other in combinations(group, 2):
            changed = [set(pair) for pair in zip(one.text, other.text, strict=False) if pair[0] != pair[1]]
            if len(changed) == 1 and not changed[0] & _NUMERALS and one.count != other.count:
                yield make_alike(one, other, HOMOPHONE, "homophone")


def _find_initials(values: _Read) -> Iterator[Alike]:
    """LED and Light Emitting Diode, where one value alone has these initials."""
    spelled: dict[str, list[Stated]] = defaultdict(list)
    for value, read in values:
        if len(read.parts) >= 3 and read.plain == " ".join(read.parts) and _LATIN.fullmatch("".join(read.parts)):
            spelled["".join(part[0] for part in read.parts)].append(value)
    for value, read in values:
        found = spelled.get(read.plain, []) if value.text.isupper() else []
        if len(found) == 1:
            yield make_alike(value, found[0], INITIALS, "initials")


def _find_shortened(values: _Read) -> Iterator[Alike]:
    """A word without vowels that one other value alone can be, letter after letter (brshd: brushed)."""
    words = [(value, read.plain) for value, read in values if read.plain.isascii() and read.plain.isalpha()]
    by_letter: dict[str, list[tuple[Stated, str]]] = defaultdict(list)
    for value, word in words:
        by_letter[word[0]].append((value, word))
    for value, short in words:
        if not 3 <= len(short) <= 6 or _VOWELS & set(short) or value.text.isupper():
            continue
        found = [other for other, word in by_letter[short[0]] if _may_stand_for(short, word)]
        if len(found) == 1 and found[0].count > value.count:
            yield make_alike(value, found[0], SHORTENED, "shortened")


def _may_stand_for(short: str, word: str) -> bool:
    if len(word) < len(short) + 2 or len(word) > 3 * len(short):
        return False
    letters = iter(word)
    return all(letter in letters for letter in short)


def is_english(word: str) -> bool:
    return word in _english_words()


@cache
def _english_words() -> frozenset[str]:
    """SCOWL's words as symspellpy ships them (MIT); 82,000 take 8 MB, in the process that looks for slips."""
    table = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    return frozenset(line.split()[0] for line in table.read_text(encoding="utf-8-sig").splitlines())
