"""REST of proposed values: read by pages, decided by key or session, and foreseen before many are accepted."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from catalog.models import Proposal
from tests.catalog.proposed_values import propose
from tests.searchsite.test_access import make_key
from tests.shop import add_attribute, add_product

pytestmark = pytest.mark.django_db
URL = "/api/v1/proposals"


def keyed(scope):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_key(scope)}")
    return client


@pytest.fixture
def api():
    return keyed("catalog")


@pytest.fixture
def lamp():
    add_attribute("colour", name_zh="颜色")
    add_attribute("height", "number", unit="cm")
    return add_product("L-1", "Black lamp, 45 cm", "黑色台灯", attributes={"size": ["L"]})


def test_what_a_proposal_says(api, lamp):
    found = propose(lamp, "colour", "Black", "黑色", field="title_zh", confidence=0.6, extractors=["patterns", "llm"])
    answer = api.get(URL).json()
    assert answer["next"] is None
    (row,) = answer["results"]
    assert row == row | {
        "id": found.pk, "sku": "L-1", "titles": {"en": "Black lamp, 45 cm", "zh": "黑色台灯"}, "attribute": "colour",
        "value": "Black", "field": "title_zh", "quote": "黑色", "is_stated": True, "contradicts": False,
        "catalog_says": [], "confidence": 0.6, "extractors": ["patterns", "llm"], "status": "open",
        "edited_value": None, "decided_by": None, "decided_at": None,
    }  # fmt: skip


def test_pages_of_proposals(api, lamp):
    made = [propose(lamp, "colour", f"c{n}", "Black", confidence=n / 10).pk for n in range(5)]
    seen, after = [], ""
    for _page in range(3):
        answer = api.get(URL, {"page_size": 2, "after": after}).json()
        seen += [row["id"] for row in answer["results"]]
        after = answer["next"]
    assert (seen, after) == (made, None)
    assert len(api.get(URL, {"page_size": "-3"}).json()["results"]) == 5


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"status": "x"}, "status", id="status"),
        pytest.param({"order": "x"}, "order", id="order"),
        pytest.param({"after": "x"}, "after", id="cursor"),
    ],
)
def test_a_list_there_is_none_of(api, given, field):
    answer = api.get(URL, given)
    assert (answer.status_code, answer.json()["code"], answer.json()["extra"]["field"]) == (400, "value_refused", field)


def test_a_program_decides(api, lamp):
    found = propose(lamp, "colour", "Black", "Black")
    answer = api.post(f"{URL}/decide", {"ids": [found.pk, 10**9], "decision": "accept"})
    assert answer.json() == {"proposals": 1, "products": 1, "more": False}
    found.refresh_from_db()
    assert (found.status, found.decided_by, bool(found.decided_at)) == ("accepted", None, True)
    lamp.refresh_from_db()
    assert lamp.extracted["values"] == {"colour": [["Black", "title_en", "Black"]]}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"ids": [1], "decision": "burn"}, id="decision"),
        pytest.param({"ids": ["x"], "decision": "accept"}, id="ids"),
        pytest.param({"ids": list(range(1, 1002)), "decision": "accept"}, id="too many"),
        pytest.param({"ids": [2**70], "decision": "accept"}, id="beyond all ids"),
        pytest.param([1, 2], id="a list"),
    ],
)
def test_a_decision_that_is_none(api, sent):
    answer = api.post(f"{URL}/decide", sent, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "extra"}


def test_a_program_corrects(api, lamp):
    found = propose(lamp, "height", 5.0, "45 cm", unit="cm")
    answer = api.post(f"{URL}/{found.pk}/edit", {"value": "18 inch"})
    assert (answer.status_code, answer.json()["edited_value"], answer.json()["status"]) == (200, 45.72, "accepted")


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        pytest.param("3 kg", 400, "value_refused", id="unit"),
        pytest.param({"a": 1}, 400, "value_refused", id="object"),
        pytest.param(None, 400, "invalid", id="null"),
    ],
)
def test_a_correction_is_refused(api, lamp, value, status, code):
    found = propose(lamp, "height", 5.0, "45 cm", unit="cm")
    answer = api.post(f"{URL}/{found.pk}/edit", {"value": value}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.post(f"{URL}/999999999/edit", {"value": "x"}).json()["code"] == "not_found"


def test_many_are_foreseen_and_then_accepted(api, lamp):
    for number in range(12):
        propose(add_product(f"N-{number}", "Black lamp"), "colour", "Black", "Black", confidence=0.95)
    asked = {"attribute": "colour", "threshold": 0.9}
    seen = api.post(f"{URL}/accept", {**asked, "dry_run": True}).json()
    assert (seen["values"], seen["expected_error"], seen["decisions"], len(seen["examples"])) == (12, 0.05, 0, 10)
    assert seen["interval"][0] <= 0.05 <= seen["interval"][1]
    assert Proposal.objects.filter(status="open").count() == 12
    assert api.post(f"{URL}/accept", asked).json() == {"proposals": 12, "products": 12, "more": False}
    assert not Proposal.objects.filter(status="open").exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"attribute": "colour", "threshold": 1.5}, 400, id="no share"),
        pytest.param({"attribute": "colour", "threshold": "nan"}, 400, id="not a number"),
        pytest.param({"attribute": "colour"}, 400, id="no threshold"),
        pytest.param({"attribute": "glow", "threshold": 0.5}, 404, id="no such attribute"),
        pytest.param({"attribute": "a\x00b", "threshold": 0.5}, 400, id="null character"),
    ],
)
def test_a_bulk_acceptance_is_refused(api, lamp, sent, status):
    assert api.post(f"{URL}/accept", sent, format="json").status_code == status


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        pytest.param("decide", {"ids": [1], "decision": "accept"}, id="decide"),
        pytest.param("accept", {"attribute": "colour", "threshold": 0.5}, id="accept"),
        pytest.param("1/edit", {"value": "x"}, id="edit"),
    ],
)
def test_who_may_decide(lamp, path, sent):
    def signed_in(*permissions):
        client = APIClient()
        user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_authenticate(user)
        return client

    assert APIClient().post(f"{URL}/{path}", sent).status_code in (401, 403)
    assert keyed("search").post(f"{URL}/{path}", sent).status_code == 403
    assert keyed("search").get(URL).status_code == 403
    assert signed_in("view_proposal").post(f"{URL}/{path}", sent).status_code == 403
    assert signed_in("view_proposal").get(URL).status_code == 200
    assert signed_in("add_proposal").get(URL).status_code == 403
    assert signed_in("change_proposal").post(f"{URL}/{path}", sent).status_code in (200, 404)
    assert keyed("catalog").post(f"{URL}/{path}", sent).status_code in (200, 404)


def test_who_decided_is_kept(lamp):
    found = propose(lamp, "colour", "Black", "Black")
    client = APIClient()
    user = User.objects.create_superuser("mei", password="not used")
    client.force_authenticate(user)
    client.post(f"{URL}/decide", {"ids": [found.pk], "decision": "reject"})
    found.refresh_from_db()
    assert (found.status, found.decided_by) == ("rejected", user)
