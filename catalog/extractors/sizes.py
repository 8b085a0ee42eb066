"""Clothing and shoe sizes, and how many pieces are in a pack."""

import re
from collections.abc import Iterator

from catalog.contracts import KnownAttribute, Scalar
from catalog.extractors.assignment import choose_text, confidence_of
from catalog.extractors.findings import Finding
from catalog.extractors.masking import ReadText
from catalog.extractors.schema_index import SchemaIndex
from catalog.units import dimension_of

_LETTERS = r"(?:[2-6]?x{1,3}[sl]|xs|xl|[sml]|[2-6]xl)"
_LABEL = r"(?<![a-z0-9])(?:size|sz|尺码|码数|尺寸)\s?[:#]?\s?"
# Sizes with what shows them to be sizes; bare letters only between the separators of a variant's title (-XS-).
_SIZES: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(rf"{_LABEL}(?P<size>{_LETTERS}|\d{{1,2}}(?:\.5)?)(?![a-z0-9.%])"), 0.85),
    (re.compile(rf"(?<![a-z0-9'&])(?P<size>{_LETTERS})(?=\s?(?:码|号(?!码))|\s?(?:size|sized)\b)"), 0.85),
    (re.compile(rf"(?:(?<=-)|(?<=\()|(?<=/ )|(?<= - )|(?<=, ))(?P<size>{_LETTERS})(?=\s*(?:-|\)|/|,|$))"), 0.6),
    (re.compile(r"(?<![a-z0-9])(?P<size>(?:eu|eur|us|uk)\s?\d{1,2}(?:\.5)?)(?![a-z0-9.])"), 0.8),
    (re.compile(r"(?P<size>(?:欧码|美码|英码)\s?\d{1,2}(?:\.5)?)(?![0-9.])"), 0.85),
    (re.compile(r"(?<![a-z0-9.])(?P<size>(?:3[4-9]|4[0-9])(?:\.5)?)码"), 0.85),
    (re.compile(r"(?<![a-z0-9./])(?P<size>1[0-9]{2}/\d{2,3}\s?[abcy])(?![a-z0-9])"), 0.9),
    (re.compile(r"(?P<size>均码|(?<![a-z])(?:one|free)[ -]size(?![a-z])(?: fits (?:all|most))?)"), 0.8),
    (re.compile(r"(?<![a-z])(?P<size>x-large|xx-large|x-small|extra large|extra small)(?![a-z])"), 0.6),
)  # fmt: skip
_COUNTED = "[支只件个片包瓶盒袋罐条卷粒枚双对张颗块听桶节套]"
_PIECES = r"packs?|pk|pks|pieces?|pcs?|pce|counts?|ct|cans|bottles|rolls|sheets|tablets|capsules|bags|sachets|pairs?"
_PACKS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"(?<![a-z])(?:pack|packs|set|box|case|lot|bundle|bag) of (?P<number>\d{1,4})(?![\d.a-z])"), 0.9),
    (re.compile(rf"(?<![a-z0-9.-])(?P<number>\d{{1,4}})\s?-?(?:{_PIECES})(?![a-z0-9])"), 0.75),
    (
        re.compile(r"(?<![a-z0-9.])(?P<number>\d{1,5})\s?(?:/|per|-per-)\s?(?:pack|box|case|carton|bag|set)(?![a-z])"),
        0.9,
    ),
    (re.compile(rf"(?<![a-z0-9.])(?P<number>\d{{1,4}}){_COUNTED}(?:/?[装盒包袋箱套])"), 0.85),
    (re.compile(rf"(?<![a-z0-9.])(?P<number>\d{{1,4}}){_COUNTED}(?!套?[a-z0-9])"), 0.45),
    (re.compile(r"(?P<number>[两二三四五六七八九十])(?=件套|[支只个片包瓶盒袋罐条卷双对张块枚][装入])"), 0.75),
)
_PACK_WORD = re.compile(rf"{_COUNTED}套?[装入]?")
_ZH_NUMBERS = {"两": 2} | {character: value for value, character in enumerate("一二三四五六七八九十", start=1)}
MAX_SIZES = 20


def read_sizes(text: ReadText, index: SchemaIndex) -> Iterator[Finding]:
    choices = index.roles.get("size", ())
    for start, end, base in _find(text, _SIZES, "size"):
        written = text.quote(start, end)
        number = text.lower[start:end]
        if index.size_numbers and number.replace(".", "").isdigit():
            yield Finding(index.size_numbers[0].key, float(number), "", start, end, base * 0.9)
        elif choices:
            spellings = [text.plain[start:end], text.plain[start : end + 1].rstrip()]
            choice = choose_text(choices, spellings, text, (start, end), written=_tidy(written))
            if choice and (choice.is_known or base >= 0.8):
                yield Finding(choice.attribute.key, choice.value, "", start, end, confidence_of(choice, base))
        elif base >= 0.8 and not index.size_numbers:
            yield Finding("size", _tidy(written), "", start, end, base * 0.5)


def read_packs(text: ReadText, index: SchemaIndex) -> Iterator[Finding]:
    texts = index.roles.get("pack", ())
    for start, end, base in _find(text, _PACKS, "number"):
        number = float(_ZH_NUMBERS.get(text.lower[start:end]) or text.lower[start:end])
        word = _PACK_WORD.match(text.lower, end)
        stop = word.end() if word else end
        if texts:
            spellings = [
                text.plain[start:stop],
                text.plain[start:end],
                f"{number:g}{text.plain[end:stop]}",
                f"{number:g}",
            ]
            choice = choose_text(texts, spellings, text, (start, stop), written=_tidy(text.quote(start, stop)))
            if choice and choice.is_known:
                yield Finding(choice.attribute.key, choice.value, "", start, stop, confidence_of(choice, base))
                continue
        attribute = _pack_number(index, number)
        if attribute is not None:
            value: Scalar = number * (2 if text.lower.startswith("pair", end) and attribute.unit == "pcs" else 1)
            doubt = 1.0 if len(index.pack_numbers) == 1 else 0.75
            yield Finding(attribute.key, value, attribute.unit, start, stop, base * doubt)
        elif not index.pack_numbers and not texts and base >= 0.75:
            yield Finding("pack_size", number, "", start, stop, base * 0.5)


def _pack_number(index: SchemaIndex, number: float) -> KnownAttribute | None:
    """The likeliest attribute that counts pieces; one in pieces or packs before those only called so."""
    fitting = [item for item in index.pack_numbers if item.high is None or number <= item.high * 4]
    return max(
        fitting,
        key=lambda item: (dimension_of(item.unit) in ("count", "pack"), "per pack" in " ".join(item.names), item.share),
        default=None,
    )


def _find(
    text: ReadText, patterns: tuple[tuple[re.Pattern[str], float], ...], group: str
) -> Iterator[tuple[int, int, float]]:
    """Places of a group, the surer patterns first; a place is read once."""
    taken: list[tuple[int, int]] = []
    for pattern, base in patterns:
        for match in pattern.finditer(text.lower):
            if len(taken) >= MAX_SIZES:
                return
            start, end = match.span(group)
            if not any(first < end and start < last for first, last in taken):
                taken.append((start, end))
                yield start, end, base


def _tidy(written: str) -> str:
    plain = " ".join(written.split())
    return plain.upper() if len(plain) <= 4 else plain
