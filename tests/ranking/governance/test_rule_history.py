"""Every version can be read, compared and put back; deleted rules too."""

import pytest

from catalog.errors import NotFound
from ranking.errors import NotAllowed, RuleConflict
from ranking.governance import workflow
from ranking.governance.contents import content_of_rule
from ranking.governance.rule_history import list_deleted, list_versions, restore
from ranking.governance.versions import pending_of
from ranking.models import Rule
from ranking.rule_store import create_rule, delete_rule, update_rule
from tests.ranking.governance.people import actor, make_live, set_policy, written
from tests.ranking.rule_words import boost, clause, pin

pytestmark = pytest.mark.django_db
WINDOW = {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"}
RICH = {
    "name": "双十一", "reason": "大促", "priority": 7, "stop_processing": True, "windows": [WINDOW], "markets": ["cn"],
    "locales": ["zh"], "tags": ["双11"], "holdout_share": 0.1, "expires_at": "2026-12-01T00:00:00+08:00",
}  # fmt: skip


def test_versions_say_who_did_what_and_what_changed():
    mei, anna = actor("mei"), actor("anna")
    rule = create_rule(written(pin("L6", 1), name="灯"), actor=mei)
    update_rule(
        rule.pk, written(pin("L6", 1), boost(30, clause("brand", "nord")), name="灯"), expected_version=1, actor=anna
    )
    workflow.publish(rule.pk, actor=mei, comment="上线")
    live, changed, first = list_versions(rule.pk)
    assert [(item.version, item.who, item.action) for item in (live, changed, first)] == [
        (3, "mei", "publish"), (2, "anna", "change"), (1, "mei", "create"),
    ]  # fmt: skip
    (actions,) = changed.differences
    assert (actions.field, actions.added, actions.removed) == ("actions", ("boost brand nord by 30",), ())
    assert actions.kept == ("pin L6 at 1",)
    assert [(item.field, item.removed, item.added) for item in live.differences] == [("status", ("draft",), ("live",))]
    assert live.comment == "上线"
    assert {item.field for item in first.differences} >= {"name", "conditions", "actions"}


def test_a_version_put_back_is_the_same_content_as_a_new_version():
    mei = actor("mei")
    rule = create_rule(written(pin("L6", 1), status="live", **RICH), actor=mei)
    before = content_of_rule(Rule.objects.get())
    update_rule(rule.pk, written(pin("L5", 2), status="live", name="other"), expected_version=1, actor=mei)
    done = restore(rule.pk, to_version=1, actor=mei)
    assert content_of_rule(Rule.objects.get()) == before
    assert (done.version, done.status) == (3, "live")
    assert [item.version for item in list_versions(rule.pk)] == [3, 2, 1]


def test_a_deleted_rule_comes_back_as_it_was_under_its_own_id():
    mei = actor("mei")
    rule = create_rule(written(status="live", **RICH), actor=mei)
    before = content_of_rule(Rule.objects.get())
    delete_rule(rule.pk, expected_version=None, actor=mei)
    assert [row.id for row in list_deleted()] == [rule.pk]
    assert list_versions(rule.pk)[0].gone
    done = restore(rule.pk, to_version=1, actor=mei)
    assert (done.pk, done.status, done.version) == (rule.pk, "live", 2)
    assert content_of_rule(Rule.objects.get()) == before
    assert list_deleted() == []


class TestUnderFourEyes:
    @pytest.fixture(autouse=True)
    def _policy(self):
        set_policy(four_eyes=True)

    def test_a_version_put_back_waits_and_the_live_one_is_served(self):
        mei, anna = actor("mei"), actor("anna")
        rule = make_live(mei, anna, name="first")
        version = rule.version
        update_rule(rule.pk, written(name="second", status="review"), expected_version=version, actor=mei)
        changed = Rule.objects.select_related("pending").get()
        workflow.approve(rule.pk, version=pending_of(changed).version, actor=anna)
        restore(rule.pk, to_version=version, actor=mei)
        stored = Rule.objects.select_related("pending").get()
        assert (stored.name, stored.status, pending_of(stored).status) == ("second", "live", "review")
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=pending_of(stored).version, actor=mei)
        assert workflow.approve(rule.pk, version=pending_of(stored).version, actor=anna).name == "first"

    def test_a_deleted_live_rule_comes_back_in_review(self):
        mei, anna = actor("mei"), actor("anna")
        rule = make_live(mei, anna)
        delete_rule(rule.pk, expected_version=None, actor=mei)
        change = pending_of(Rule.objects.select_related("pending").get())
        workflow.approve(rule.pk, version=change.version, actor=anna)
        done = restore(rule.pk, to_version=rule.version, actor=mei)
        assert done.status == "review"


def test_what_was_changed_meanwhile_is_not_overwritten():
    mei = actor("mei")
    rule = create_rule(written(), actor=mei)
    update_rule(rule.pk, written(name="new"), expected_version=1, actor=mei)
    with pytest.raises(RuleConflict):
        restore(rule.pk, to_version=1, actor=mei, expected_version=1)


def test_only_what_there_was():
    mei = actor("mei")
    rule = create_rule(written(), actor=mei)
    with pytest.raises(NotFound, match="no version 9"):
        restore(rule.pk, to_version=9, actor=mei)
    rule.pk = "00000000-0000-0000-0000-000000000001"
    with pytest.raises(NotFound):
        list_versions(rule.pk)


def test_a_foreign_market_is_not_restored():
    mei, lin = actor("mei"), actor("lin", write=("de",))
    rule = create_rule(written(markets=["cn"]), actor=mei)
    delete_rule(rule.pk, expected_version=None, actor=mei)
    with pytest.raises(NotAllowed):
        restore(rule.pk, to_version=1, actor=lin)
