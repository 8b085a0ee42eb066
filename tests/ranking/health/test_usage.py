"""Rules that no search met, and rules that always lose; nothing is said before there is anything to say it from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ranking.governance import workflow
from ranking.governance.actors import actor_of
from ranking.health.usage import find_beaten, find_unused, read_live_since, read_usage
from ranking.merchandising.book import load_book
from ranking.models import Rule, RuleDay
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db
DAYS = 30


def age(rule: Rule, days: int) -> Rule:
    """As if it had been made and made live so long ago."""
    at = timezone.now() - timedelta(days=days)
    Rule.objects.filter(pk=rule.pk).update(created_at=at)
    rule.history.update(history_date=at)
    return rule


def met(rule: Rule, *, days_ago: int = 0, matched: int = 1, beaten: int = 0) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    RuleDay.objects.create(day=at.date(), rule_id=rule.pk, matched=matched, beaten=beaten, last_at=at)


def unused() -> set[str]:
    now = timezone.now()
    usage = read_usage((now - timedelta(days=DAYS)).date())
    found = find_unused(load_book(1).rules, usage, now=now, days=DAYS)
    names = {str(rule.pk): rule.name for rule in Rule.objects.all()}
    return {names[item.rule_id] for item in found if item.rule_id}


def test_rules_live_for_long_that_nobody_met_are_named() -> None:
    met(age(save_rule(pin("L1", 1), name="used"), 90), days_ago=45)
    met(Rule.objects.get(name="used"), days_ago=1)
    age(save_rule(pin("L1", 1), name="never"), 90)
    met(age(save_rule(pin("L1", 1), name="long ago"), 90), days_ago=60)
    age(save_rule(pin("L1", 1), name="young"), 3)
    age(save_rule(pin("L1", 1), name="draft", status="draft"), 90)
    assert unused() == {"never", "long ago"}


def test_nothing_is_said_while_the_log_is_young() -> None:
    age(save_rule(pin("L1", 1), name="never"), 90)
    assert unused() == set()
    met(age(save_rule(pin("L1", 1), name="used"), 90), days_ago=3)
    assert unused() == set()


def test_a_campaign_that_shoppers_could_not_meet_is_not_unused() -> None:
    met(age(save_rule(pin("L1", 1), name="used"), 90), days_ago=45)
    soon = (timezone.now() + timedelta(days=5)).replace(tzinfo=None).isoformat(timespec="minutes")
    age(save_rule(pin("L1", 1), name="双十一", windows=[{"from": soon, "timezone": "UTC"}]), 90)
    assert "双十一" not in unused()


def test_live_since_is_when_it_went_live_the_last_time() -> None:
    rule = age(save_rule(pin("L1", 1)), 90)
    workflow.pause(rule.pk, actor=actor_of(None))
    workflow.resume(rule.pk, actor=actor_of(None))
    assert timezone.now() - read_live_since([str(rule.pk)])[str(rule.pk)] < timedelta(minutes=1)


def test_rules_that_always_lose_are_named_with_their_winners() -> None:
    loser, sometimes, seldom = (save_rule(pin("L1", 1), name=name) for name in ("loser", "sometimes", "seldom"))
    met(loser, matched=40, beaten=40)
    met(sometimes, matched=40, beaten=39)
    met(seldom, matched=2, beaten=2)
    usage = read_usage((timezone.now() - timedelta(days=DAYS)).date())
    (found,) = find_beaten(load_book(1).rules, usage, find_winners=lambda rule: [str(sometimes.pk)])
    assert (found.rule_id, found.other_id, found.weight) == (str(loser.pk), str(sometimes.pk), 40)
