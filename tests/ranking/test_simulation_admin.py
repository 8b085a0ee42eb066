"""The what-if pages: started from rules, watched, read and stopped, in both languages."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from ranking.admin.simulation_categories import read_shares
from ranking.models import Simulation
from ranking.rule_simulation import run_slice
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import clause, hide, on_query, pin
from tests.shop import add_category

ADD, LIST = "admin:ranking_simulation_add", "admin:ranking_simulation_changelist"


@pytest.fixture
def client(db) -> Client:
    fresh_process()
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "long-enough-1"))
    return client


def fields(**changes):
    return {
        "start": "1", "mode": "try", "at": "2026-11-11T00:00", "zone": "Asia/Shanghai", "locale": "", "market": "",
        "segments": "新客", "device": "", "limit": "100", "days": "30", "depth": "24", "conversion": "2",
        "queries": "lamp\n台灯\nchair", "name": "", "draft": "null", **changes,
    }  # fmt: skip


def url(name: str, simulation: Simulation, *more) -> str:
    return reverse(f"admin:ranking_simulation_{name}", args=[simulation.pk, *more])


def work_off() -> Simulation:
    simulation = Simulation.objects.get()
    while run_slice(str(simulation.pk))[1]:
        pass
    simulation.refresh_from_db()
    return simulation


def test_a_simulation_is_started_from_a_stored_rule_and_its_page_tells_the_result(client):
    build_shop()
    rule = save_rule(pin("L6", 1), pin("GONE", 2), when=[on_query("lamp")], status="draft", name="双十一")
    page = client.get(reverse(ADD), {"rule": str(rule.pk)}).content.decode()
    assert "双十一" in page
    assert "pin L6 at 1" in page
    assert client.post(reverse(ADD), fields(rule_ids=[str(rule.pk)])).status_code == 302
    simulation = Simulation.objects.get()
    assert simulation.question["now"] == "2026-11-11T00:00:00+08:00"
    assert simulation.question["segments"] == ["新客"]
    assert [asked["locale"] for asked in simulation.question["queries"]] == ["en", "zh", "en"]
    waiting = client.get(url("change", simulation)).content.decode()
    assert "Waiting to start." in waiting
    assert "Stop it" in waiting
    assert "hx-get" in client.get(url("state", simulation)).content.decode()
    work_off()
    assert client.get(url("state", simulation))["HX-Refresh"] == "true"
    told = client.get(url("change", simulation)).content.decode()
    for words in ("Nov. 11, 2026 00:00 Asia/Shanghai", "searches that change", "Pins that nobody will see", "GONE",
                  "no live product has this SKU", "estimated revenue", "Everybody looks at"):  # fmt: skip
        assert words in told
    pages = client.get(url("pages", simulation, 0)).content.decode()
    assert "from 6 up to 1" in pages
    assert "Rules that hold: 双十一." in pages
    assert "Not seen: GONE at 2, because: no live product has this SKU" in pages
    assert "pinned" in pages
    changed = client.get(url("queries", simulation), {"show": "changed"}).content.decode()
    assert "lamp" in changed
    assert "chair" not in changed
    assert client.get(url("csv", simulation)).status_code == 200
    assert client.get(reverse(LIST)).content.decode().count("双十一") == 1
    fresh_process()


def rule_fields(*actions, **changes):
    return {
        "name": "Lamps first", "status": "draft", "priority": "100", "conditions": json.dumps([on_query("lamp")]),
        "actions": json.dumps(list(actions)), "windows": "[]", "markets": "", "tags": "", "holdout_share": "0",
        "expires_at": "", "reason": "", **changes,
    }  # fmt: skip


def test_a_rule_is_tried_as_it_stands_in_its_form_without_being_saved(client):
    build_shop()
    rule = save_rule(pin("L5", 1), when=[on_query("lamp")], name="Lamps first")
    page = client.post(reverse(ADD), rule_fields(pin("L6", 1), from_rule=str(rule.pk)))
    draft = page.context["form"].read_draft()
    assert draft["id"] == str(rule.pk)
    assert "as it stands in the form" in page.content.decode()
    assert page.context["form"]["mode"].value() == "try"
    client.post(reverse(ADD), fields(draft=json.dumps(draft)))
    row = work_off().queries.get(query="lamp").row
    assert [side[0][1] for side in (row["before"], row["after"])] == ["L5", "L6"]
    assert rule.history.count() == 1
    fresh_process()


def test_a_live_rule_that_is_not_changed_is_measured_against_the_shop_without_it(client):
    rule = save_rule(pin("L6", 1), when=[on_query("lamp")], name="Lamps first")
    asked = rule_fields(pin("L6", 1), status="live", from_rule=str(rule.pk))
    assert client.post(reverse(ADD), asked).context["form"]["mode"].value() == "worth"
    assert client.get(reverse(ADD), {"rule": str(rule.pk)}).context["form"]["mode"].value() == "worth"


def test_an_unfinished_rule_is_told_so(client):
    page = client.post(reverse(ADD), rule_fields(from_rule="")).content.decode()
    assert "The rule is not finished" in page
    assert not Simulation.objects.exists()


def test_rules_are_left_out_to_see_what_they_are_worth(client):
    build_shop()
    rule = save_rule(hide(clause("category", "home/lamps")), when=[on_query("lamp")])
    client.post(reverse(ADD), fields(mode="leave_out", rule_ids=[str(rule.pk)]))
    assert work_off().result["changes"]["zero_mended"]["queries"] == 2
    fresh_process()


def test_rules_of_the_list_are_tried_together(client):
    rules = [save_rule(pin("L6", 1), name=name, status="draft") for name in "ab"]
    picked = {"action": "ask_what_if", "_selected_action": [str(rule.pk) for rule in rules]}
    answer = client.post(reverse("admin:ranking_rule_changelist"), picked)
    page = client.get(answer["Location"])
    assert {rule["name"] for rule in page.context["chosen"]} == {"a", "b"}


def test_rules_are_found_by_name_and_drafts_are_offered(client):
    save_rule(pin("L6", 1), name="Live one")
    save_rule(pin("L6", 1), name="双十一 草稿", status="draft")
    assert [rule["name"] for rule in client.get(reverse(ADD)).context["offered"]] == ["双十一 草稿"]
    found = client.get(reverse("admin:ranking_simulation_rules"), {"find": "live"}).content.decode()
    assert "Live one" in found
    assert "双十一" not in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "Choose at least one rule", id="no-rule"),
        pytest.param({"at": "soon"}, "Choose a day and a time", id="moment"),
        pytest.param({"limit": "99999"}, "less than or equal to 10000", id="too-many"),
        pytest.param({"conversion": "a"}, "Enter a number", id="conversion"),
        pytest.param({"zone": "Mars"}, "Mars is not one", id="zone"),
        pytest.param({"queries": "x" * 501}, "Too long", id="long-query"),
        pytest.param({"draft": "{"}, "valid JSON", id="draft"),
        pytest.param({"draft": "3"}, "one rule as a JSON object", id="draft-number"),
        pytest.param({"draft": '{"name": ""}'}, "This is needed", id="draft-rule"),
        pytest.param({"rule_ids": ["nonsense"]}, "Choose at least one rule", id="no-such-rule"),
    ],
)
def test_a_wrong_form_says_what_to_mend(client, changes, words):
    answer = client.post(reverse(ADD), fields(**changes))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Simulation.objects.exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("Lamps 3", "Line 1: write a category", id="no-colon"),
        pytest.param("Lamps: many", "Line 1: write a category", id="no-number"),
        pytest.param("Lamps: 101", "Line 1: write a category", id="too-much"),
        pytest.param("Lamps: nan", "Line 1: write a category", id="nan"),
        pytest.param("灯: 3", "no category is called “灯”", id="unknown-zh"),
        pytest.param("Lamps: 3\nhome/lamps: 2", "Line 2: “home/lamps” stands twice", id="twice"),
    ],
)
def test_a_wrong_line_of_a_category_says_what_to_mend(client, line, words):
    build_shop()
    rule = save_rule(pin("L6", 1), status="draft")
    answer = client.post(reverse(ADD), fields(rule_ids=[str(rule.pk)], conversion_by_category=line))
    assert words in answer.content.decode()
    assert not Simulation.objects.exists()
    fresh_process()


def test_two_categories_of_one_name_are_told_apart_by_their_keys(client):
    add_category("home", "Home")
    add_category("toys", "Toys")
    for key in ("home/lamps", "toys/lamps"):
        add_category(key, "Lamps", "灯具")
    with pytest.raises(ValidationError, match="home/lamps, toys/lamps"):
        read_shares("灯具：3")
    assert read_shares("toys/lamps：3，5％\n\nHOME = 0") == {"toys/lamps": 0.035, "home": 0}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Looks at a product in stock that end in buying it: Lamps: 3.50%; in all other categories 2.00%."),
        ("zh-hans", "灯具"),
    ],
)
def test_the_page_says_how_each_category_converts_and_that_nobody_is_held_out(client, language, said):
    build_shop()
    rule = save_rule(pin("L6", 1), when=[on_query("lamp")], status="draft", holdout_share=0.1)
    client.post(reverse(ADD), fields(rule_ids=[str(rule.pk)], conversion_by_category="灯具：3.5"))
    simulation = work_off()
    assert simulation.question["conversion_by_category"] == {"home/lamps": 0.035}
    page = client.get(url("change", simulation), headers={"accept-language": language}).content.decode()
    assert said in page
    if language == "en":
        assert "as if no shopper were held out" in page
    fresh_process()


def test_a_simulation_is_stopped_and_its_part_is_shown(client):
    build_shop()
    rule = save_rule(pin("L6", 1), status="draft")
    queries = "\n".join(f"lamp {number}" for number in range(40))
    client.post(reverse(ADD), fields(rule_ids=[str(rule.pk)], queries=queries))
    simulation = Simulation.objects.get()
    run_slice(str(simulation.pk), seconds=0)
    assert client.get(url("cancel", simulation)).status_code == 302
    simulation.refresh_from_db()
    assert simulation.status == "running", "only a POST stops it"
    client.post(url("cancel", simulation))
    work_off()
    page = client.get(url("change", simulation)).content.decode()
    assert "cancelled" in page
    assert "of 20 queries" in page
    fresh_process()


def test_pages_are_for_those_who_may_see_them(client):
    rule = save_rule(pin("L6", 1), status="draft")
    client.post(reverse(ADD), fields(rule_ids=[str(rule.pk)]))
    simulation = Simulation.objects.get()
    user = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk = Client()
    clerk.force_login(user)
    places = [url(name, simulation) for name in ("change", "state", "queries", "csv", "cancel")]
    for place in (*places, reverse(ADD), reverse("admin:ranking_simulation_rules"), url("pages", simulation, 0)):
        assert clerk.get(place).status_code == 403, place
        assert Client().get(place).status_code == 302, place
    user.user_permissions.add(Permission.objects.get(codename="view_simulation"))
    assert clerk.get(url("change", simulation)).status_code == 200
    assert clerk.post(url("cancel", simulation)).status_code == 403
    assert "Stop it" not in clerk.get(url("change", simulation)).content.decode()


def test_what_does_not_exist_is_not_an_error(client):
    gone = "00000000-0000-0000-0000-000000000000"
    assert client.get(reverse("admin:ranking_simulation_change", args=[gone])).status_code == 302
    assert client.get(reverse("admin:ranking_simulation_state", args=[gone])).status_code == 404


def test_the_rule_page_offers_to_ask(client):
    page = client.get(reverse("admin:ranking_rule_add")).content.decode()
    assert "What would this rule change?" in page
