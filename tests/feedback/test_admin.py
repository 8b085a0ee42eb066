"""Events in the admin can be looked at and found, not changed."""

import pytest
from django.utils import timezone
from model_bakery import baker

from feedback.models import Event

pytestmark = pytest.mark.django_db


def test_events_are_listed_and_found_by_exact_sku(admin_client):
    baker.make(Event, action="click", sku="A1", happened_at=timezone.now(), query="耳机")
    baker.make(Event, action="cart", sku="A12", happened_at=timezone.now(), query="headphones")
    page = admin_client.get("/admin/feedback/event/?q=A1").content.decode()
    assert "耳机" in page
    assert "headphones" not in page


def test_events_cannot_be_added_changed_or_deleted(admin_client):
    event = baker.make(Event, action="click", sku="A1", happened_at=timezone.now())
    assert admin_client.get("/admin/feedback/event/add/").status_code == 403
    assert admin_client.post(f"/admin/feedback/event/{event.pk}/change/", {"sku": "B"}).status_code == 403
    assert admin_client.post(f"/admin/feedback/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"/admin/feedback/event/{event.pk}/change/").status_code == 200
