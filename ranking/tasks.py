"""Ranking's background jobs: fetch, call, return counts."""

from celery import shared_task

from ranking.retrieval.suggest_refresh import rebuild_suggestions, suggestions_are_due


@shared_task
def refresh_suggestions(*, force: bool = False) -> int:
    """Phrases written, 0 when nothing changed; beat asks every five minutes and the check costs two rows."""
    return rebuild_suggestions() if force or suggestions_are_due() else 0
