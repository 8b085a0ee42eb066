"""Segments that sort shoppers by a protected trait are refused, in both languages and however they are written."""

import pytest

from ranking.errors import RuleRefused
from ranking.governance.protected import find_protected
from ranking.models import Rule, RulePolicy
from ranking.rule_store import create_rule, update_rule
from tests.ranking.governance.people import actor, set_policy, written
from tests.ranking.rule_words import boost, clause


def segment(*values: str, **options: object) -> dict[str, object]:
    return {"type": "segment", "values": list(values), **options}


@pytest.mark.django_db
class TestDefaults:
    @pytest.mark.parametrize(
        "name",
        [
            "women", "Women_30plus", "gender:f", "ageGroup", "age-group-30", "AGE", "age18", "religion=none",
            "disabled", "pregnant customers", "health_conscious",
            "女性用户", "年龄25-34", "少数民族", "健康关注", "性別女", "孕妇",
        ],
    )  # fmt: skip
    def test_protected_traits(self, name):
        with pytest.raises(RuleRefused) as refused:
            create_rule(written(when=[segment("vip", name)]), actor=actor("mei"))
        assert name in refused.value.extra["errors"]["conditions.0.values"]
        assert not Rule.objects.exists()

    @pytest.mark.parametrize("name", ["new", "vip", "新客", "returning", "shoe fans", "manager", "package", "老客户"])
    def test_other_segments(self, name):
        assert create_rule(written(when=[segment(name)]), actor=actor("mei")).pk

    def test_not_being_in_one_is_the_same(self):
        with pytest.raises(RuleRefused):
            create_rule(written(when=[segment("women", negate=True)]), actor=actor("mei"))

    def test_what_products_are_is_no_trait_of_the_shopper(self):
        rule = create_rule(written(boost(20, clause("gender", "women"))), actor=actor("mei"))
        assert rule.actions[0]["target"][0]["field"] == "gender"

    def test_a_change_cannot_bring_one_in(self):
        me = actor("mei")
        rule = create_rule(written(), actor=me)
        with pytest.raises(RuleRefused):
            update_rule(rule.pk, written(when=[segment("男性")]), expected_version=1, actor=me)


@pytest.mark.django_db
def test_the_list_is_the_shops_own():
    set_policy(protected=["vip level"])
    me = actor("mei")
    assert create_rule(written(when=[segment("women")]), actor=me).pk
    with pytest.raises(RuleRefused):
        create_rule(written(when=[segment("vip_level_3")]), actor=me)
    RulePolicy.objects.create(market="cn", protected=["会员"])
    with pytest.raises(RuleRefused):
        create_rule(written(when=[segment("老会员")]), actor=me)


def test_segments_are_found_however_deep_conditions_are_nested():
    nested = [{"type": "any", "conditions": [{"type": "all", "conditions": [segment("women")]}]}]
    assert set(find_protected(nested, ["women"])) == {"conditions.0.conditions.0.conditions.0.values"}
