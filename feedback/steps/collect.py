"""Stores events once each: the sender's id is the primary key, so a repeated delivery changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from catalog.models import Product, Variant
from feedback.contracts import Collected, EventInput
from feedback.models import Event


def store_events(events: Sequence[EventInput]) -> Collected:
    unique = {event.id: event for event in events}
    with transaction.atomic():
        known = set(Event.objects.filter(id__in=unique).values_list("id", flat=True))
        fresh = [Event(**asdict(event)) for event in unique.values() if event.id not in known]
        # Two deliveries at the same moment both see the id as new; the second insert is then a silent no-op.
        Event.objects.bulk_create(fresh, ignore_conflicts=True)
    return Collected(
        stored=len(fresh),
        duplicates=len(events) - len(fresh),
        unknown_skus=find_unknown_skus({event.sku for event in fresh}),
    )


def find_unknown_skus(skus: set[str]) -> tuple[str, ...]:
    """Events may name a product or one of its variants."""
    variants = Variant.objects.filter(sku__in=skus).values_list("sku", flat=True)
    products = Product.objects.filter(sku__in=skus).values_list("sku", flat=True)
    return tuple(sorted(skus - set(variants.union(products))))
