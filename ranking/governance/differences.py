"""What differs between two versions of a rule, field by field, in the words of the rule's own sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.governance.contents import content_of
from ranking.merchandising.describe import describe_action, describe_condition
from ranking.merchandising.schedule import Window
from ranking.merchandising.schema import RuleDocument, parse_rule
from ranking.models import Rule

Lines = Sequence[str]
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: `removed` and `added` lines, and for lists what stays, so that a reader sees the whole."""

    field: str
    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...] = ()


def find_differences(before: Content | None, after: Content | None) -> list[Difference]:
    """Fields in the order of the form; None: there was no rule, or there is none any more."""
    old, new = _say(before), _say(after)
    names = [name for name in dict.fromkeys([*old, *new]) if before is not None or not _is_usual(after, name)]
    found = []
    for name in names:
        was, now = old.get(name, []), new.get(name, [])
        if was == now and (before is None or after is None or _raw(before, name) == _raw(after, name)):
            continue
        removed, added = _without(was, now), _without(now, was)
        if not removed and not added:
            # The same lines: their order changed, or an option the sentence does not tell.
            removed, added = (list(was), list(now)) if was != now else ([], [_("other details")])
        kept = [line for line in was if line in now and line not in removed]
        found.append(Difference(name, label_of(name), tuple(removed), tuple(added), tuple(kept)))
    return found


def _is_usual(document: Content | None, name: str) -> bool:
    """Of a new rule only what somebody chose is worth reading."""
    info = RuleDocument.model_fields.get(name)
    if document is None or info is None or info.is_required():
        return False
    usual = info.get_default()
    return bool(_raw(document, name) == (list(usual) if isinstance(usual, tuple) else usual))


def _raw(document: Content, name: str) -> Any:
    return content_of(document).get(name, document.get(name))


def _without(lines: Lines, others: Lines) -> list[str]:
    """The lines that `others` lacks; a line that stands twice counts twice."""
    left = list(others)
    missing = []
    for line in lines:
        if line in left:
            left.remove(line)
        else:
            missing.append(line)
    return missing


def label_of(name: str) -> str:
    if name in ("conditions", "actions", "windows"):
        return {"conditions": _("When"), "actions": _("Do"), "windows": _("At what time")}[name]
    return str(getattr(Rule._meta.get_field(name), "verbose_name", name))


def _say(document: Content | None) -> dict[str, list[str]]:
    if document is None:
        return {}
    try:
        parsed = parse_rule({name: value for name, value in document.items() if name != "change"})
    except RuleRefused:
        return {name: [str(value)] for name, value in document.items() if value not in ("", [], None)}
    said = {name: say(parsed) for name, say in _SAYINGS.items()}
    if "status" not in document:
        said.pop("status")
    return {name: lines for name, lines in said.items() if lines}


def _say_window(window: Window) -> str:
    plain = window.model_dump(mode="json", by_alias=True)
    start, end = (str(plain.get(name) or "").replace("T", " ")[:16] for name in ("from", "until"))
    return f"{start or '…'} – {end or '…'} ({plain['timezone']})"


def _say_moment(document: RuleDocument) -> list[str]:
    return [f"{document.expires_at:%Y-%m-%d %H:%M %z}"] if document.expires_at else []


_SAYINGS: Mapping[str, Callable[[RuleDocument], list[str]]] = {
    "name": lambda rule: [rule.name],
    "status": lambda rule: [str(Rule.Status(rule.status).label)],
    "conditions": lambda rule: [describe_condition(item) for item in rule.conditions],
    "actions": lambda rule: [describe_action(item) for item in rule.actions],
    "windows": lambda rule: [_say_window(item) for item in rule.windows],
    "expires_at": _say_moment,
    "markets": lambda rule: list(rule.markets) or [_("all")],
    "locales": lambda rule: list(rule.locales) or [_("all")],
    "priority": lambda rule: [str(rule.priority)],
    "stop_processing": lambda rule: [_("yes") if rule.stop_processing else _("no")],
    "holdout_share": lambda rule: [f"{rule.holdout_share:.0%}"],
    "tags": lambda rule: list(rule.tags),
    "reason": lambda rule: [rule.reason] if rule.reason else [],
}
