"""Model numbers and screen resolutions: tokens of letters and digits that are no quantity and no standard."""

import re
from collections.abc import Iterator

from catalog.extractors.assignment import choose_text, confidence_of
from catalog.extractors.findings import Finding
from catalog.extractors.masking import ReadText
from catalog.extractors.negation import names_companion
from catalog.extractors.schema_index import SchemaIndex, TextChoice
from catalog.units import find_quantities

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-./_][A-Za-z0-9]+)*(?![A-Za-z0-9%])")
_LETTER, _DIGIT = re.compile("[A-Za-z]"), re.compile("[0-9]")
# What looks like a model number and names a standard, a format, a size or a generation.
_STANDARD = re.compile(
    r"(?:\d+(?:\.\d+)?[a-z]{1,3}|(?:usb|hdmi|ddr|gddr|lpddr|pci|pcie|sata|wifi|bluetooth|bt|type|cat|ipx?|mp|h|x|rj|pa|hd|aa|cr|lr"
    r"|win|windows|ps|sdr|nvme|m|dvi|displayport|dp|vga|iec|db|d-sub|din|rs|raid|core|i|ryzen|level|class|series|gen|v|ver|version|"
    r"size|part|spf|upf|a|b|c|no|nr|w|l|s|ac|dc|e|f|t)[-.]?\d{1,3}(?:\.\d+)?(?:[a-z]|-[a-z])?"
    r"|\d+-?(?:in|way|pack|pcs|port|bit|core|ply|piece|inch|pin|key|bay|sheet|cell|year|month|day|hour|speed|slot|person|ch|channel)"
    r"(?:-?\d+)?|\d+(?:st|nd|rd|th)|802\.11[a-z/]*|\d+x\d+(?:x\d+)?(?:[a-z]{1,2})?|(?:1080|720|2160|1440)[pi]|[2-8]k|100base-?t[x4]?"
    r"|1000base-?t|rs-?232|(?:10|100|1000)/.+|[a-z]+/\d+|\d+/[a-z]+|mm\d|covid-?19|r\d{3}a|\d+(?:\.\d+)?[a-z]?-\d+(?:\.\d+)?[a-z]*)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:model(?: no\.?| number)?|mpn|part (?:no\.?|number)|p/n|ref\.?|型号|货号|款号)\s?[:#.]?\s*$", re.IGNORECASE
)
MAX_CODES = 12
_RESOLUTION = re.compile(
    r"(?<![a-z0-9.])(?P<width>\d{3,5})\s?[x*]\s?(?P<height>\d{3,5})(?:\s?(?:pixels?|px|像素|dpi))?(?![a-z0-9])"
    r"|(?<![a-z0-9-])(?P<name>4k uhd|uhd|ultra hd|8k|4k|full hd|fhd|wuxga|wqxga|wxga\+?|qhd|wqhd|hd ready|1080p|720p"
    r"|2160p|1440p)"
    r"(?![a-z0-9])"
)
_NUMBERS = re.compile(r"\d{3,5}")


def read_models(text: ReadText, index: SchemaIndex, *, brand: str) -> Iterator[Finding]:
    """Model numbers; one right after the brand or a label ("Model:") is surest, the only one of a title likely."""
    places = [(found.start, found.end) for found in find_quantities(text.plain)[:200]]
    tokens = [match for match in _TOKEN.finditer(text.plain) if _is_model(match, places)][:MAX_CODES]
    choices = index.roles.get("model", ())
    for match in tokens:
        base = _certainty(text, match, brand) * (1.0 if len(tokens) == 1 else 0.7)
        written = text.quote(match.start(), match.end())
        if choices:
            choice = choose_text(choices, [written], text, match.span(), written=written)
            if choice:
                sure = base if not choice.is_known else max(base, 0.8)
                yield Finding(choice.attribute.key, choice.value, "", *match.span(), sure * (0.5 + choice.ratio / 2))
        else:
            yield Finding("model_number", written, "", *match.span(), base * 0.8)


def _is_model(match: re.Match[str], quantities: list[tuple[int, int]]) -> bool:
    token = match[0]
    return (
        4 <= len(token) <= 25
        and not token.lower().startswith(("ddr", "sdram", "intel", "windows"))
        and bool(_LETTER.search(token) and _DIGIT.search(token))
        and not _STANDARD.fullmatch(token)
        and not any(start < match.end() and match.start() < end for start, end in quantities)
    )


def _certainty(text: ReadText, match: re.Match[str], brand: str) -> float:
    before = text.plain[max(0, match.start() - 30) : match.start()]
    if _LABEL.search(before):
        return 0.9
    if names_companion(text, match.start()):
        return 0.2
    if brand and before.rstrip().lower().endswith(brand.lower()):
        return 0.8
    return 0.6 if len(match[0]) >= 6 or "-" in match[0] else 0.45


def read_resolutions(text: ReadText, index: SchemaIndex) -> Iterator[Finding]:
    choices = index.roles.get("resolution", ())
    for match in _RESOLUTION.finditer(text.lower):
        if match["width"] and not _is_screen(int(match["width"]), int(match["height"])):
            continue
        written = " ".join(text.quote(*match.span()).split())
        if not choices:
            yield Finding("resolution", written, "", *match.span(), 0.45)
            continue
        spellings = [written, *_same_numbers(choices, match)]
        choice = choose_text(choices, spellings, text, match.span(), written=written)
        # "UHD graphics" and a 720p camera: a name alone counts where the category uses it.
        if choice and (choice.is_known or match["width"]):
            yield Finding(choice.attribute.key, choice.value, "", *match.span(), confidence_of(choice, 0.85))


def _is_screen(width: int, height: int) -> bool:
    return 0.4 <= width / height <= 4 and width >= 120 and height >= 120


def _same_numbers(choices: tuple[TextChoice, ...], match: re.Match[str]) -> list[str]:
    """Known values with the same two numbers, however they write them ("1920 x 1080 pixels")."""
    if not match["width"]:
        return []
    wanted = [match["width"], match["height"]]
    return [
        value.words[0]
        for choice in choices
        for value in choice.attribute.values
        if value.words and _NUMBERS.findall(value.words[0]) == wanted
    ]
