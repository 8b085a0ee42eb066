"""When a rule is in force, said for the rule list: until when it is, or from when it will be, by its own clocks."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ranking.merchandising.schedule import Window, find_closed_reason
from ranking.merchandising.schema import RuleDocument, moment_of


def describe_times(document: RuleDocument, now: datetime) -> str:
    at = now.timestamp()
    bounds = [(window.bounds(), window) for window in document.windows]
    expires = moment_of(document.expires_at)
    closed = find_closed_reason([bound for bound, _window in bounds], expires, at)
    coming = [(start, window) for (start, _end), window in bounds if at < start < expires]
    if closed:
        return _("from %s") % _say_clock(min(coming, key=_first)[1], "starts") if coming else closed
    ends = [(end, window) for (start, end), window in bounds if start <= at < end]
    end, window = max(ends, key=_first) if ends else (float("inf"), None)
    if document.expires_at and expires < end:
        return _("until %s") % f"{timezone.localtime(document.expires_at):%Y-%m-%d %H:%M}"
    if window is None or window.until is None:
        return _("any time") if window is None else _("in its time window")
    return _("until %s") % _say_clock(window, "until")


def _first(pair: tuple[float, Window]) -> float:
    return pair[0]


def _say_clock(window: Window, end: str) -> str:
    return f"{getattr(window, end):%Y-%m-%d %H:%M} {window.timezone}"
