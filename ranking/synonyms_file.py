"""Synonyms as files: CSV for everything a row says, and the format of Solr and Elasticsearch for shops that move in."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from catalog.text import analyse
from ranking.models import Synonym
from ranking.models.synonym import MAX_CHARACTERS, MAX_WORDS, find_errors, fold_phrases

FileFormat = Literal["csv", "solr"]
FORMATS: tuple[FileFormat, ...] = ("csv", "solr")
COLUMNS = ("kind", "words", "alternatives", "weight", "locale", "status", "enabled", "note")
MAX_BYTES = 5_000_000
_COMMA = re.compile(r"(?<!\\),")
# A spreadsheet runs a cell that begins so; the apostrophe makes it text and is taken off when read.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One line: `values` are the fields of a Synonym, or `error` says why there are none."""

    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


def decode(data: bytes) -> str:
    """Text of a file as Chinese and English tools write it: UTF-8, UTF-16 with its mark, or GB 18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", errors="replace")
    return text.replace("\0", "")  # the database stores no text with it


def guess_format(text: str) -> FileFormat:
    """CSV when the first line names its columns."""
    first = text.lstrip("\ufeff").split("\n", 1)[0].lower()
    return "csv" if "words" in re.split(r"[,;\t\"\s]+", first) else "solr"


def parse_file(text: str, format_: FileFormat) -> Iterator[ParsedLine]:
    lines = parse_csv(text) if format_ == "csv" else parse_solr(text)
    for line in lines:
        yield line if line.error else check_line(line)


def parse_solr(text: str) -> Iterator[ParsedLine]:
    r"""`a, b => c, d` is one-way, `a, b, c` two-way; `#` begins a comment, `\,` is a comma in a word.

    Solr and Elasticsearch replace the typed word by what stands right of the arrow; here the typed word always counts,
    so "a => a, b" and "a => b" are the same. "a, b => b", which makes one word of two, is a => b.
    """
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        left, arrow, right = line.partition("=>")
        words, alternatives = split_phrases(left, _COMMA), split_phrases(right, _COMMA)
        kind = Synonym.Kind.ONE_WAY if arrow else Synonym.Kind.TWO_WAY
        yield ParsedLine(number, {"kind": kind, "words": words, "alternatives": alternatives})


def parse_csv(text: str) -> Iterator[ParsedLine]:
    """Columns of COLUMNS in any order, `words` needed; several words of a cell are parted by `|`."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    names = {str(name).strip().lower() for name in rows.fieldnames or ()}
    if "words" not in names:
        yield ParsedLine(1, error=_("The first line must name the columns; “words” is missing."))
        return
    for number, row in enumerate(rows, start=2):
        cells = {str(k).strip().lower(): str(v or "").strip() for k, v in row.items() if isinstance(k, str)}
        if any(cells.values()):
            yield read_cells(number, {name: unescape(cell) for name, cell in cells.items()})


def read_cells(number: int, cells: Mapping[str, str]) -> ParsedLine:
    alternatives = split_phrases(cells.get("alternatives", ""), re.compile(r"\|"))
    usual = Synonym.Kind.ONE_WAY if alternatives else Synonym.Kind.TWO_WAY
    values: dict[str, Any] = {
        "kind": cells.get("kind", "").lower().replace("-", "_") or usual,
        "words": split_phrases(cells["words"], re.compile(r"\|")),
        "alternatives": alternatives,
        "locale": cells.get("locale", "").lower(),
    }
    if "note" in cells:
        values["note"] = cells["note"]
    if cells.get("enabled"):
        values["enabled"] = cells["enabled"].lower() not in ("0", "no", "false", "否")
    if cells.get("status"):
        values["status"] = cells["status"].lower()
    if cells.get("weight"):
        try:
            values["weight"] = float(cells["weight"])
        except ValueError:
            return ParsedLine(number, error=_("“%s” is no number between 0 and 1.") % cells["weight"])
    return ParsedLine(number, values)


def split_phrases(text: str, comma: re.Pattern[str]) -> list[str]:
    """The phrases between separators, each once, as written."""
    parts = (" ".join(part.replace("\\,", ",").split()) for part in comma.split(text))
    found: dict[str, str] = {}
    for part in filter(None, parts):
        found.setdefault(fold_phrases([part])[0], part)
    return list(found.values())


def drop_repeats(words: list[str], alternatives: list[str]) -> tuple[list[str], list[str]]:
    """Each word as search reads it once: lists made for other engines are full of plurals and of the typed word."""
    left, right = ({tuple(analyse(text)): text for text in reversed(texts)} for texts in (words, alternatives))
    fresh = {terms: text for terms, text in right.items() if terms not in left}
    if right and not fresh:
        left, fresh = {terms: text for terms, text in left.items() if terms not in right}, right
    return list(left.values())[::-1], list(fresh.values())[::-1]


def check_line(line: ParsedLine) -> ParsedLine:
    """The same line without repeated words, or why it cannot be saved."""
    words, alternatives = drop_repeats(line.values["words"], line.values["alternatives"])
    values = {**line.values, "words": words, "alternatives": alternatives}
    for name, allowed in (
        ("kind", Synonym.Kind.values),
        ("status", Synonym.Status.values),
        ("locale", ["", "en", "zh"]),
    ):
        if name in values and values[name] not in allowed:
            told = {"value": values[name], "allowed": ", ".join(map(str, filter(None, allowed)))}
            return ParsedLine(line.number, error=_("“%(value)s” is not one of: %(allowed)s.") % told)
    weight = values.get("weight", 1.0)
    if not (math.isfinite(weight) and 0 <= weight <= 1):
        return ParsedLine(line.number, error=_("“%s” is no number between 0 and 1.") % weight)
    if max(len(words), len(alternatives)) > MAX_WORDS:
        return ParsedLine(line.number, error=_("A group has at most %d words.") % MAX_WORDS)
    if any(len(phrase) > MAX_CHARACTERS for phrase in (*words, *alternatives)):
        return ParsedLine(line.number, error=_("A word has at most %d characters.") % MAX_CHARACTERS)
    errors = find_errors(values["kind"], words, alternatives)
    return ParsedLine(line.number, values, error=str(next(iter(errors.values()), "")))


def write_csv(rows: Iterable[Synonym]) -> Iterator[str]:
    """Line by line; the byte order mark lets Excel read Chinese."""
    yield "\ufeff" + _write_line(COLUMNS)
    for row in rows:
        cells = ("|".join(row.words), "|".join(row.alternatives), f"{row.weight:g}", row.locale, row.status)
        yield _write_line([row.kind, *map(escape, cells), "yes" if row.enabled else "no", escape(row.note)])


def write_solr(rows: Iterable[Synonym]) -> Iterator[str]:
    """Accepted, enabled rows as Solr and Elasticsearch read them, so that the typed word still counts there.

    Weights and shop languages have no place in that format; rows that keep words apart (weight 0) are left out.
    """
    for row in rows:
        if row.status != Synonym.Status.ACCEPTED or not row.enabled or row.weight <= 0:
            continue
        words, alternatives = ([_escape_comma(text) for text in texts] for texts in (row.words, row.alternatives))
        if row.kind == Synonym.Kind.TWO_WAY:
            yield ", ".join(words) + "\n"
        else:
            yield from (f"{word} => {', '.join([word, *alternatives])}\n" for word in words)


def _write_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def escape(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def _escape_comma(text: str) -> str:
    return text.replace(",", "\\,")
