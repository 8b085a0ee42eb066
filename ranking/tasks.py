"""Ranking's background jobs: fetch, call, return counts."""

from dataclasses import asdict

from celery import shared_task

from ranking.language.catalog_mining import mine_catalog
from ranking.language.concepts import current_concepts
from ranking.registry import live_state
from ranking.retrieval.suggest_refresh import rebuild_suggestions, suggestions_are_due
from ranking.synonym_store import store_suggestions


@shared_task
def refresh_suggestions(*, force: bool = False) -> int:
    """Phrases written, 0 when nothing changed; beat asks every five minutes and the check costs two rows."""
    return rebuild_suggestions() if force or suggestions_are_due() else 0


@shared_task
def mine_synonyms() -> dict[str, int]:
    """New suggestions for a merchandiser to accept; nothing takes effect by itself."""
    concepts = current_concepts(live_state().snapshot.vocabulary)
    return asdict(store_suggestions(mine_catalog(concepts=concepts)))
