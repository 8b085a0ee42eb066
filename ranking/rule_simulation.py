"""A simulation at work: each query searched twice by the search that shoppers get, before and after the rules tried.

Work is done in slices, so that no job keeps a worker from the others for long, and is written down batch by batch:
whoever takes a simulation up goes on where the last one stopped.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.errors import ShopError
from catalog.locks import hold_lock
from ranking.contracts import Page, SearchRequest
from ranking.judgement_store import read_judgements
from ranking.merchandising.book import compile_drafts
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.match import ALL_RULES
from ranking.merchandising.whatif import compare_pages
from ranking.merchandising.whatif_judged import judge_pages
from ranking.merchandising.whatif_question import SimulationQuestion
from ranking.merchandising.whatif_revenue import RevenueModel, estimate_pages
from ranking.merchandising.whatif_rules import trace_rules
from ranking.merchandising.whatif_totals import Totals
from ranking.models import Rule, SimulatedQuery, Simulation
from ranking.pipeline import search
from ranking.registry import read_versions
from ranking.simulation_plan import plan_queries
from ranking.simulation_store import lock_name, read_question

SLICE_SECONDS = 20.0
BATCH = 20
ROWS_AT_ONCE = 500
# What must not change between the first query and the last, or they were not asked of the same shop.
WATCHED = ("index", "rules", "config", "embedding", "vocabulary", "synonyms")


@dataclass(frozen=True, slots=True)
class _Run:
    """`replaces`: some tried rule stands in for a live one of the same id."""

    simulation: Simulation
    question: SimulationQuestion
    tried: Mapping[str, CompiledRule]
    money: RevenueModel
    replaces: bool


def run_slice(simulation_id: str, *, seconds: float = SLICE_SECONDS) -> tuple[int, bool]:
    """Queries asked now, and whether there are more. Nothing while another worker has it, or when it is over."""
    with hold_lock(lock_name(simulation_id)) as held:
        if not held:
            return 0, False
        simulation = _begin(simulation_id)
        if simulation is None:
            _close_cancelled(simulation_id)
            return 0, False
        with translation.override(simulation.language):
            return _work(_prepare(simulation), seconds=seconds)


def _begin(simulation_id: str) -> Simulation | None:
    """The row, running; the queries are chosen the first time."""
    now = timezone.now()
    queued = Simulation.objects.filter(pk=simulation_id, status=Simulation.Status.QUEUED)
    simulation = queued.first()
    if simulation is not None:
        with transaction.atomic():
            total = plan_queries(simulation, read_question(simulation))
            queued.update(
                status=Simulation.Status.RUNNING, total=total, done=0, started_at=now, beat_at=now,
                versions=read_versions(),
            )  # fmt: skip
    return Simulation.objects.filter(pk=simulation_id, status=Simulation.Status.RUNNING).first()


def _prepare(simulation: Simulation) -> _Run:
    question = read_question(simulation)
    tried = {rule.id: rule for rule in compile_drafts(question.rules)}
    conversion = settings.SIMULATION_CONVERSION if question.conversion is None else question.conversion
    money = RevenueModel(tuple(settings.SIMULATION_EXAMINATION), conversion, question.conversion_by_category)
    live = Rule.objects.filter(pk__in=question.tried_ids, status=Rule.Status.LIVE)
    return _Run(simulation, question, tried, money, question.baseline == "live" and live.exists())


def _work(run: _Run, *, seconds: float) -> tuple[int, bool]:
    started, done = time.monotonic(), 0
    while True:
        began = time.monotonic()
        first = run.simulation.done + done
        batch = list(
            SimulatedQuery.objects.filter(simulation=run.simulation, place__gte=first).order_by("place")[:BATCH]
        )
        if not batch:
            break
        ask_batch(run, batch)
        if not _save(run.simulation, batch, seconds=time.monotonic() - began):
            _close_cancelled(str(run.simulation.pk))
            return done, False
        done += len(batch)
        spent = time.monotonic() - started
        if run.simulation.seconds + spent >= settings.SIMULATION_MAX_SECONDS:
            break
        if spent >= seconds:
            return done, True
    _finish(run)
    return done, False


def ask_batch(run: _Run, batch: Sequence[SimulatedQuery]) -> None:
    judged = read_judgements([(asked.query, asked.locale) for asked in batch])
    for asked in batch:
        asked.row = ask_query(run, asked, judged.get((asked.query, asked.locale), {}))
        asked.impact = asked.searches * asked.row["size"]
        asked.zero = asked.row.get("zero", "")


def ask_query(run: _Run, asked: SimulatedQuery, judgements: Mapping[str, int]) -> dict[str, Any]:
    """The row as it is stored; a query that search refuses says why and stops nothing."""
    try:
        before, after = search_both(run, asked)
    except ShopError as error:
        return {"error": str(error.message), "size": 0.0}
    change = compare_pages(before, after)
    first, second = ([sku for _id, sku in side] for side in (change.before, change.after))
    return {
        **asdict(change),
        **asdict(trace_rules(before, after, run.tried)),
        "size": round(change.size, 6),
        "revenue": estimate_pages(run.money, before, after),
        "judged": judge_pages(first, second, judgements) if judgements else None,
    }


def search_both(run: _Run, asked: SimulatedQuery) -> tuple[Page, Page]:
    """The page before and the page after. Where no rule in question holds they are one page, and it is searched once:
    a rule that does not hold has no effect. That halves the work of most queries.
    """
    question = run.question
    first, second = make_requests(question, asked, tuple(run.tried.values()))
    if not run.tried:
        before = search(first)
        return before, search(second) if _any_holds(before, question.without) else before
    after = search(second)
    same = not (run.replaces or question.without or _any_holds(after, run.tried))
    return after if same else search(first), after


def _any_holds(page: Page, rule_ids: Iterable[str]) -> bool:
    holding = {outcome.rule_id for outcome in page.outcomes if outcome.status in ("matched", "beaten")}
    return bool(holding) if ALL_RULES in rule_ids else not holding.isdisjoint(rule_ids)


def make_requests(
    question: SimulationQuestion, asked: SimulatedQuery, drafts: Sequence[Any]
) -> tuple[SearchRequest, SearchRequest]:
    """The same search before and after; only the rules differ. No shopper is named, so nobody is held out."""

    def make(*, drafts: tuple[Any, ...], without: tuple[str, ...]) -> SearchRequest:
        return SearchRequest(
            query=asked.query,
            page_size=question.depth,
            locale=asked.locale,
            market=asked.market,
            category=asked.category,
            device=question.device,
            segments=question.segments,
            now=question.now,
            draft_rules=drafts,
            without_rules=without,
        )

    left_out = question.tried_ids if question.baseline == "without" else ()
    return make(drafts=(), without=left_out), make(drafts=tuple(drafts), without=question.without)


def _save(simulation: Simulation, batch: Sequence[SimulatedQuery], *, seconds: float) -> bool:
    """Whether the simulation still runs: somebody may have cancelled it."""
    running = Simulation.objects.filter(pk=simulation.pk, status=Simulation.Status.RUNNING)
    with transaction.atomic():
        SimulatedQuery.objects.bulk_update(batch, ["row", "impact", "zero"])
        return bool(running.update(done=F("done") + len(batch), seconds=F("seconds") + seconds, beat_at=timezone.now()))


def _finish(run: _Run) -> None:
    """The answer over all rows; also of a run that ran out of time."""
    simulation = run.simulation
    simulation.refresh_from_db()
    messages = list(_tell_limits(simulation))
    Simulation.objects.filter(pk=simulation.pk, status=Simulation.Status.RUNNING).update(
        status=Simulation.Status.DONE, finished_at=timezone.now(), result=sum_up(run), messages=messages
    )


def _close_cancelled(simulation_id: str) -> None:
    """The figures of what was found before somebody cancelled it."""
    cancelled = Simulation.objects.filter(pk=simulation_id, status=Simulation.Status.CANCELLED, result={}, done__gt=0)
    simulation = cancelled.first()
    if simulation is not None:
        cancelled.update(result=sum_up(_prepare(simulation)))


def sum_up(run: _Run) -> dict[str, Any]:
    totals = Totals(run.tried)
    rows = SimulatedQuery.objects.filter(simulation=run.simulation, row__isnull=False).order_by("-impact", "place")
    for asked in rows.iterator(chunk_size=ROWS_AT_ONCE):
        totals.add(asked.row or {}, query=asked.query or asked.category, searches=asked.searches)
    return totals.finish(run.money)


def _tell_limits(simulation: Simulation) -> list[str]:
    told = []
    if not simulation.total:
        told.append(
            _("The query log has no searches of that time and place. Choose more days, or write queries yourself.")
        )
    if simulation.done < simulation.total:
        minutes = round(settings.SIMULATION_MAX_SECONDS / 60)
        words = ngettext(
            "Stopped after %(minutes)d minute: the figures are of the first %(done)d of %(total)d queries.",
            "Stopped after %(minutes)d minutes: the figures are of the first %(done)d of %(total)d queries.",
            minutes,
        )
        told.append(words % {"minutes": minutes, "done": simulation.done, "total": simulation.total})
    versions = read_versions()
    if any(simulation.versions.get(name) != versions.get(name) for name in WATCHED):
        told.append(_("Products or rules changed while it ran, so not all queries were asked of the same shop."))
    return told
