"""The rule page: refuses in the form, saves with history, previews what shoppers will see."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from ranking.models import RankingConfig, Rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, document, hide, on_query, pin

LIST, ADD = "admin:ranking_rule_changelist", "admin:ranking_rule_add"


@pytest.fixture
def client(db) -> Client:
    fresh_process()
    user = User.objects.create_superuser("boss", "boss@example.com", "long-enough-1")
    client = Client()
    client.force_login(user)
    return client


def fields(*actions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "name": "Lamps first",
        "status": "live",
        "priority": "100",
        "reason": "",
        "conditions": json.dumps([on_query("lamp", "灯")]),
        "actions": json.dumps(list(actions) or [pin("L6", 1)]),
        "windows": "[]",
        "markets": "",
        "tags": "",
        "holdout_share": "0",
        "expires_at": "",
        **changes,
    }


def change_url(rule: Rule) -> str:
    return reverse("admin:ranking_rule_change", args=[rule.pk])


def test_a_saved_rule_rules_the_next_search(client):
    build_shop()
    assert client.post(reverse(ADD), fields()).status_code == 302
    assert skus(ask())[0] == "L6"
    fresh_process()


def test_an_address_that_is_no_rule_leads_to_the_list(client):
    assert client.get("/admin/ranking/rule/export/change/").status_code == 302


def test_a_change_is_a_new_version_with_its_author_in_the_history(client):
    client.post(reverse(ADD), fields())
    rule = Rule.objects.get()
    assert (rule.version, rule.owner.username) == (1, "boss")
    client.post(change_url(rule), fields(name="Renamed", version="1"))
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("Renamed", 2)
    assert [entry.history_user.username for entry in Rule.history.all()] == ["boss", "boss"]
    assert client.get(reverse("admin:ranking_rule_history", args=[rule.pk])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"name": ""}, "required", id="no-name"),
        pytest.param({"conditions": "[]"}, "Say when the rule applies", id="no-condition"),
        pytest.param({"actions": "[]"}, "Say what the rule does", id="no-action"),
        pytest.param({"actions": json.dumps([pin("", 1)])}, "This is needed", id="pin-nothing"),
        pytest.param({"actions": json.dumps([pin("A", 1), pin("B", 1)])}, "two products at position 1", id="one-slot"),
        pytest.param({"windows": '[{"timezone": "Mars"}]'}, "Unknown time zone", id="zone"),
        pytest.param({"conditions": "{broken"}, "valid JSON", id="broken-json"),
        pytest.param({"conditions": '"text"'}, "", id="no-list"),
        pytest.param({"priority": "many"}, "whole number", id="priority"),
    ],
)
def test_a_wrong_rule_is_refused_in_the_form(client, changes, words):
    answer = client.post(reverse(ADD), fields(**changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Rule.objects.exists()
    assert "added successfully" not in answer.content.decode()


def test_two_people_on_one_rule_do_not_overwrite_each_other(client):
    rule = save_rule(pin("L6", 1), name="Lamps")
    client.post(change_url(rule), fields(name="first", version="1"))
    late = client.post(change_url(rule), fields(name="second", version="1"))
    assert "Somebody else changed this rule" in late.content.decode()
    assert Rule.objects.get().name == "first"


def test_the_list_says_rules_as_sentences_and_survives_a_broken_one(client):
    save_rule(pin("L6", 1), hide(clause("brand", "nord")), when=[on_query("lamp", "台灯")], name="Good")
    Rule.objects.create(name="Broken", actions=[{"type": "moon"}], conditions=[])
    text = client.get(reverse(LIST)).content.decode()
    assert "the query contains “lamp” or “台灯”" in text
    assert "pin L6 at 1; hide brand nord" in text
    assert "Not valid: open it to see why." in text
    assert client.get(reverse(LIST) + "?kind=hide").content.decode().count("hide brand nord") == 1


def test_rules_go_live_and_pause_from_the_list(client):
    rules = [save_rule(pin("L6", 1), name=name, status="draft") for name in "ab"]
    picked = {"_selected_action": [str(rule.pk) for rule in rules]}
    client.post(reverse(LIST), {"action": "make_live", **picked})
    assert set(Rule.objects.values_list("status", "version")) == {("live", 2)}
    client.post(reverse(LIST), {"action": "pause", **picked})
    assert set(Rule.objects.values_list("status", flat=True)) == {"paused"}
    assert Rule.history.count() == 6


def test_the_page_opens_with_a_query_and_runs_no_inline_script(client):
    text = client.get(reverse(ADD) + "?query=蓝牙耳机").content.decode()
    assert "蓝牙耳机" in text
    own = text[text.index('class="rule-page"') :]
    assert "style=" not in own[: own.index("</aside>")]
    assert "rule_form.js" in text


def preview(client: Client, rule: dict[str, Any], **search: Any) -> Any:
    body = json.dumps({"rule": rule, "search": search})
    return client.post(reverse("admin:ranking_rule_preview"), body, content_type="application/json")


def test_the_preview_beside_the_form_is_the_page_that_saving_makes(client):
    build_shop()
    rule = document(pin("L6", 2), boost(80, clause("brand", "nord")), when=[on_query("lamp")])
    shown = preview(client, rule, query="lamp").json()
    client.post(reverse(ADD), fields(*rule["actions"], conditions=json.dumps(rule["conditions"])))
    assert [hit["sku"] for hit in shown["after"]["hits"]] == skus(ask())
    assert [hit["sku"] for hit in shown["before"]["hits"]] == ["L1", "L2", "L3", "L4", "L5", "L6"]
    pinned = next(hit for hit in shown["after"]["hits"] if hit["sku"] == "L6")
    assert "pin" in [move["effect"] for move in pinned["moves"]]
    assert pinned["price_text"]
    fresh_process()


@pytest.mark.parametrize("body", ["{", "[]", '{"rule": 3}', '{"rule": {}, "search": {"now": "soon"}}', "null"])
def test_a_malformed_preview_is_refused_not_an_error(client, body):
    answer = client.post(reverse("admin:ranking_rule_preview"), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_half_written_rule_is_answered_with_its_errors(client):
    answer = preview(client, document(pin("", 1), when=[]))
    assert set(answer.json()["extra"]["errors"]) == {"conditions", "actions.0.sku"}


def test_a_rule_that_does_nothing_yet_shows_the_page_to_work_on(client):
    build_shop()
    answer = preview(client, {**document(), "actions": []}, query="lamp").json()
    assert answer["after"] == answer["before"]
    assert answer["after"]["hits"][0]["sku"] == "L1"
    fresh_process()


def test_products_are_found_by_sku_and_by_words(client):
    build_shop()
    url = reverse("admin:ranking_rule_products")
    assert client.get(url, {"q": "c2"}).json()["products"][0]["sku"] == "C2"
    assert client.get(url, {"q": "chair"}).json()["products"][0]["sku"] in {"C1", "C2"}
    assert [item["sku"] for item in client.get(url, {"sku": ["L1-V", "none"]}).json()["products"]] == ["L1-V"]
    fresh_process()


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"field": "brand", "q": "lum"}, ["lumo"]),
        ({"field": "category", "q": "灯"}, ["home/lamps"]),
        ({"field": "colour", "q": ""}, ["blue", "red"]),
        ({"field": "brand", "key": ["nord", "none"]}, ["nord"]),
        ({"field": "nothing", "q": "x"}, []),
    ],
)
def test_names_to_choose_from(client, asked, keys):
    build_shop()
    found = client.get(reverse("admin:ranking_rule_choices"), asked).json()["choices"]
    assert [choice["key"] for choice in found] == keys
    fresh_process()


@pytest.mark.parametrize("name", ["preview", "products", "choices", "expression"])
def test_helpers_of_the_page_are_for_those_who_may_see_rules(db, name):
    user = User.objects.create_user("clerk", password="x", is_staff=True)
    client = Client()
    client.force_login(user)
    url = reverse(f"admin:ranking_rule_{name}")
    assert client.post(url, "{}", content_type="application/json").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_rule"))
    assert client.get(url).status_code in (200, 405)
    assert Client().get(url).status_code == 302


def test_weights_are_numbers_with_explanations_and_one_configuration_is_live(client):
    live = RankingConfig.objects.filter(is_live=True).first()
    add = reverse("admin:ranking_rankingconfig_add")
    page = client.get(add).content.decode()
    assert "How well the words of the query are found" in page
    values = dict.fromkeys(page_fields(page), "0.5")
    assert client.post(add, {"name": "Tried", "note": "", **values}).status_code == 302
    made = RankingConfig.objects.get(name="Tried")
    assert made.weights["bm25"] == 0.5
    change = reverse("admin:ranking_rankingconfig_change", args=[made.pk])
    button = next(name for name in names_in(client.get(change).content.decode()) if "make_live" in name)
    answer = client.post(change, {"name": "Tried", "note": "", **values, button: "1"})
    assert answer.status_code == 302
    assert list(RankingConfig.objects.filter(is_live=True)) == [made]
    assert live is None or live.pk != made.pk


def names_in(page: str) -> set[str]:
    return {part.split('"')[0] for part in page.split('name="')[1:]}


def page_fields(page: str) -> set[str]:
    return {name for name in names_in(page) if name.startswith(("weight_", "parameter_"))}
