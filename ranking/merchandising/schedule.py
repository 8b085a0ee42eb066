"""When a rule is in force: wall-clock windows in a named time zone, daylight saving included, and an expiry."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from ranking.merchandising.clauses import STORABLE, Part

# The moments that calendars here can tell; a window that reaches beyond is open there.
_FIRST = datetime.min.replace(tzinfo=UTC).timestamp()
_LAST = datetime.max.replace(microsecond=0, tzinfo=UTC).timestamp()


_WRITTEN = re.compile(r"\s*\d{4}-\d\d-\d\d")


def check_written(moment: Any) -> Any:
    """A number would be taken for seconds since 1970: 20261111 is not what it looks like."""
    is_written = isinstance(moment, datetime) or (isinstance(moment, str) and _WRITTEN.match(moment))
    if moment is not None and not is_written:
        raise ValueError(_("Write a moment such as 2026-11-11T00:00."))
    return moment


Moment = Annotated[datetime, BeforeValidator(check_written)]
AwareMoment = Annotated[AwareDatetime, BeforeValidator(check_written)]
ZoneName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=STORABLE)]


@cache
def load_zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class Window(Part):
    """From (inclusive) until (exclusive), as clocks in `timezone` show it; an open end is left out.

    A start or an end in the hour that is skipped in spring is when that hour would have been; in the hour that comes
    twice in autumn a start means the first and an end the second, so the window never loses time. One that begins in
    the skipped hour and ends right behind it is as long as it was written.
    """

    starts: Moment | None = Field(default=None, alias="from")
    until: Moment | None = None
    timezone: ZoneName = "UTC"

    @field_validator("timezone")
    @classmethod
    def check_zone(cls, name: str) -> str:
        try:
            load_zone(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = _("Unknown time zone “%(name)s”; use a name such as Europe/Paris or Asia/Shanghai.")
            raise ValueError(message % {"name": name[:60]}) from error
        return name

    @field_validator("starts", "until")
    @classmethod
    def check_wall_clock(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            raise ValueError(_("Write the local time without an offset; the time zone stands beside it."))
        return moment

    @model_validator(mode="after")
    def check_order(self) -> Self:
        if self.starts is None and self.until is None:
            raise ValueError(_("Give a start, an end, or both."))
        if self.starts is not None and self.until is not None and self.until <= self.starts:
            raise ValueError(_("The end must be after the start."))
        return self

    def bounds(self) -> tuple[float, float]:
        """The window as POSIX timestamps."""
        zone = load_zone(self.timezone)
        start = self.starts.replace(tzinfo=zone, fold=0).timestamp() if self.starts else float("-inf")
        if self.until is None:
            return _keep_start(start), float("inf")
        # The later reading of a time that comes twice or is skipped (in a gap that is the first one).
        end = max(self.until.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
        if self.starts is not None and end <= start:
            end = start + (self.until - self.starts).total_seconds()
        return _keep_start(start), end if end <= _LAST else float("inf")


def _keep_start(start: float) -> float:
    return min(start, _LAST) if start >= _FIRST else float("-inf")


def find_closed_reason(windows: Sequence[tuple[float, float]], expires: float, now: float) -> str:
    """Why a rule is not in force at `now` (plain words), or nothing when it is."""
    if now >= expires:
        return _("The rule has expired.")
    if not windows or any(start <= now < end for start, end in windows):
        return ""
    if all(now >= end for _start, end in windows):
        return _("Its last time window is over.")
    return _("Outside its time windows.")
