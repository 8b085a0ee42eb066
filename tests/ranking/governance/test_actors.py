"""Who may do what for which markets: nothing that was not granted."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group

from ranking.errors import NotAllowed
from ranking.governance import workflow
from ranking.governance.actors import SYSTEM, actor_of_key, actor_of_user
from ranking.models import MarketGrant, Rule
from ranking.rule_store import create_rule, delete_rule, update_rule
from tests.ranking.governance.people import RULES, actor, boss, make_live, person, set_policy, written

pytestmark = pytest.mark.django_db
MARKETS = {"own": ["cn"], "own and another": ["cn", "de"], "another": ["de"], "all": []}


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (("cn",), {"own"}),
        (("cn", "de"), {"own", "own and another", "another"}),
        (("*",), set(MARKETS)),
        ((), set()),
        (None, set()),
    ],
    ids=["one market", "two markets", "all markets", "an empty grant", "no grant"],
)
@pytest.mark.parametrize("case", list(MARKETS))
class TestMatrix:
    def test_writing(self, grant, allowed, case):
        who = actor("lin", write=grant)
        if case in allowed:
            assert create_rule(written(markets=MARKETS[case]), actor=who).pk
        else:
            with pytest.raises(NotAllowed):
                create_rule(written(markets=MARKETS[case]), actor=who)
            assert not Rule.objects.exists()

    def test_approving(self, grant, allowed, case):
        set_policy(four_eyes=True)
        rule = create_rule(written(status="review", markets=MARKETS[case]), actor=actor("mei"))
        who = actor("lin", approve=grant)
        if case in allowed:
            assert workflow.approve(rule.pk, version=rule.version, actor=who).status == "live"
        else:
            with pytest.raises(NotAllowed):
                workflow.approve(rule.pk, version=rule.version, actor=who)


def test_a_rule_is_neither_taken_from_nor_brought_into_a_foreign_market():
    mei, lin = actor("mei"), actor("lin", write=("cn",))
    german = create_rule(written(markets=["de"]), actor=mei)
    chinese = create_rule(written(markets=["cn"]), actor=mei)
    for rule, markets in ((german, ["cn"]), (chinese, ["de"]), (chinese, [])):
        with pytest.raises(NotAllowed):
            update_rule(rule.pk, written(markets=markets), expected_version=None, actor=lin)
    for step in (workflow.submit, workflow.publish, workflow.pause):
        with pytest.raises(NotAllowed):
            step(german.pk, actor=lin)
    with pytest.raises(NotAllowed):
        delete_rule(german.pk, expected_version=None, actor=lin)


def test_a_grant_without_djangos_permission_is_none():
    user = person("lin", permissions=("view_rule",))
    assert (actor_of_user(user).writes, actor_of_user(user).approves) == (frozenset(), frozenset())


def test_groups_grant_too():
    group = Group.objects.create(name="China")
    MarketGrant.objects.create(group=group, right="write", markets=["cn"])
    user = person("lin", write=None, approve=None)
    user.groups.add(group)
    assert actor_of_user(user).writes == frozenset({"cn"})


def test_a_superuser_may_everywhere_and_an_inactive_one_nowhere():
    chief = boss()
    assert chief.may("approve", frozenset())
    chief.user.is_active = False
    assert not actor_of_user(chief.user).may("write", frozenset({"cn"}))


@pytest.mark.parametrize(
    ("scopes", "markets", "writes", "approves"),
    [
        (["admin"], [], {"*"}, {"*"}),
        (["rules:write"], ["cn"], {"cn"}, set()),
        (["rules:approve"], ["*"], set(), {"*"}),
        (["rules:write", "rules:approve"], [], set(), set()),
        (["rules:read"], ["*"], set(), set()),
        (["search"], ["*"], set(), set()),
    ],
)
def test_keys(scopes, markets, writes, approves):
    key = SimpleNamespace(pk=7, name="k", prefix="ss_x", scopes=scopes, markets=markets, made_by_id=None)
    found = actor_of_key(key)
    assert (set(found.writes), set(found.approves)) == (writes, approves)
    assert found.identity == "key:7"


def test_a_key_is_a_hand_of_whoever_made_it():
    set_policy(four_eyes=True)
    user = person("mei")
    key = SimpleNamespace(pk=7, name="k", prefix="ss_x", scopes=["admin"], markets=[], made_by_id=user.pk)
    rule = create_rule(written(status="review"), actor=actor_of_user(user))
    with pytest.raises(NotAllowed, match="your own"):
        workflow.approve(rule.pk, version=rule.version, actor=actor_of_key(key))


def test_programs_write_and_never_approve():
    set_policy(four_eyes=True)
    rule = create_rule(written(status="review"), actor=actor("mei"))
    with pytest.raises(NotAllowed):
        workflow.approve(rule.pk, version=rule.version, actor=SYSTEM)


class TestPoliciesOfMarkets:
    def test_the_strictest_of_a_rules_markets_counts(self):
        set_policy()
        set_policy("cn", four_eyes=True)
        me = actor("mei")
        assert create_rule(written(status="live", markets=["de"]), actor=me).status == "live"
        for markets in (["cn"], ["de", "cn"], []):
            rule = create_rule(written(markets=markets), actor=me)
            with pytest.raises(Exception, match="Four eyes"):
                workflow.publish(rule.pk, actor=me)

    def test_a_market_may_do_without_what_the_shop_asks_for(self):
        set_policy(four_eyes=True)
        set_policy("lab", four_eyes=False)
        me = actor("mei")
        assert create_rule(written(status="live", markets=["lab"]), actor=me).status == "live"

    def test_moving_a_live_rule_into_a_guarded_market_is_reviewed(self):
        set_policy()
        set_policy("cn", four_eyes=True)
        me = actor("mei")
        rule = create_rule(written(status="live", markets=["de"]), actor=me)
        update_rule(rule.pk, written(status="live", markets=["cn"]), expected_version=1, actor=me)
        rule = Rule.objects.select_related("pending").get()
        assert (rule.markets, rule.pending.document["markets"]) == (["de"], ["cn"])

    def test_and_out_of_one_too(self):
        set_policy()
        set_policy("cn", four_eyes=True)
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second, markets=["cn"])
        update_rule(rule.pk, written(status="live", markets=["de"]), expected_version=None, actor=author)
        assert Rule.objects.get().markets == ["cn"]


def test_all_permissions_exist():
    user = person("mei")
    assert {name for name in RULES if user.has_perm(f"ranking.{name}")} == set(RULES)
