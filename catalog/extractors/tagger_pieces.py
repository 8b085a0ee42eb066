"""Texts as the encoder's word pieces and as words with their places, cut into windows that the tagger reads."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.text import HAN

# Together with the category's name; a title is one window, a description several.
MAX_TOKENS = 128
MAX_CONTEXT = 48
# One product's texts in one language: about 256 word pieces, those of every window's context included.
_WINDOW = {"en": 320, "zh": 110}
_MOST_READ = {"en": 900, "zh": 300}
_BREAK = re.compile(r"[.!?;。！？；，,\n]\s*|\s+")
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """`ids` with the special ones and the context. Words are what a value is made of: `places` are their characters
    [start, end) in the text, `rows` the position in `ids` of each one's first piece, which speaks for the word.
    """

    ids: list[int]
    rows: list[int]
    places: list[tuple[int, int]]


class PieceReader:
    """The tokeniser of a prepared encoder, as catalog/encoders/tokeniser.py reads texts, but with places.

    Raises OSError or ValueError when a file is missing or damaged.
    """

    def __init__(self, folder: Path, *, max_tokens: int = MAX_TOKENS) -> None:
        import tokenizers  # noqa: PLC0415 - its import takes a while in processes that never encode

        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._replacements = str.maketrans(json.loads((folder / "replacements.json").read_text(encoding="utf-8")))

    def read(self, context: str, text: str) -> Pieces:
        """The text behind the name of its category: "Shoes: Women's Sandal, Black"."""
        before, _ = self._clean(context[:MAX_CONTEXT])
        before = f"{before}: " if before else ""
        cleaned, origins = self._clean(text)
        encoding = self._tokenizer.encode(before + cleaned)
        rows: list[int] = []
        places: list[tuple[int, int]] = []
        for row, ((start, end), special) in enumerate(zip(encoding.offsets, encoding.special_tokens_mask, strict=True)):
            start, end = start - len(before), end - len(before)
            while start < end and start >= 0 and cleaned[start] == " ":
                start += 1
            if special or start < 0 or end <= start:
                continue
            if places and joins(cleaned, start):
                places[-1] = (places[-1][0], origins[end - 1] + 1)
                continue
            rows.append(row)
            places.append((origins[start], origins[end - 1] + 1))
        return Pieces(encoding.ids, rows, places)

    def _clean(self, text: str) -> tuple[str, list[int]]:
        """Characters as the model's own normaliser reads them, runs of white space as one blank; where each is from."""
        letters: list[str] = []
        origins: list[int] = []
        for at, character in enumerate(text):
            if character.isspace():
                if letters and letters[-1] != " ":
                    letters.append(" ")
                    origins.append(at)
                continue
            known = character.isascii() and character.isprintable()
            read = character if known else character.translate(self._replacements)
            # A lone surrogate is no character.
            read = read.encode("utf-8", "ignore").decode()
            letters.extend(read)
            origins.extend([at] * len(read))
        return "".join(letters), origins


def joins(text: str, at: int) -> bool:
    """Whether the characters before and at `at` belong to one word: two letters of a word, two digits of a number."""
    before, here = text[at - 1 : at], text[at]
    if _HAN.match(before) or _HAN.match(here):
        return False
    return (before.isalpha() and here.isalpha()) or (before.isdigit() and here.isdigit())


def cut_windows(text: str, *, is_title: bool) -> Iterator[tuple[int, int]]:
    """Characters [start, end) of each part that is read: a title's beginning; of a description, windows that end
    between sentences or words.
    """
    script = "zh" if len(_HAN.findall(text[:2000])) * 4 > len(text[:2000].strip()) else "en"
    window = _WINDOW[script]
    most = min(len(text), window if is_title else _MOST_READ[script])
    start = 0
    while start < most:
        end = min(most, start + window)
        if end < len(text):
            end = _cut_back(text, start, end)
        if text[start:end].strip():
            yield start, end
        start = most if is_title else end


def _cut_back(text: str, start: int, end: int) -> int:
    """The last break in the second half of the window; a sentence's end before a mere blank."""
    middle = (start + end) // 2
    breaks = list(_BREAK.finditer(text, middle, end))
    sentences = [match.end() for match in breaks if match[0].strip()]
    return sentences[-1] if sentences else breaks[-1].end() if breaks else end
