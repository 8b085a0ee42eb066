"""What a reviewer has to see: the rule's sentence, what would change, what it collides with, what is missing."""

from dataclasses import dataclass
from typing import Any

from ranking.errors import RuleRefused
from ranking.governance.contents import content_of_rule
from ranking.governance.differences import Difference, find_differences
from ranking.governance.policies import read_policies
from ranking.governance.standing import Standing
from ranking.governance.workflow import check_goes_live
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.references import find_unknown
from ranking.merchandising.schema import RuleDocument, parse_rule
from ranking.models import Rule, RuleChange
from ranking.rule_conflicts import check_conflicts


@dataclass(frozen=True, slots=True)
class Review:
    """`before` is the version shoppers get now (empty: none). `refusals` are what keeps it from going live."""

    summary: str
    before: str
    differences: tuple[Difference, ...]
    conflicts: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]


def read_review(rule: Rule, standing: Standing) -> Review:
    wanted = dict(standing.change.document) if standing.change else content_of_rule(rule)
    served = _served_content(rule)
    is_deletion = standing.change is not None and standing.change.kind == RuleChange.Kind.DELETE
    differences = find_differences(served, None if is_deletion else wanted)
    try:
        document = parse_rule({**wanted, "id": str(rule.pk), "status": "live"})
    except RuleRefused as error:
        return Review("", "", tuple(differences), (), (), tuple(error.extra["errors"].values()))
    return Review(
        summary=describe_rule(document),
        before=_summarise(served),
        differences=tuple(differences),
        conflicts=() if is_deletion else tuple(check_conflicts(document)),
        warnings=tuple(dict.fromkeys(find_unknown(document).values())),
        refusals=() if is_deletion else _find_refusals(document),
    )


def _served_content(rule: Rule) -> dict[str, Any] | None:
    """What is live now or, of a paused rule and one that waits to come back, what was live last."""
    if rule.status == Rule.Status.LIVE.value:
        return content_of_rule(rule)
    last = Rule.history.filter(id=rule.pk, status=Rule.Status.LIVE).order_by("-history_id").first()
    return content_of_rule(last) if last else None


def _summarise(content: dict[str, Any] | None) -> str:
    try:
        return describe_rule(parse_rule(content)) if content else ""
    except RuleRefused:
        return ""


def _find_refusals(document: RuleDocument) -> tuple[str, ...]:
    try:
        check_goes_live(document, read_policies())
    except RuleRefused as error:
        return tuple(error.extra["errors"].values())
    return ()
