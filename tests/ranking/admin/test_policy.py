"""The policy's page: what tightens is saved, what loosens waits above the form for a second person, also in Chinese."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ranking.models import AuditEntry, PolicyProposal, RulePolicy, ShareCap
from tests.ranking.governance.people import RULES, person, set_policy, sign_in

pytestmark = pytest.mark.django_db
POLICY = ("view_rulepolicy", "add_rulepolicy", "change_rulepolicy", "delete_rulepolicy")
CAPS = ("view_sharecap", "add_sharecap", "change_sharecap", "delete_sharecap")
LIST, ADD, QUEUE = (
    "admin:ranking_rulepolicy_changelist",
    "admin:ranking_rulepolicy_add",
    "admin:ranking_rule_queue",
)


@pytest.fixture
def shop() -> RulePolicy:
    policy = set_policy(four_eyes=True, protected=["gender", "性别"], own_brands=["nord"])
    ShareCap.objects.create(policy=policy, percent=30)
    return policy


@pytest.fixture
def mei() -> Client:
    return sign_in(person("mei", permissions=(*RULES, *POLICY, *CAPS)))


@pytest.fixture
def anna() -> Client:
    """Approves rules, and may not open policies."""
    return sign_in(person("anna", permissions=("view_rule", "approve_rule")))


def url(policy: RulePolicy, name: str = "change") -> str:
    return reverse(f"admin:ranking_rulepolicy_{name}", args=[policy.pk])


def page(client: Client, proposal: PolicyProposal) -> str:
    return client.get(reverse("admin:ranking_rulepolicy_proposal", args=[proposal.pk])).content.decode()


def take(client: Client, proposal: PolicyProposal, step: str, comment: str = "") -> str:
    address = reverse("admin:ranking_rulepolicy_proposal_step", args=[proposal.pk])
    return client.post(address, {"step": step, "comment": comment}, follow=True).content.decode()


def fields(policy: RulePolicy, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with changes; `percent` and `drop` are of its only cap, None: not sent."""
    cap = policy.caps.first() if policy.pk else None
    data = {
        "four_eyes": "on" if policy.four_eyes else None,
        "superusers_exempt": "on" if policy.superusers_exempt else None,
        "protected": ", ".join(policy.protected),
        "own_brands": ", ".join(policy.own_brands),
        "caps-TOTAL_FORMS": "1" if cap else "0",
        "caps-INITIAL_FORMS": "1" if cap else "0",
        **changes,
    }
    if cap:
        data |= {f"caps-0-{name}": value for name, value in cap_fields(cap, data.pop("percent", 30)).items()}
        data["caps-0-DELETE"] = data.pop("drop", None)
    return {name: value for name, value in data.items() if value is not None}


def cap_fields(cap: ShareCap, percent: int) -> dict[str, Any]:
    values = {"kind": cap.kind, "attribute": cap.attribute, "values": ", ".join(cap.values), "places": cap.places}
    return {"id": cap.pk, "policy": cap.policy_id, "percent": percent, **values}


def test_what_tightens_is_saved_at_once(mei, shop):
    answer = mei.post(url(shop), fields(shop, protected="gender, 性别, age", percent=20), follow=True)
    assert "changed successfully" in answer.content.decode()
    shop.refresh_from_db()
    assert (shop.protected, shop.caps.get().percent) == (["gender", "性别", "age"], 20)
    assert not PolicyProposal.objects.exists()
    assert AuditEntry.objects.get().action == "change"


@pytest.mark.parametrize(
    ("changes", "removed", "added", "says"),
    [
        ({"four_eyes": None}, "yes", "no", "four eyes go off"),
        ({"superusers_exempt": "on"}, "no", "yes", "superusers may approve their own changes"),
        ({"percent": 60}, "at most 30 %", "at most 60 %", "becomes own brands at most 60 %"),
        ({"drop": "on"}, "at most 30 %", "", "no longer held: own brands"),
        ({"protected": "gender"}, "性别", "", "no longer protected: 性别"),
        ({"own_brands": ""}, "nord", "", "no longer own brands: nord"),
    ],
    ids=["eyes off", "exempt", "cap raised", "cap dropped", "word", "own brand"],
)
def test_what_loosens_waits_and_shows_before_and_after(mei, anna, shop, changes, removed, added, says):
    answer = mei.post(url(shop), fields(shop, why="Summer sale", **changes), follow=True).content.decode()
    assert "all of it waits for somebody else" in answer
    assert "changed successfully" not in answer
    assert not LogEntry.objects.exists()
    shop.refresh_from_db()
    assert (shop.four_eyes, shop.protected, shop.own_brands) == (True, ["gender", "性别"], ["nord"])
    assert shop.caps.get().percent == 30
    proposal = PolicyProposal.objects.get()
    text = page(anna, proposal)
    old = text[text.find("gv-removed") : text.find("</del>")]
    assert removed in old
    assert added in text[text.find("gv-added") :]
    assert says in text
    assert "Summer sale" in text
    take(anna, proposal, "approve", "ok")
    assert not PolicyProposal.objects.exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["approve", "submit"]


@pytest.mark.parametrize(
    ("other", "warned"),
    [
        ({}, False),
        ({"approve": ("cn",)}, True),
        ({"approve": None}, True),
        ({"permissions": ("view_rule",)}, True),
    ],
    ids=["may approve", "another market", "no grant", "no permission"],
)
def test_four_eyes_of_one_person_are_warned_of(mei, shop, other, warned):
    set_policy(four_eyes=False)
    shop.refresh_from_db()
    person("lin", **other)
    answer = mei.post(url(shop), fields(shop, four_eyes="on"), follow=True).content.decode()
    assert ("nobody but you may approve" in answer) == warned


def test_above_the_form_stands_what_waits_and_the_form_shows_what_holds(mei, shop):
    mei.post(url(shop), fields(shop, protected="gender"))
    text = mei.get(url(shop)).content.decode()
    assert "no longer protected: 性别" in text
    assert 'value="withdraw"' in text
    assert 'value="approve"' not in text
    assert "gender, 性别</textarea>" in text
    assert "change waits for approval" in mei.get(reverse(LIST)).content.decode()


def test_the_author_withdraws_it(mei, shop):
    mei.post(url(shop), fields(shop, protected="gender"))
    assert "Withdrawn" in take(mei, PolicyProposal.objects.get(), "withdraw")
    assert not PolicyProposal.objects.exists()


def test_the_author_cannot_press_what_is_not_shown(mei, shop):
    mei.post(url(shop), fields(shop, four_eyes=None))
    assert "your own" in take(mei, PolicyProposal.objects.get(), "approve")
    assert RulePolicy.objects.get(pk=shop.pk).four_eyes


def test_sent_back_with_a_reason_it_waits_with_its_author(mei, anna, shop):
    mei.post(url(shop), fields(shop, four_eyes=None))
    proposal = PolicyProposal.objects.get()
    assert "Write why" in take(anna, proposal, "reject")
    take(anna, proposal, "reject", "双十一之后再说")
    text = mei.get(reverse(QUEUE)).content.decode()
    assert "双十一之后再说" in text[text.find('id="gv-returned"') :]
    assert "双十一之后再说" in mei.get(url(shop)).content.decode()
    assert 'value="approve"' not in page(anna, proposal)
    mei.post(url(shop), fields(shop, four_eyes=None))
    assert PolicyProposal.objects.get().status == "review"


def test_the_queue_shows_it_to_whom_it_waits_for(mei, anna, shop):
    mei.post(url(shop), fields(shop, four_eyes=None))
    link = reverse("admin:ranking_rulepolicy_proposal", args=[PolicyProposal.objects.get().pk])
    for client, part in ((anna, "mine"), (mei, "own")):
        text = client.get(reverse(QUEUE)).content.decode()
        start = text.find(f'id="gv-{part}"')
        assert link in text[start : text.find("</section>", start)]
    reader = sign_in(person("reader", permissions=("view_rule",)))
    assert link not in reader.get(reverse(QUEUE)).content.decode()


def test_a_change_of_the_policy_meanwhile_is_said_and_it_is_not_approved(mei, anna, shop):
    mei.post(url(shop), fields(shop, protected="gender"))
    mei.post(url(shop), fields(shop, protected="gender, 性别, age"))
    proposal = PolicyProposal.objects.get()
    text = page(anna, proposal)
    assert "The policy was changed after this was proposed" in text
    assert 'value="approve"' not in text
    assert "propose it again" in take(anna, proposal, "approve")
    assert len(RulePolicy.objects.get(pk=shop.pk).protected) == 3


def test_what_was_decided_meanwhile_is_told(mei, anna, shop):
    mei.post(url(shop), fields(shop, four_eyes=None))
    proposal = PolicyProposal.objects.get()
    take(mei, proposal, "withdraw")
    assert "does not wait any more" in take(anna, proposal, "approve")
    assert RulePolicy.objects.get(pk=shop.pk).four_eyes


def test_a_page_that_is_out_of_date_is_not_saved(mei, shop):
    text = mei.get(url(shop)).content.decode()
    seen = text.split('name="seen" value="')[1].split('"')[0]
    mei.post(url(shop), fields(shop, protected="gender, 性别, age"))
    answer = mei.post(url(shop), fields(shop, protected="gender, 性别, religion", seen=seen))
    assert "Somebody else changed this policy meanwhile" in answer.content.decode()
    assert "age" in RulePolicy.objects.get(pk=shop.pk).protected


class TestRowsOfMarkets:
    def test_a_new_one_without_four_eyes_waits(self, mei, anna, shop):
        new = RulePolicy(market="de")
        data = {**fields(new), "market": "de"}
        assert "new policy waits" in mei.post(reverse(ADD), data, follow=True).content.decode()
        assert not RulePolicy.objects.filter(market="de").exists()
        take(anna, PolicyProposal.objects.get(), "approve")
        assert RulePolicy.objects.filter(market="de").exists()

    def test_a_new_one_with_them_is_made_at_once_with_its_caps(self, mei, shop):
        data = {**fields(RulePolicy(market="de", four_eyes=True)), "market": "de", "caps-TOTAL_FORMS": "1"}
        data |= {"caps-0-kind": "brand", "caps-0-values": "lumo", "caps-0-places": "5", "caps-0-percent": "20"}
        assert mei.post(reverse(ADD), data).status_code == 302
        assert ShareCap.objects.get(policy__market="de").values == ["lumo"]

    def test_its_market_stays(self, mei, shop):
        cn = set_policy("cn", four_eyes=True)
        mei.post(url(cn), {**fields(cn), "market": "de"})
        assert not RulePolicy.objects.filter(market="de").exists()

    def test_deleting_one_is_asked_for_and_not_told_as_done(self, mei, anna, shop):
        cn = set_policy("cn", four_eyes=True)
        ShareCap.objects.create(policy=cn, percent=10)
        answer = mei.post(url(cn, "delete"), {"post": "yes"}, follow=True).content.decode()
        assert "deletion waits" in answer
        assert "successfully" not in answer
        assert RulePolicy.objects.filter(market="cn").exists()
        take(anna, PolicyProposal.objects.get(), "approve")
        assert not RulePolicy.objects.filter(market="cn").exists()

    def test_one_that_guards_nothing_more_goes_at_once(self, mei, shop):
        cn = set_policy("cn", four_eyes=True)
        answer = mei.post(url(cn, "delete"), {"post": "yes"}, follow=True).content.decode()
        assert "The policy of cn is deleted" in answer
        assert mei.post(url(shop, "delete"), {"post": "yes"}).status_code == 403

    def test_several_at_once_are_not_deleted(self, mei, shop):
        cn = set_policy("cn", four_eyes=True)
        mei.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [cn.pk], "post": "yes"})
        assert RulePolicy.objects.filter(market="cn").exists()


def test_without_the_right_to_caps_they_stay_as_they_are(shop):
    lin = sign_in(person("lin", permissions=("change_rulepolicy",)))
    data = {**fields(shop, protected="gender, 性别, age", drop="on")}
    assert lin.post(url(shop), data).status_code == 302
    assert (shop.caps.get().percent, PolicyProposal.objects.exists()) == (30, False)
    viewer = sign_in(person("viewer", permissions=("change_rulepolicy", "view_sharecap")))
    viewer.post(url(shop), fields(RulePolicy.objects.get(pk=shop.pk), percent=90, drop="on"))
    assert (shop.caps.get().percent, PolicyProposal.objects.exists()) == (30, False)


def test_proposals_are_for_those_who_may_see_policies_or_approve(mei, shop):
    mei.post(url(shop), fields(shop, four_eyes=None))
    proposal = PolicyProposal.objects.get()
    address = reverse("admin:ranking_rulepolicy_proposal", args=[proposal.pk])
    step = reverse("admin:ranking_rulepolicy_proposal_step", args=[proposal.pk])
    reader = sign_in(person("reader", permissions=("view_rule",)))
    assert reader.get(address).status_code == 403
    assert reader.post(step, {"step": "approve"}).status_code == 403
    assert Client().get(address).status_code == 302
    assert mei.get(step, {"step": "withdraw"}).status_code == 302
    assert PolicyProposal.objects.exists()


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", ("What would change", "It gives up:", "Withdraw")), ("zh-hans", ("将要发生的改动", "将放宽：", "撤回"))],
)
def test_the_page_speaks_the_readers_language(shop, language, says):
    client = sign_in(person("lin", permissions=(*RULES, *POLICY, *CAPS)), language)
    with translation.override(language):  # a request leaves its language behind
        client.post(url(shop), fields(shop, four_eyes=None, percent=50))
        text = page(client, PolicyProposal.objects.get())
    assert all(words in text for words in says)


@pytest.mark.parametrize("typed", ["gender, 性别,年龄", "gender，性别、年龄", "gender\n性别\n\n 年龄 ,"])
def test_words_are_told_apart_by_commas_of_either_script_or_by_lines(mei, shop, typed):
    mei.post(url(shop), fields(shop, protected=typed), follow=True)
    assert RulePolicy.objects.get(pk=shop.pk).protected == ["gender", "性别", "年龄"]
    assert "gender, 性别, 年龄</textarea>" in mei.get(url(shop)).content.decode()
