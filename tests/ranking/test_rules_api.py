"""Rules over REST: for programs, with the same judge as the form."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from ranking.models import Rule
from ranking.rules_api import ACTION_KINDS
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey
from tests.ranking.rule_shop import build_shop, fresh_process
from tests.ranking.rule_words import boost, clause, document, on_query, pin

URL = "/api/v1/rules"


def client_with(*scopes: str) -> APIClient:
    key = ApiKey(name="test", scopes=list(scopes))
    secret = assign_new_secret(key)
    key.save()
    return APIClient(headers={"Authorization": f"Api-Key {secret}"})


@pytest.fixture
def client(db) -> APIClient:
    fresh_process()
    return client_with("admin")


WRITTEN = document(pin("L6", 1), when=[on_query("lamp", "台灯")], name="Lamps", status="live")


def test_a_rule_is_created_read_changed_and_deleted(client):
    created = client.post(URL, WRITTEN)
    assert created.status_code == 201, created.content
    rule = created.json()
    assert "“lamp” or “台灯”" in rule["summary"]
    assert client.get(f"{URL}/{rule['id']}").json() == rule
    changed = client.patch(f"{URL}/{rule['id']}", {"version": rule["version"], "priority": 5}).json()
    assert (changed["priority"], changed["version"], changed["actions"]) == (5, rule["version"] + 1, rule["actions"])
    replaced = client.put(f"{URL}/{rule['id']}", {**changed, "name": "Renamed"})
    assert replaced.json()["name"] == "Renamed"
    assert client.delete(f"{URL}/{rule['id']}?version=3").status_code == 204
    assert client.get(f"{URL}/{rule['id']}").json()["code"] == "not_found"
    assert Rule.history.count() == 4


def test_a_refusal_names_every_wrong_field(client):
    answer = client.post(URL, {**WRITTEN, "name": "", "actions": [{"type": "pin", "sku": "A", "position": 0}]})
    assert answer.status_code == 400
    assert answer.json()["code"] == "rule_refused"
    assert set(answer.json()["extra"]["errors"]) == {"name", "actions.0.position"}


@pytest.mark.parametrize("body", ["[]", '"x"', "{", "null"], ids=["list", "text", "broken", "null"])
def test_what_is_no_rule_is_refused(client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_of_an_old_version_is_refused_and_changes_nothing(client, method):
    rule = client.post(URL, WRITTEN).json()
    client.patch(f"{URL}/{rule['id']}", {"version": 1, "name": "first"})
    late = getattr(client, method)(f"{URL}/{rule['id']}", {**rule, "name": "second"})
    assert late.status_code == 409
    assert late.json()["extra"]["version"] == 2
    assert Rule.objects.get().name == "first"
    assert client.delete(f"{URL}/{rule['id']}?version=1").status_code == 409


def test_a_change_without_a_version_is_refused(client):
    rule = client.post(URL, WRITTEN).json()
    answer = client.patch(f"{URL}/{rule['id']}", {"name": "blind"})
    assert "version" in answer.json()["extra"]["errors"]


def test_the_list_is_filtered_and_paged(client):
    client.post(URL, WRITTEN)
    client.post(URL, {**document(boost(5, clause("brand", "x")), name="Boosted", tags=["sale"]), "status": "draft"})
    found = lambda query: [rule["name"] for rule in client.get(f"{URL}?{query}").json()["results"]]  # noqa: E731
    assert found("status=live") == ["Lamps"]
    assert found("kind=boost") == ["Boosted"]
    assert found("tag=sale") == ["Boosted"]
    assert found("q=lamp") == ["Lamps"]
    assert found("kind=group") == found("kind=unassociate") == []
    assert client.get(f"{URL}?page_size=1").json()["count"] == 2
    assert client.get(f"{URL}?kind=magic").json()["extra"]["allowed"] == list(ACTION_KINDS)


def test_validation_saves_nothing_and_warns_of_what_the_catalog_lacks(client):
    answer = client.post(f"{URL}/validate", WRITTEN).json()
    assert answer["warnings"] == {"actions.0.sku": "Not in the catalog now: L6."}
    assert not Rule.objects.exists()


def test_a_preview_shows_both_pages_and_the_rules_fate(client):
    build_shop()
    answer = client.post(f"{URL}/preview", {"rule": WRITTEN, "search": {"q": "lamp", "page_size": 3}}).json()
    assert [hit["sku"] for hit in answer["before"]["hits"]] == ["L1", "L2", "L3"]
    assert [hit["sku"] for hit in answer["after"]["hits"]] == ["L6", "L1", "L2"]
    assert answer["outcomes"][0]["status"] == "matched"
    assert not Rule.objects.exists()
    fresh_process()


def test_a_preview_of_a_stored_rule_compares_with_the_page_without_it(client):
    build_shop()
    stored = client.post(URL, WRITTEN).json()
    edited = {**{name: stored[name] for name in WRITTEN}, "id": stored["id"], "actions": [pin("L5", 1)]}
    answer = client.post(f"{URL}/preview", {"rule": edited, "search": {"q": "lamp"}}).json()
    assert answer["before"]["hits"][0]["sku"] == "L1"
    assert answer["after"]["hits"][0]["sku"] == "L5"
    fresh_process()


@pytest.mark.parametrize("scope", ["search", "events", "catalog"])
def test_other_keys_may_not_touch_rules(db, scope):
    assert client_with(scope).get(URL).status_code == 403
    assert client_with(scope).post(f"{URL}/preview", {"rule": WRITTEN}).status_code == 403


def test_without_a_key_nothing_is_shown(db):
    assert APIClient().get(URL).status_code == 401


def test_staff_needs_the_permission_of_the_model(db):
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    client = APIClient()
    client.force_login(reader)
    assert client.get(URL).status_code == 403


def test_the_kinds_to_ask_for_are_all_there_are():
    assert {"pin", "diversify", "group", "layout", "synonym", "unassociate"} <= set(ACTION_KINDS)


def test_an_id_in_the_body_must_be_that_of_the_address(client):
    rule = client.post(URL, WRITTEN).json()
    other = {"version": 1, "name": "B", "id": "6a3c1a52-7e0b-4f0e-9a55-6f2c8f0f5f11"}
    assert client.patch(f"{URL}/{rule['id']}", other).json()["extra"]["errors"]["id"]
    assert Rule.objects.get().name == "Lamps"


@pytest.mark.parametrize("accept", ["application/yaml", "*/*", "application/json"])
def test_the_export_is_a_file_whatever_type_is_asked_for(client, accept):
    answer = client.get(f"{URL}/export", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/yaml; charset=utf-8")


@pytest.mark.parametrize(
    ("held", "prune", "status"),
    [
        (["change"], False, 403), (["add", "change"], False, 200), (["add", "change"], True, 403),
        (["add", "change", "delete"], True, 200),
    ],
)  # fmt: skip
def test_staff_need_every_permission_that_a_file_uses(db, held, prune, status):
    person = User.objects.create_user("mei", password="x", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=[f"{name}_rule" for name in held]))
    client = APIClient()
    client.force_login(person)
    text = "format: searchsite-rules\nversion: 1\nrules: []\n"
    assert client.post(f"{URL}/import", {"text": text, "prune": prune}).status_code == status


@pytest.mark.parametrize("name", ["q", "tag"])
def test_a_character_no_database_stores_finds_nothing_special(client, name):
    assert client.get("/api/v1/rules", {name: "\x00lamp"}).status_code == 200


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "x", "²", "%00"])
def test_a_version_that_is_none_deletes_nothing(client, version):
    rule = client.post(URL, WRITTEN).json()
    answer = client.delete(f"{URL}/{rule['id']}?version={version}")
    assert (answer.status_code, list(answer.json()["extra"]["errors"])) == (400, ["version"])
    assert Rule.objects.exists()


def test_half_a_character_is_refused_by_its_field(client):
    asked = {"text": "x", "format": "yaml\ud800", "status": "草稿\ud800"}
    answer = client.post(f"{URL}/import", json.dumps(asked), content_type="application/json")
    assert (answer.status_code, set(answer.json()["extra"]["fields"])) == (400, {"format", "status"})


def test_a_rule_about_whatever_the_words_name_is_validated(client):
    """It was a server error: its lack of values was taken for an empty one."""
    when = [{"type": "detected", "field": "brand"}, {"type": "detected", "field": "size", "minimum": 1}]
    told = client.post(f"{URL}/validate", {**WRITTEN, "conditions": when}).json()
    assert "conditions.1.field" in told["warnings"]
