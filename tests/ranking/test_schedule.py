"""Windows are wall-clock times in a named zone; daylight saving moves neither their start nor their end."""

from datetime import UTC, datetime, timedelta

import pytest

from ranking.merchandising.schedule import Window, find_closed_reason


def is_open(window: dict[str, str], moment: str) -> bool:
    bounds = Window.model_validate(window).bounds()
    return find_closed_reason([bounds], float("inf"), datetime.fromisoformat(moment).timestamp()) == ""


PARIS_DAY = {"from": "2026-03-29T00:00", "until": "2026-03-30T00:00", "timezone": "Europe/Paris"}
SINGLES_DAY = {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    ("window", "moment", "expected"),
    [
        pytest.param(SINGLES_DAY, "2026-11-10T15:59:59+00:00", False, id="just-before-midnight-in-shanghai"),
        pytest.param(SINGLES_DAY, "2026-11-10T16:00:00+00:00", True, id="at-midnight-in-shanghai"),
        pytest.param(SINGLES_DAY, "2026-11-11T15:59:59+00:00", True, id="last-second"),
        pytest.param(SINGLES_DAY, "2026-11-11T16:00:00+00:00", False, id="end-is-exclusive"),
        pytest.param(PARIS_DAY, "2026-03-28T23:00:00+00:00", True, id="winter-time-start"),
        pytest.param(PARIS_DAY, "2026-03-29T21:59:59+00:00", True, id="summer-time-end-23-hours-later"),
        pytest.param(PARIS_DAY, "2026-03-29T22:00:00+00:00", False, id="summer-time-over"),
        pytest.param({"from": "2026-01-01T00:00"}, "2030-01-01T00:00:00+00:00", True, id="open-end"),
        pytest.param({"until": "2026-01-01T00:00"}, "2020-01-01T00:00:00+00:00", True, id="open-start"),
    ],
)
def test_a_window_follows_the_clocks_of_its_zone(window, moment, expected):
    assert is_open(window, moment) is expected


def test_an_hour_that_comes_twice_is_wholly_inside():
    window = {"from": "2026-10-25T02:00", "until": "2026-10-25T02:30", "timezone": "Europe/Paris"}
    start, end = Window.model_validate(window).bounds()
    assert datetime.fromtimestamp(start, UTC).isoformat() == "2026-10-25T00:00:00+00:00"
    assert end - start == timedelta(hours=1, minutes=30).total_seconds()


def test_a_start_in_the_skipped_hour_is_the_moment_after_the_jump():
    window = Window.model_validate({"from": "2026-03-29T02:30", "timezone": "Europe/Paris"})
    assert datetime.fromtimestamp(window.bounds()[0], UTC).isoformat() == "2026-03-29T01:30:00+00:00"


def test_of_several_windows_one_is_enough_and_expiry_ends_all():
    windows = [(0.0, 10.0), (20.0, 30.0)]
    assert find_closed_reason(windows, float("inf"), 25.0) == ""
    assert "Outside" in find_closed_reason(windows, float("inf"), 15.0)
    assert "over" in find_closed_reason(windows, float("inf"), 35.0)
    assert "expired" in find_closed_reason(windows, 22.0, 25.0)
    assert find_closed_reason([], float("inf"), 25.0) == ""
