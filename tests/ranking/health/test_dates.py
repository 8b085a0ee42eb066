"""Live rules whose time is over, or nearly so, and those that are skipped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ranking.health.dates import find_dated
from ranking.merchandising.book import load_book
from ranking.models import Rule
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db


def found() -> dict[str, str]:
    """Rule name → kind."""
    names = {str(rule.pk): rule.name for rule in Rule.objects.all()}
    return {
        names[item.rule_id]: str(item.kind) for item in find_dated(load_book(1), now=timezone.now()) if item.rule_id
    }


def window(**bounds: int) -> dict[str, str]:
    now = timezone.now().replace(tzinfo=None, second=0, microsecond=0)
    return {name: (now + timedelta(days=days)).isoformat() for name, days in bounds.items()} | {"timezone": "UTC"}


def test_each_rule_has_at_most_one_date_finding() -> None:
    now = timezone.now()
    save_rule(pin("L1", 1), name="expired", expires_at=(now - timedelta(days=2)).isoformat())
    save_rule(pin("L1", 1), name="expires soon", expires_at=(now + timedelta(days=6)).isoformat())
    save_rule(pin("L1", 1), name="expires later", expires_at=(now + timedelta(days=30)).isoformat())
    save_rule(pin("L1", 1), name="双十一已过", windows=[window(**{"from": -9, "until": -8})])
    save_rule(pin("L1", 1), name="last window ends soon", windows=[window(**{"from": -9, "until": 3})])
    save_rule(pin("L1", 1), name="campaign to come", windows=[window(**{"from": 20, "until": 30})])
    save_rule(pin("L1", 1), name="open end", windows=[window(**{"from": -3})])
    save_rule(pin("L1", 1), name="draft", status="draft", expires_at=(now - timedelta(days=2)).isoformat())
    assert found() == {
        "expired": "expired",
        "expires soon": "expiring",
        "双十一已过": "past_window",
        "last window ends soon": "expiring",
    }


def test_a_rule_that_is_skipped_is_named() -> None:
    Rule.objects.create(name="broken", status="live", conditions=[{"type": "nonsense"}], actions=[])
    assert found() == {"broken": "broken"}
