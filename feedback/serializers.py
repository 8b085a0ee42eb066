"""What REST accepts as events: each is checked alone, so one bad event never costs the others."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from feedback.contracts import ACTIONS, MAX_EVENTS, EventInput

MAX_INTEGER = 1_000_000
# A sender's clock may be a little ahead; what lies further in the future would sit on top of every list for ever.
MAX_AHEAD = timedelta(minutes=10)
MAX_AGE = timedelta(days=730)


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(
        required=False, help_text="yours; the same id sent twice is stored once, so a retry is safe"
    )
    action = serializers.ChoiceField(choices=ACTIONS)
    sku = serializers.CharField(max_length=100, help_text="of the product or the variant")
    search_id = serializers.UUIDField(required=False, allow_null=True, help_text="as the search answered it")
    position = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_INTEGER)
    quantity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_INTEGER)
    value = serializers.DecimalField(
        required=False,
        allow_null=True,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal(0),
        help_text="money for a purchase, stars for a rating",
    )
    shopper_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    session_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    query = serializers.CharField(required=False, allow_blank=True, max_length=500)
    happened_at = serializers.DateTimeField(required=False, help_text="with its time zone; default: now")

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name) for name in data if name not in self.fields] if isinstance(data, dict) else []
        if unknown:
            message = _("Unknown field. Known are: %(known)s.") % {"known": ", ".join(self.fields)}
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        happened_at = attrs.setdefault("happened_at", now)
        if happened_at > now + MAX_AHEAD:
            raise serializers.ValidationError({"happened_at": [_("Lies in the future. Check the sender's clock.")]})
        if happened_at < now - MAX_AGE:
            raise serializers.ValidationError({"happened_at": [_("Lies more than two years back.")]})
        if attrs["action"] == "rating" and attrs.get("value") is None:
            raise serializers.ValidationError({"value": [_("A rating needs its value, the stars given.")]})
        return attrs


class EventBatchSerializer(serializers.Serializer[Any]):
    """The envelope; its events are read one by one by `read_events`."""

    events = serializers.ListField(child=EventSerializer(), min_length=1, max_length=MAX_EVENTS)


class RefusedEventSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="place in the batch, from 0")
    code = serializers.CharField()
    message = serializers.CharField()
    reasons = serializers.DictField(help_text="field → messages")


class CollectedSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="sent before, left as they were")
    unknown_skus = serializers.ListField(child=serializers.CharField(), help_text="kept, but not in the catalog now")
    refused = RefusedEventSerializer(many=True)


def read_events(items: Sequence[Any]) -> tuple[list[EventInput], list[dict[str, Any]]]:
    """The good events, and for each bad one its place and the reason."""
    good: list[EventInput] = []
    refused: list[dict[str, Any]] = []
    serializer = EventSerializer()
    for index, item in enumerate(items):
        try:
            data = serializer.run_validation(item)
        except serializers.ValidationError as error:
            refused.append({"index": index, "code": "invalid", **_explain(error.detail)})
        else:
            good.append(EventInput(**{"id": uuid.uuid4(), **data}))
    return good, refused


def _explain(detail: Any) -> dict[str, Any]:
    if not isinstance(detail, dict):
        detail = {"non_field_errors": detail}
    name, messages = next(iter(detail.items()))
    prefix = "" if name == "non_field_errors" else f"{name}: "
    return {"message": f"{prefix}{messages[0]}", "reasons": detail}
