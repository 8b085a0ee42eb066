"""Undo knows what the last change of a rule was, whoever made it and whatever steps came after it."""

import pytest

from ranking.governance import workflow
from ranking.governance.rule_history import restore
from ranking.governance.undo import Undo, find_undo
from ranking.models import Rule
from ranking.rule_store import create_rule, delete_rule, update_rule
from tests.ranking.governance.people import actor, make_live, set_policy, written
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db


def read() -> Rule:
    return Rule.objects.select_related("pending").get()


def undo() -> Undo:
    found = find_undo(read())
    assert found is not None
    return found


def lines(found: Undo) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {item.field: (item.removed, item.added) for item in found.differences}


def test_a_rule_that_never_changed_has_nothing_to_undo():
    mei = actor("mei")
    rule = create_rule(written(), actor=mei)
    assert find_undo(read()) is None
    workflow.publish(rule.pk, actor=mei)
    workflow.pause(rule.pk, actor=mei)
    assert find_undo(read()) is None


def test_it_is_the_version_before_the_last_change_of_the_content():
    mei, anna = actor("mei"), actor("anna")
    rule = create_rule(written(pin("L6", 1), name="灯"), actor=mei)
    update_rule(rule.pk, written(pin("L5", 2), name="灯"), expected_version=1, actor=anna)
    workflow.publish(rule.pk, actor=mei)
    found = undo()
    assert (found.version, found.to_version, found.expected, found.who) == (2, 1, 3, "anna")
    assert lines(found) == {"actions": (("pin L5 at 2",), ("pin L6 at 1",))}


def test_undone_it_can_be_undone_in_its_turn():
    mei = actor("mei")
    rule = create_rule(written(name="one"), actor=mei)
    update_rule(rule.pk, written(name="two"), expected_version=1, actor=mei)
    restore(rule.pk, to_version=undo().to_version, actor=mei, expected_version=undo().expected)
    assert read().name == "one"
    restore(rule.pk, to_version=undo().to_version, actor=mei, expected_version=undo().expected)
    assert read().name == "two"


def test_what_waits_beside_a_live_rule_is_the_last_change():
    set_policy(four_eyes=True)
    mei, anna = actor("mei"), actor("anna")
    rule = make_live(mei, anna, name="served")
    update_rule(rule.pk, written(name="wanted", status="review"), expected_version=None, actor=mei)
    found = undo()
    assert (found.to_version, found.who, lines(found)) == (None, "mei", {"name": (("wanted",), ("served",))})
    workflow.discard(rule.pk, actor=mei, version=found.expected)
    assert find_undo(read()) is None


def test_a_wish_to_delete_is_undone_by_keeping_the_rule():
    set_policy(four_eyes=True)
    mei, anna = actor("mei"), actor("anna")
    rule = make_live(mei, anna)
    delete_rule(rule.pk, expected_version=None, actor=mei)
    assert (undo().keeps_rule, undo().differences) == (True, ())


def test_nothing_from_before_a_deletion_comes_back():
    mei = actor("mei")
    rule = create_rule(written(name="one"), actor=mei)
    update_rule(rule.pk, written(name="two"), expected_version=1, actor=mei)
    key = rule.pk
    delete_rule(key, expected_version=None, actor=mei)
    restore(key, to_version=2, actor=mei)
    assert find_undo(read()) is None
