"""Top queries over some days, and forgetting."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from ranking.models import QueryDay, RuleDay
from ranking.query_log.store import QueryCount, add_queries, list_top_queries, list_top_zero_queries
from ranking.tasks import prune_query_log

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 11)


def count(query: str, searches: int, *, zero: int = 0, total: int = 9, days_ago: int = 0) -> QueryCount:
    return QueryCount(query, "en", "", "", searches, zero, 0, total, TODAY - timedelta(days=days_ago))


def test_top_queries_sum_their_days() -> None:
    add_queries(
        [count("lamp", 3), count("lamp", 4, days_ago=1, total=5), count("手机", 5), count("old", 99, days_ago=9)]
    )
    top = list_top_queries(TODAY - timedelta(days=3), limit=5)
    assert [(row.query, row.searches, row.last_total) for row in top] == [("lamp", 7, 9), ("手机", 5, 9)]


def test_top_zero_queries_leave_browsing_and_found_ones_out() -> None:
    add_queries([count("lamp", 50), count("", 80, zero=80), count("lmap", 4, zero=4), count("电饭煲", 9, zero=6)])
    assert [row.query for row in list_top_zero_queries(TODAY, limit=5)] == ["电饭煲", "lmap"]


def test_old_days_are_forgotten() -> None:
    today = timezone.localdate()
    for days in (0, 30, 31):
        day = today - timedelta(days=days)
        QueryDay.objects.create(day=day, query="lamp")
        RuleDay.objects.create(day=day, rule_id=uuid4(), last_at=timezone.now())
    with override_settings(QUERY_LOG_DAYS=30):
        assert prune_query_log() == 2
    assert QueryDay.objects.count() == RuleDay.objects.count() == 2


def test_the_widest_row_fits_the_unique_index() -> None:
    from ranking.query_log.masking import fit, mask_query  # noqa: PLC0415

    wide = "".join(chr(0x20000 + number * 7) for number in range(500))
    add_queries([QueryCount(mask_query(wide), "zh", fit("market", wide), fit("category", wide), 1, day=TODAY)])
    assert QueryDay.objects.count() == 1


def test_top_zero_queries_read_their_own_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT query FROM ranking_queryday WHERE day >= %s AND zero_results > 0", [TODAY])
        assert "query_day_zero" in "\n".join(row[0] for row in cursor.fetchall())
