"""Loosening a policy takes two people where four eyes are on; tightening takes one, and neither hides from the log."""

import json
from typing import Any

import pytest

from catalog.errors import NotFound
from ranking.errors import NotAllowed, PolicyConflict
from ranking.governance.actors import Actor
from ranking.governance.policies import read_policies
from ranking.governance.policy_documents import document_of, read_documents
from ranking.governance.policy_proposals import approve_proposal, send_back_proposal, withdraw_proposal
from ranking.governance.policy_standing import read_proposal
from ranking.governance.policy_store import change_policy, delete_policy
from ranking.models import AuditEntry, PolicyProposal, RulePolicy, ShareCap
from tests.ranking.governance.people import actor, boss, set_policy
from tests.ranking.governance.test_audit import in_threads

pytestmark = pytest.mark.django_db
WORDS = ["gender", "性别"]


@pytest.fixture
def shop() -> RulePolicy:
    policy = set_policy(four_eyes=True, protected=WORDS, own_brands=["nord"])
    ShareCap.objects.create(policy=policy, percent=30)
    return policy


@pytest.fixture
def mei() -> Actor:
    return actor("mei")


@pytest.fixture
def anna() -> Actor:
    return actor("anna")


def change(policy: RulePolicy, who: Actor, **fields: Any) -> PolicyProposal | None:
    return change_policy(policy, {**document_of(policy), **fields}, who)


def stored(market: str = "") -> dict[str, Any]:
    return dict(read_documents()[market])


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def standing(proposal: PolicyProposal, who: Actor) -> Any:
    return read_proposal(proposal, who, read_documents(), read_policies())


LOOSENED = [
    {"four_eyes": False},
    {"superusers_exempt": True},
    {"caps": []},
    {"caps": [{"kind": "own_brands", "attribute": "", "values": [], "places": 10, "percent": 31}]},
    {"protected": ["gender"]},
    {"own_brands": []},
]
IDS = ["eyes off", "exempt", "cap removed", "cap raised", "word", "own brand"]


@pytest.mark.parametrize("fields", LOOSENED, ids=IDS)
def test_what_loosens_waits_for_a_second_person(shop, mei, anna, fields):
    before = stored()
    proposal = change(shop, mei, **fields)
    assert stored() == before
    assert standing(proposal, mei).steps == {"withdraw"}
    with pytest.raises(NotAllowed):
        approve_proposal(proposal.pk, actor=mei)
    assert standing(proposal, anna).steps == {"approve", "reject"}
    approve_proposal(proposal.pk, actor=anna, comment="可以")
    assert stored() == {**before, **fields}
    assert not PolicyProposal.objects.exists()
    assert actions() == ["submit", "approve"]
    first, last = AuditEntry.objects.order_by("id")
    assert (first.kind, first.actor_label, json.loads(first.document)["change"]) == ("policy", "mei", "change")
    assert (last.actor_label, last.comment, last.object_id) == ("anna", "可以", str(shop.pk))
    assert json.loads(last.document) == stored()


@pytest.mark.parametrize("fields", LOOSENED, ids=IDS)
def test_in_a_new_shop_nothing_waits(shop, mei, fields):
    set_policy(four_eyes=False)
    shop.refresh_from_db()
    assert change(shop, mei, **fields) is None
    assert stored() == {**document_of(shop), **fields}
    assert actions() == ["change"]


def test_what_tightens_holds_at_once_also_while_something_waits(shop, mei, anna):
    proposal = change(shop, mei, protected=[])
    assert change(shop, anna, protected=[*WORDS, "age"], own_brands=["nord", "lumo"]) is None
    assert stored()["protected"] == [*WORDS, "age"]
    seen = standing(proposal, anna)
    assert (seen.outdated, seen.steps) == (True, {"reject"})
    with pytest.raises(PolicyConflict, match="changed after this was proposed"):
        approve_proposal(proposal.pk, actor=anna)
    assert stored()["protected"] == [*WORDS, "age"]


def test_a_word_that_is_no_longer_protected_elsewhere_makes_it_out_of_date_too(shop, mei, anna):
    cn = set_policy("cn", protected=["gender"])
    proposal = change(shop, mei, protected=[])
    assert standing(proposal, anna).loosened == ("no longer protected: 性别",)
    RulePolicy.objects.filter(pk=cn.pk).update(protected=[])
    with pytest.raises(PolicyConflict):
        approve_proposal(proposal.pk, actor=anna)


class TestMarkets:
    def test_a_row_is_deleted_or_made_looser_by_two(self, shop, mei, anna):
        cn = set_policy("cn", four_eyes=True)
        ShareCap.objects.create(policy=cn, percent=10)
        proposal = delete_policy(cn, mei)
        assert RulePolicy.objects.filter(market="cn").exists()
        assert standing(proposal, anna).loosened == ("no longer held: own brands at most 10 % of the first 10",)
        approve_proposal(proposal.pk, actor=anna)
        assert not RulePolicy.objects.filter(market="cn").exists()
        assert actions() == ["ask_delete", "delete"]

    def test_a_new_row_without_four_eyes_waits_where_the_shop_has_them(self, shop, mei, anna):
        new = RulePolicy(market="de", four_eyes=False)
        proposal = change(new, mei)
        assert not RulePolicy.objects.filter(market="de").exists()
        assert (proposal.kind, proposal.policy) == ("create", None)
        approve_proposal(proposal.pk, actor=anna)
        assert not RulePolicy.objects.get(market="de").four_eyes

    def test_a_row_that_only_adds_is_made_at_once(self, shop, mei):
        assert change(RulePolicy(market="de", four_eyes=True), mei) is None
        assert RulePolicy.objects.filter(market="de").exists()

    def test_where_its_own_market_has_four_eyes_off_one_is_enough(self, shop, mei):
        de = set_policy("de", four_eyes=False)
        ShareCap.objects.create(policy=de, percent=10)
        assert change(de, mei, caps=[]) is None

    def test_words_and_the_shops_row_hold_in_every_market(self, mei):
        shop, cn = set_policy(four_eyes=False, own_brands=["nord"]), set_policy("cn", four_eyes=True)
        de = set_policy("de", protected=["left-handed"])
        assert change(cn, mei, protected=["age"]) is None
        assert change(de, mei, protected=[]) is not None
        assert change(shop, mei, own_brands=[]) is not None

    def test_who_may_approve_elsewhere_only_may_not(self, shop, mei):
        cn = set_policy("cn", four_eyes=True)
        proposal, whole = change(cn, mei, four_eyes=False), change(shop, mei, four_eyes=False)
        lin = actor("lin", approve=("cn",))
        assert "approve" not in standing(whole, lin).steps
        with pytest.raises(NotAllowed, match="all markets"):
            approve_proposal(whole.pk, actor=lin)
        with pytest.raises(NotAllowed):
            send_back_proposal(whole.pk, actor=actor("bo", approve=("de",)), comment="no")
        approve_proposal(proposal.pk, actor=lin)


class TestSuperusers:
    def test_are_no_exception(self, shop):
        chief = boss()
        proposal = change(shop, chief, four_eyes=False)
        with pytest.raises(NotAllowed, match="your own"):
            approve_proposal(proposal.pk, actor=chief)
        with pytest.raises(NotAllowed, match="your own"):
            approve_proposal(change(shop, chief, superusers_exempt=True).pk, actor=chief)

    def test_unless_the_policy_that_holds_says_so(self, shop, mei):
        set_policy(superusers_exempt=True)
        shop.refresh_from_db()
        chief = boss()
        approve_proposal(change(shop, chief, four_eyes=False).pk, actor=chief)
        assert not stored()["four_eyes"]


class TestOfSeveral:
    def test_the_authors_next_takes_its_place_and_the_old_one_is_not_approved(self, shop, mei, anna):
        first = change(shop, mei, protected=["gender"])
        second = change(shop, mei, protected=[])
        with pytest.raises(NotFound):
            approve_proposal(first.pk, actor=anna)
        assert list(PolicyProposal.objects.values_list("pk", flat=True)) == [second.pk]

    def test_nobody_elses_pushes_it_aside(self, shop, mei, anna):
        first = change(shop, mei, protected=["gender"])
        with pytest.raises(PolicyConflict, match="by mei waits"):
            change(shop, anna, four_eyes=False)
        assert PolicyProposal.objects.get() == first


class TestSentBack:
    def test_with_a_reason_that_its_author_reads(self, shop, mei, anna):
        proposal = change(shop, mei, four_eyes=False)
        with pytest.raises(PolicyConflict, match="Write why"):
            send_back_proposal(proposal.pk, actor=anna, comment="")
        send_back_proposal(proposal.pk, actor=anna, comment="双十一之后再说")
        proposal.refresh_from_db()
        seen = standing(proposal, mei)
        assert (proposal.comment, seen.waits, seen.steps) == ("双十一之后再说", False, {"withdraw"})
        with pytest.raises(PolicyConflict, match="sent back"):
            approve_proposal(proposal.pk, actor=anna)
        assert change(shop, anna, four_eyes=False).proposed_by == anna.identity
        assert actions() == ["submit", "reject", "submit"]

    def test_withdrawn_by_its_author_alone(self, shop, mei, anna):
        proposal = change(shop, mei, four_eyes=False)
        with pytest.raises(NotAllowed, match="Only who proposed"):
            withdraw_proposal(proposal.pk, actor=anna)
        withdraw_proposal(proposal.pk, actor=mei)
        assert not PolicyProposal.objects.exists()
        assert actions() == ["submit", "discard"]
        assert stored()["four_eyes"]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_of_two_approvers_one_approves(self, shop):
        proposal = change(shop, actor("mei"), four_eyes=False)
        others = [actor(name) for name in ("anna", "lin")]
        results = in_threads(*(lambda who=who: approve_proposal(proposal.pk, actor=who) for who in others))
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotFound"]
        assert actions() == ["submit", "approve"]

    def test_an_approval_never_makes_what_was_not_seen_the_policy(self, shop):
        mei, anna = actor("mei"), actor("anna")
        for _round in range(5):
            set_policy(four_eyes=True, protected=WORDS)
            proposal = change(RulePolicy.objects.get(market=""), mei, protected=["gender"])
            in_threads(
                lambda key=proposal.pk: approve_proposal(key, actor=anna),
                lambda: change(RulePolicy.objects.get(market=""), mei, protected=[]),
            )
            assert stored()["protected"] in (WORDS, ["gender"])
            PolicyProposal.objects.all().delete()

    def test_a_tightening_is_not_undone_by_what_was_proposed_before_it(self, shop):
        mei, anna = actor("mei"), actor("anna")
        for number in range(5):
            proposal = change(RulePolicy.objects.get(market=""), mei, superusers_exempt=True)
            policy = RulePolicy.objects.get(market="")
            in_threads(
                lambda key=proposal.pk: approve_proposal(key, actor=anna),
                lambda policy=policy, n=number: change(policy, anna, protected=[*policy.protected, f"word {n}"]),
            )
            row = stored()
            if f"word {number}" in row["protected"]:
                assert not row["superusers_exempt"]
            set_policy(superusers_exempt=False)
            PolicyProposal.objects.all().delete()


def test_caps_that_stay_keep_their_rows(shop, mei):
    (kept,) = shop.caps.all()
    more = {"kind": "brand", "attribute": "", "values": ["lumo"], "places": 5, "percent": 20}
    assert change(shop, mei, caps=[*document_of(shop)["caps"], more]) is None
    assert kept in shop.caps.all()
    assert shop.caps.count() == 2
