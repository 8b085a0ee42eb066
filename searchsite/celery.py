"""The Celery application: queues, delivery guarantees and the beat table.

Delivery settings follow what was measured with a killed worker on a Valkey broker: acks late, reject on
worker loss and a short restore interval, else a killed worker's tasks come back only after the visibility timeout.
"""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")

app = Celery("searchsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@signals.setup_logging.connect
def configure_worker_logs(**_: Any) -> None:
    """Workers log as the web does: one JSON object a line, the request's id in it."""
    logging.config.dictConfig(settings.LOGGING)
