"""Undo on the rule page: a link where the rule stands, a page that says what comes back, the way of every restore."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ranking.governance import workflow
from ranking.governance.actors import actor_of_user
from ranking.governance.versions import pending_of
from ranking.models import AuditEntry, Rule
from ranking.rule_store import create_rule, update_rule
from tests.ranking.governance.people import make_live, person, set_policy, sign_in, written
from tests.ranking.rule_shop import ask, build_shop, skus
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return person("mei")


@pytest.fixture
def rule(mei: User) -> Rule:
    """Live with its second version."""
    me = actor_of_user(mei)
    made = create_rule(written(pin("L6", 1), name="Lamps", status="live"), actor=me)
    update_rule(made.pk, written(pin("L5", 1), name="Lamps", status="live"), expected_version=1, actor=me)
    return Rule.objects.get()


def url(rule: Rule, name: str) -> str:
    return reverse(f"admin:ranking_rule_{name}", args=[rule.pk])


def press(client: Client, rule: Rule) -> str:
    """The only form of the page, as it was sent."""
    text = client.get(url(rule, "undo")).content.decode()
    form = text[text.find("gv-undo") :]
    action = form.split('action="')[1].split('"')[0]
    hidden = form[: form.find("</form>")].split('<input type="hidden" name="')[1:]
    data = {each.split('"')[0]: each.split('value="')[1].split('"')[0] for each in hidden}
    return client.post(action, data, follow=True).content.decode()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("Undo the last change", "comes back as a new version")),
        ("zh-hans", ("撤销上次修改", "将作为新版本恢复")),
    ],
)
def test_it_asks_with_the_difference_in_words(mei, rule, language, says):
    client = sign_in(mei, language)
    with translation.override(language):  # a request leaves its language behind
        assert url(rule, "undo") in client.get(url(rule, "change")).content.decode()
        text = client.get(url(rule, "undo")).content.decode()
    assert all(words in text for words in says)
    removed, added = (text[text.find(f'"gv-{name}"') :].split("</li>")[0] for name in ("removed", "added"))
    assert "L5" in removed
    assert "L6" in added
    assert Rule.objects.get().version == 2


def test_it_brings_back_the_version_before_and_the_next_search_obeys(mei, rule):
    build_shop()
    assert skus(ask())[0] == "L5"
    assert "The version is back" in press(sign_in(mei), rule)
    assert (Rule.objects.get().version, Rule.objects.get().status) == (3, "live")
    assert skus(ask())[0] == "L6"
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor_label, entry.comment) == ("restore", "mei", "version 1 restored")


def test_under_four_eyes_it_waits_and_undone_again_it_is_dropped(mei, rule):
    set_policy(four_eyes=True)
    client = sign_in(mei)
    assert "waits for somebody else" in press(client, rule)
    stored = Rule.objects.select_related("pending").get()
    assert (stored.actions[0]["sku"], pending_of(stored).document["actions"][0]["sku"]) == ("L5", "L6")
    text = client.get(url(rule, "undo")).content.decode()
    assert "The change that waits is dropped" in text
    assert "the rule is as it was" in press(client, rule)
    assert pending_of(Rule.objects.select_related("pending").get()) is None


def test_a_change_since_the_page_was_opened_is_not_undone_unseen(mei, rule):
    client = sign_in(mei)
    update_rule(rule.pk, written(pin("L4", 1), status="live"), expected_version=2, actor=actor_of_user(mei))
    answer = client.post(url(rule, "restore"), {"to_version": "1", "version": "2"}, follow=True)
    assert "Somebody else changed this rule" in answer.content.decode()
    assert Rule.objects.get().version == 3


def test_a_rule_that_never_changed_has_no_such_link(mei):
    rule = create_rule(written(), actor=actor_of_user(mei))
    client = sign_in(mei)
    assert url(rule, "undo") not in client.get(url(rule, "change")).content.decode()
    answer = client.get(url(rule, "undo"), follow=True)
    assert "Nothing to undo" in answer.content.decode()
    workflow.publish(rule.pk, actor=actor_of_user(mei))
    assert url(rule, "undo") not in client.get(url(rule, "change")).content.decode()


def test_it_is_for_those_who_may_write_the_rule(mei):
    me = actor_of_user(mei)
    rule = create_rule(written(name="one", markets=["de"]), actor=me)
    update_rule(rule.pk, written(name="two", markets=["de"]), expected_version=1, actor=me)
    reader = sign_in(person("reader", permissions=("view_rule",)))
    assert reader.get(url(rule, "undo")).status_code == 403
    lin = sign_in(person("lin", write=("cn",)))
    assert url(rule, "undo") not in lin.get(url(rule, "change")).content.decode()
    assert "You may not write rules for: de" in press(lin, rule)
    assert Rule.objects.get().version == 2
    assert Client().get(url(rule, "undo")).status_code == 302


def test_an_unknown_rule_is_not_found(mei):
    address = reverse("admin:ranking_rule_undo", args=["00000000-0000-0000-0000-000000000009"])
    assert sign_in(mei).get(address).status_code == 404


def test_who_only_approves_is_shown_the_review_instead_of_the_form_and_no_undo(mei):
    set_policy(four_eyes=True)
    anna = person("anna", permissions=("view_rule", "approve_rule"))
    rule = make_live(actor_of_user(mei), actor_of_user(anna))
    update_rule(rule.pk, written(name="other", status="review"), expected_version=None, actor=actor_of_user(mei))
    answer = sign_in(anna).get(url(rule, "change"), follow=True)
    assert answer.redirect_chain[-1][0] == url(rule, "review")
    text = answer.content.decode()
    assert 'value="approve"' in text
    assert url(rule, "undo") not in text
    assert "Open the rule, with preview" not in text
