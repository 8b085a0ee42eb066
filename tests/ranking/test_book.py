"""The live rules in a process: loaded again exactly when they changed, and never broken by one bad row."""

import contextlib
import threading
import uuid

import pytest
from django.db import connection, transaction

from catalog.models import LiveVersion
from ranking.merchandising.book import RuleBook, compile_row, current_book, forget_book
from ranking.merchandising.match import match_rules
from ranking.merchandising.schema import parse_rule, to_columns
from ranking.models import Rule
from tests.ranking.rule_words import NOW, document, facts_of, on_query


@pytest.fixture(autouse=True)
def fresh(db):
    forget_book()
    yield
    forget_book()


def add_rule(name: str, **fields) -> Rule:
    return Rule.objects.create(**to_columns(parse_rule(document(name=name, **{"status": "live", **fields}))))


def version() -> int:
    return LiveVersion.objects.get(name="rules").version


def copy_rule_by_sql() -> None:
    old, new = Rule.objects.get(), uuid.uuid4()
    Rule.objects.filter(pk=old.pk).update(name="old")
    columns = ", ".join(field.column for field in Rule._meta.concrete_fields if field.column not in ("id", "name"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ranking_rule (id, name, {columns}) SELECT %s, 'copy', {columns} FROM ranking_rule", [new]
        )


def names() -> list[str]:
    return [rule.name for rule in current_book(version()).rules]


def test_only_live_rules_are_in_the_book_in_order_of_precedence():
    for name, status, priority in (
        ("b", "live", 2),
        ("a", "live", 1),
        ("c", "draft", 0),
        ("d", "paused", 0),
        ("e", "review", 0),
    ):
        add_rule(name, status=status, priority=priority)
    assert names() == ["a", "b"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: add_rule("new"), id="created"),
        pytest.param(lambda: Rule.objects.update(name="new"), id="bulk-update-without-save"),
        pytest.param(lambda: connection.cursor().execute("UPDATE ranking_rule SET name = 'new'"), id="plain-sql"),
        pytest.param(lambda: Rule.objects.all().delete(), id="deleted"),
        pytest.param(lambda: connection.cursor().execute("DELETE FROM ranking_rule"), id="deleted-by-plain-sql"),
        pytest.param(
            lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE ranking_rule CASCADE"),
            id="truncated",
        ),
        pytest.param(lambda: Rule.objects.update(status="paused"), id="paused"),
        pytest.param(
            lambda: [Rule.objects.update(name="a"), Rule.objects.update(name="b")],
            id="twice-in-one-transaction",
        ),
        pytest.param(copy_rule_by_sql, id="inserted-by-plain-sql"),
    ],
)
def test_every_kind_of_write_is_seen_by_the_next_search(change):
    add_rule("old")
    before = names()
    change()
    assert names() != before


def test_an_unchanged_version_reads_nothing(django_assert_num_queries):
    add_rule("old")
    wanted = version()
    book = current_book(wanted)
    with django_assert_num_queries(0):
        assert current_book(wanted) is book


def test_unchanged_rules_are_not_compiled_again():
    add_rule("kept")
    changed = add_rule("changed")
    first = current_book(version())
    changed.name = "renamed"
    changed.save()
    second = current_book(version())
    kept = {rule.name: rule for rule in first.rules}["kept"]
    assert {rule.name: rule for rule in second.rules}["kept"] is kept
    assert sorted(rule.name for rule in second.rules) == ["kept", "renamed"]


def test_what_was_rolled_back_is_not_seen_and_the_next_change_is():
    rule = add_rule("kept")
    assert names() == ["kept"]
    with contextlib.suppress(KeyError), transaction.atomic():
        Rule.objects.update(name="never")
        assert names() == ["never"]
        raise KeyError
    forget_book()  # this process had read its own unfinished work
    assert names() == ["kept"]
    Rule.objects.filter(pk=rule.pk).update(name="changed")
    assert names() == ["changed"]


def test_a_save_reads_and_compiles_only_what_changed(monkeypatch):
    rules = [add_rule(f"r{number}") for number in range(40)]
    assert len(names()) == 40
    compiled: list[str] = []

    def count(row):
        compiled.append(row[1])
        return compile_row(row)

    monkeypatch.setattr("ranking.merchandising.book.compile_row", count)
    Rule.objects.filter(pk=rules[3].pk).update(name="new")
    rules[4].delete()
    assert sorted(names()) == sorted(["new", *(rule.name for rule in rules if rule not in (rules[3], rules[4]))])
    assert compiled == ["new"]


def test_a_broken_row_stays_named_when_other_rules_change():
    broken, other = add_rule("broken"), add_rule("other")
    Rule.objects.filter(pk=broken.pk).update(actions=[{"type": "moon"}])
    assert names() == ["other"]
    Rule.objects.filter(pk=other.pk).update(name="changed")
    book = current_book(version())
    assert [outcome.name for outcome in book.broken] == ["broken"]
    Rule.objects.filter(pk=broken.pk).update(actions=[{"type": "pin", "sku": "A", "position": 1}])
    book = current_book(version())
    assert book.broken == ()
    assert {rule.name for rule in book.rules} == {"broken", "changed"}


def test_a_broken_row_is_skipped_and_named_and_the_others_work():
    add_rule("good")
    broken = add_rule("broken")
    Rule.objects.filter(pk=broken.pk).update(actions=[{"type": "moon"}])
    book = current_book(version())
    matched = match_rules(book, facts_of(), now=NOW)
    assert len(matched.pins) == 1
    assert {outcome.name: outcome.status for outcome in matched.outcomes} == {"good": "matched", "broken": "inactive"}
    assert "actions.0" in next(outcome.reason for outcome in matched.outcomes if outcome.name == "broken")


def test_complaints_24_to_27_rules_are_rows_and_no_reindex_touches_them():
    rule = add_rule("kept", when=[on_query("灯")], reason="双十一")
    LiveVersion.objects.filter(name="index").update(version=99)
    assert names() == ["kept"]
    assert Rule.objects.get(pk=rule.pk).reason == "双十一"


def test_threads_that_meet_a_new_version_share_one_load(monkeypatch):
    loads: list[int] = []

    def load(version: int, *, previous: RuleBook) -> RuleBook:
        loads.append(version)
        return RuleBook(version)

    monkeypatch.setattr("ranking.merchandising.book.load_book", load)
    threads = [threading.Thread(target=current_book, args=(7,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [7]


def test_a_deleted_rule_leaves_its_history():
    rule = add_rule("gone", status="draft")
    key = rule.pk
    rule.delete()
    assert [entry.history_type for entry in Rule.history.filter(id=key)] == ["-", "+"]
