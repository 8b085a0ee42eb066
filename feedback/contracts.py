"""Frozen values of feedback's front: an event as a shop sends it, and what became of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

Action = Literal["view", "click", "cart", "purchase", "rating"]
ACTIONS: tuple[Action, ...] = ("view", "click", "cart", "purchase", "rating")
MAX_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class EventInput:
    """One thing a shopper did, checked. `id` is the sender's: the same id sent twice is stored once."""

    id: UUID
    action: Action
    sku: str
    happened_at: datetime
    search_id: UUID | None = None
    position: int | None = None
    quantity: int | None = None
    value: Decimal | None = None
    shopper_id: str = ""
    session_id: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """`unknown_skus` were kept (the product may have gone since), but a sender should look at them."""

    stored: int
    duplicates: int
    unknown_skus: Sequence[str] = ()
