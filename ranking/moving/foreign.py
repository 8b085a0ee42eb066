"""What was read from a foreign file: rules as documents, and by name everything that could not be taken over."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.schema import RuleDocument, parse_rule

_NAMESPACE = uuid.UUID("6a3c1a52-7e0b-4f0e-9a55-6f2c8f0f5f11")
MAX_BYTES = 50_000_000
NAME_LETTERS = 200


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


def make_id(source: str, *parts: str) -> str:
    """The same foreign rule always gets the same id: a file read twice changes its rules, and makes none anew."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((source, *parts))))


def make_name(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= NAME_LETTERS else text[: NAME_LETTERS - 1] + "…"


def settle(drafts: Iterable[tuple[str, Mapping[str, Any]]], notes: Sequence[Note]) -> Foreign:
    """Documents of (place, draft); a draft that says nothing, or nothing valid, becomes a note of its own."""
    documents: dict[str, RuleDocument] = {}
    told = list(notes)
    for place, draft in drafts:
        if not draft["actions"]:
            told.append(Note(place, draft["name"], _("Nothing of this rule could be taken over.")))
            continue
        try:
            document = parse_rule(draft)
        except RuleRefused as error:
            reason = "; ".join(f"{path}: {message}" for path, message in error.extra["errors"].items())
            told.append(Note(place, draft["name"], _("Not taken over: %s") % reason))
            continue
        if str(document.id) in documents:
            told.append(Note(place, draft["name"], _("The same rule stands in the file twice; the last one counts.")))
        documents[str(document.id)] = document
    return Foreign(tuple(documents.values()), tuple(told))


def refuse(message: str) -> RuleRefused:
    return RuleRefused(message, errors={"file": message})
