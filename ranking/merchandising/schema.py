"""The rule document that form, REST, stored rows and previews speak; refusals name the field in plain words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails

from ranking.errors import RuleRefused
from ranking.merchandising.actions import Action, DiversifyAction, PinAction
from ranking.merchandising.clauses import STORABLE, Part
from ranking.merchandising.conditions import Condition
from ranking.merchandising.schedule import AwareMoment, Window
from ranking.models import Rule

SCHEMA_VERSION = 1
MAX_CONDITIONS = 25
MAX_ACTIONS = 300
MAX_WINDOWS = 50
MAX_MARKETS = 500
MAX_TAGS = 100
MAX_PRIORITY = 1_000_000
MEMBER_STEP = 2
# Columns of Rule that the document holds, under the same names.
DOCUMENT_FIELDS = (
    "name", "reason", "status", "priority", "stop_processing", "conditions", "actions", "windows",
    "markets", "locales", "tags", "holdout_share", "expires_at",
)  # fmt: skip

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16, pattern=STORABLE)]
Locale = Literal["en", "zh"]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=STORABLE)]


class RuleDocument(Part):
    """One whole rule. All conditions must hold; each names any of its values; actions are done in their order."""

    schema_version: Literal[1] = 1
    id: UUID | None = None
    version: int | None = None
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=STORABLE)]
    reason: Annotated[str, StringConstraints(max_length=5000, pattern=STORABLE)] = ""
    status: Literal["draft", "review", "live", "paused"] = "draft"
    priority: int = Field(default=100, ge=-MAX_PRIORITY, le=MAX_PRIORITY)
    stop_processing: bool = False
    conditions: tuple[Condition, ...] = Field(min_length=1, max_length=MAX_CONDITIONS)
    actions: tuple[Action, ...] = Field(min_length=1, max_length=MAX_ACTIONS)
    windows: tuple[Window, ...] = Field(default=(), max_length=MAX_WINDOWS)
    markets: tuple[Code, ...] = Field(default=(), max_length=MAX_MARKETS)
    locales: tuple[Locale, ...] = Field(default=(), max_length=MAX_TAGS)
    tags: tuple[Tag, ...] = Field(default=(), max_length=MAX_TAGS)
    holdout_share: float = Field(default=0, ge=0, le=1)
    expires_at: AwareMoment | None = None

    @field_validator("expires_at")
    @classmethod
    def check_expiry(cls, moment: datetime | None) -> datetime | None:
        """Past the year 9999 in UTC the database would take it and could not give it back."""
        try:
            if moment is not None:
                moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(_("That is beyond the calendar; leave it empty for a rule that never expires.")) from error
        return moment

    @field_validator("actions")
    @classmethod
    def check_pins(cls, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        pins = [action for action in actions if isinstance(action, PinAction)]
        for message, values in (
            (_("The rule pins the same product twice: %s."), [pin.sku for pin in pins]),
            (_("The rule pins two products at position %s."), [str(pin.position) for pin in pins]),
        ):
            repeated = sorted({value for value in values if values.count(value) > 1})
            if repeated:
                raise ValueError(message % ", ".join(repeated))
        if sum(isinstance(action, DiversifyAction) for action in actions) > 1:
            raise ValueError(_("A rule mixes by one property only; write a second rule for another."))
        return actions


def parse_rule(data: Mapping[str, Any]) -> RuleDocument:
    """The validated document, or RuleRefused with one plain sentence per field path."""
    try:
        return RuleDocument.model_validate(data)
    except ValidationError as error:
        raise RuleRefused(
            _("The rule cannot be used yet; correct the marked fields."), errors=explain_errors(error.errors())
        ) from error


def explain_errors(details: Sequence[ErrorDetails]) -> dict[str, str]:
    """Field path → sentence. A list whose items are wrong is not also called empty."""
    errors: dict[str, str] = {}
    for detail in details:
        if detail["type"] == "too_short" and any(
            other["loc"][: len(detail["loc"])] == detail["loc"] and other is not detail for other in details
        ):
            continue
        errors.setdefault(_name_path(detail["loc"]), _say_error(detail))
    return errors


def _name_path(location: tuple[int | str, ...]) -> str:
    """`actions.0.sku`: pydantic also names the chosen union member after an index, which no client wrote."""
    steps = list(location)
    if len(steps) > MEMBER_STEP and steps[0] in ("conditions", "actions"):
        del steps[MEMBER_STEP]
    return ".".join(str(step) for step in steps) or "rule"


def _say_error(detail: ErrorDetails) -> str:
    limits = detail.get("ctx") or {}
    context = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in limits.items()}
    kind = detail["type"]
    if kind == "value_error":
        return str(context["error"])
    sentences: dict[str, str] = {
        **_say_types(),
        "missing": _("This is needed."),
        "extra_forbidden": _("Unknown key; remove it or correct its spelling."),
        "string_too_short": _("This is needed."),
        "string_too_long": _("Too long: at most %(max_length)s characters."),
        "too_long": _("Too many: at most %(max_length)s."),
        "greater_than_equal": _("Must be %(ge)s or more."),
        "less_than_equal": _("Must be %(le)s or less."),
        "literal_error": _("Choose one of: %(expected)s."),
        "union_tag_invalid": _("Unknown kind “%(tag)s”; choose one of: %(expected_tags)s."),
        "union_tag_not_found": _("Say which kind it is, in “type”."),
        "timezone_aware": _("Give the moment with its offset, for example 2026-12-31T23:59:00+00:00."),
        "too_short": _("Choose at least one."),
    }
    if detail["loc"] == ("conditions",) and kind in ("too_short", "missing"):
        return _("Say when the rule applies; choose “always” for every search.")
    if detail["loc"] == ("actions",) and kind in ("too_short", "missing"):
        return _("Say what the rule does.")
    return sentences[kind] % context if kind in sentences else _("Not valid here: %s.") % detail["msg"]


def _say_types() -> dict[str, str]:
    """What is wanted where a value of another kind stands."""
    said = {
        ("string_type", "string_unicode"): _("Write a text."),
        ("string_pattern_mismatch",): _("It holds a character that cannot be stored; type it again."),
        ("int_type", "int_parsing", "int_from_float", "int_parsing_size"): _("Write a whole number."),
        ("float_type", "float_parsing", "finite_number"): _("Write a number."),
        ("bool_type", "bool_parsing"): _("Say true or false."),
        ("tuple_type", "list_type"): _("Write a list."),
        ("model_type", "model_attributes_type", "dict_type"): _("Not an object."),
        ("uuid_type", "uuid_parsing"): _("This is no rule's id; leave it out for a new rule."),
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"): _(
            "Write a moment such as 2026-11-11T00:00."
        ),
    }
    return {kind: sentence for kinds, sentence in said.items() for kind in kinds}


def to_document(rule: Rule) -> dict[str, Any]:
    """The stored row as a plain document (not validated: a preview must be able to show a broken rule)."""
    document = {name: getattr(rule, name) for name in DOCUMENT_FIELDS}
    return {"schema_version": SCHEMA_VERSION, "id": str(rule.pk), "version": rule.version, **document}


def to_columns(document: RuleDocument) -> dict[str, Any]:
    """The document's values as Rule's columns hold them."""
    plain = document.model_dump(mode="json", by_alias=True, include=set(DOCUMENT_FIELDS))
    return {**plain, "expires_at": document.expires_at}


def moment_of(value: datetime | None) -> float:
    return value.timestamp() if value else float("inf")
