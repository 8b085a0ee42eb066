"""What was read from a foreign file: rules as documents, and by name everything that could not be taken over."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.schema import RuleDocument, parse_rule

_NAMESPACE = uuid.UUID("6a3c1a52-7e0b-4f0e-9a55-6f2c8f0f5f11")
NAME_LETTERS = 200
MOST_NESTED = 50


@dataclass(frozen=True, slots=True)
class Note:
    """Something of the file that did not come along, or means something else here. `place` is a line or a rule's id."""

    place: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Foreign:
    documents: tuple[RuleDocument, ...]
    notes: tuple[Note, ...] = ()


def load_json(text: str) -> Any:
    """Raises ValueError also for what is nested without end, and for NaN, which is no JSON."""
    try:
        loaded = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError(_("It is nested too deeply.")) from error
    if _is_deep(loaded, MOST_NESTED):
        raise ValueError(_("It is nested too deeply."))
    return loaded


def _refuse_constant(name: str) -> None:
    raise ValueError(_("“%s” is no number.") % name)


def _is_deep(value: Any, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_deep(each, left - 1) for each in inner)


def make_printable(text: str) -> str:
    """What no database or JSON can hold (NUL, half a character) as it would be written in code."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def make_id(source: str, *parts: str) -> str:
    """The same foreign rule always gets the same id: a file read twice changes its rules, and makes none anew."""
    return str(uuid.uuid5(_NAMESPACE, make_printable("\x1f".join((source, *parts)))))


def make_name(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= NAME_LETTERS else text[: NAME_LETTERS - 1] + "…"


def settle(drafts: Iterable[tuple[str, Mapping[str, Any]]], notes: Sequence[Note]) -> Foreign:
    """Documents of (place, draft); a draft that says nothing, or nothing valid, becomes a note of its own. An action
    that is not valid here stays behind alone.
    """
    documents: dict[str, RuleDocument] = {}
    told = list(notes)
    for place, draft in drafts:
        document, reasons = _read_draft(draft)
        told += [Note(place, draft["name"], reason) for reason in reasons]
        if document is None:
            continue
        if str(document.id) in documents:
            told.append(Note(place, draft["name"], _("The same rule stands in the file twice; the last one counts.")))
        documents[str(document.id)] = document
    return Foreign(tuple(documents.values()), tuple(map(_clean, told)))


def _read_draft(draft: Mapping[str, Any]) -> tuple[RuleDocument | None, list[str]]:
    """The rule, and why all or a part of it stays behind."""
    if not draft["actions"]:
        return None, [_("Nothing of this rule could be taken over.")]
    try:
        return parse_rule(draft), []
    except RuleRefused as error:
        errors = error.extra["errors"]
    reasons = [_("Not taken over: %s") % f"{path}: {message}" for path, message in errors.items()]
    wrong = set(_list_actions(errors))
    kept = [action for number, action in enumerate(draft["actions"]) if number not in wrong]
    if None in wrong or not kept:
        return None, [_("Not taken over: %s") % "; ".join(f"{path}: {message}" for path, message in errors.items())]
    try:
        return parse_rule({**draft, "actions": kept}), reasons
    except RuleRefused as error:
        return None, [*reasons, *(_("Not taken over: %s") % message for message in error.extra["errors"].values())]


def _list_actions(errors: Iterable[str]) -> Iterator[int | None]:
    """The number of the action that each path is about; None: the rule as a whole."""
    for path in errors:
        steps = path.split(".")
        yield int(steps[1]) if steps[0] == "actions" and len(steps) > 1 else None


def _clean(note: Note) -> Note:
    return Note(*map(make_printable, (note.place, note.text, note.reason)))


def refuse(message: str) -> RuleRefused:
    return RuleRefused(message, errors={"file": message})
