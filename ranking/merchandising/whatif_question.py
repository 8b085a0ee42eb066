"""What a simulation is asked: which rules are tried, at which moment, for whom, and on which queries."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from ranking.contracts import MAX_QUERY_CHARACTERS
from ranking.errors import RuleRefused, SimulationRefused
from ranking.merchandising.clauses import Part
from ranking.merchandising.schedule import AwareMoment, Window
from ranking.merchandising.schema import explain_errors, parse_rule

MAX_QUERIES = 10_000
MAX_DAYS = 365
LEAST_DEPTH, MAX_DEPTH = 10, 100
# A search tests each tried rule one by one, without an index.
MAX_RULES = 500
MAX_CATEGORIES = 500


def check_zone(name: str) -> str:
    """Empty is the shop's own."""
    return Window.check_zone(name) if name else name


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
Locale = Literal["", "en", "zh"]
Share = Annotated[float, Field(ge=0, le=1)]
CategoryKey = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class AskedQuery(Part):
    """A query as it was asked, and how often. Empty words with a category are that category's page."""

    query: Annotated[str, StringConstraints(max_length=MAX_QUERY_CHARACTERS)] = ""
    locale: Locale = ""
    market: Annotated[str, StringConstraints(max_length=16)] = ""
    category: Annotated[str, StringConstraints(max_length=300)] = ""
    searches: int = Field(default=1, ge=1, le=10**12)


class SimulationQuestion(Part):
    """`rules` are rule documents that take effect in the page after, whatever their status; `without` are left out of
    it ("all": every live rule). `baseline` is the page before: `live` as it is, or `without` the tried rules.

    `locale` and `market` choose the queries that were asked there; with `other_places` those of all places are asked
    there. `queries` are asked instead of the query log's `limit` most frequent ones of the last `days`.

    `conversion` is the share of looks at a product that end in buying it, `conversion_by_category` that of a category
    (by key) and of those below it; the nearest one holds.
    """

    rules: tuple[dict[str, Any], ...] = Field(default=(), max_length=MAX_RULES)
    without: tuple[Annotated[str, StringConstraints(min_length=1, max_length=36)], ...] = Field(
        default=(), max_length=MAX_RULES
    )
    baseline: Literal["live", "without"] = "live"
    now: AwareMoment
    timezone: Annotated[str, StringConstraints(max_length=64), AfterValidator(check_zone)] = ""
    segments: tuple[Annotated[str, StringConstraints(min_length=1, max_length=50)], ...] = Field(
        default=(), max_length=20
    )
    market: Annotated[str, StringConstraints(strip_whitespace=True, max_length=16)] = ""
    locale: Locale = ""
    device: Short = ""
    other_places: bool = False
    days: int = Field(default=30, ge=1, le=MAX_DAYS)
    limit: int = Field(default=1000, ge=1, le=MAX_QUERIES)
    depth: int = Field(default=24, ge=LEAST_DEPTH, le=MAX_DEPTH)
    queries: tuple[AskedQuery, ...] = Field(default=(), max_length=MAX_QUERIES)
    conversion: Share | None = None
    conversion_by_category: dict[CategoryKey, Share] = Field(default_factory=dict, max_length=MAX_CATEGORIES)

    @property
    def tried_ids(self) -> tuple[str, ...]:
        return tuple(str(rule["id"]) for rule in self.rules)


def parse_question(data: Mapping[str, Any]) -> SimulationQuestion:
    """The validated question, its rules as whole documents that each have an id; or SimulationRefused."""
    errors: dict[str, str] = {}
    rules = data.get("rules") or ()
    documents: list[dict[str, Any]] = []
    for number, rule in enumerate(rules if isinstance(rules, Sequence) else ()):
        try:
            documents.append(complete_rule(rule))
        except RuleRefused as error:
            errors |= {f"rules.{number}.{path}": message for path, message in error.extra["errors"].items()}
    try:
        question = SimulationQuestion.model_validate({**data, "rules": name_new_rules(documents)})
    except ValidationError as error:
        errors |= explain_errors(error.errors())
    if not errors and not (question.rules or question.without):
        errors["rules"] = _("Choose at least one rule to try or to leave out.")
    if not errors and "\\u0000" in question.model_dump_json():
        errors["question"] = _("Take out the character with the number 0: no database stores it.")
    if errors:
        raise SimulationRefused(_("The simulation cannot start yet; correct the marked fields."), errors=errors)
    return question


def complete_rule(rule: Any) -> dict[str, Any]:
    """The document as it is stored: every default filled in."""
    if not isinstance(rule, Mapping):
        raise RuleRefused(_("Send one rule as a JSON object."), errors={"rule": _("Not an object.")})
    return parse_rule(rule).model_dump(mode="json", by_alias=True)


def name_new_rules(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules without an id get one, in their order: of two new rules of the same priority the first written wins."""
    ids = iter(sorted(str(uuid.uuid4()) for document in documents if not document["id"]))
    return [document if document["id"] else {**document, "id": next(ids)} for document in documents]
