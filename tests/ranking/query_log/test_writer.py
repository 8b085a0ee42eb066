"""Counts reach the table once, from many threads, after a failure too, and before the process ends."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import date
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from ranking.models import QueryDay, RuleDay
from ranking.query_log import sums
from ranking.query_log.sums import QuerySum
from ranking.query_log.writer import write_counts
from searchsite.supervision.network import free_port
from tests.celery_worker import database_url
from tests.ranking.rule_shop import build_shop

DAY = date(2026, 11, 11)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    sums.take()


def place(query: str) -> sums.Place:
    return (DAY, query, "en", "", "")


@pytest.mark.django_db(transaction=True)
def test_threads_that_write_at_once_lose_nothing() -> None:
    """Same rows, other order: one statement each, in one order, so that they do not wait for each other in a circle."""
    rule = str(uuid4())

    def work(turn: int) -> None:
        words = [f"word {number}" for number in range(50)]
        for query in words if turn % 2 else reversed(words):
            sums.add(place(query), QuerySum(1, 1, 0, turn), {rule: "matched"}, now=timezone.now())
        write_counts()
        connection.close()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    write_counts()
    assert QueryDay.objects.count() == 50
    assert set(QueryDay.objects.values_list("searches", "zero_results")) == {(8, 8)}
    assert RuleDay.objects.get().matched == 400


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_waits() -> None:
    sums.add(place("lamp"), QuerySum(1, 0, 0, 6), {}, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ranking_queryday RENAME TO elsewhere")
    try:
        assert write_counts() == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO ranking_queryday")
    sums.add(place("lamp"), QuerySum(1, 0, 0, 5), {}, now=timezone.now())
    write_counts()
    assert list(QueryDay.objects.values_list("query", "searches", "last_total")) == [("lamp", 2, 5)]


def test_a_flood_of_different_queries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "MOST_HELD", 3)
    for number in range(5):
        sums.add(place(f"word {number}"), QuerySum(1), {}, now=timezone.now())
    sums.add(place("word 0"), QuerySum(1), {}, now=timezone.now())
    taken = sums.take()
    assert (len(taken.queries), taken.left_out) == (3, 2)
    assert taken.queries[place("word 0")].searches == 2


_PROCESS = """
import os, sys, time
import django
django.setup()
from datetime import datetime, timezone
from ranking.query_log import sums
from ranking.query_log.sums import QuerySum
from ranking.query_log.writer import keep_writing
now = datetime(2026, 11, 11, tzinfo=timezone.utc)
keep_writing(sums.add((now.date(), "耳机", "zh", "", ""), QuerySum(1), {}, now=now))
time.sleep(float(sys.argv[1]))
if sys.argv[2] == "killed":
    os._exit(9)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seconds", "wait", "end"), [("600", "0", "ended"), ("0.2", "3", "killed")], ids=["at its end", "every interval"]
)
def test_a_process_writes_by_itself(seconds: str, wait: str, end: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url(), "QUERY_LOG_SECONDS": seconds}
    subprocess.run([sys.executable, "-c", _PROCESS, wait, end], env=environment, check=False, timeout=60)
    assert QueryDay.objects.get().query == "耳机"


@pytest.mark.django_db(transaction=True)
def test_a_web_worker_that_is_stopped_writes_first() -> None:
    build_shop()
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    environment = {**os.environ, "DATABASE_URL": database_url(), "QUERY_LOG_SECONDS": "600", "SEARCH_API_PUBLIC": "1"}
    server = subprocess.Popen([*command, "searchsite.wsgi:application"], cwd=settings.BASE_DIR, env=environment)
    try:
        ask_until_it_answers(f"http://127.0.0.1:{port}/api/v1/search?q=lamp")
        assert not QueryDay.objects.exists()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    assert QueryDay.objects.get().query == "lamp"


def ask_until_it_answers(address: str, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
