"""The feedback path. So far its first step: collect what shoppers did."""

from collections.abc import Sequence

from feedback.contracts import Collected, EventInput
from feedback.steps.collect import store_events


def collect(events: Sequence[EventInput]) -> Collected:
    """Store a batch of checked events; each id is stored once, however often it is sent."""
    return store_events(events)
