"""The bilingual word tables in data/: colours, materials, people, connections, and what numbers measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.extractors.phrases import PhraseTable

_FOLDER = Path(__file__).parent / "data"
# Shades stand before the colour in both languages.
_SHADES = {
    "dark": "深", "light": "浅", "pale": "淡", "bright": "亮", "deep": "深", "matte": "哑光", "matt": "哑光",
    "metallic": "金属", "soft": "柔", "pastel": "淡", "neon": "荧光", "fluorescent": "荧光", "glossy": "亮面",
}  # fmt: skip
_ZH_SHADES = {
    "深": "dark", "浅": "light", "淡": "pale", "亮": "bright", "暗": "dark", "哑": "matte", "哑光": "matte",
    "荧光": "neon", "金属": "metallic", "磨砂": "matte", "亮面": "glossy", "柔": "soft",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One row of a table. `spelling` is how it was met; an unsure one often means something else."""

    english: str
    chinese: str
    spelling: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of an attribute's name, and the words of a text that show a number to be of such an attribute."""

    names: tuple[str, ...]
    words: tuple[str, ...]


@cache
def read_words(table: str) -> PhraseTable[Word]:
    """The phrases of colours, materials, people or connections."""
    words = list(_read_rows(table))
    if table == "colours":
        words += [shade for word in words for shade in _shade(word)]
    return PhraseTable((word.spelling, word) for word in words)


def _read_rows(table: str) -> Iterator[Word]:
    for name, chinese, others, zh_others in _read_lines(table, 4):
        english = name.lstrip("~ ")
        yield Word(english, chinese, english, sure=not name.startswith("~"))
        yield Word(english, chinese, chinese, sure=len(chinese) > 1)
        for spelling in filter(None, (*others.split("|"), *zh_others.split("|"))):
            yield Word(english, chinese, spelling.lstrip("~ "), sure=not spelling.startswith("~") and len(spelling) > 1)


def _shade(word: Word) -> Iterator[Word]:
    """Dark blue and 深蓝色 beside blue and 蓝色."""
    if word.spelling == word.english:
        for shade, chinese in _SHADES.items():
            yield Word(f"{shade} {word.english}", f"{chinese}{word.chinese}", f"{shade} {word.english}")
    elif word.spelling == word.chinese and word.chinese.endswith("色") and len(word.chinese) == 2:
        for shade, english in _ZH_SHADES.items():
            for spelling in (f"{shade}{word.chinese}", f"{shade}{word.chinese[0]}"):
                yield Word(f"{english} {word.english}", f"{shade}{word.chinese}", spelling)


@cache
def read_cues() -> tuple[Cue, ...]:
    return tuple(Cue(tuple(names.split("|")), tuple(words.split("|"))) for names, words in _read_lines("cues", 2))


def _read_lines(table: str, columns: int) -> Iterator[list[str]]:
    for line in (_FOLDER / f"{table}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = line.split("\t")
            yield [*cells, *[""] * (columns - len(cells))][:columns]
