"""A rule's way from draft to live: nobody goes it alone where four eyes are on, and shoppers never see a draft."""

import pytest

from ranking.errors import ApprovalNeeded, NotAllowed, RuleConflict, RuleRefused, WrongStatus
from ranking.governance import workflow
from ranking.governance.versions import pending_of
from ranking.models import AuditEntry, Rule
from ranking.rule_store import create_rule, delete_rule, update_rule
from tests.ranking.governance.people import actor, boss, make_live, set_policy, written
from tests.ranking.rule_shop import ask, build_shop, fresh_process, skus
from tests.ranking.rule_words import pin

pytestmark = pytest.mark.django_db


@pytest.fixture
def four_eyes():
    set_policy(four_eyes=True)


def read(rule: Rule) -> Rule:
    return Rule.objects.select_related("pending").get(pk=rule.pk)


class TestOnePerson:
    """Four eyes off, which is how a shop begins."""

    def test_writes_and_makes_live_at_once(self):
        me = actor("mei")
        rule = create_rule(written(status="live"), actor=me)
        assert (rule.status, rule.version) == ("live", 1)
        changed = update_rule(rule.pk, written(status="live", name="台灯"), expected_version=1, actor=me)
        assert (changed.name, changed.status, changed.version) == ("台灯", "live", 2)

    def test_publishes_pauses_resumes_and_deletes(self):
        me = actor("mei")
        rule = create_rule(written(), actor=me)
        assert workflow.publish(rule.pk, actor=me, version=1).status == "live"
        assert workflow.pause(rule.pk, actor=me).status == "paused"
        assert workflow.resume(rule.pk, actor=me).status == "live"
        assert delete_rule(rule.pk, expected_version=None, actor=me)
        assert not Rule.objects.exists()


class TestFourEyes:
    pytestmark = pytest.mark.usefixtures("four_eyes")

    def test_a_draft_goes_live_by_a_second_person(self):
        author, second = actor("mei"), actor("anna")
        rule = create_rule(written(), actor=author)
        rule = workflow.submit(rule.pk, actor=author, version=rule.version)
        assert rule.status == "review"
        rule = workflow.approve(rule.pk, version=rule.version, actor=second, comment="好的")
        assert (rule.status, rule.changed_by_label) == ("live", "mei")
        assert [(entry.action, entry.actor_label) for entry in AuditEntry.objects.order_by("id")] == [
            ("create", "mei"), ("submit", "mei"), ("approve", "anna"),
        ]  # fmt: skip

    @pytest.mark.parametrize("who", [actor, boss], ids=["merchandiser", "superuser"])
    def test_nobody_approves_their_own(self, who):
        author = who("mei")
        rule = create_rule(written(status="review"), actor=author)
        with pytest.raises(NotAllowed, match="somebody else"):
            workflow.approve(rule.pk, version=rule.version, actor=author)
        assert read(rule).status == "review"

    def test_a_superuser_may_where_the_policy_says_so_and_others_still_may_not(self):
        set_policy(four_eyes=True, superusers_exempt=True)
        author, chief = actor("mei"), boss()
        own = create_rule(written(status="review"), actor=author)
        with pytest.raises(NotAllowed):
            workflow.approve(own.pk, version=own.version, actor=author)
        rule = create_rule(written(status="review"), actor=chief)
        assert workflow.approve(rule.pk, version=rule.version, actor=chief).status == "live"

    def test_whoever_edits_last_is_the_author(self):
        first, second = actor("mei"), actor("anna")
        rule = create_rule(written(status="review"), actor=first)
        rule = update_rule(
            rule.pk, written(status="review", name="Better"), expected_version=rule.version, actor=second
        )
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=rule.version, actor=second)
        assert workflow.approve(rule.pk, version=rule.version, actor=first).name == "Better"

    def test_only_the_version_that_was_seen_is_approved(self):
        author, second = actor("mei"), actor("anna")
        rule = create_rule(written(status="review"), actor=author)
        seen = rule.version
        update_rule(rule.pk, written(pin("L5", 1), status="review"), expected_version=seen, actor=author)
        with pytest.raises(RuleConflict) as refused:
            workflow.approve(rule.pk, version=seen, actor=second)
        assert refused.value.extra["version"] == seen + 1
        assert read(rule).status == "review"

    @pytest.mark.parametrize("status", ["draft", "paused", "live"])
    def test_only_what_waits_is_approved(self, status):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        Rule.objects.filter(pk=rule.pk).update(status=status)
        with pytest.raises(WrongStatus):
            workflow.approve(rule.pk, version=rule.version, actor=second)

    def test_nothing_is_saved_live_past_the_review(self):
        me = actor("mei")
        with pytest.raises(ApprovalNeeded) as refused:
            create_rule(written(status="live"), actor=me)
        assert refused.value.extra["errors"]["status"]
        rule = create_rule(written(), actor=me)
        with pytest.raises(ApprovalNeeded):
            update_rule(rule.pk, written(status="live"), expected_version=rule.version, actor=me)
        with pytest.raises(ApprovalNeeded):
            workflow.publish(rule.pk, actor=me)
        assert read(rule).status == "draft"

    def test_a_program_without_a_name_has_no_shortcut_either(self):
        with pytest.raises(ApprovalNeeded):
            create_rule(written(status="live"))

    def test_what_is_sent_back_says_why_and_comes_again(self):
        author, second = actor("mei"), actor("anna")
        rule = create_rule(written(status="review"), actor=author)
        rule = workflow.reject(rule.pk, version=rule.version, actor=second, comment="位置太高")
        assert (rule.status, rule.comment) == ("draft", "位置太高")
        rule = workflow.submit(rule.pk, actor=author, version=rule.version)
        assert (rule.status, rule.comment) == ("review", "")


class TestALiveRule:
    """Its served version stays until the change is approved."""

    pytestmark = pytest.mark.usefixtures("four_eyes")

    def test_is_served_as_it_is_while_a_change_waits(self):
        build_shop()
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        assert skus(ask())[0] == "L6"
        update_rule(rule.pk, written(pin("L5", 1), status="review"), expected_version=rule.version, actor=author)
        assert skus(ask())[0] == "L6"
        change = pending_of(read(rule))
        assert (change.status, read(rule).status) == ("review", "live")
        workflow.approve(rule.pk, version=change.version, actor=second)
        assert skus(ask())[0] == "L5"
        assert pending_of(read(rule)) is None
        fresh_process()

    def test_one_draft_is_published_while_the_others_stay(self):
        """Complaint 20."""
        author, second = actor("mei"), actor("anna")
        rules = [make_live(author, second, name=name) for name in ("a", "b")]
        for rule in rules:
            update_rule(rule.pk, written(name="changed"), expected_version=rule.version, actor=author)
        chosen = workflow.submit(rules[0].pk, actor=author)
        workflow.approve(chosen.pk, version=pending_of(chosen).version, actor=second)
        assert [read(rule).name for rule in rules] == ["changed", "b"]
        assert pending_of(read(rules[1])).status == "draft"

    def test_a_change_counts_versions_on_and_stale_ones_are_refused(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        update_rule(rule.pk, written(name="one"), expected_version=rule.version, actor=author)
        with pytest.raises(RuleConflict):
            update_rule(rule.pk, written(name="two"), expected_version=rule.version, actor=second)
        version = pending_of(read(rule)).version
        update_rule(rule.pk, written(name="two", status="review"), expected_version=version, actor=second)
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=version + 1, actor=second)
        done = workflow.approve(rule.pk, version=version + 1, actor=author)
        assert (done.name, done.version) == ("two", version + 2)

    def test_saved_without_a_change_stays_as_it_is(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        same = update_rule(rule.pk, written(status="live"), expected_version=rule.version, actor=author)
        assert (same.version, pending_of(read(rule))) == (rule.version, None)

    def test_a_change_is_dropped_again(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        update_rule(rule.pk, written(name="no"), expected_version=rule.version, actor=author)
        done = workflow.discard(rule.pk, actor=author)
        assert (read(done).name, pending_of(read(done))) == ("rule", None)

    def test_a_change_sent_back_is_a_draft_with_a_comment(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        update_rule(rule.pk, written(name="x", status="review"), expected_version=rule.version, actor=author)
        version = pending_of(read(rule)).version
        workflow.reject(rule.pk, version=version, actor=second, comment="no")
        change = pending_of(read(rule))
        assert (change.status, change.comment, read(rule).status) == ("draft", "no", "live")


class TestEmergency:
    pytestmark = pytest.mark.usefixtures("four_eyes")

    def test_one_person_pauses_and_two_resume(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        assert workflow.pause(rule.pk, actor=author, comment="价格错误").status == "paused"
        assert AuditEntry.objects.first().comment == "价格错误"
        rule = workflow.resume(rule.pk, actor=author)
        assert rule.status == "review"
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=rule.version, actor=author)
        assert workflow.approve(rule.pk, version=rule.version, actor=second).status == "live"

    def test_the_author_may_approve_what_another_wants_resumed(self):
        """The content was approved before; who asks for it now is the one who needs a second person."""
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        workflow.pause(rule.pk, actor=second)
        rule = workflow.resume(rule.pk, actor=second)
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=rule.version, actor=second)
        assert workflow.approve(rule.pk, version=rule.version, actor=author).status == "live"

    def test_content_changed_while_paused_stays_its_authors(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        rule = workflow.pause(rule.pk, actor=author)
        update_rule(rule.pk, written(name="new", status="paused"), expected_version=rule.version, actor=author)
        rule = workflow.resume(rule.pk, actor=second)
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=rule.version, actor=author)

    def test_a_resumption_refused_is_paused_again(self):
        author, second = actor("mei"), actor("anna")
        rule = workflow.pause(make_live(author, second).pk, actor=author)
        rule = workflow.resume(rule.pk, actor=author)
        assert workflow.reject(rule.pk, version=rule.version, actor=second, comment="not yet").status == "paused"

    def test_pausing_works_while_a_change_waits(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        update_rule(rule.pk, written(name="x"), expected_version=rule.version, actor=author)
        assert workflow.pause(rule.pk, actor=second).status == "paused"
        assert pending_of(read(rule)) is not None


class TestDeletion:
    pytestmark = pytest.mark.usefixtures("four_eyes")

    def test_of_what_was_live_waits_for_a_second_person(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        assert not delete_rule(rule.pk, expected_version=rule.version, actor=author)
        change = pending_of(read(rule))
        assert (change.kind, change.status, read(rule).status) == ("delete", "review", "live")
        with pytest.raises(NotAllowed):
            workflow.approve(rule.pk, version=change.version, actor=author)
        assert workflow.approve(rule.pk, version=change.version, actor=second) is None
        assert not Rule.objects.exists()
        assert AuditEntry.objects.first().action == "delete"

    def test_is_refused_and_the_rule_stays(self):
        author, second = actor("mei"), actor("anna")
        rule = make_live(author, second)
        delete_rule(rule.pk, expected_version=None, actor=author)
        version = pending_of(read(rule)).version
        workflow.reject(rule.pk, version=version, actor=second, comment="we need it")
        assert (read(rule).status, pending_of(read(rule))) == ("live", None)

    def test_taking_it_off_first_is_no_way_round(self):
        author, second = actor("mei"), actor("anna")
        rule = workflow.pause(make_live(author, second).pk, actor=author)
        rule = update_rule(rule.pk, written(status="draft"), expected_version=rule.version, actor=author)
        assert not delete_rule(rule.pk, expected_version=None, actor=author)

    def test_of_a_draft_that_never_was_live_is_at_once(self):
        author = actor("mei")
        rule = create_rule(written(), actor=author)
        assert delete_rule(rule.pk, expected_version=None, actor=author)


def test_what_a_policy_forbids_does_not_go_live_though_it_was_saved_before():
    me = actor("mei")
    rule = create_rule(written(when=[{"type": "segment", "values": ["vip"]}]), actor=me)
    set_policy(protected=["vip"])
    with pytest.raises(RuleRefused):
        workflow.publish(rule.pk, actor=me)
