"""Algolia's filter language as clauses: `brand:Apple AND NOT color:red AND (size:S OR size:M) AND price < 10`."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ranking.moving.names import Names
from ranking.moving.raw_queries import Unread, make_values, read_number

_TOKEN = re.compile(r'\s*(\(|\)|AND\b|OR\b|NOT\b|(?:[\w.]+\s*(?:<=|>=|!=|=|<|>)\s*-?[\d.]+)'
                    r'|[\w.]+:\s*-?[\d.]+\s+TO\s+-?[\d.]+|[\w.]+:-?(?:"[^"]*"|\'[^\']*\'|[^\s()"\']+))')  # fmt: skip
_COMPARISON = re.compile(r"(?P<field>[\w.]+)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<number>-?[\d.]+)\Z")
_SPAN = re.compile(r"(?P<field>[\w.]+):\s*(?P<low>-?[\d.]+)\s+TO\s+(?P<high>-?[\d.]+)\Z")
_SCORE = re.compile(r"<score=(?P<score>\d+)>\Z")
Clauses = list[dict[str, Any]]


def read_filters(text: str, names: Names) -> Clauses:
    """Clauses that must all hold. Raises Unread where alternatives are about different properties, or nest."""
    tokens = list(_tokenise(text))
    clauses: Clauses = []
    group: list[str] = []
    for token in [*tokens, "AND"]:
        if token != "AND":
            group.append(token)
            continue
        if group.count("(") != group.count(")"):  # an AND within parentheses
            raise Unread(text)
        clauses.append(_read_alternatives(group, names, text))
        group = []
    return clauses


def _tokenise(text: str) -> Iterator[str]:
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unread(text)
        yield match[1]
        at = match.end()


def _read_alternatives(tokens: Sequence[str], names: Names, text: str) -> dict[str, Any]:
    inner = list(tokens)
    exclude = False
    if inner[:1] == ["NOT"]:
        exclude, inner = True, inner[1:]
    if inner[:1] == ["("] and inner[-1:] == [")"]:
        inner = inner[1:-1]
    if not inner or set(inner) & {"(", ")", "NOT"} or set(inner[1::2]) - {"OR"} or len(inner) % 2 == 0:
        raise Unread(text)
    return join_alternatives([read_one(token, names) for token in inner[::2]], text, exclude=exclude)


def join_alternatives(clauses: Sequence[dict[str, Any]], text: str, *, exclude: bool = False) -> dict[str, Any]:
    """One clause for any of these, which must be values of one property."""
    if len(clauses) > 1:
        fields, turned = {clause["field"] for clause in clauses}, {clause.get("exclude", False) for clause in clauses}
        if len(fields) > 1 or turned != {False} or any("values" not in clause for clause in clauses):
            raise Unread(text)
    joined = dict(clauses[0])
    if "values" in joined:
        joined["values"] = list(dict.fromkeys(value for clause in clauses for value in clause["values"]))
    if exclude:
        joined["exclude"] = not joined.get("exclude", False)
    return {name: value for name, value in joined.items() if not (name == "exclude" and value is False)}


def read_one(text: str, names: Names) -> dict[str, Any]:
    """`brand:Apple`, `brand:-Apple`, `price >= 10`, `price:10 TO 20`."""
    text = text.strip()
    span = _SPAN.match(text)
    if span:
        bounds = {"minimum": read_number(span["low"]), "maximum": read_number(span["high"])}
        return {"field": names.field(span["field"]), **bounds}
    comparison = _COMPARISON.match(text)
    if comparison:
        return _read_comparison(comparison, names)
    field, colon, value = text.partition(":")
    value = value.strip()
    exclude = value.startswith("-")
    if not colon or not value.lstrip("-"):
        raise Unread(text)
    return make_values(field, [value.lstrip("-").strip("\"'")], names, exclude=exclude)


def _read_comparison(comparison: re.Match[str], names: Names) -> dict[str, Any]:
    field, number = names.field(comparison["field"]), read_number(comparison["number"])
    match comparison["sign"]:
        case "<" | "<=":
            return {"field": field, "maximum": number}
        case ">" | ">=":
            return {"field": field, "minimum": number}
        case "=":
            return {"field": field, "minimum": number, "maximum": number}
    return {"field": field, "minimum": number, "maximum": number, "exclude": True}


def read_optional(text: str, names: Names) -> tuple[dict[str, Any], int]:
    """A filter that lifts instead of restricting, with its score (1 where none is given)."""
    match = _SCORE.search(text)
    return read_one(_SCORE.sub("", text), names), int(match["score"]) if match else 1
