"""One request id, from the answer's header to the task's log line in another process."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django_structlog.middlewares import RequestMiddleware

from searchsite.celery import app
from searchsite.request_ids import HEADER, RequestIdMiddleware

KNOWN = "order-desk-4711"


def send_task_in_a_request(**headers):
    """A request whose view enqueues: what doors do on commit."""

    def view(request):
        app.send_task(TASK)
        return HttpResponse()

    stack = RequestIdMiddleware(RequestMiddleware(view))
    return stack(RequestFactory().get("/", **headers))


TASK = "celery.backend_cleanup"


@pytest.fixture
def behind_proxy(settings):
    settings.BEHIND_PROXY = True


def lines_with(text, request_id):
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            if entry.get("request_id") == request_id:
                found.append(entry)
    return found


def test_the_id_of_a_request_is_in_the_log_lines_of_the_task_it_enqueued(celery_worker, behind_proxy):
    response = send_task_in_a_request(headers={HEADER: KNOWN})
    assert response[HEADER] == KNOWN
    celery_worker.wait_until(lambda: lines_with(celery_worker.log_text(), KNOWN))
    events = {entry["event"] for entry in lines_with(celery_worker.log_text(), KNOWN)}
    assert "task_started" in events


@pytest.mark.parametrize(
    "sent",
    ["", "short", "x" * 65, "a b c d e f g h", "line\nbreak-in", "编号编号编号编号"],
    ids=["none", "too short", "too long", "spaces", "line break", "not ascii"],
)
def test_an_id_that_could_forge_a_log_line_is_replaced(sent, behind_proxy):
    seen = {}

    def view(request):
        seen["id"] = request.headers[HEADER]
        return HttpResponse()

    response = RequestIdMiddleware(view)(RequestFactory().get("/", HTTP_X_REQUEST_ID=sent))
    assert response[HEADER] == seen["id"] != sent
    assert len(seen["id"]) == 36


def test_every_answer_carries_the_header(client, settings):
    assert len(client.get("/healthz")[HEADER]) == 36
    assert client.get("/healthz", headers={HEADER: KNOWN})[HEADER] != KNOWN, "a stranger's id is not taken"
    settings.BEHIND_PROXY = True
    assert client.get("/healthz", headers={HEADER: KNOWN})[HEADER] == KNOWN, "the proxy's is"


def test_a_traceback_is_one_json_line(capfd):
    """A log collector reads lines: a traceback must not become thirty of them."""
    import logging.config

    from django.conf import settings

    shape = settings.LOGGING["formatters"]["json"]
    formatter = logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(shape))
    try:
        raise ValueError("价格 missing")
    except ValueError:
        import sys

        record = logging.getLogger("django.request").makeRecord(
            "django.request", logging.ERROR, __file__, 1, "failed", None, sys.exc_info()
        )
    line = formatter.format(record)
    assert "\n" not in line
    assert "ValueError: 价格 missing" in json.loads(line)["exception"]
