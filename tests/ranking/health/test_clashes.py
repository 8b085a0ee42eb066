"""Conflicts are looked for a little each run; what a run does not reach stays as the last one found it."""

import itertools
from typing import Any

import pytest
from django.utils import timezone

from ranking.governance import workflow
from ranking.governance.actors import actor_of
from ranking.health.clashes import sweep_conflicts
from ranking.health.usage import Usage
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conflicts import find_conflicts
from ranking.merchandising.meeting import Meetings
from ranking.merchandising.membership import Membership, Ordinals
from ranking.models import HealthFinding, Rule
from ranking.registry import live_state
from ranking.rule_word_books import open_books
from tests.ranking.rule_shop import build_shop, save_rule
from tests.ranking.rule_words import clause, hide, on_query, pin

pytestmark = pytest.mark.django_db
MATCHES = ("contains", "is", "starts")


def category(key: str) -> dict[str, Any]:
    return {"type": "category", "keys": [key]}


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    build_shop()


def sweep(before: dict[str, Any] | None = None, *, seconds: float = 60, usage: Any = None) -> dict[str, Any]:
    return sweep_conflicts(live_state(), usage or {}, before or {}, now=timezone.now(), seconds=seconds)


def pairs() -> set[tuple[str, str]]:
    """(who loses, who wins) by name."""
    names = {rule.pk: rule.name for rule in Rule.objects.all()}
    return {(names[f.rule_id], names[f.other_id]) for f in HealthFinding.objects.filter(kind="conflict")}


def test_conflicts_are_found_once_with_a_sentence_in_each_language() -> None:
    save_rule(pin("L1", 1), when=[on_query("lamp")], name="strong", priority=1)
    save_rule(pin("L2", 1), when=[on_query("lamp")], name="weak", priority=2)
    save_rule(pin("L3", 1), when=[on_query("椅子")], name="apart", priority=3, markets=["cn"])
    done = sweep()
    assert pairs() >= {("weak", "strong")}
    assert done["checked"] == 3
    finding = HealthFinding.objects.get(rule_id=Rule.objects.get(name="weak").pk, kind="conflict")
    assert set(finding.detail["message"]) == {"en", "zh-hans"}
    assert finding.detail["message"]["en"] != finding.detail["message"]["zh-hans"]
    assert sweep(done)["checked"] == 3
    assert HealthFinding.objects.filter(kind="conflict").count() == len(pairs())


def test_conflicts_of_rules_that_are_gone_go() -> None:
    save_rule(pin("L1", 1), name="strong", priority=1)
    weak = save_rule(pin("L2", 1), name="weak", priority=2)
    done = sweep()
    assert pairs() == {("weak", "strong")}
    workflow.pause(weak.pk, actor=actor_of(None))
    sweep(done, seconds=0)
    assert pairs() == set()


def test_changed_rules_come_first_and_the_sweep_goes_on_where_it_stopped() -> None:
    rules = [save_rule(pin(f"L{n}", n), when=[on_query("lamp")], name=f"rule {n}") for n in range(1, 6)]
    done = sweep()
    assert pairs() == set()
    late = save_rule(pin("L9", 1), when=[on_query("lamp")], name="late")
    stopped = sweep(done, seconds=0)
    assert stopped["seen_until"] == done["seen_until"], "what was not looked at is still to be seen"
    sweep(stopped)
    assert pairs() == {("late", "rule 1")}
    assert late.pk not in {rule.pk for rule in rules}


def test_of_a_changed_rule_also_what_it_wins_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 6):
        save_rule(pin(f"L{number}", number), when=[on_query("lamp")], name=f"rule {number}")
    done = sweep()
    save_rule(pin("C1", 4), when=[on_query("lamp")], name="late and strong", priority=-1)
    clock = itertools.chain([0, 0], itertools.repeat(1000))
    monkeypatch.setattr("ranking.health.clashes.time.monotonic", lambda: next(clock))
    assert sweep(done)["checked"] == 1
    assert pairs() == {("rule 4", "late and strong")}


def test_every_two_rules_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 5):
        save_rule(pin(f"L{number}", 1), name=f"rule {number}")
    compared = []
    real = Meetings.find

    def find(self: Meetings, first: CompiledRule, second: CompiledRule) -> Any:
        compared.append({first.id, second.id})
        return real(self, first, second)

    monkeypatch.setattr(Meetings, "find", find)
    sweep()
    assert len(compared) == 6
    assert len(pairs()) == 6


def test_a_whole_round_finds_what_the_comparison_of_all_pairs_finds() -> None:
    words, places = ("lamp", "desk lamp", "灯", "chair"), (category("home"), category("home/lamps"))
    for number in range(24):
        when = places[number % 2] if number % 5 == 0 else on_query(words[number % 4], match=MATCHES[number % 3])
        actions = (
            pin(f"L{1 + number % 5}", 1 + number % 4),
            hide(clause("brand", "lumo")),
            hide(clause("sku", "L2-V")),
        )
        save_rule(actions[number % 3], when=[when], name=f"rule {number}", priority=number % 7)
    sweep()
    live = live_state()
    live_rules, membership = live.book.rules, Membership(Ordinals(live.snapshot), timezone.now())
    membership.learn({f"L{n}" for n in range(1, 7)} | {"L2-V"})
    names = {rule.id: rule.name for rule in live_rules}
    expected = {
        (names[conflict.loser.id], names[conflict.winner.id])
        for one, two in itertools.combinations(live_rules, 2)
        for conflict in find_conflicts(
            one, [two], now=timezone.now(), holds=membership.holds, read=open_books(live).read
        )
    }
    assert expected
    assert pairs() == expected
    kinds = set(HealthFinding.objects.filter(kind="conflict").values_list("detail__kind", flat=True))
    assert kinds == {"position", "product", "removed"}


def test_what_loses_in_many_searches_is_worse() -> None:
    save_rule(pin("L1", 1), pin("L2", 2), name="strong", priority=1)
    quiet = save_rule(pin("L3", 1), name="quiet", priority=2)
    busy = save_rule(pin("L4", 2), name="busy", priority=3)
    sweep(usage={str(busy.pk): Usage(matched=500), str(quiet.pk): Usage(matched=1)})
    worst = HealthFinding.objects.filter(kind="conflict").order_by("-weight").first()
    assert worst is not None
    assert worst.rule_id == busy.pk
