"""The project: settings, URLs, Celery, health and supervision of the embedded services."""

from searchsite.celery import app as celery_app

__all__ = ["celery_app"]
