"""The health board as its template shows it: sections of findings, each with its rules and its doors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ranking.admin.health_doors import Door, list_doors
from ranking.admin.health_words import SECTIONS, STAGES, say
from ranking.errors import RuleRefused
from ranking.health.check import find_running
from ranking.merchandising.schema import parse_rule, to_document
from ranking.models import HealthCheck, HealthFinding, Rule

ROWS = 10
MOST_PAGES = 50
# What only waits for its time is no trouble.
CALM = (HealthFinding.Kind.EXPIRING,)


@dataclass(frozen=True, slots=True)
class Named:
    """A rule as a link."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    title: Named
    sentences: list[str]
    others: list[Named] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    badge: str = ""
    is_changed: bool = False  # the rule was saved since: the next check will tell


@dataclass(frozen=True, slots=True)
class Section:
    kind: str
    title: Promise
    advice: Promise
    count: int
    rows: list[Row]
    next_page: int | None
    is_calm: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running check is, 0 … 100, and what it does."""

    percent: int
    stage: Promise | str
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Board:
    sections: list[Section]
    done: HealthCheck | None
    progress: Progress | None
    swept: tuple[int, int] | None  # rules the last check compared with all others, of how many


def build_board(*, user: Any) -> Board:
    done = HealthCheck.objects.filter(finished_at__isnull=False).order_by("-id").first()
    running = find_running(timezone.now())
    counts = (running or done).counts if (running or done) else {}  # type: ignore[union-attr]
    sections = [build_section(kind, counts.get(kind, 0), user=user) for kind in SECTIONS]
    sweep = done.sweep if done else {}
    swept = (sweep["checked"], sweep["rules"]) if sweep.get("checked", 0) < sweep.get("rules", 0) else None
    return Board(sections, done, read_progress(running), swept)


def read_progress(check: HealthCheck | None) -> Progress | None:
    if check is None:
        return None
    share = 100 * check.stages_done // max(check.stages, 1)
    return Progress(share, STAGES.get(check.stage, _("waiting for a worker")), check.stages_done, check.stages)


def build_section(kind: str, count: int, *, user: Any, page: int = 1) -> Section:
    title, advice = SECTIONS[kind]
    first = (page - 1) * ROWS
    found = list(HealthFinding.objects.filter(kind=kind).order_by("-weight", "id")[first : first + ROWS + 1])
    rows = build_rows(found[:ROWS], user=user)
    more = page + 1 if len(found) > ROWS and page < MOST_PAGES else None
    return Section(kind, title, advice, count, rows, more, kind in CALM)


def build_rows(findings: Sequence[HealthFinding], *, user: Any) -> list[Row]:
    """Without the rules that were deleted or put aside since."""
    ids = {id_ for item in findings for id_ in (item.rule_id, item.other_id) if id_}
    ids |= {UUID(id_) for item in findings for id_ in item.detail.get("winners", ())}
    rules = Rule.objects.in_bulk(ids) if ids else {}
    rows = (build_row(item, rules, user=user) for item in findings)
    return [row for row in rows if row is not None]


def build_row(finding: HealthFinding, rules: dict[UUID, Rule], *, user: Any) -> Row | None:
    sentences = say(finding.kind, finding.detail)
    if finding.rule_id is None:
        badge = {"en": "EN", "zh": "中"}.get(finding.locale, "")
        place = " · ".join(filter(None, (finding.detail.get("market"), finding.detail.get("category"))))
        title = Named(finding.query, preview_url(finding))
        return Row(
            title, [*sentences, *([place] if place else [])], doors=list(list_doors(finding, user=user)), badge=badge
        )
    rule = rules.get(finding.rule_id)
    if rule is None or rule.status != Rule.Status.LIVE:
        return None
    if finding.kind == HealthFinding.Kind.BROKEN:
        sentences = list_errors(rule)
    named = [UUID(id_) for id_ in finding.detail.get("winners", ())]
    if not named and finding.other_id:
        named = [finding.other_id]
    others = [link_rule(rules[id_]) for id_ in named if id_ in rules]
    return Row(link_rule(rule), sentences, others, is_changed=rule.updated_at > finding.found_at)


def link_rule(rule: Rule) -> Named:
    return Named(rule.name, reverse("admin:ranking_rule_change", args=[rule.pk]))


def preview_url(finding: HealthFinding) -> str:
    return f"{reverse('admin:ranking_search_preview')}?{urlencode({'q': finding.query, 'locale': finding.locale})}"


def list_errors(rule: Rule) -> list[str]:
    try:
        parse_rule(to_document(rule))
    except RuleRefused as error:
        return [f"{path}: {message}" for path, message in error.extra["errors"].items()][:ROWS]
    return []
