"""REST: shops send what their shoppers did."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback import pipeline
from feedback.contracts import MAX_EVENTS
from feedback.errors import EventsRefused
from feedback.serializers import CollectedSerializer, EventBatchSerializer, read_events

_EXAMPLE = OpenApiExample(
    "A click and a purchase",
    request_only=True,
    value={
        "events": [
            {
                "id": "0b9c8f6e-6f0e-4c8e-9d54-6c8f4c0f8a11",
                "action": "click",
                "sku": "BT-1004",
                "search_id": "5c2f3d0e-0f34-4a57-8a35-0d9f1e0f6b7c",
                "position": 3,
                "shopper_id": "s-817",
            },
            {"action": "purchase", "sku": "BT-1004-BLK", "quantity": 1, "value": "79.90", "shopper_id": "s-817"},
        ]
    },
)


class EventsView(APIView):
    required_scope = "events"
    required_permission = "feedback.add_event"

    @extend_schema(
        operation_id="send_events", summary="Send events", tags=["events"],
        request=EventBatchSerializer, responses=CollectedSerializer, examples=[_EXAMPLE],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Up to 1,000 events. Bad ones are refused one by one, the others kept; an id sent twice is stored once."""
        good, refused = read_events(_read_batch(request.data))
        if refused and not good:
            raise EventsRefused(_("No event could be kept; see extra.refused for the reasons."), refused=refused)
        collected = pipeline.collect(good)
        return Response(
            {
                "stored": collected.stored,
                "duplicates": collected.duplicates,
                "unknown_skus": collected.unknown_skus,
                "refused": refused,
            }
        )


def _read_batch(body: Any) -> list[Any]:
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list) or not events or set(body) != {"events"}:
        raise ValidationError({"events": [_('Send {"events": […]} with at least one event and nothing beside it.')]})
    if len(events) > MAX_EVENTS:
        message = _("At most %(most)d events at a time; this batch has %(given)d. Send it in several requests.")
        raise ValidationError({"events": [message % {"most": MAX_EVENTS, "given": len(events)}]})
    return events
