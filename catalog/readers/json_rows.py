"""Reads JSON lines and JSON arrays row by row; nested objects become dotted columns unless the row is native."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TextIO

from django.utils.translation import gettext as _
from pydantic_core import from_json

from catalog.contracts import RawRow
from catalog.errors import UploadRefused
from catalog.readers.encoding import BAD_BYTES

MAX_RECORD = 4 * 1024**2
_CHUNK = 256 * 1024
MAX_DEPTH = 6


def read_json_lines(text: TextIO, *, flat: bool) -> Iterator[RawRow]:
    """One object a line, numbered by line."""
    line_number = 0
    while line := text.readline(MAX_RECORD):
        line_number += 1
        if len(line) >= MAX_RECORD:
            yield _skip_giant(text, line, line_number)
        elif line.strip():
            yield _parse_line(line, line_number, flat=flat)


def read_json_array(text: TextIO, *, flat: bool) -> Iterator[RawRow]:
    """The objects of one top-level array, numbered from 1. An error inside ends the file: what follows has no start."""
    for number, item in enumerate(_iterate_array(text), start=1):
        if isinstance(item, dict):
            yield RawRow(number, flatten(item) if flat else item)
        else:
            yield RawRow(number, {}, "not_an_object", _("Entry %(number)d is not an object.") % {"number": number})


def flatten(row: Mapping[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """Nested objects as dotted names; lists stay as they are."""
    if not prefix and dict not in map(type, row.values()):
        return row if isinstance(row, dict) else dict(row)
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth < MAX_DEPTH:
            flat.update(flatten(value, f"{name}.", depth + 1))
        else:
            flat[name] = value
    return flat


def is_native(row: Mapping[str, Any]) -> bool:
    """Whether a row has Searchsite's own shape, which needs no mapping."""
    attributes = row.get("attributes")
    listed = isinstance(attributes, list) and all(isinstance(entry, dict) and "key" in entry for entry in attributes)
    return "sku" in row and isinstance(row.get("titles"), dict) and (attributes is None or listed)


def _parse_line(line: str, number: int, *, flat: bool) -> RawRow:
    try:
        row = _parse(line)
    except (ValueError, RecursionError) as error:
        message = _("Line %(line)d is not valid JSON: %(why)s") % {"line": number, "why": error}
        return RawRow(number, {"line": line[:200]}, "broken_row", message)
    if not isinstance(row, dict):
        message = _("Line %(line)d is not an object. Write one {…} a line.") % {"line": number}
        return RawRow(number, {"line": line[:200]}, "not_an_object", message)
    if BAD_BYTES in line:
        message = _("Line %(line)d holds bytes of another encoding. Save the whole file as UTF-8.") % {"line": number}
        return RawRow(number, flatten(row), "wrong_encoding", message)
    return RawRow(number, flatten(row) if flat else row)


def _parse(line: str) -> Any:
    """pydantic's parser takes less than half the time; what it refuses (half an emoji, say) gets a second chance."""
    try:
        return from_json(line, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return json.loads(line, parse_constant=_refuse_constant)


def _skip_giant(text: TextIO, line: str, number: int) -> RawRow:
    rest = line
    while not rest.endswith("\n") and (rest := text.readline(MAX_RECORD)):
        pass
    message = _("Line %(line)d is longer than %(size)d MB. Shorten its longest text.")
    return RawRow(number, {"line": line[:200]}, "broken_row", message % {"line": number, "size": MAX_RECORD // 1024**2})


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(_("%(name)s is not a number that JSON allows") % {"name": name})


def _iterate_array(text: TextIO) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    buffer = text.read(_CHUNK).lstrip("\ufeff \t\r\n").removeprefix("[")
    count, ended = 0, False
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            if not buffer:
                raise ValueError(_("the closing bracket is missing"))
            item, end = decoder.raw_decode(buffer)
        except (ValueError, RecursionError) as error:
            more = "" if ended else text.read(max(_CHUNK, len(buffer)))
            ended = not more
            if ended or len(buffer) > MAX_RECORD:
                message = _("The JSON array cannot be read after entry %(count)d: %(why)s")
                raise UploadRefused(message % {"count": count, "why": error}) from error
            buffer += more
            continue
        count += 1
        yield item
        buffer = buffer[end:]
