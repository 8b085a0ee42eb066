"""Querqy's rules.txt, which SMUI publishes, as rules of this shop.

A rule keeps its meaning: its input becomes a condition on the query by exact words, its instructions become actions.
What Querqy leaves to the search engine is said in this shop's terms: UP(50) is a strength, `* brand:x` a property.
"""

import math
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from ranking.merchandising.actions import MAX_STRENGTH
from ranking.merchandising.schema import MAX_PRIORITY
from ranking.moving.foreign import Foreign, Note, make_id, make_name, settle
from ranking.moving.names import Names
from ranking.moving.querqy_lines import Instruction, QuerqyRule, read_lines
from ranking.moving.raw_queries import Unread, read_number, read_raw

MIDDLE_PRIORITY = 100
_BOOLEAN = re.compile(r"\b(?:AND|OR|NOT)\b|[()]")
_REDIRECT = re.compile(r"redirect\b[\s,:]*(?P<url>[^\s,:]\S*)\Z", re.IGNORECASE)
_TERM = re.compile(r'[-+]?"[^"]+"|\S+')
_OWN_PROPERTIES = {"_id", "_log", "enabled", "priority"}
_Actions = list[dict[str, Any]]


def read_querqy(text: str, *, status: str) -> Foreign:
    """Every rule of the file; `status` is what those become that are enabled there."""
    found, notes = read_lines(text)
    names = Names()
    drafts = [(_say_line(rule.line), _draft(rule, names, notes, status)) for rule in found]
    return settle(drafts, notes)


def _say_line(number: int) -> str:
    return _("line %d") % number


def _draft(rule: QuerqyRule, names: Names, notes: list[Note], status: str) -> dict[str, Any]:
    actions: _Actions = []
    for instruction in rule.instructions:
        try:
            actions += _INSTRUCTIONS[instruction.name](instruction, rule, names)
        except Unread as error:
            reason = _("“%s” has no counterpart here.") % error
            notes.append(Note(_say_line(instruction.line), _say(instruction), reason))
    properties = rule.properties
    others = sorted(set(properties) - _OWN_PROPERTIES)
    return {
        "id": make_id("querqy", str(properties.get("_id") or rule.source)),
        "name": make_name(str(properties.get("_log") or rule.source)),
        "status": status if properties.get("enabled", True) else "paused",
        "priority": _turn_priority(properties.get("priority")),
        "conditions": [read_input(rule.source)],
        "actions": _join_alike(actions),
        "tags": [make_name(f"{name}: {properties[name]}")[:50] for name in others],
        "reason": _("From a Querqy file, %s.") % _say_line(rule.line),
    }


def _say(instruction: Instruction) -> str:
    argument = f"({instruction.argument})" if instruction.argument else ""
    return f"{instruction.name}{argument}: {instruction.rest}"


def _turn_priority(priority: Any) -> int:
    """There the higher number wins, here the lower."""
    is_number = isinstance(priority, int | float) and not isinstance(priority, bool)
    if not is_number or abs(priority) == math.inf:
        return MIDDLE_PRIORITY
    return max(-MAX_PRIORITY, min(MAX_PRIORITY, MIDDLE_PRIORITY - round(priority)))


def read_input(source: str) -> dict[str, Any]:
    """`"lamp` begins, `lamp"` ends, `"lamp"` is the query; `lamp*` and AND, OR, NOT are an expression."""
    exactly = {"type": "query", "use_analysis": False}
    if _BOOLEAN.search(source) or source.endswith("*"):
        return {"type": "query", "match": "expression", "values": [source], "use_analysis": False}
    starts, ends = source.startswith('"'), len(source) > 1 and source.endswith('"')
    match = {(True, True): "is", (True, False): "starts", (False, True): "ends"}.get((starts, ends), "contains")
    return {**exactly, "match": match, "values": [source.strip('"').strip()]}


def measure_strength(factor: str) -> int:
    """Factors there have no upper end (5, 50, 500 are usual), so each tenfold is a step of 20: 1 → 10, 50 → 44."""
    number = read_number(factor or 1)
    if number <= 0:
        raise Unread(factor)
    return max(1, min(MAX_STRENGTH, round(10 + 20 * math.log10(number))))


def _read_synonym(instruction: Instruction, rule: QuerqyRule, names: Names) -> _Actions:
    words = rule.source.strip('"').strip()
    if "$1" in instruction.rest or _BOOLEAN.search(rule.source) or words.endswith("*") or not instruction.rest:
        raise Unread(_say(instruction))
    weight = _read_weight(instruction.argument)
    action = {"type": "synonym", "words": [words], "alternatives": [instruction.rest.strip()], "one_way": True}
    return [{**action, "weight": weight} if weight is not None else action]


def _read_weight(argument: str) -> float | None:
    """Weights above 1 count there more than the typed word; here at most as much."""
    if not argument:
        return None
    weight = min(read_number(argument), 1.0)
    if weight <= 0:
        raise Unread(argument)
    return weight


def _read_boost(instruction: Instruction, rule: QuerqyRule, names: Names) -> _Actions:
    strength = measure_strength(instruction.argument)
    sign = 1 if instruction.name == "UP" else -1
    return [{"type": "boost", "target": _read_target(instruction, names), "strength": sign * strength}]


def _read_filter(instruction: Instruction, rule: QuerqyRule, names: Names) -> _Actions:
    return [{"type": "filter", "filters": _read_target(instruction, names)}]


def _read_target(instruction: Instruction, names: Names) -> list[dict[str, Any]]:
    rest = instruction.rest.strip()
    if not rest or "$1" in rest:
        raise Unread(_say(instruction))
    if rest.startswith("*"):
        return read_raw(rest[1:], names)
    return [_read_term(term) for term in _TERM.findall(rest)]


def _read_term(term: str) -> dict[str, Any]:
    """A bare word asks for products that say it."""
    word = term.lstrip("-+").strip('"')
    if not word:
        raise Unread(term)
    return {"field": "words", "values": [word], **({"exclude": True} if term.startswith("-") else {})}


def _read_delete(instruction: Instruction, rule: QuerqyRule, names: Names) -> _Actions:
    terms = instruction.rest.split() or [rule.source.strip('"').strip()]
    if _BOOLEAN.search(rule.source) and not instruction.rest:
        raise Unread(_say(instruction))
    return [{"type": "replace", "words": terms}]


def _read_decoration(instruction: Instruction, rule: QuerqyRule, names: Names) -> _Actions:
    said = f"{instruction.argument} {instruction.rest}".strip()
    match = _REDIRECT.match(said)
    if match is None:
        raise Unread(_say(instruction))
    return [{"type": "redirect", "url": match["url"]}]


_INSTRUCTIONS: dict[str, Callable[[Instruction, QuerqyRule, Names], _Actions]] = {
    "SYNONYM": _read_synonym,
    "UP": _read_boost,
    "DOWN": _read_boost,
    "FILTER": _read_filter,
    "DELETE": _read_delete,
    "DECORATE": _read_decoration,
}


def _join_alike(actions: _Actions) -> _Actions:
    """Synonyms of one weight are one action with several alternatives, as a person would write it."""
    joined: _Actions = []
    for action in actions:
        same = next((other for other in joined if _is_same_synonym(other, action)), None)
        if same is None:
            joined.append(action)
        else:
            same["alternatives"] += action["alternatives"]
    return joined


def _is_same_synonym(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(
        first.get(name) == second.get(name) and action["type"] == "synonym"
        for name in ("words", "weight", "one_way")
        for action in (first, second)
    )
