"""Synonyms over REST: for programs, with the same judge as the form."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from ranking.models import Synonym
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey

URL = "/api/v1/synonyms"
WRITTEN = {"words": ["sofa", "couch", "沙发床"], "weight": 0.8, "note": "furniture"}


def client_with(*scopes: str) -> APIClient:
    key = ApiKey(name="test", scopes=list(scopes))
    secret = assign_new_secret(key)
    key.save()
    return APIClient(headers={"Authorization": f"Api-Key {secret}"})


@pytest.fixture
def client(db) -> APIClient:
    return client_with("admin")


def test_a_synonym_is_created_read_changed_and_deleted(client):
    created = client.post(URL, WRITTEN)
    assert created.status_code == 201, created.content
    row = created.json()
    assert (row["kind"], row["status"], row["source"], row["version"]) == ("two_way", "accepted", "merchant", 1)
    assert client.get(f"{URL}/{row['id']}").json() == row
    changed = client.patch(f"{URL}/{row['id']}", {"version": 1, "weight": 0.4}).json()
    assert (changed["weight"], changed["version"], changed["words"]) == (0.4, 2, row["words"])
    replaced = client.put(f"{URL}/{row['id']}", {**changed, "words": ["sofa", "长沙发"]})
    assert replaced.json()["words"] == ["sofa", "长沙发"], replaced.content
    assert client.delete(f"{URL}/{row['id']}?version=3").status_code == 204
    assert client.get(f"{URL}/{row['id']}").json()["code"] == "not_found"
    assert Synonym.history.count() == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"words": ["sofa"]}, "words", id="alone"),
        pytest.param({"words": ["沙发", "。"]}, "words", id="zh no letter"),
        pytest.param({"words": ["sofa", "sofas"]}, "words", id="one word twice"),
        pytest.param({"kind": "one_way"}, "alternatives", id="no target"),
        pytest.param({"weight": 1.5}, "weight", id="weight"),
        pytest.param({"weight": "nan"}, "weight", id="weight nan"),
        pytest.param({"locale": "fr"}, "locale", id="language"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
        pytest.param({"words": ["a\u0000b", "c1"]}, "words", id="null character"),
    ],
)
def test_a_refusal_names_the_field(client, changes, field):
    answer = client.post(URL, {**WRITTEN, **changes})
    assert answer.status_code == 400
    assert field in answer.json()["extra"]["fields"]
    assert not Synonym.objects.exists()


@pytest.mark.parametrize("body", ["[]", '"x"', "{", "null"], ids=["list", "text", "broken", "null"])
def test_what_is_no_synonym_is_refused(client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_of_an_old_version_is_refused_and_changes_nothing(client, method):
    row = client.post(URL, WRITTEN).json()
    client.patch(f"{URL}/{row['id']}", {"version": 1, "note": "first"})
    late = getattr(client, method)(f"{URL}/{row['id']}", {**row, "note": "second"})
    assert (late.status_code, late.json()["code"], late.json()["extra"]) == (409, "synonym_conflict", {"version": 2})
    assert Synonym.objects.get().note == "first"
    assert client.delete(f"{URL}/{row['id']}?version=1").status_code == 409
    assert client.delete(f"{URL}/{row['id']}?version=x").status_code == 400


def test_a_change_without_a_version_is_refused(client):
    row = client.post(URL, WRITTEN).json()
    assert "version" in client.patch(f"{URL}/{row['id']}", {"note": "blind"}).json()["extra"]["fields"]


def test_a_change_of_the_direction_is_judged_with_what_is_stored(client):
    row = client.post(URL, WRITTEN).json()
    answer = client.patch(f"{URL}/{row['id']}", {"version": 1, "kind": "one_way"})
    assert "alternatives" in answer.json()["extra"]["fields"]


def test_the_list_is_filtered_and_paged(client):
    client.post(URL, WRITTEN)
    client.post(URL, {"kind": "one_way", "words": ["鞋子"], "alternatives": ["运动鞋"], "locale": "zh"})
    client.post(URL, {"words": ["head set", "headset"], "status": "suggested", "source": "query_log"})
    found = lambda query: [row["words"][0] for row in client.get(f"{URL}?{query}").json()["results"]]  # noqa: E731
    assert found("status=suggested") == ["head set"]
    assert found("source=query_log") == ["head set"]
    assert found("kind=one_way") == ["鞋子"]
    assert found("locale=zh") == ["鞋子"]
    assert found("locale=both&status=accepted") == ["sofa"]
    assert found("q=运动") == ["鞋子"]
    assert found("q=COUCH") == ["sofa"]
    assert client.get(f"{URL}?page_size=1").json()["count"] == 3
    assert client.get(f"{URL}?kind=magic").json()["extra"]["allowed"] == ["one_way", "two_way"]


def test_suggestions_are_decided_together(client):
    ids = [client.post(URL, {"words": [f"a{n}", f"b{n}"], "status": "suggested"}).json()["id"] for n in range(2)]
    assert client.post(f"{URL}/decide", {"ids": [*ids, 999], "decision": "accepted"}).json() == {"changed": 2}
    assert set(Synonym.objects.values_list("status", flat=True)) == {"accepted"}
    assert client.post(f"{URL}/decide", {"ids": ids, "decision": "suggested"}).status_code == 400


def test_a_file_goes_in_and_comes_out(client):
    answer = client.post(f"{URL}/import", {"format": "solr", "text": "sofa, couch\nbad\n鞋子 => 运动鞋\n"}).json()
    assert (answer["created"], answer["changed"], answer["unchanged"]) == (2, 0, 0)
    assert [line["line"] for line in answer["refused"]] == [2]
    text = client.get(f"{URL}/export").json()["text"]
    again = client.post(f"{URL}/import", {"format": "csv", "text": text}).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert client.get(f"{URL}/export?as=solr").json()["text"] == "sofa, couch\n鞋子 => 鞋子, 运动鞋\n"
    assert client.get(f"{URL}/export?as=pdf").status_code == 400


@pytest.mark.parametrize(
    ("query", "word"), [pytest.param("red sofas", "couch", id="en"), pytest.param("沙发床", "couch", id="zh")]
)
def test_a_trial_shows_what_a_query_becomes(client, query, word):
    client.post(URL, WRITTEN)
    answer = client.post(f"{URL}/try", {"q": query}).json()
    assert {"text": word, "weight": 0.8, "source": "synonym"}.items() <= next(
        item for item in answer["expansions"] if item["text"] == word
    ).items()


@pytest.mark.parametrize("scope", ["search", "events", "catalog"])
def test_other_keys_may_not_touch_synonyms(db, scope):
    assert client_with(scope).get(URL).status_code == 403
    assert client_with(scope).post(f"{URL}/import", {"format": "solr", "text": "a1, b1"}).status_code == 403


def test_without_a_key_nothing_is_shown(db):
    assert APIClient().get(URL).status_code == 401


def test_staff_needs_the_permission_of_the_model(db):
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    client = APIClient()
    client.force_login(reader)
    assert client.get(URL).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_synonym"))
    client.force_login(User.objects.get(pk=reader.pk))
    assert client.get(URL).status_code == 200
    assert client.post(f"{URL}/try", {"q": "sofa"}).status_code == 200
    assert client.post(URL, WRITTEN).status_code == 403


def test_deciding_needs_the_permission_to_change(db):
    adder = User.objects.create_user("adder", password="x", is_staff=True)
    adder.user_permissions.add(Permission.objects.get(codename="add_synonym"))
    client = APIClient()
    client.force_login(adder)
    assert client.post(URL, WRITTEN).status_code == 201
    assert client.post(f"{URL}/decide", {"ids": [1], "decision": "accepted"}).status_code == 403
    assert client.post(f"{URL}/import", {"format": "solr", "text": "a1, b1"}).status_code == 403


def test_who_changed_a_row_is_named(db):
    boss = User.objects.create_superuser("boss", "boss@example.com", "long-enough-1")
    client = APIClient()
    client.force_login(boss)
    assert client.post(URL, WRITTEN).json()["changed_by"] == "boss"


@pytest.mark.parametrize("name", ["q", "status"])
def test_a_character_no_database_stores_is_passed_over(client, name):
    assert client.get("/api/v1/synonyms", {name: "\x00"}).status_code == 200
