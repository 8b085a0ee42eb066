"""A clock that can be set: the shop's time goes on ticking from the moment a test chooses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ShopClock:
    """Everything in the shop asks `timezone.now()`; only the distance to the real time is set."""

    def __init__(self, real_now: Callable[[], datetime]) -> None:
        self._real_now = real_now
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._real_now() + self._ahead

    def set_to(self, moment: datetime) -> None:
        self._ahead = moment - self._real_now()


def start_clock(monkeypatch: pytest.MonkeyPatch) -> ShopClock:
    clock = ShopClock(timezone.now)
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


def next_double_eleven() -> datetime:
    """The first minute of the next 11 November in Shanghai that is more than a week away."""
    soon = datetime.now(SHANGHAI) + timedelta(days=7)
    this_year = datetime(soon.year, 11, 11, tzinfo=SHANGHAI)
    return this_year if soon < this_year else this_year.replace(year=soon.year + 1)
