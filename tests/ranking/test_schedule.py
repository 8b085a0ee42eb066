"""Windows are wall-clock times in a named zone; daylight saving moves neither their start nor their end."""

from datetime import UTC, datetime, timedelta

import pytest

from ranking.merchandising.schedule import Window, find_closed_reason


def is_open(window: dict[str, str], moment: str) -> bool:
    bounds = Window.model_validate(window).bounds()
    return find_closed_reason([bounds], float("inf"), datetime.fromisoformat(moment).timestamp()) == ""


NEW_YORK = "America/New_York"
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


def test_a_window_from_the_skipped_hour_to_right_behind_it_is_as_long_as_written():
    window = Window.model_validate({"from": "2026-03-08T02:30", "until": "2026-03-08T03:15", "timezone": NEW_YORK})
    start, end = window.bounds()
    assert end - start == timedelta(minutes=45).total_seconds()
    assert is_open(window.model_dump(mode="json", by_alias=True), "2026-03-08T07:45:00+00:00")


@pytest.mark.parametrize(
    "window",
    [
        pytest.param({"from": "9999-12-31T23:30", "timezone": NEW_YORK}, id="from-the-last-evening"),
        pytest.param({"until": "9999-12-31T23:59:59", "timezone": NEW_YORK}, id="until-the-last-second"),
        pytest.param({"from": "0001-01-01T00:00", "timezone": "Asia/Shanghai"}, id="from-the-first-morning"),
    ],
)
def test_a_window_at_the_end_of_the_calendar_has_moments_that_can_be_told(window):
    for bound in Window.model_validate(window).bounds():
        if abs(bound) != float("inf"):
            assert datetime.fromtimestamp(bound, UTC)


def test_of_several_windows_one_is_enough_and_expiry_ends_all():
    windows = [(0.0, 10.0), (20.0, 30.0)]
    assert find_closed_reason(windows, float("inf"), 25.0) == ""
    assert "Outside" in find_closed_reason(windows, float("inf"), 15.0)
    assert "over" in find_closed_reason(windows, float("inf"), 35.0)
    assert "expired" in find_closed_reason(windows, 22.0, 25.0)
    assert find_closed_reason([], float("inf"), 25.0) == ""


NIGHTS = [
    {"from": "2026-03-29T00:30", "until": "2026-03-29T02:30", "timezone": "Europe/Paris"},
    {"from": "2026-03-29T05:00", "until": "2026-03-29T06:00", "timezone": "Europe/Paris"},
    {"from": "2026-10-25T01:00", "until": "2026-10-25T02:30", "timezone": "Europe/Paris"},
    {"from": "2026-10-25T01:30", "until": "2026-10-25T02:00", "timezone": "America/New_York"},
    {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"},
]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-03-28T23:29:59+00:00", False, id="spring-before"),
        pytest.param("2026-03-28T23:30:00+00:00", True, id="spring-from-half-past-midnight"),
        pytest.param("2026-03-29T00:59:59+00:00", True, id="spring-last-winter-second"),
        pytest.param("2026-03-29T01:29:59+00:00", True, id="spring-end-in-the-skipped-hour-is-half-an-hour-later"),
        pytest.param("2026-03-29T01:30:00+00:00", False, id="spring-after-that"),
        pytest.param("2026-03-29T02:59:59+00:00", False, id="spring-between-the-windows"),
        pytest.param("2026-03-29T03:00:00+00:00", True, id="spring-second-window-on-summer-time"),
        pytest.param("2026-03-29T04:00:00+00:00", False, id="spring-second-window-over"),
        pytest.param("2026-10-24T22:59:59+00:00", False, id="autumn-before"),
        pytest.param("2026-10-25T00:15:00+00:00", True, id="autumn-first-quarter-past-two"),
        pytest.param("2026-10-25T00:45:00+00:00", True, id="autumn-between-the-two-quarters-past-two"),
        pytest.param("2026-10-25T01:15:00+00:00", True, id="autumn-second-quarter-past-two"),
        pytest.param("2026-10-25T01:30:00+00:00", False, id="autumn-over"),
        pytest.param("2026-10-25T05:45:00+00:00", True, id="another-zone-is-still-on-summer-time"),
        pytest.param("2026-11-10T16:00:00+00:00", True, id="a-zone-without-summer-time"),
        pytest.param("2026-11-11T16:00:00+00:00", False, id="all-over"),
    ],
)
def test_several_windows_over_both_changes_of_the_clocks(moment, expected):
    bounds = [Window.model_validate(window).bounds() for window in NIGHTS]
    assert (find_closed_reason(bounds, float("inf"), datetime.fromisoformat(moment).timestamp()) == "") is expected


def test_a_day_that_is_23_or_25_hours_long_is_one_day():
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        until = (datetime.fromisoformat(day) + timedelta(days=1)).isoformat()
        start, end = Window.model_validate({"from": day, "until": until, "timezone": "Europe/Paris"}).bounds()
        assert end - start == timedelta(hours=hours).total_seconds()


def test_a_window_within_the_skipped_hour_is_as_long_as_it_says():
    window = {"from": "2026-03-29T02:10", "until": "2026-03-29T02:40", "timezone": "Europe/Paris"}
    start, end = Window.model_validate(window).bounds()
    assert (datetime.fromtimestamp(start, UTC).isoformat(), end - start) == ("2026-03-29T01:10:00+00:00", 1800)
