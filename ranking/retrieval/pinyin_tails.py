"""Pinyin in suggestions: how a Chinese phrase is typed in letters, and what letters typed among characters may mean.

As input methods do: whole syllables ("lianyi"), first letters ("lyq"), both at once ("lianyq") and characters between
them ("连yi", "l衣q"). Letters are looked up without blanks; where characters or part syllables were typed, what the
look-up gives is checked syllable by syllable.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ranking.language.pinyin import read_run, readings, split_syllables, syllable_starts, syllables
from ranking.retrieval.written_words import HAN_RUN

# Index tails in pinyin are kept apart from those as written: by the language tag of Chinese in Latin letters.
PINYIN_LOCALE = "zh-latn"
LONGEST_SPELLED, LONGEST_INITIALS = 40, 12
FEWEST_INITIALS = 2
FEWEST_LETTERS = 3
_LONGEST_SYLLABLE = 6
_FIRST_LETTERS = frozenset("bpmfdtnlgkhjqxrzcsyw")
# Part syllables cost a little more than whole ones, so "lian" is one syllable and not li, a, n.
_PART = 1.1


@dataclass(frozen=True, slots=True)
class TypedSounds:
    """`key` is what tails in pinyin begin with; `pieces` are characters, syllables and first letters, in order.

    `is_plain` when the key says it all, so that nothing is left to check.
    """

    key: str
    pieces: tuple[str, ...]
    is_plain: bool

    def matches(self, phrase: str) -> bool:
        """Whether the pieces agree with the phrase from one of its characters on."""
        characters = phrase.replace(" ", "")
        if self.is_plain:
            return True
        last = len(characters) - len(self.pieces)
        return any(
            all(_agrees(piece, characters[start + at]) for at, piece in enumerate(self.pieces))
            for start in range(last + 1)
        )


def spell_tails(folded: str, tails: Iterable[str]) -> Iterator[str]:
    """Each tail with Chinese in it as people type it in letters: all syllables, then first letters alone."""
    spelled = _spell(folded)
    starts = [at for at, letter in enumerate(folded) if letter != " "]
    position = 0
    for tail in tails:
        position = folded.find(tail, position)
        if position < 0 or not HAN_RUN.search(tail):
            position = max(position, 0)
            continue
        rest = spelled[sum(start < position for start in starts) :]
        yield "".join(rest)[:LONGEST_SPELLED]
        initials = "".join(syllable[0] for syllable in rest)[:LONGEST_INITIALS]
        if len(initials) >= FEWEST_INITIALS:
            yield initials


def _spell(folded: str) -> list[str]:
    """One entry a character that is no blank: its syllable in Chinese, itself elsewhere."""
    spelled: list[str] = []
    at = 0
    for run in HAN_RUN.finditer(folded):
        spelled += [letter for letter in folded[at : run.start()] if letter != " "]
        spelled += read_run(run[0])
        at = run.end()
    return spelled + [letter for letter in folded[at:] if letter != " "]


def read_typed(typed: str) -> list[TypedSounds]:
    """What the typed letters and characters may mean in pinyin, the plainest reading first; none for codes."""
    if HAN_RUN.search(typed):
        pieces = _mixed_pieces(typed)
        return [_read_pieces(pieces)] if len(pieces) > 1 else []
    letters = typed.replace(" ", "")
    if not letters[:1].isalpha() or not letters.isascii():
        return []
    pieces = split_pieces(letters) if letters.isalpha() else ()
    found = [TypedSounds(letters, (), is_plain=True)]
    if len({len(piece) > 1 for piece in pieces}) == 2:  # whole syllables and first letters together
        found.append(TypedSounds("".join(piece[0] for piece in pieces), pieces, is_plain=False))
    return found


def may_be_pinyin(typed: str) -> bool:
    """Whether a shopper of the English shop may mean Chinese: characters, whole syllables or first letters alone.

    Stricter than in the Chinese shop, for English words fall into pieces too (s-ta-r-t) and a look-up more is felt:
    up to three letters are English unless no vowel is among them ("lyq").
    """
    if HAN_RUN.search(typed):
        return True
    pieces = split_pieces(typed.replace(" ", "")) or split_pieces(typed.rpartition(" ")[2])
    letters = sum(map(len, pieces))
    are_first = letters == len(pieces) >= FEWEST_LETTERS
    return are_first or (letters > FEWEST_LETTERS and all(piece in syllables() for piece in pieces[:-1]))


def _read_pieces(pieces: tuple[str, ...]) -> TypedSounds:
    spelled = [readings()[piece][0] if _is_character(piece) else piece for piece in pieces]
    is_whole = all(syllable in syllables() for syllable in spelled[:-1])
    key = "".join(spelled if is_whole else (syllable[0] for syllable in spelled))
    return TypedSounds(key, pieces, is_plain=all(map(_is_character, pieces)))


def _mixed_pieces(typed: str) -> tuple[str, ...]:
    pieces: list[str] = []
    at = 0
    for run in HAN_RUN.finditer(typed):
        pieces += split_pieces(typed[at : run.start()].replace(" ", ""))
        pieces += run[0]
        at = run.end()
    rest = typed[at:].replace(" ", "")
    pieces += split_pieces(rest)
    known = all(piece in readings() for piece in pieces if _is_character(piece))
    letters = "".join(piece for piece in pieces if not _is_character(piece))
    written = "".join(letter for letter in typed if letter != " " and not _is_character(letter))
    return tuple(pieces) if known and letters == written else ()


@lru_cache(maxsize=4096)
def split_pieces(letters: str) -> tuple[str, ...]:
    """Letters as whole syllables and single first letters, as few as possible; the last may be any start of a syllable.

    Empty when they cannot be ("wh-1000"), and where a lone vowel would be a syllable: that is English ("laptop").
    """
    if whole := split_syllables(letters):
        return whole
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ()), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(end - _LONGEST_SYLLABLE, 0), end):
            before, piece = best[start], letters[start:end]
            is_piece = (len(piece) > 1 and piece in syllables()) or piece in _FIRST_LETTERS or end == len(letters)
            if before is None or not is_piece or piece not in syllable_starts():
                continue
            cost = before[0] + (1.0 if piece in syllables() else _PART)
            known = best[end]
            if known is None or cost < known[0]:
                best[end] = (cost, (*before[1], piece))
    return best[-1][1] if best[-1] else ()


def _is_character(piece: str) -> bool:
    return not piece.isascii()


def _agrees(piece: str, character: str) -> bool:
    if _is_character(piece) or character.isascii():
        return piece == character
    return any(reading.startswith(piece) for reading in readings().get(character, ()))
