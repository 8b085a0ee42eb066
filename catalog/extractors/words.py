"""Colours, materials, people and connections of the bilingual tables, said of the category's own attributes."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from catalog.extractors.assignment import choose_text, confidence_of
from catalog.extractors.findings import Finding
from catalog.extractors.masking import ReadText
from catalog.extractors.negation import is_negated, names_companion
from catalog.extractors.phrases import FoundPhrase, PhraseTable, phrase_key
from catalog.extractors.schema_index import Role, SchemaIndex, TextChoice
from catalog.extractors.tables import Word, read_words
from catalog.text import HAN

# Table, role in a schema, name where a category has no such attribute ("": then it is left alone).
READ_TABLES: tuple[tuple[str, Role, str], ...] = (
    ("colours", "colour", "color"),
    ("materials", "material", "material"),
    ("people", "people", "gender"),
    ("connections", "connection", ""),
    ("crafts", "craft", "craft"),
    ("origins", "origin", "origin"),
)
# A text that names more is a list of other products.
MAX_PHRASES = 100
_PERCENT_BEFORE = re.compile(r"(?:\d{1,3}(?:\.\d)?\s?%\s?)$")
_PERCENT_AFTER = re.compile(r"[:(]?\s?\d{1,3}(?:\.\d)?\s?%\)?")
# 红酒 and "orange juice": what follows makes the colour a part of another name.
_NOT_COLOURS = re.compile(
    r"\s?-?(?:friday|juice|wine|tea|coffee|rice|pepper|bean|chocolate|noise|paper|board|list|label|hat|box|berry|fish|gold"
    r"|plated|standard|medal|member|edition|screen|light|ray|tooth|bull|cross|oil|hour|card|市|酒|茶|豆|米|糖|薯|枣)(?![a-z])"
)
_LISTED = re.compile(r"\s*[,/&+、]\s*|\sand\s|和|拼")
_HAN = re.compile(f"[{HAN}]")


def read_table_words(text: ReadText, index: SchemaIndex, *, brand: str) -> Iterator[Finding]:
    for table, role, generic in READ_TABLES:
        choices = index.roles.get(role, ())
        if not choices and not generic:
            continue
        phrases = _find_phrases(text, read_words(table), index.known.get(role))
        for phrase in _merge_listed(text, phrases, choices):
            if is_negated(text, phrase.start, phrase.end) or _in_brand(text, phrase, brand):
                continue
            finding = _read_word(text, phrase, role, choices, generic=generic)
            if finding is not None:
                yield finding


def _find_phrases(
    text: ReadText, table: PhraseTable[Word], known: PhraseTable[Word] | None
) -> Iterator[FoundPhrase[Word]]:
    """The table's words, and instead of those inside a longer value of the category ("organic cotton") that value."""
    longer = list(islice(known.find(text), MAX_PHRASES)) if known is not None else []
    yield from longer
    for phrase in islice(table.find(text), MAX_PHRASES):
        if not any(other.start < phrase.end and phrase.start < other.end for other in longer):
            yield phrase


def _merge_listed(
    text: ReadText, phrases: Iterable[FoundPhrase[Word]], choices: tuple[TextChoice, ...]
) -> list[FoundPhrase[Word]]:
    """ "Black, Gray" is one value where the category has one of both ("Grey/Black")."""
    merged: list[FoundPhrase[Word]] = []
    for phrase in phrases:
        last = merged[-1] if merged else None
        if last is not None and _LISTED.fullmatch(text.lower, last.end, phrase.start):
            pairs = [(one.english, two.english) for one in last.meanings for two in phrase.meanings]
            names = [f"{first} {second}" for one, two in pairs for first, second in ((one, two), (two, one))]
            known = next((name for name in names if any(phrase_key(name) in item.values for item in choices)), None)
            if known is None and any(item.lists for item in choices):
                known = text.plain[last.start : phrase.end]
            if known is not None:
                both = (Word(known, known, known),)
                merged[-1] = FoundPhrase(last.start, phrase.end, both, last.atoms + phrase.atoms)
                continue
        merged.append(phrase)
    return merged


def _read_word(
    text: ReadText, phrase: FoundPhrase[Word], role: Role, choices: tuple[TextChoice, ...], *, generic: str
) -> Finding | None:
    word = phrase.meanings[0]
    base = _certainty(text, phrase, role, sure=all(meaning.sure for meaning in phrase.meanings))
    start, end = _with_percent(text, phrase) if role == "material" else (phrase.start, phrase.end)
    if not choices:
        spelling = text.quote(phrase.start, phrase.end)
        return Finding(generic, _tidy(spelling), "", start, end, base * 0.5) if base >= 0.5 else None
    spellings = _spellings(text, phrase, (start, end))
    written = text.quote(phrase.start, phrase.end)
    choice = choose_text(choices, spellings, text, (start, end), written=_tidy(written))
    if choice is None or (not choice.is_known and (base < 0.5 or role == "connection")):
        return None
    if choice.is_named or word.sure or choice.is_known:
        return Finding(choice.attribute.key, choice.value, "", start, end, confidence_of(choice, base))
    return None


def _certainty(text: ReadText, phrase: FoundPhrase[Word], role: Role, *, sure: bool) -> float:
    base = 0.8 if sure else 0.4
    if phrase.atoms > 1:
        base = max(base, 0.85)
    if phrase.end - phrase.start == 1 and not _stands_alone(text, phrase):
        base = 0.3
    if role == "colour" and _NOT_COLOURS.match(text.lower, phrase.end):
        base *= 0.4
    # Men and women are whom a product is for; of anything else, "for" says what it goes with.
    return base * 0.55 if role != "people" and names_companion(text, phrase.start) else base


def _stands_alone(text: ReadText, phrase: FoundPhrase[Word]) -> bool:
    """A single Chinese character between blanks, brackets or slashes (黑/白); inside a run it is half a word."""
    around = text.lower[max(0, phrase.start - 1) : phrase.start] + text.lower[phrase.end : phrase.end + 1]
    return not _HAN.search(around)


def _spellings(text: ReadText, phrase: FoundPhrase[Word], place: tuple[int, int]) -> list[str]:
    """What a known value may be called: as written with its percentage, as written, in either language."""
    written = [text.plain[place[0] : place[1]], text.plain[phrase.start : phrase.end]]
    both = [name for word in phrase.meanings for name in (word.english, word.chinese)]
    return list(dict.fromkeys((*written, *both)))


def _with_percent(text: ReadText, phrase: FoundPhrase[Word]) -> tuple[int, int]:
    """100%棉 and "65% cotton" are quoted whole."""
    if before := _PERCENT_BEFORE.search(text.lower, max(0, phrase.start - 8), phrase.start):
        return before.start(), phrase.end
    after = _PERCENT_AFTER.match(text.lower, phrase.end)
    return phrase.start, after.end() if after else phrase.end


def _in_brand(text: ReadText, phrase: FoundPhrase[Word], brand: str) -> bool:
    """The Black of Black & Decker: the brand's own name stands here."""
    name = brand.lower()
    if not name or text.lower[phrase.start : phrase.end] not in name:
        return False
    at = text.lower.find(name, max(0, phrase.start - len(name)))
    return 0 <= at <= phrase.start and phrase.end <= at + len(name)


def _tidy(written: str) -> str:
    """As written but for blanks and shouting."""
    plain = " ".join(written.split())
    return plain.capitalize() if plain.isascii() else plain
