"""Hands simulations to the workers: what every door calls."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from catalog.errors import BrokerUnavailable
from ranking.models import Simulation
from ranking.simulation_store import ask
from ranking.tasks import run_simulation


def start_simulation(
    data: Mapping[str, Any], *, rule_ids: Sequence[str] = (), name: str = "", user: Any = None
) -> Simulation:
    """Asked, and handed over once the caller's transaction commits."""
    with transaction.atomic():
        simulation, _question = ask(data, rule_ids=rule_ids, name=name, user=user)
        transaction.on_commit(lambda: _send(simulation))
    return simulation


def _send(simulation: Simulation) -> None:
    """Without a broker there is nothing to wait for: the row goes, and whoever asked is told."""
    try:
        run_simulation.apply_async(args=(str(simulation.pk),), retry_policy={"max_retries": 1, "interval_start": 0.1})
    except BrokerError as error:
        simulation.delete()
        raise BrokerUnavailable(
            _("The job queue cannot be reached, so nothing was started. Try it again soon.")
        ) from error
