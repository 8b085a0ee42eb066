"""Filters in other engines' languages as clauses: `category:shoes`, `-price:[10 TO *]`, {"term": {"brand": "x"}}."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ranking.moving.foreign import load_json
from ranking.moving.names import Names

Clauses = list[dict[str, Any]]
_FIELD = re.compile(r"(?P<negated>[-+]?)(?P<field>[\w.]+):(?P<value>.+)\Z", re.DOTALL)
_RANGE = re.compile(r"[\[{]\s*(?P<low>\S+)\s+TO\s+(?P<high>\S+?)\s*[\]}]\Z", re.IGNORECASE)
_BOUNDS = {"gte": "minimum", "gt": "minimum", "lte": "maximum", "lt": "maximum"}


class Unread(ValueError):
    """The query says something that clauses cannot say."""


def read_raw(text: str, names: Names) -> Clauses:
    """Clauses that must all hold. Raises Unread for anything else than fields, values and ranges joined by AND."""
    text = text.strip()
    if text.startswith("{") and not text.startswith("{!"):
        return _read_json(text, names)
    return [_read_solr(part, names) for part in _split_and(text)]


def _split_and(text: str) -> Iterator[str]:
    if re.search(r"\bOR\b|\{!|_query_", text):
        raise Unread(text)
    parts = re.split(r"(?<!\s)\s+(?:AND|&&)\s+", text)
    for part in parts:
        yield part.strip().removeprefix("(").removesuffix(")") if part.count("(") == part.count(")") == 1 else part


def _read_solr(text: str, names: Names) -> dict[str, Any]:
    exclude = False
    if text.startswith("NOT "):
        exclude, text = True, text[4:].strip()
    match = _FIELD.match(text)
    if match is None:
        raise Unread(text)
    value = match["value"].strip()
    exclude ^= match["negated"] == "-"
    bounds = _RANGE.match(value)
    if bounds:
        return _make_range(match["field"], bounds["low"], bounds["high"], names, exclude=exclude)
    values = [value.strip('"')]
    if value.startswith("(") and value.endswith(")"):
        values = re.findall(r'"[^"]+"|\S+', value[1:-1].replace(" OR ", " "))
    elif re.search(r"\s", value) and not (value.startswith('"') and value.endswith('"')):
        raise Unread(text)
    return make_values(match["field"], [each.strip('"') for each in values], names, exclude=exclude)


def make_values(field: str, values: list[str], names: Names, *, exclude: bool = False) -> dict[str, Any]:
    name = names.field(field)
    if any("*" in value or "~" in value or not value for value in values):
        raise Unread(":".join((field, *values)))
    if name in ("price", "rating"):
        if len(values) > 1:
            raise Unread(":".join((field, *values)))
        return _make_range(field, values[0], values[0], names, exclude=exclude)
    return {"field": name, "values": names.keys(name, values), **({"exclude": True} if exclude else {})}


def _make_range(field: str, low: str, high: str, names: Names, *, exclude: bool = False) -> dict[str, Any]:
    clause: dict[str, Any] = {"field": names.field(field)}
    for key, bound in (("minimum", low), ("maximum", high)):
        if bound != "*":
            clause[key] = read_number(bound)
    if len(clause) == 1:
        raise Unread(f"{field}:[* TO *]")
    return {**clause, **({"exclude": True} if exclude else {})}


def read_number(text: Any) -> float:
    try:
        number = float(text)
    except (OverflowError, TypeError, ValueError) as error:
        raise Unread(str(text)[:100]) from error
    if not math.isfinite(number):
        raise Unread(str(text))
    return number


def _read_json(text: str, names: Names) -> Clauses:
    try:
        query = load_json(text)
    except ValueError as error:
        raise Unread(text) from error
    return _read_query(query, names)


def _read_query(query: Any, names: Names, *, exclude: bool = False) -> Clauses:
    if not isinstance(query, Mapping) or len(query) != 1:
        raise Unread(json.dumps(query, ensure_ascii=False))
    ((kind, body),) = query.items()
    if kind == "bool" and isinstance(body, Mapping) and not exclude:
        return _read_bool(body, names)
    if kind in ("term", "terms", "match", "match_phrase", "range") and isinstance(body, Mapping) and len(body) == 1:
        ((field, said),) = body.items()
        if kind == "range":
            return [_read_range(field, said, names, exclude=exclude)]
        if isinstance(said, Mapping):
            said = said.get("value", said.get("query"))
        values = [str(value) for value in (said if isinstance(said, list) else [said])]
        return [make_values(field.removesuffix(".keyword"), values, names, exclude=exclude)]
    raise Unread(json.dumps(query, ensure_ascii=False))


def _read_bool(body: Mapping[str, Any], names: Names) -> Clauses:
    if set(body) - {"must", "filter", "must_not"}:
        raise Unread(json.dumps(body, ensure_ascii=False))
    clauses: Clauses = []
    for kind, said in body.items():
        for query in said if isinstance(said, list) else [said]:
            clauses += _read_query(query, names, exclude=kind == "must_not")
    return clauses


def _read_range(field: str, said: Any, names: Names, *, exclude: bool) -> dict[str, Any]:
    if not isinstance(said, Mapping) or not said or set(said) - set(_BOUNDS):
        raise Unread(f"{field}: {said}")
    clause: dict[str, Any] = {"field": names.field(field)}
    clause |= {_BOUNDS[key]: read_number(bound) for key, bound in said.items()}
    return {**clause, **({"exclude": True} if exclude else {})}
