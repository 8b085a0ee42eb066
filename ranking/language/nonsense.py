"""Whether a query is made of no known word at all ("asdfgh", 呃呃呃), so that products near in meaning would be chance.

How near the nearest product is does not tell (random letters lie as near as rare words do); whether anybody knows a
word does: catalog, synonyms, concepts, speller, English and Chinese word lists, pinyin, units and codes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources

import rjieba  # its lexicon only: words are cut by catalog.text

from ranking.contracts import Correction, Understanding
from ranking.language.keywords import MIN_ENTITY
from ranking.language.live_words import current_dictionary
from ranking.language.model_numbers import looks_like_model
from ranking.language.pieces import Piece, split_pieces
from ranking.language.pinyin import readings, split_syllables
from ranking.language.term_counts import count_terms
from ranking.language.word_roles import STOP_WORDS
from ranking.language.words import Dictionary
from ranking.retrieval.snapshot import IndexSnapshot

# What is this near to a word is a slip of it, though the speller would not say which ("refridgerator" is two away);
# every string of five letters is one letter from some word.
SLIP_LENGTH, LONG_LENGTH = 6, 8
CORRECTED_LENGTH = 5
LEAST_PART, LONGEST_COMPOUND = 4, 30
# Syllables of two letters and more on average: "oooo" and "a e i" are no pinyin.
SYLLABLE_LETTERS = 2.0
MOST_PIECES = 24
_SOUNDS = frozenset("啊呃嗯哦哈嘿呵嘻噢哎唉呀呜哇吖哼啦嘎唧哒啵喵汪嗷噗咳呸嘤嘟叽咕嘛呢吧么吗哟喔唔哩咯噶的了")
_REPEATED = re.compile(r"(.+?)\1+")
_DOUBLED_NAMES = 2  # 妈妈, 宝宝, 娃娃 are words; three times the same is none

CountTerm = Callable[[str], int]


def is_nonsense(understanding: Understanding, snapshot: IndexSnapshot, *, versions: Mapping[str, int]) -> bool:
    """Whether no word of the query is known to anybody, in the live catalog and dictionary of these versions.

    Then nothing should be shown for its vector alone. False for a query without words (browsing, "under 50"), and
    before the first dictionary is built, when nobody could know.
    """
    dictionary = current_dictionary(versions.get("words", 0))
    if not dictionary.latin and not dictionary.han:
        return False
    pieces = split_pieces(typed_text(understanding))[:MOST_PIECES]
    counts = count_terms({term for piece in pieces for term in piece.terms}, snapshot)
    return has_no_known_word(understanding, dictionary, count=counts.count)


def has_no_known_word(understanding: Understanding, dictionary: Dictionary, *, count: CountTerm) -> bool:
    """The same from what is in memory; `count` gives the products that hold an index term."""
    named = any(entity.confidence >= MIN_ENTITY and entity.kind != "model" for entity in understanding.entities)
    if named or understanding.numbers or _is_corrected(understanding.correction) or _says_more(understanding):
        return False
    pieces = split_pieces(typed_text(understanding))[:MOST_PIECES]
    if not pieces:
        return True
    if all(piece.text in STOP_WORDS for piece in pieces):
        return all(piece.kind == "han" for piece in pieces)  # 的的的; but "the who" may be a name
    if len(pieces) == len(pieces[0].text) == 1 and pieces[0].kind == "han":
        return pieces[0].text in _SOUNDS or not rjieba.has_word(pieces[0].text)
    asked = _join_characters([piece for piece in pieces if piece.text not in STOP_WORDS])
    return not any(_is_known(piece, dictionary, count) for piece in asked)


def _join_characters(pieces: Sequence[Piece]) -> list[Piece]:
    """Single characters side by side as one: the segmenter cuts words it does not know to pieces (猫|粮)."""
    joined: list[Piece] = []
    single = False
    for piece in pieces:
        before, was_single = (joined[-1] if joined else None), single
        single = piece.kind == "han" and len(piece.text) == 1
        if before is not None and was_single and single and before.end == piece.start:
            joined[-1] = Piece(before.text + piece.text, before.start, piece.end, before.terms + piece.terms, "han")
        else:
            joined.append(piece)
    return joined


def typed_text(understanding: Understanding) -> str:
    """Before a correction: what was corrected from three random letters says nothing of them."""
    return understanding.correction.original if understanding.correction else understanding.text


def _is_corrected(correction: Correction | None) -> bool:
    """Whether the speller is sure of a word that is long enough, or of Chinese."""
    return correction is not None and any(
        correction.applied
        and (len(typed) >= CORRECTED_LENGTH or not typed.isascii() or " " in typed)
        and not _is_noise(typed)
        for typed, _ in correction.changes
    )


def _says_more(understanding: Understanding) -> bool:
    """Whether a synonym or concept, which somebody wrote for such words, stands for some of the query."""
    return any(not _is_noise("".join(expansion.replaced)) for expansion in understanding.expansions)


def _is_known(piece: Piece, dictionary: Dictionary, count: CountTerm) -> bool:
    if piece.kind == "han":
        return _is_known_chinese(piece, dictionary, count)
    if any(count(term) for term in piece.terms[:1]):
        return True
    if piece.kind == "quantity":
        return True
    if piece.kind != "word":
        return False
    if any(letter.isdigit() for letter in piece.text):
        return looks_like_model(piece.text) or any(map(count, piece.terms))
    return any(_is_known_latin(word, dictionary) for word in re.findall(r"[a-z]+", piece.text))


def _is_known_chinese(piece: Piece, dictionary: Dictionary, count: CountTerm) -> bool:
    """A single character that stands alone in titles (床, 伞), or several that are no sounds.

    New words are made of known characters (猫粮 is in no lexicon), so only characters nobody types are unknown ones.
    """
    if _is_noise(piece.text):
        return False
    if len(piece.text) == 1:
        return dictionary.sells(piece.text)
    return any(map(count, piece.terms)) or all(character in readings() for character in piece.text)


def _is_noise(word: str) -> bool:
    """Sounds (哈哈, 嗯嗯啊啊), and characters said three times and more."""
    if not word.isascii() and _SOUNDS.issuperset(word):
        return True
    repeated = _REPEATED.fullmatch(word)
    return repeated is not None and len(word) // len(repeated[1]) > _DOUBLED_NAMES


def _is_known_latin(word: str, dictionary: Dictionary) -> bool:
    if _is_noise(word):
        return False
    return (
        word in dictionary
        or _is_pinyin(word)
        or _is_compound(word, dictionary)
        or _is_slip(word, dictionary)
        or _is_english(word)
    )


def _is_compound(word: str, dictionary: Dictionary) -> bool:
    """Two known words written as one ("kettlebell")."""
    return any(
        word[:at] in dictionary and word[at:] in dictionary
        for at in range(LEAST_PART, min(len(word), LONGEST_COMPOUND) - LEAST_PART + 1)
    )


def _is_pinyin(word: str) -> bool:
    syllables = split_syllables(word)
    return len(set(syllables)) > 1 and len(word) >= SYLLABLE_LETTERS * len(syllables)


def _is_english(word: str) -> bool:
    return f"\n{word} " in _english_words()


@cache
def _english_words() -> str:
    """SCOWL's words as symspellpy ships them (MIT), one a line before its count: 1.3 MB, searched in 0.3 ms."""
    return resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")


def _is_slip(word: str, dictionary: Dictionary) -> bool:
    if len(word) < SLIP_LENGTH:
        return False
    return bool(dictionary.near.find(word, most_edits=2 if len(word) >= LONG_LENGTH else 1))
