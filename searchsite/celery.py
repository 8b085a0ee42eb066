"""The Celery application: queues, delivery guarantees and the beat table.

Delivery settings follow what was measured with a killed worker on a Valkey broker: acks late, reject on
worker loss and a short restore interval, else a killed worker's tasks come back only after the visibility timeout.
"""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")

app = Celery("searchsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
