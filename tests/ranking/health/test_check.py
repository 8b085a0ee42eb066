"""The whole check, by a real worker: findings by kind, progress on the way, never two at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ranking.health.check import CHECKS_KEPT, begin_check, run_check
from ranking.models import HealthCheck, HealthFinding, QueryDay
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from ranking.tasks import check_health
from tests.ranking.rule_shop import build_shop, save_rule
from tests.ranking.rule_words import on_query, pin


def fill() -> None:
    build_shop()
    rebuild_suggestions()
    save_rule(pin("L1", 1), when=[on_query("lamp")], name="strong", priority=1)
    save_rule(pin("GONE", 1), when=[on_query("lamp")], name="weak", priority=2)
    save_rule(pin("L2", 1), name="over", expires_at=(timezone.now() - timedelta(days=1)).isoformat())
    today = timezone.localdate()
    QueryDay.objects.create(day=today, query="purple lamp", locale="en", searches=9, zero_results=8)
    QueryDay.objects.create(day=today, query="lamp", locale="en", searches=90, zero_results=7)
    QueryDay.objects.create(day=today, query="紫色灯具", locale="zh", searches=5, zero_results=5)
    QueryDay.objects.create(day=today, query="*", locale="en", searches=5, zero_results=5)


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_the_check_that_was_begun(celery_worker: Any) -> None:
    fill()
    check = begin_check()
    assert check is not None
    assert begin_check() is None, "one at a time"
    check_health.delay(check.pk)
    celery_worker.wait_until(lambda: HealthCheck.objects.get(pk=check.pk).finished_at is not None, seconds=60)
    done = HealthCheck.objects.get(pk=check.pk)
    assert done.stages_done == done.stages
    assert done.counts["expired"] == 1
    assert done.counts["dead_pin"] == 1
    assert done.counts["conflict"] >= 1
    queries = HealthFinding.objects.filter(kind="zero_results").order_by("-weight").values_list("query", flat=True)
    assert list(queries) == ["purple lamp", "紫色灯具"], "what is found by now, and what is masked, is left out"


@pytest.mark.django_db
def test_a_second_run_replaces_what_the_first_found() -> None:
    fill()
    first = run_check()
    second = run_check()
    assert first == second
    assert HealthFinding.objects.filter(kind="zero_results").count() == 2


@pytest.mark.django_db
def test_nothing_runs_twice_and_a_lost_check_gives_way() -> None:
    check = begin_check()
    assert check is not None
    assert run_check(check.pk) != {}
    assert run_check(check.pk) == {}, "a task that is delivered again does nothing"
    HealthCheck.objects.create(started_at=timezone.now() - timedelta(hours=2))
    assert begin_check() is not None


@pytest.mark.django_db
def test_old_checks_are_forgotten() -> None:
    for days in range(CHECKS_KEPT + 5):
        HealthCheck.objects.create(started_at=timezone.now() - timedelta(days=40 - days), finished_at=timezone.now())
    run_check()
    assert HealthCheck.objects.count() == CHECKS_KEPT


@pytest.mark.django_db
def test_an_empty_shop_has_nothing_to_find() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert set(run_check().values()) == {0}
    assert len(queries) < 80
