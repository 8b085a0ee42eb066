"""Errors of learning from shoppers."""

from catalog.errors import ShopError


class EventsRefused(ShopError):
    """Not one event of the batch could be kept; `extra["refused"]` says why, one by one."""

    code = "events_refused"
