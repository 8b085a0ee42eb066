"""Files of rules obey the shop's governance like every other door."""

import pytest

from ranking.errors import NotAllowed, RuleRefused
from ranking.governance.versions import pending_of
from ranking.models import AuditEntry, Rule
from ranking.rules_file import write_rules
from ranking.rules_import import import_rules
from tests.ranking.governance.people import actor, make_live, set_policy

pytestmark = pytest.mark.django_db


def exported() -> str:
    return write_rules(Rule.objects.all())


class TestUnderFourEyes:
    @pytest.fixture(autouse=True)
    def _policy(self):
        set_policy(four_eyes=True)

    def test_an_export_comes_back_without_a_change(self):
        make_live(actor("mei"), actor("anna"))
        report = import_rules(exported(), dry_run=False)
        assert report.counts == {"create": 0, "change": 0, "unchanged": 1, "delete": 0}
        assert Rule.objects.get().status == "live"

    def test_a_change_of_a_live_rule_waits_beside_it(self):
        mei = actor("mei")
        make_live(mei, actor("anna"), name="old")
        report = import_rules(exported().replace("name: old", "name: 新"), dry_run=False, actor=mei)
        rule = Rule.objects.select_related("pending").get()
        assert report.counts["change"] == 1
        assert (rule.name, rule.status) == ("old", "live")
        assert (pending_of(rule).status, pending_of(rule).document["name"]) == ("review", "新")

    def test_pruning_asks_for_the_deletion_of_what_was_live(self):
        make_live(actor("mei"), actor("anna"))
        import_rules("format: searchsite-rules\nversion: 1\nrules: []\n", dry_run=False, prune=True)
        assert pending_of(Rule.objects.select_related("pending").get()).kind == "delete"

    def test_a_dry_run_says_that_it_would_wait(self):
        make_live(actor("mei"), actor("anna"), name="old")
        report = import_rules(exported().replace("name: old", "name: new"), dry_run=True)
        assert report.changes[0].fields["status"] == ("live", "review")
        assert AuditEntry.objects.count() == 2


def test_a_file_with_foreign_markets_changes_nothing():
    text = (
        "format: searchsite-rules\nversion: 1\nrules:\n"
        "- {name: a, markets: [cn], conditions: [{type: always}], actions: [{type: pin, sku: A, position: 1}]}\n"
        "- {name: b, markets: [de], conditions: [{type: always}], actions: [{type: pin, sku: A, position: 1}]}\n"
    )
    lin = actor("lin", write=("cn",))
    for dry_run in (True, False):
        with pytest.raises(NotAllowed, match="“b”"):
            import_rules(text, dry_run=dry_run, actor=lin)
    assert not Rule.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("dry_run", [True, False], ids=["told", "done"])
def test_a_protected_trait_in_a_file_changes_nothing_and_its_rule_is_named(dry_run):
    text = (
        "format: searchsite-rules\nversion: 1\nrules:\n"
        "- {name: a, conditions: [{type: always}], actions: [{type: pin, sku: A, position: 1}]}\n"
        "- {name: 女装, conditions: [{type: segment, values: [女性]}], actions: [{type: pin, sku: A, position: 1}]}\n"
    )
    with pytest.raises(RuleRefused, match="女装") as refused:
        import_rules(text, dry_run=dry_run)
    assert [path.rsplit(".", 1)[0] for path in refused.value.extra["errors"]] == ["rules.1.conditions.0"]
    assert not Rule.objects.exists()
