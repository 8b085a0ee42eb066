"""The record of simulations: asked, watched, cancelled, taken up again when a worker was lost, forgotten in time."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.errors import NotFound, ShopError
from catalog.locks import is_locked
from ranking.errors import SimulationRefused
from ranking.merchandising.references import find_known
from ranking.merchandising.schema import to_document
from ranking.merchandising.whatif_question import SimulationQuestion, parse_question
from ranking.models import Rule, Simulation

log = structlog.get_logger(__name__)
BUSY = (Simulation.Status.QUEUED, Simulation.Status.RUNNING)
# A worker that has a simulation shows signs of life every second or two, but may be waited for behind other jobs.
STALLED_AFTER = timedelta(minutes=3)
NAMES_SHOWN = 3


def ask(
    data: Mapping[str, Any], *, rule_ids: Sequence[str] = (), name: str = "", user: Any = None
) -> tuple[Simulation, SimulationQuestion]:
    """Not yet handed to a worker (simulation_queueing does). `rule_ids` are stored rules, tried as they are stored."""
    stored = [to_document(rule) for rule in find_rules(rule_ids)]
    question = parse_question({**data, "rules": [*(data.get("rules") or ()), *stored]})
    _check_categories(list(question.conversion_by_category))
    simulation = Simulation.objects.create(
        name=(name.strip() or name_question(question))[:200],
        asked_by=user,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        question=question.model_dump(mode="json"),
    )
    return simulation, question


def _check_categories(keys: list[str]) -> None:
    """A rate of a category that does not exist would be of no product, and nobody would notice."""
    known = find_known("category", keys)
    told = _("No category has this key; correct it, or take it out.")
    errors = {f"conversion_by_category.{key}": told for key in keys if key not in known}
    if errors:
        raise SimulationRefused(_("The simulation cannot start yet; correct the marked fields."), errors=errors)


def find_rules(rule_ids: Sequence[str]) -> list[Rule]:
    """In the order of the ids; refused when one does not exist."""
    try:
        wanted = [UUID(str(rule_id)) for rule_id in dict.fromkeys(rule_ids)]
    except ValueError as error:
        raise _refuse_unknown() from error
    found = Rule.objects.in_bulk(wanted)
    if len(found) < len(wanted):
        raise _refuse_unknown()
    return [found[rule_id] for rule_id in wanted]


def _refuse_unknown() -> SimulationRefused:
    message = _("There is no such rule; it may have been deleted.")
    return SimulationRefused(message, errors={"rule_ids": message})


def name_question(question: SimulationQuestion) -> str:
    names = [str(rule["name"]) for rule in question.rules]
    if not names:
        return _("Without rules") if question.without == ("all",) else _("Without some rules")
    told = ", ".join(names[:NAMES_SHOWN])
    return f"{told}, …" if len(names) > NAMES_SHOWN else told


def find_simulation(simulation_id: UUID | str) -> Simulation:
    try:
        return Simulation.objects.select_related("asked_by").get(pk=simulation_id)
    except (Simulation.DoesNotExist, ValidationError, ValueError) as error:
        raise NotFound(_("There is no such simulation; it may have been deleted.")) from error


def read_question(simulation: Simulation) -> SimulationQuestion:
    return SimulationQuestion.model_validate(simulation.question)


def lock_name(simulation_id: UUID | str) -> str:
    return f"simulation {simulation_id}"


def cancel(simulation: Simulation) -> bool:
    """A worker notices within a second or two. What was found so far stays."""
    now = timezone.now()
    changed = Simulation.objects.filter(pk=simulation.pk, status__in=BUSY).update(
        status=Simulation.Status.CANCELLED, finished_at=now
    )
    simulation.refresh_from_db()
    return bool(changed)


def fail(simulation_id: str, error: BaseException) -> None:
    told = error.message if isinstance(error, ShopError) else ""
    if not told:
        log.error("simulation_failed", simulation=simulation_id, reason=repr(error))
        told = _("The simulation stopped because of a fault on our side; the log has its details. Start it again.")
    Simulation.objects.filter(pk=simulation_id, status__in=BUSY).update(
        status=Simulation.Status.FAILED, finished_at=timezone.now(), messages=[str(told)]
    )


def is_stalled(simulation: Simulation) -> bool:
    """Whether no worker has it: the worker or the message that would have brought it were lost."""
    silent = timezone.now() - simulation.beat_at >= STALLED_AFTER
    return simulation.status in BUSY and silent and not is_locked(lock_name(simulation.pk))


def take_stalled() -> list[str]:
    """Ids of simulations to hand to a worker again; their clock starts anew, so that each is handed over once."""
    before = timezone.now() - STALLED_AFTER
    found = [row for row in Simulation.objects.filter(status__in=BUSY, beat_at__lte=before) if is_stalled(row)]
    Simulation.objects.filter(pk__in=[row.pk for row in found]).update(beat_at=timezone.now())
    return [str(row.pk) for row in found]


def forget_old() -> int:
    """Simulations past their time; how many."""
    before = timezone.now() - timedelta(days=settings.SIMULATION_KEEP_DAYS)
    rows = Simulation.objects.filter(created_at__lt=before).exclude(status__in=BUSY)
    return rows.delete()[1].get("ranking.Simulation", 0)
