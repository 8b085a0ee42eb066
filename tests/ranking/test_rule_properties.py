"""What holds for every book of rules and every search: the index loses nothing, order of writing means nothing, every
rule's fate is told once, and a file of rules says the same as the rules.
"""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalog.text import analyse
from ranking.merchandising.book import build_book, revise_book
from ranking.merchandising.compile import compile_rule
from ranking.merchandising.conflicts import find_conflicts
from ranking.merchandising.facts import Reading, Wording
from ranking.merchandising.match import does_hold, find_miss, is_held_out, match_rules
from ranking.merchandising.rivals import Sieve
from ranking.merchandising.schema import RuleDocument, parse_rule, to_columns
from ranking.models import Rule
from ranking.rules_file import read_rules, write_rules
from tests.ranking.rule_strategies import ACTION_EXAMPLES, CONDITION_EXAMPLES, SEARCHES, documents
from tests.ranking.rule_words import NOW, document, facts_of, on_query, pin

BORN = datetime(2026, 1, 1, tzinfo=UTC)
MANY = hypothesis_settings(max_examples=200, deadline=None)
MOMENTS = st.sampled_from([NOW, datetime(2026, 11, 10, 16, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC)])
SHOPPERS = st.sampled_from(["", "s1", "s2", "s3"])


def compile_all(listed):
    return [compile_rule(parse_rule(item), created_at=BORN) for item in listed]


def ask(book, asked, *, now=NOW, shopper="", explain_limit=0):
    facts = facts_of(**asked, shopper_id=shopper)
    return match_rules(book, facts, now=now, explain_limit=explain_limit), facts


def list_effects(matched):
    parts = (matched.restricts, matched.hides, matched.boosts, matched.pins, matched.slots, matched.page)
    return [[(effect.rule.id, effect.pin or effect.action or effect.target) for effect in part] for part in parts]


def match_naively(rules, facts, *, now):
    """Every rule tested, one after the other, as the documentation of rules says it."""
    winners = []
    for rule in sorted(rules, key=lambda each: each.order):
        closed = rule.find_closed_reason(now.timestamp())
        assert does_hold(rule, facts) is (find_miss(rule, facts) is None)
        if does_hold(rule, facts) and not closed and not is_held_out(rule, facts.shopper):
            winners.append(rule.id)
            if rule.stop_processing:
                break
    return winners


@pytest.mark.parametrize("kinds", [CONDITION_EXAMPLES, ACTION_EXAMPLES], ids=["conditions", "actions"])
def test_the_generators_know_every_kind(kinds):
    assert not [kind for kind, examples in kinds.items() if not examples]


@MANY
@given(listed=documents(), asked=SEARCHES, now=MOMENTS, shopper=SHOPPERS)
def test_the_index_finds_exactly_what_testing_every_rule_finds(listed, asked, now, shopper):
    rules = compile_all(listed)
    matched, facts = ask(build_book(rules), asked, now=now, shopper=shopper)
    won = [outcome.rule_id for outcome in matched.outcomes if outcome.status == "matched"]
    assert won == match_naively(rules, facts, now=now)


@MANY
@given(listed=documents(), asked=SEARCHES, now=MOMENTS, dice=st.randoms(use_true_random=False))
def test_the_order_of_writing_and_of_the_shelf_means_nothing(listed, asked, now, dice):
    rules = compile_all(listed)
    expected, _facts = ask(build_book(rules), asked, now=now, explain_limit=50)
    dice.shuffle(rules)
    found, _facts = ask(build_book(rules), asked, now=now, explain_limit=50)
    assert list_effects(found) == list_effects(expected)
    assert found.outcomes == expected.outcomes


@MANY
@given(listed=documents(), asked=SEARCHES, now=MOMENTS, shopper=SHOPPERS)
def test_every_rule_has_exactly_one_fate_and_the_beaten_name_who_won(listed, asked, now, shopper):
    matched, _facts = ask(build_book(compile_all(listed)), asked, now=now, shopper=shopper, explain_limit=50)
    fates = {outcome.rule_id: outcome.status for outcome in matched.outcomes}
    assert Counter(outcome.rule_id for outcome in matched.outcomes) == Counter(item["id"] for item in listed)
    for outcome in matched.outcomes:
        assert outcome.status in ("matched", "beaten", "inactive", "held_out", "not_matched")
        if outcome.status == "beaten":
            assert fates[outcome.beaten_by] == "matched"
        if outcome.status != "matched":
            assert outcome.reason


@MANY
@given(listed=documents(), asked=SEARCHES, priority=st.integers(-3, 3))
def test_a_rule_that_does_not_hold_changes_nothing(listed, asked, priority):
    stranger = document(
        pin("P1", 1), when=[on_query("zebra")], name="stranger", priority=priority, stop_processing=True
    )
    without, _facts = ask(build_book(compile_all(listed)), asked)
    beside, _facts = ask(build_book(compile_all([*listed, stranger])), asked)
    assert list_effects(beside) == list_effects(without)
    assert beside.outcomes == without.outcomes


@MANY
@given(listed=documents(), changed=documents(), kept=st.integers(0, 6))
def test_a_book_that_is_revised_is_the_book_that_is_built(listed, changed, kept):
    before = compile_all(listed)
    gone, left = before[kept:], before[:kept]
    fresh = [
        compile_rule(parse_rule(item | {"id": str(UUID(int=100 + number))}), created_at=BORN)
        for number, item in enumerate(changed)
    ]
    revised = revise_book(build_book(before), gone, fresh, version=3)
    assert revised == build_book([*left, *fresh], version=3)


# One way only, and one word for two: what the other language says need not lead back.
TRANSLATED = {"lamp": "耳机", "desk": "手机壳", "无线": "red", "手机壳": "lamp"}


def read(words):
    if not any(word in TRANSLATED for word in words.split()):
        return ()
    text = " ".join(TRANSLATED.get(word, word) for word in words.split())
    return (Reading("translated", Wording(text, tuple(analyse(text)))),)


@MANY
@given(listed=documents(), one=documents(most=1))
def test_the_sieve_keeps_every_rule_that_conflicts(listed, one):
    book = build_book(compile_all(listed))
    (rule,) = compile_all([one[0] | {"id": str(UUID(int=999))}])
    for way in (read, lambda words: ()):
        sieved = Sieve(way).find_rivals(rule, book)
        expected = list(find_conflicts(rule, book.rules, now=NOW, read=way))
        assert list(find_conflicts(rule, sieved, now=NOW, read=way)) == expected


def test_the_sieve_leaves_a_handful_of_rules_on_words_of_their_own():
    listed = [
        document(pin("P", 1), when=[on_query(f"word{n} lamp", match="is")], id=str(UUID(int=n))) for n in range(50)
    ]
    (rule,) = compile_all([document(pin("Q", 1), when=[on_query("word7 lamps", match="is")], id=str(UUID(int=99)))])
    assert [other.id for other in Sieve(read).find_rivals(rule, build_book(compile_all(listed)))] == [str(UUID(int=7))]


@MANY
@given(listed=documents())
def test_a_file_of_rules_reads_back_as_the_same_rules(listed):
    before = [parse_rule(item) for item in listed]
    rows = [Rule(id=item.id, **to_columns(item)) for item in before]
    assert read_rules(write_rules(rows)) == before


@MANY
@given(listed=documents(most=2))
def test_a_document_survives_its_columns(listed):
    for item in listed:
        written = parse_rule(item)
        assert RuleDocument.model_validate({"id": written.id, **to_columns(written)}) == written
