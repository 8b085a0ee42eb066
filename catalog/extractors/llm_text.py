"""A product's texts as a language model may see them, and where in the stored text something it quotes stands."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from catalog.contracts import TEXT_FIELDS, Span, TextField
from catalog.text import normalise

# A title beyond this is a pasted description.
MAX_TITLE = 600
# One character each, so that offsets in the shown text are offsets in the stored one. Without "<" and ">" a text can
# neither close its own delimiters nor spell the control tokens of a chat template ("<|im_end|>", "<start_of_turn>").
_SHOWN = str.maketrans({"<": "‹", ">": "›", "＜": "‹", "＞": "›"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# The control tokens that are written with brackets: "[INST]", "[/INST]", "[gMASK]".
_BRACKETED = re.compile(r"\[(/?[A-Za-z_]{2,24})\]")
_WORD_ENDS = re.compile(r"\s\S*\Z")


def neutralise(text: str) -> str:
    """The text with everything that could be read as chat markup made harmless, every character in its place."""
    return _BRACKETED.sub(r"［\1］", _CONTROL.sub(" ", text.translate(_SHOWN)))


@dataclass(frozen=True, slots=True)
class ShownText:
    """The beginning of one text as it is shown. `folded` ignores case, width, accents and script variants; `places[i]`
    is the character of `text` that `folded[i]` came from.
    """

    field: TextField
    text: str
    folded: str
    places: tuple[int, ...]

    def find(self, wanted: str, *, within: tuple[int, int] | None = None) -> tuple[int, int] | None:
        """Where it stands as written; whole words and numbers only ("red" is not in "hundred")."""
        return _find(self.text, neutralise(wanted).strip(), within or (0, len(self.text)))

    def find_folded(self, wanted: str, *, within: tuple[int, int] | None = None) -> tuple[int, int] | None:
        """Where it stands but for case, width, accents and script; the range is one of the stored text all the same."""
        low, high = within or (0, len(self.text))
        found = _find(
            self.folded, _fold(wanted)[0].strip(), (bisect_left(self.places, low), bisect_left(self.places, high))
        )
        return (self.places[found[0]], self.places[found[1] - 1] + 1) if found else None


def show_texts(texts: Mapping[TextField, str], *, limit: int) -> tuple[ShownText, ...]:
    """The titles, then of each description its share of the `limit` characters; empty texts are left out."""
    filled = [field for field in TEXT_FIELDS if texts.get(field, "").strip()]
    shown: list[ShownText] = []
    left = limit
    for position, field in enumerate(filled):
        is_title = field.startswith("title")
        room = min(left, MAX_TITLE) if is_title else left // (len(filled) - position)
        text = _cut(texts[field], room)
        left -= len(text)
        if text.strip():
            shown.append(_make_shown(field, neutralise(text)))
    return tuple(shown)


def locate(shown: Iterable[ShownText], quote: str) -> tuple[ShownText, tuple[int, int], bool] | None:
    """The text a quote is from, its range, and whether it is letter for letter; exact matches before folded ones."""
    texts = list(shown)
    for text in texts:
        found = text.find(quote)
        if found:
            return text, found, True
    for text in texts:
        found = text.find_folded(quote)
        if found:
            return text, found, False
    return None


def span_of(text: ShownText, place: tuple[int, int]) -> Span:
    return Span(text.field, *place)


def _cut(text: str, room: int) -> str:
    """At a blank where there is one near the end: half a word is another word."""
    if len(text) <= room:
        return text
    head = text[: max(room, 0)]
    shorter = _WORD_ENDS.sub("", head[-60:])
    return head[: len(head) - 60 + len(shorter)] if len(head) > 60 and shorter else head


def _make_shown(field: TextField, text: str) -> ShownText:
    folded, places = _fold(text)
    return ShownText(field, text, folded, places)


def _fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Character by character, so that each folded one knows its place; runs of blanks become one."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = _fold_character(character)
        if piece == " " and (not folded or folded[-1] == " "):
            continue
        folded.extend(piece)
        places.extend([place] * len(piece))
    return "".join(folded), tuple(places)


@lru_cache(maxsize=32_768)
def _fold_character(character: str) -> str:
    return " " if character.isspace() else normalise(character)


def _find(text: str, wanted: str, within: tuple[int, int]) -> tuple[int, int] | None:
    if not wanted:
        return None
    start = text.find(wanted, *within)
    while start >= 0:
        end = start + len(wanted)
        if not (_runs_on(text, start) or _runs_on(text, end)):
            return start, end
        start = text.find(wanted, start + 1, within[1])
    return None


def _runs_on(text: str, position: int) -> bool:
    """Whether a word or a number goes on across this position. Chinese has no such borders."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    if before.isdigit() and after in ".,":
        return position + 1 < len(text) and text[position + 1].isdigit()
    if before in ".," and after.isdigit():
        return position > 1 and text[position - 2].isdigit()
    return (_is_letter(before) and _is_letter(after)) or (before.isdigit() and after.isdigit())


def _is_letter(character: str) -> bool:
    return character.isalpha() and ord(character) < 0x2E80
