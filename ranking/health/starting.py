"""Starts the check when somebody asks for it; one runs at a time, and a missing broker leaves nothing behind."""

from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from catalog.errors import BrokerUnavailable
from ranking.health.check import begin_check
from ranking.models import HealthCheck
from ranking.tasks import check_health


def start_check() -> HealthCheck | None:
    """The check that a worker will run once the caller commits; None while one is running."""
    check = begin_check()
    if check is not None:
        transaction.on_commit(lambda: _send(check))
    return check


def _send(check: HealthCheck) -> None:
    try:
        check_health.apply_async(args=(check.pk,), retry_policy={"max_retries": 1, "interval_start": 0.1})
    except BrokerError as error:
        check.delete()
        raise BrokerUnavailable(
            _("The job queue cannot be reached, so nothing was started. Try it again soon.")
        ) from error
