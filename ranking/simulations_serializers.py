"""Simulations and judgements in REST: what is sent, and what is answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field
from rest_framework import serializers

from catalog.contracts import LOCALES
from ranking.contracts import MAX_QUERY_CHARACTERS
from ranking.errors import SimulationRefused
from ranking.merchandising.clauses import Part
from ranking.merchandising.schedule import AwareMoment
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.whatif_question import AskedQuery, SimulationQuestion
from ranking.models import QueryJudgement, SimulatedQuery, Simulation
from ranking.models.simulation import MAX_GRADE
from ranking.serializers import StrictSerializer

MAX_JUDGEMENTS = 5000
MAX_CSV_CHARACTERS = 3_000_000


class SimulationRequest(SimulationQuestion):
    """A question, and what it is called. `rule_ids` are stored rules, tried as they are stored; `now` is this moment
    when it is left out.
    """

    name: str = Field(default="", max_length=200)
    rule_ids: tuple[UUID, ...] = ()
    rules: tuple[RuleDocument, ...] = ()  # type: ignore[assignment]
    now: AwareMoment | None = None  # type: ignore[assignment]


class SimulationAnswer(Part):
    """`result` is there once the status is `done`: see docs/what-if.md."""

    id: UUID
    name: str
    status: str
    done: int
    total: int
    messages: list[str]
    asked_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float
    question: dict[str, Any]
    result: dict[str, Any]


class SimulatedQueryAnswer(AskedQuery):
    """`row` is what changed for the query; null until it is asked."""

    impact: float
    zero: str
    row: dict[str, Any] | None


def is_storable(text: str) -> bool:
    """No database stores NUL or half a character (a lone surrogate)."""
    return not any(each == "\x00" or "\ud800" <= each <= "\udfff" for each in text)


def read_start(data: Any) -> tuple[dict[str, Any], list[str], str]:
    """The question (not yet judged), ids of stored rules, and the name."""
    if not isinstance(data, Mapping):
        raise SimulationRefused(_("Send one simulation as a JSON object."), errors={"simulation": _("Not an object.")})
    asked = dict(data)
    name, rule_ids = asked.pop("name", ""), asked.pop("rule_ids", [])
    errors = {}
    if not isinstance(name, str) or not is_storable(name) or len(name) > 200:
        errors["name"] = _("Write a text of at most 200 characters.")
    if not isinstance(rule_ids, list) or not all(isinstance(each, str) for each in rule_ids):
        errors["rule_ids"] = _("Send a list of ids.")
    if not isinstance(asked.get("rules", []), list):
        errors["rules"] = _("Send a list of rules.")
    if errors:
        raise SimulationRefused(_("The simulation cannot start yet; correct the marked fields."), errors=errors)
    if asked.get("now") is None:
        asked["now"] = timezone.now()
    return asked, rule_ids, name


def render_simulation(simulation: Simulation, *, whole: bool = True) -> dict[str, Any]:
    names = ("id", "name", "status", "done", "total", "messages", "created_at", "started_at", "finished_at", "seconds")
    told = {name: getattr(simulation, name) for name in names}
    told["asked_by"] = simulation.asked_by.get_username() if simulation.asked_by else None
    return {**told, "question": simulation.question, "result": simulation.result} if whole else told


def render_query(asked: SimulatedQuery) -> dict[str, Any]:
    names = ("query", "locale", "market", "category", "searches", "impact", "zero", "row")
    return {name: getattr(asked, name) for name in names}


class JudgementSerializer(StrictSerializer):
    query = serializers.CharField(max_length=MAX_QUERY_CHARACTERS)
    locale = serializers.ChoiceField(choices=LOCALES)
    sku = serializers.CharField(max_length=200)
    grade = serializers.IntegerField(min_value=0, max_value=MAX_GRADE, help_text="0: judged, and no answer")


class ImportJudgementsSerializer(StrictSerializer):
    """Either `text`, a CSV with the columns query, locale, sku and grade, or a list of judgements."""

    text = serializers.CharField(required=False, trim_whitespace=False, max_length=MAX_CSV_CHARACTERS)
    judgements = serializers.ListField(child=JudgementSerializer(), required=False, max_length=MAX_JUDGEMENTS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("text" in attrs) == ("judgements" in attrs):
            raise serializers.ValidationError(_("Send either “text” or “judgements”."))
        return attrs


class JudgementCountsAnswer(Part):
    written: int
    queries: int


def render_judgement(judgement: QueryJudgement) -> dict[str, Any]:
    return {name: getattr(judgement, name) for name in ("query", "locale", "sku", "grade")}
