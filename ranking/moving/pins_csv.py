"""Pins as a spreadsheet: one line a pin. Lines of one rule (by `rule_id`, or by what they hold for) stand together.

Lines with the id of a rule replace the pins of that rule, and nothing else of it; lines of new rules have none.
"""

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule
from ranking.moving.foreign import Foreign, make_id, make_name, refuse
from ranking.synonyms_file import escape, unescape

COLUMNS = (
    "rule_id", "rule", "status", "match", "query", "category", "segment", "market", "locale", "priority",
    "from", "until", "timezone", "sku", "position", "on_missing",
)  # fmt: skip
NEEDED = ("sku", "position")
MAX_LINES = 100_000
# What tells the lines of one new rule from those of another.
_GROUPED_BY = ("rule", "match", "query", "category", "segment", "market", "locale", "from", "until", "timezone")
_Cells = Mapping[str, str]


def write_pins(rules: Iterable[Rule]) -> Iterator[str]:
    """Line by line; the byte order mark lets Excel read Chinese. Conditions a line cannot say are left to the rule."""
    yield "\ufeff" + _write_line(COLUMNS)
    for rule in rules:
        pins = _parts_of(rule.actions, "pin")
        said = _say_rule(rule) if pins else {}
        for pin in pins:
            cells = {**said, **{name: str(pin.get(name) or "") for name in ("sku", "position", "on_missing")}}
            yield _write_line([escape(cells.get(name, "")) for name in COLUMNS])


def _say_rule(rule: Rule) -> dict[str, str]:
    said = {"rule_id": str(rule.pk), "rule": rule.name, "status": rule.status, "priority": str(rule.priority)}
    for condition in _parts_of(rule.conditions, "query"):
        said |= {"match": str(condition.get("match") or ""), "query": _join(condition.get("values"))}
    for kind, name in (("category", "keys"), ("segment", "values")):
        for condition in _parts_of(rule.conditions, kind):
            said[kind] = _join(condition.get(name))
    said |= {"market": _join(rule.markets), "locale": _join(rule.locales)}
    for window in [window for window in _listed(rule.windows) if isinstance(window, dict)][:1]:
        said |= {name: str(window.get(name) or "") for name in ("from", "until", "timezone")}
    return said


def _parts_of(parts: Any, kind: str) -> list[dict[str, Any]]:
    """Those of this kind, also of a rule that was stored by other means and is not valid."""
    return [part for part in _listed(parts) if isinstance(part, dict) and part.get("type") == kind]


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _join(values: Any) -> str:
    return "|".join(map(str, _listed(values)))


def _write_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def read_pins(text: str, *, status: str) -> Foreign:
    """Raises RuleRefused, naming each wrong line, unless every line can be used."""
    groups = _group_lines(text)
    stored = {str(rule.pk): rule for rule in Rule.objects.filter(pk__in=[key for key in groups if _is_id(key)])}
    documents: list[RuleDocument] = []
    errors: dict[str, str] = {}
    for key, lines in groups.items():
        number, first = lines[0]
        if first.get("rule_id") and key not in stored:
            # A line does not say all that a rule says: made anew from it, the rule would hold for other searches.
            errors[_("line %d") % number + ".rule_id"] = _("No rule has this id; leave it out to make a new rule.")
            continue
        try:
            documents.append(parse_rule(_make_draft(key, lines, stored.get(key), status)))
        except RuleRefused as error:
            errors |= {_name_error(lines, path): message for path, message in error.extra["errors"].items()}
    if errors:
        raise RuleRefused(_("Nothing was changed: some lines cannot be used."), errors=errors)
    return Foreign(tuple(documents))


def _name_error(lines: list[tuple[int, _Cells]], path: str) -> str:
    """`actions.2.sku` is the third pin's line."""
    steps = path.split(".")
    if steps[0] == "actions" and len(steps) > 1 and steps[1].isdecimal() and int(steps[1]) < len(lines):
        return ".".join((_("line %d") % lines[int(steps[1])][0], *steps[2:]))
    return f"{_('line %d') % lines[0][0]}: {path}"


def _group_lines(text: str) -> dict[str, list[tuple[int, _Cells]]]:
    groups: dict[str, list[tuple[int, _Cells]]] = {}
    for number, cells in _read_lines(text):
        if not any(cells.values()):
            continue
        if number > MAX_LINES:
            raise refuse(_("A file has at most %d lines.") % MAX_LINES)
        named = cells.get("rule_id", "").lower()
        key = named or make_id("pins", *(cells.get(name, "") for name in _GROUPED_BY))
        groups.setdefault(key, []).append((number, cells))
    return groups


def _read_lines(text: str) -> Iterator[tuple[int, _Cells]]:
    """Line number and cells by column. Spreadsheets of some countries part cells by semicolons or tabs."""
    text = text.lstrip("\ufeff")
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    names: list[str] = []
    try:
        for row in rows:
            if not names:
                names = [name.strip().lower() for name in row]
                _check_columns(names)
            elif any(cell.strip() for cell in row[len(names) :]):
                raise refuse(_("Line %d has more cells than the first line has columns.") % rows.line_num)
            else:
                cells = [unescape(cell.strip()) for cell in row]
                yield rows.line_num, {name: cell for name, cell in zip(names, cells, strict=False) if name}
    except csv.Error as error:
        raise refuse(_("Line %(line)d is not CSV: %(error)s") % {"line": rows.line_num, "error": error}) from error
    if not names:
        _check_columns(names)


def _check_columns(names: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise refuse(_("The first line must name the columns; missing: %s.") % ", ".join(missing))
    unknown = sorted(set(names) - set(COLUMNS) - {""})
    if unknown:
        details = {"names": ", ".join(unknown), "known": ", ".join(COLUMNS)}
        raise refuse(_("Unknown columns: %(names)s. Known are: %(known)s.") % details)
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise refuse(_("These columns stand there twice: %s.") % ", ".join(repeated))


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _make_draft(key: str, lines: list[tuple[int, _Cells]], stored: Rule | None, status: str) -> dict[str, Any]:
    pins = [_make_pin(cells) for _number, cells in lines]
    if stored is not None:
        return {**to_document(stored), "actions": _replace_pins(_listed(stored.actions), pins)}
    first = lines[0][1]
    conditions = list(_make_conditions(first))
    draft: dict[str, Any] = {
        "id": key,
        "name": first.get("rule") or make_name(first.get("query") or first.get("category") or _("Pins")),
        "status": first.get("status") or status,
        "conditions": conditions or [{"type": "always"}],
        "actions": pins,
        "markets": _split(first, "market"),
        "locales": _split(first, "locale"),
    }
    window = {name: first[name] for name in ("from", "until") if first.get(name)}
    if window:
        draft["windows"] = [{**window, "timezone": first.get("timezone") or "UTC"}]
    if first.get("priority"):
        draft["priority"] = first["priority"]
    return draft


def _replace_pins(actions: Sequence[Any], pins: list[dict[str, Any]]) -> list[Any]:
    """The file's pins first, as they were written; what the stored pin of the same product also said is kept."""
    stored = _parts_of(actions, "pin")
    known = {pin.get("sku"): pin for pin in stored}
    renewed = [{**known.get(pin["sku"], {}), **pin} for pin in pins]
    return [*renewed, *(action for action in actions if action not in stored)]


def _make_pin(cells: _Cells) -> dict[str, Any]:
    pin = {"type": "pin", "sku": cells.get("sku", ""), "position": cells.get("position", "")}
    return {**pin, "on_missing": cells["on_missing"]} if cells.get("on_missing") else pin


def _make_conditions(cells: _Cells) -> Iterator[dict[str, Any]]:
    if cells.get("query"):
        yield {"type": "query", "match": cells.get("match") or "is", "values": _split(cells, "query")}
    elif cells.get("match") in ("empty", "any"):
        yield {"type": "query", "match": cells["match"]}
    if cells.get("category"):
        yield {"type": "category", "keys": _split(cells, "category")}
    if cells.get("segment"):
        yield {"type": "segment", "values": _split(cells, "segment")}


def _split(cells: _Cells, name: str) -> list[str]:
    return [part.strip() for part in cells.get(name, "").split("|") if part.strip()]
