"""Files of rules obey the shop's governance like every other door."""

import pytest

from catalog.models import Brand
from ranking.errors import NotAllowed, RuleRefused, WrongStatus
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

    @pytest.mark.parametrize("dry_run", [True, False], ids=["told", "done"])
    def test_a_rule_whose_deletion_waits_is_not_changed_and_a_dry_run_says_so(self, dry_run):
        make_live(actor("mei"), actor("anna"), name="旧")
        text = exported().replace("name: 旧", "name: 新")
        import_rules("format: searchsite-rules\nversion: 1\nrules: []\n", dry_run=False, prune=True)
        with pytest.raises(WrongStatus, match="“新”"):
            import_rules(text, dry_run=dry_run)

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


@pytest.mark.parametrize("dry_run", [True, False], ids=["told", "done"])
def test_what_the_catalog_lacks_is_named_and_stops_nothing(dry_run):
    Brand.objects.create(key="nord", name_en="Nord")
    text = (
        "format: searchsite-rules\nversion: 1\nrules:\n"
        "- {name: 台灯, conditions: [{type: always}], actions: [{type: pin, sku: 没有, position: 1}]}\n"
        "- name: Nord\n  conditions: [{type: detected, field: brand}]\n"
        "  actions: [{type: boost, strength: 5, target: [{field: brand, values: [nord, gone]}]}]\n"
    )
    report = import_rules(text, dry_run=dry_run)
    assert [(note.place, note.text, note.reason) for note in report.unknown] == [
        ("台灯", "actions.0.sku", "Not in the catalog now: 没有."),
        ("Nord", "actions.0.target.0.values", "Not in the catalog now: gone."),
    ]
    assert Rule.objects.count() == (0 if dry_run else 2)
