"""Differences in the words of the rule's sentence, in the reader's language."""

from django.utils import translation

from ranking.governance.differences import find_differences
from tests.ranking.rule_words import boost, clause, document, hide, on_query, pin


def fields(before, after):
    return {item.field: (item.removed, item.added) for item in find_differences(before, after)}


def test_nothing_changed():
    rule = document(pin("A", 1))
    assert find_differences(rule, dict(rule)) == []


def test_each_field_in_words():
    before = document(pin("A", 1), when=[on_query("lamp")], priority=100)
    after = document(
        pin("A", 2), hide(clause("brand", "nord")), when=[on_query("lamp", "台灯")], priority=5, markets=["cn"]
    )
    assert fields(before, after) == {
        "conditions": (("the query contains “lamp”",), ("the query contains “lamp” or “台灯”",)),
        "actions": (("pin A at 1",), ("pin A at 2", "hide brand nord")),
        "markets": (("all",), ("cn",)),
        "priority": (("100",), ("5",)),
    }


def test_an_order_changed_shows_both_orders():
    one, two = boost(10, clause("brand", "a")), hide(clause("brand", "b"))
    assert fields(document(one, two), document(two, one)) == {
        "actions": (("boost brand a by 10", "hide brand b"), ("hide brand b", "boost brand a by 10"))
    }


def test_a_detail_that_the_sentence_does_not_tell_is_no_silence():
    found = fields(document(pin("A", 1)), document(pin("A", 1, obey_stock=False)))
    assert found == {"actions": ((), ("other details",))}


def test_a_new_rule_is_all_added_and_a_deleted_one_all_removed():
    rule = document(pin("A", 1))
    assert all(not removed for removed, _added in fields(None, rule).values())
    assert all(not added for _removed, added in fields(rule, None).values())


def test_a_rule_that_is_not_valid_is_compared_as_it_is_stored():
    assert "actions" in fields(document(pin("A", 1)), {"name": "x", "actions": [{"type": "moon"}], "conditions": []})


def test_in_chinese():
    with translation.override("zh-hans"):
        (found,) = find_differences(document(pin("A", 1)), document(pin("A", 1), priority=5))
        assert found.label == "优先级"
