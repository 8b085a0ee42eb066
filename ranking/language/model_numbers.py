"""Model numbers in a query, by their shape: letters and digits together that are no unit, size or standard."""

import re
from collections.abc import Callable, Sequence

from ranking.contracts import Entity
from ranking.language.pieces import Piece

# Written like model numbers, but shared by products of many makers: standards, formats, sizes, resolutions.
_STANDARD = re.compile(
    r"\d+(?:\.\d+)?[kpdgx]|[2-9]?x[sl]{1,2}|\d+x\d+(?:x\d+)?|mp[34]|ps[1-5]|wi-?fi\d?\w?|usb-?\w?\d?(?:\.\d)?|hdmi\d?"
    r"|(?:ddr|lpddr|gddr|cat|ipx?|spf|sata|pcie|rj|cr|lr|din|iso|en)-?\d{1,4}[a-z]?|802\.?11\w*|h\.?26\d|rs-?\d{3}"
    r"|[abc]\d{1,2}|\d+s|[a-z]-?\d|\d{1,2}(?:st|nd|rd|th)|(?:19|20)\d\ds?|\d+-(?:in|pack|inch|piece|pc|way|door|core|port)"
    r"(?:-\w+)?|(?:size|no|nr)\.?\d+|[a-z]{3,}\+?\d{1,2}\+?|[a-z]{1,2}\d{1,2}\+|e\d{2}"
)
_CODE = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9]+(?:[-._/][a-z0-9]+)*\+?")
MIN_CHARACTERS = 4
# A code is a model's own; one that stands in more of the catalog than this is a standard nobody listed above.
MAX_SHARE = 0.005


def looks_like_model(word: str) -> bool:
    """By shape alone: "dv7-1211ea" and "wh-1000xm4" are, "16gb", "1080p", "ddr4", "iphone15" and "a4" are not."""
    return len(word) >= MIN_CHARACTERS and _CODE.fullmatch(word) is not None and not _STANDARD.fullmatch(word)


def find_models(
    pieces: Sequence[Piece], *, document_count: int, document_frequency: Callable[[str], int] | None = None
) -> tuple[Entity, ...]:
    """Model numbers with how sure it is that the catalog sells them; `key` is the number as written, lower case.

    `document_frequency` says how many products hold an index term; without it every number stays a guess.
    """
    found = []
    for piece in pieces:
        if piece.kind != "word" or not looks_like_model(piece.text):
            continue
        confidence = _confidence(piece, document_count, document_frequency)
        if confidence:
            found.append(Entity("model", "sku", piece.text, piece.text, confidence, piece.start, piece.end))
    return tuple(found)


def _confidence(piece: Piece, document_count: int, document_frequency: Callable[[str], int] | None) -> float:
    if document_frequency is None:
        return 0.6
    holding = document_frequency(piece.terms[0])
    if not holding:
        return 0.4
    return 0.95 if holding <= max(3, MAX_SHARE * document_count) else 0.0
