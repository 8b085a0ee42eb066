"""What shoppers did."""

from feedback.models.event import Event

__all__ = ["Event"]
