"""A stored text as patterns read it: markup blanked, letters evened, every character still in its place."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc
import rjieba

from catalog.text import HAN

# What a product is stands in the first pages of its text; the rest of a pasted file costs time and says little.
MAX_CHARACTERS = 20_000
_HIDDEN = re.compile(r"<(script|style|template|!--)", re.IGNORECASE)
_TAG = re.compile(r"""<[a-zA-Z/!?](?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+|[^<>]*+)>""")
_REFERENCE = re.compile(r"&(?:[a-zA-Z]{2,10}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_EVENED = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009\u202f\t", " "),
        **dict.fromkeys("‐‑‒–—―−﹘﹣", "-"),
        **dict.fromkeys("‘’‛ʼʹ′`´", "'"),
        **dict.fromkeys("“”„‟″〃", '"'),
        "×": "x",
        "✕": "x",
    }
)
_ATOM = re.compile(rf"[a-z0-9]+(?:\.[0-9]+)*(?:'s(?![a-z]))?%?|[{HAN}]+")
_HAN_RUN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True, slots=True)
class Atom:
    """One word: Latin letters and digits, or a word of the Chinese segmenter."""

    text: str
    start: int
    end: int
    is_han: bool


@dataclass(frozen=True, slots=True)
class ReadText:
    """`plain` keeps capitals, `lower` does not; both are as long as the part of `stored` that is read."""

    stored: str
    plain: str
    lower: str
    atoms: tuple[Atom, ...]

    def quote(self, start: int, end: int) -> str:
        return self.stored[start:end]


@lru_cache(maxsize=256)
def read_text(stored: str) -> ReadText:
    """Linear in the text; at most MAX_CHARACTERS of it."""
    part = stored[:MAX_CHARACTERS]
    plain = _even_width(_mask_markup(part))
    if not plain.isascii():
        plain = _HAN_RUN.sub(_simplify, plain)
    lower = _lower(plain)
    return ReadText(stored, plain, lower, tuple(_cut_atoms(lower)))


def _mask_markup(text: str) -> str:
    if "&" in text:
        text = _REFERENCE.sub(_blank, text)
    return _TAG.sub(_blank, _mask_hidden(text)) if "<" in text else text


def _mask_hidden(text: str) -> str:
    """Scripts, styles and comments blanked; one that never closes hides the rest, as in a browser."""
    kept: list[str] = []
    position = 0
    lowered = _lower(text)
    while match := _HIDDEN.search(text, position):
        kept.append(text[position : match.start()])
        closing = "-->" if match[1] == "!--" else f"</{match[1].lower()}"
        end = lowered.find(closing, match.end())
        stop = len(text) if end < 0 else end + len(closing)
        if end >= 0 and closing != "-->":
            stop = text.find(">", end) + 1 or len(text)
        kept.append(" " * (stop - match.start()))
        position = stop
    return "".join([*kept, text[position:]])


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _even_width(text: str) -> str:
    return text if text.isascii() and "`" not in text and "\t" not in text else text.translate(_EVENED)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplify(run: re.Match[str]) -> str:
    """Mainland characters, one for one; a conversion that would move what follows is left out."""
    simplified: str = _converter().convert(run[0])
    return simplified if len(simplified) == len(run[0]) else run[0]


def _cut_atoms(lower: str) -> list[Atom]:
    atoms: list[Atom] = []
    for match in _ATOM.finditer(lower):
        start = match.start()
        if match[0][0].isascii():
            atoms.append(Atom(match[0], start, match.end(), is_han=False))
            continue
        for word in cut_run(match[0]):
            atoms.append(Atom(word, start, start + len(word), is_han=True))
            start += len(word)
    return atoms


@lru_cache(maxsize=32_768)
def cut_run(run: str) -> tuple[str, ...]:
    return tuple(rjieba.cut(run))


@lru_cache(maxsize=32_768)
def cut_phrase(words: str) -> tuple[Atom, ...]:
    """The atoms of a name or value, evened as texts are."""
    plain = _even_width(words)
    return tuple(_cut_atoms(_lower(plain if plain.isascii() else _HAN_RUN.sub(_simplify, plain))))
