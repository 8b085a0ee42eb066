"""Ranking's background jobs: fetch, call, return counts."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from catalog import enrichment
from catalog.errors import EncoderUnavailable, ShopError
from ranking.health.check import run_check
from ranking.language.catalog_mining import mine_catalog
from ranking.language.concept_keys import read_concept_keys
from ranking.language.concepts import current_concepts
from ranking.query_log.store import prune
from ranking.registry import live_state
from ranking.retrieval.suggest_refresh import rebuild_suggestions, suggestions_are_due
from ranking.retrieval.value_vectors import embed_values
from ranking.rule_simulation import run_slice
from ranking.simulation_store import fail, forget_old, take_stalled
from ranking.synonym_store import store_suggestions

logger = structlog.get_logger(__name__)
# Less than the beat's interval, so that products waiting to be embedded come in between.
VALUE_SECONDS = 20


@shared_task
def refresh_suggestions(*, force: bool = False) -> int:
    """Phrases written, 0 when nothing changed; beat asks every five minutes and the check costs two rows."""
    return rebuild_suggestions() if force or suggestions_are_due() else 0


@shared_task
def mine_synonyms() -> dict[str, int]:
    """New suggestions for a merchandiser to accept; nothing takes effect by itself."""
    concepts = current_concepts(live_state().snapshot.vocabulary)
    return asdict(store_suggestions(mine_catalog(concepts=concepts)))


@shared_task
def prune_query_log() -> int:
    """Rows forgotten, older than QUERY_LOG_DAYS."""
    return prune(timezone.localdate() - timedelta(days=settings.QUERY_LOG_DAYS))


@shared_task
def check_health(check_id: int | None = None) -> dict[str, int]:
    """Findings by kind; nothing while another check runs."""
    return run_check(check_id)


@shared_task
def refresh_schemas() -> dict[str, int]:
    """Which attributes matter in each category, and pairs that may mean the same, for a merchandiser to decide."""
    rows = enrichment.refresh_schemas()
    return {"rows": rows, "suggestions": enrichment.suggest_merges(read_concept_keys())}


@shared_task
def embed_attribute_values() -> int:
    """Vectors for attribute values that have none, for a bounded time; how many were made."""
    live = live_state()
    if live.generation is None:
        return 0
    try:
        return embed_values(live.snapshot, live.generation, seconds=VALUE_SECONDS)
    except EncoderUnavailable as error:
        logger.warning("attribute_values_not_embedded", reason=error.message)
        return 0


class SimulationTask(Task):
    """Waits out a database that is down; a simulation that fails for good says so in its record."""

    autoretry_for = (OperationalError, InterfaceError)
    max_retries = 20
    retry_backoff = 5
    retry_backoff_max = 300
    throws = (ShopError,)

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        fail(args[0] if args else kwargs["simulation_id"], exc)


@shared_task(base=SimulationTask)
def run_simulation(simulation_id: str) -> int:
    """One slice; the next one waits its turn behind the other jobs."""
    done, more = run_slice(simulation_id)
    if more:
        run_simulation.delay(simulation_id)
    return done


@shared_task
def tend_simulations() -> dict[str, int]:
    """Those whose worker was lost go on; old ones are forgotten."""
    stalled = take_stalled()
    for simulation_id in stalled:
        run_simulation.delay(simulation_id)
    return {"resumed": len(stalled), "forgotten": forget_old()}
