"""Queue, review, history and deleted rules: what a person needs to decide, and only what they may do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ranking.governance import workflow
from ranking.governance.actors import actor_of_user
from ranking.governance.versions import pending_of
from ranking.models import Rule
from ranking.rule_store import create_rule, delete_rule, update_rule
from tests.ranking.governance.people import make_live, person, set_policy, written
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db
QUEUE = "admin:ranking_rule_queue"


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people() -> dict[str, User]:
    set_policy(four_eyes=True)
    return {name: person(name) for name in ("mei", "anna")}


def url(rule: Rule, name: str) -> str:
    return reverse(f"admin:ranking_rule_{name}", args=[rule.pk])


def section(text: str, name: str) -> str:
    start = text.find(f'id="gv-{name}"')
    return text[start : text.find("</section>", start)] if start >= 0 else ""


def test_the_queue_sorts_by_whom_it_waits_for(people):
    mei, anna = (actor_of_user(people[name]) for name in ("mei", "anna"))
    create_rule(written(status="review", name="Of Mei"), actor=mei)
    create_rule(written(status="review", name="Of Anna"), actor=anna)
    back = create_rule(written(status="review", name="台灯"), actor=mei)
    workflow.reject(back.pk, version=back.version, actor=anna, comment="太高")
    text = sign_in(people["mei"]).get(reverse(QUEUE)).content.decode()
    assert "Of Anna" in section(text, "mine")
    assert "Of Mei" in section(text, "own")
    assert "太高" in section(text, "returned")
    assert "Four eyes are off" not in text


def test_the_queue_says_when_four_eyes_are_off(people):
    set_policy(four_eyes=False)
    assert "Four eyes are off" in sign_in(people["mei"]).get(reverse(QUEUE)).content.decode()


def test_the_review_shows_the_sentence_the_difference_and_the_checks(people):
    mei, anna = (actor_of_user(people[name]) for name in ("mei", "anna"))
    rule = make_live(mei, anna, name="Lamps")
    update_rule(rule.pk, written(pin("L5", 2), name="Lamps", status="review"), expected_version=None, actor=mei)
    text = sign_in(people["anna"]).get(url(rule, "review")).content.decode()
    assert "pin L5 at 2" in text
    assert "pin L6 at 1" in section(text, "diff")
    assert "Not in the catalog now: L5." in section(text, "checks")
    assert 'value="approve"' in text
    own = sign_in(people["mei"]).get(url(rule, "review")).content.decode()
    assert 'value="approve"' not in own
    assert "The last change is your own" in own


def test_a_decision_names_the_version_that_was_shown(people):
    mei = actor_of_user(people["mei"])
    rule = create_rule(written(status="review"), actor=mei)
    update_rule(rule.pk, written(status="review", name="new"), expected_version=1, actor=mei)
    answer = sign_in(people["anna"]).post(url(rule, "step"), {"step": "approve", "version": "1"}, follow=True)
    assert "Somebody else changed this rule" in answer.content.decode()
    assert Rule.objects.get().status == "review"


def test_sending_back_needs_a_comment(people):
    rule = create_rule(written(status="review"), actor=actor_of_user(people["mei"]))
    anna = sign_in(people["anna"])
    answer = anna.post(url(rule, "step"), {"step": "reject", "version": "1"}, follow=True)
    assert "Write why" in answer.content.decode()
    anna.post(url(rule, "step"), {"step": "reject", "version": "1", "comment": "先等等"})
    assert (Rule.objects.get().status, Rule.objects.get().comment) == ("draft", "先等等")


def test_the_history_reads_well_and_rolls_back_through_review(people):
    mei, anna = (actor_of_user(people[name]) for name in ("mei", "anna"))
    rule = make_live(mei, anna, name="Lamps")
    update_rule(rule.pk, written(pin("L5", 1), name="灯具", status="review"), expected_version=None, actor=mei)
    change = pending_of(Rule.objects.select_related("pending").get())
    workflow.approve(rule.pk, version=change.version, actor=anna, comment="可以")
    client = sign_in(people["mei"])
    text = client.get(url(rule, "history")).content.decode()
    assert "“可以”" in text
    assert "Roll back to version 2" in text
    client.post(url(rule, "restore"), {"to_version": "2"})
    stored = Rule.objects.select_related("pending").get()
    assert (stored.name, pending_of(stored).document["name"]) == ("灯具", "Lamps")


def test_a_long_history_is_read_page_by_page(people, monkeypatch):
    monkeypatch.setattr("ranking.admin.rule_pages.VERSIONS_SHOWN", 2)
    set_policy(four_eyes=False)
    mei = actor_of_user(people["mei"])
    rule = create_rule(written(name="台灯"), actor=mei)
    for number in range(2, 6):
        update_rule(rule.pk, written(name=f"台灯 {number}"), expected_version=None, actor=mei)
    client = sign_in(people["mei"])
    pages = [client.get(url(rule, "history"), {"page": number}).content.decode() for number in (1, 2, 3, 4)]
    shown = [[number for number in range(1, 6) if f">Version {number}<" in page] for page in pages]
    assert shown == [[4, 5], [2, 3], [1], []]
    assert [("Older versions" in page, "Newer versions" in page) for page in pages] == [
        (True, False), (True, True), (False, True), (False, True),
    ]  # fmt: skip
    assert "Roll back to version 5" not in pages[0]
    assert "Roll back to version 3" in pages[1]
    assert "台灯 3" in pages[1], "the difference from the version on the next page"
    assert client.get(url(rule, "history"), {"page": "x"}).status_code == 200


def test_a_rule_stored_past_the_forms_has_a_history_that_is_empty(people):
    rule = Rule.objects.create(name="restored", conditions=[{"type": "always"}], actions=[pin("L1", 1)])
    Rule.history.all().delete()
    answer = sign_in(people["mei"]).get(url(rule, "history"))
    assert answer.status_code == 200
    assert "No change of this rule is on record yet." in answer.content.decode()


def test_deleted_rules_are_found_and_restored(people):
    set_policy(four_eyes=False)
    mei = actor_of_user(people["mei"])
    rule = create_rule(written(name="台灯"), actor=mei)
    key = rule.pk
    delete_rule(key, expected_version=None, actor=mei)
    client = sign_in(people["mei"])
    assert "台灯" in client.get(reverse("admin:ranking_rule_deleted")).content.decode()
    restore_url = reverse("admin:ranking_rule_restore", args=[key])
    assert client.get(reverse("admin:ranking_rule_history", args=[key])).status_code == 200
    client.post(restore_url, {"to_version": "1"})
    assert Rule.objects.get().pk == key


@pytest.mark.parametrize("name", ["review", "history"])
def test_pages_are_for_those_who_may_see_rules(people, name):
    rule = create_rule(written(), actor=actor_of_user(people["mei"]))
    assert sign_in(person("clerk", permissions=())).get(url(rule, name)).status_code == 403
    assert sign_in(person("reader", permissions=("view_rule",))).get(url(rule, name)).status_code == 200
    assert Client().get(url(rule, name)).status_code == 302


@pytest.mark.parametrize("step", ["approve", "pause", "submit", "ask_delete", "discard", "publish", "resume", "reject"])
def test_steps_are_for_those_who_may_take_them(people, step):
    rule = create_rule(written(status="review"), actor=actor_of_user(people["mei"]))
    reader = sign_in(person("reader", permissions=("view_rule",)))
    assert reader.post(url(rule, "step"), {"step": step, "version": "1", "comment": "x"}).status_code == 403
    assert reader.post(url(rule, "restore"), {"to_version": "1"}).status_code == 403
    assert Rule.objects.get().version == 1


def test_a_step_by_get_does_nothing(people):
    rule = create_rule(written(status="review"), actor=actor_of_user(people["mei"]))
    assert sign_in(people["anna"]).get(url(rule, "step"), {"step": "approve", "version": "1"}).status_code == 302
    assert Rule.objects.get().status == "review"


def test_an_unknown_rule_is_not_found(people):
    client = sign_in(people["mei"])
    for name in ("review", "history"):
        address = reverse(f"admin:ranking_rule_{name}", args=["00000000-0000-0000-0000-000000000009"])
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(("version", "status"), [("9" * 5000, "live"), ("1", "paused")], ids=["no-number", "nul"])
def test_what_no_database_holds_in_a_step_is_left_out(people, version, status):
    set_policy(four_eyes=False)
    rule = create_rule(written(status="live"), actor=actor_of_user(people["mei"]))
    client = sign_in(people["mei"])
    client.post(url(rule, "restore"), {"to_version": "9" * 5000})
    step = {"step": "reject" if status == "live" else "pause", "version": version, "comment": "暂停\x00"}
    client.post(url(rule, "step"), step)
    assert Rule.objects.get().status == status
