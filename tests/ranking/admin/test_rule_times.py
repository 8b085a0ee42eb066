"""The list says until when a rule is in force, or from when, by the clocks it was written for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from ranking.admin.rule_times import describe_times
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_words import document, pin

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def window(start: str | None, end: str | None) -> dict[str, Any]:
    return {"from": start, "until": end, "timezone": "Asia/Shanghai"}


DAY, LATER = window("2026-11-11T00:00", "2026-11-12T00:00"), window("2026-12-12T00:00", "2026-12-13T00:00")
OPEN, PAST = window("2026-11-01T00:00", "2026-11-11T00:00"), window(None, "2026-11-10T20:00")


@pytest.mark.parametrize(
    ("windows", "expires", "said"),
    [
        ([], None, "any time"),
        ([LATER, DAY], None, "from 2026-11-11 00:00 Asia/Shanghai"),
        ([PAST, LATER], None, "from 2026-12-12 00:00 Asia/Shanghai"),
        ([OPEN, LATER], None, "until 2026-11-11 00:00 Asia/Shanghai"),
        ([window("2026-11-01T00:00", None)], None, "in its time window"),
        ([PAST], None, "Its last time window is over."),
        ([], "2026-11-30T08:30:00Z", "until 2026-11-30 08:30"),
        ([OPEN], "2026-11-10T13:00:00Z", "until 2026-11-10 13:00"),
        ([LATER], "2026-11-30T08:30:00Z", "Outside its time windows."),
        ([DAY], "2026-11-10T08:30:00Z", "The rule has expired."),
    ],
)
def test_times_are_said(windows: list[dict[str, Any]], expires: str | None, said: str) -> None:
    rule = parse_rule(document(pin("L1", 1), windows=windows, expires_at=expires))
    assert describe_times(rule, NOON) == said


def test_times_are_said_in_chinese() -> None:
    rule = parse_rule(document(pin("L1", 1), windows=[DAY]))
    with translation.override("zh-hans"):
        assert describe_times(rule, NOON) == "2026-11-11 00:00 Asia/Shanghai 起"
