"""Review alerts in the admin: what customers write stands beside the jump, and only who may change sees to one."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from catalog.admin.opinions import QUOTES_LISTED, attach_quotes
from catalog.models import AspectSummary, OpinionAlert, Review
from tests.shop import add_product

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/opinionalert/"


@pytest.fixture
def alert() -> OpinionAlert:
    lamp = add_product("LAMP", "Lamp")
    body = "Looks fine. The <i>battery</i> died."
    review = Review.objects.create(product=lamp, rating=1, body=body, created_at=timezone.now())
    quote = {"review": review.pk, "start": 12, "end": len(body) - 1, "positive": False}
    AspectSummary.objects.create(product=lamp, aspect="battery", positive=0, negative=1, quotes=[quote])
    return OpinionAlert.objects.create(product=lamp, share_before=0.1, share_now=0.8, reviews=9, p_value=0.0002)


def sign_in(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("mina", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def see_to(client: Client, alert: OpinionAlert) -> int:
    response = client.post(LIST, {"action": "see_to", "_selected_action": [str(alert.pk)]})
    alert.refresh_from_db()
    return response.status_code


def test_the_list_shows_the_jump_and_the_words(alert: OpinionAlert, client: Client) -> None:
    page = sign_in(client, "view_opinionalert").get(LIST).content.decode()
    assert "10% → 80%" in page
    assert "&lt;i&gt;battery&lt;/i&gt; died" in page
    assert "<i>battery" not in page


def test_the_page_of_an_alert_says_how_likely_it_is(alert: OpinionAlert, client: Client) -> None:
    page = sign_in(client, "view_opinionalert").get(f"{LIST}{alert.pk}/change/").content.decode()
    assert "1 in 5,000" in page
    assert "battery&lt;/i&gt; died" in page


def test_seeing_to_an_alert_closes_it(alert: OpinionAlert, client: Client) -> None:
    sign_in(client, "view_opinionalert", "change_opinionalert")
    assert see_to(client, alert) == 302
    assert alert.seen_at is not None
    page = client.get(f"{LIST}?state=open").content.decode()
    assert "10% → 80%" not in page


def test_who_may_only_look_cannot_see_to_one(alert: OpinionAlert, client: Client) -> None:
    sign_in(client, "view_opinionalert")
    see_to(client, alert)
    assert alert.seen_at is None


def test_few_quotes_stand_in_the_list(alert: OpinionAlert) -> None:
    summary = AspectSummary.objects.get()
    summary.quotes = [{**summary.quotes[0], "end": end} for end in range(20, 30)]
    summary.save()
    attach_quotes([alert])
    assert len(alert.quotes) == QUOTES_LISTED


def test_nobody_makes_an_alert_by_hand(alert: OpinionAlert, client: Client) -> None:
    client = sign_in(client, "add_opinionalert", "view_opinionalert", "change_opinionalert")
    assert client.get(f"{LIST}add/").status_code == 403
