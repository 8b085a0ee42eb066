"""The audit log: complete, chained, and impossible to rewrite without it being found."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ranking.errors import WrongStatus
from ranking.governance import workflow
from ranking.governance.actors import SYSTEM, Actor
from ranking.governance.audit import START, Subject, governed, record, verify_chain, write_canonical
from ranking.models import AuditEntry, MarketGrant, Rule, RulePolicy
from ranking.rule_store import create_rule, update_rule
from tests.ranking.governance.people import actor, person, set_policy, written

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> None:
    for number in range(count):
        with governed():
            record(SYSTEM, "change", Subject("rule", "x", "台灯", number, {"name": "台灯", "n": number}), comment="好")


def tamper(statement: str) -> None:
    """As somebody would who owns the database: the triggers off, the row changed, the triggers on."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ranking_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE ranking_auditentry ENABLE TRIGGER USER")


def test_every_entry_seals_the_one_before():
    write()
    entries = list(AuditEntry.objects.order_by("id"))
    assert [entry.previous_hash for entry in entries] == [START, entries[0].hash, entries[1].hash]
    assert verify_chain().count == 3


@pytest.mark.parametrize("statement", ["UPDATE ranking_auditentry SET comment = 'x'", "DELETE FROM ranking_auditentry"])
def test_the_database_refuses_to_rewrite_it(statement):
    write(1)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE ranking_auditentry SET comment = '坏' WHERE version = 1", "it was changed"),
        ("UPDATE ranking_auditentry SET actor = 'user:9' WHERE version = 1", "it was changed"),
        ("UPDATE ranking_auditentry SET at = at - interval '1 day' WHERE version = 1", "it was changed"),
        ("UPDATE ranking_auditentry SET document = '{}' WHERE version = 1", "its document was changed"),
        ("DELETE FROM ranking_auditentry WHERE version = 1", "an entry before it is missing"),
    ],
    ids=["comment", "actor", "time", "document", "deleted"],
)
def test_tampering_is_found_where_it_happened(statement, says):
    write()
    second, third = AuditEntry.objects.order_by("id")[1:]
    tamper(statement)
    verdict = verify_chain()
    assert verdict.broken_at == (third.pk if statement.startswith("DELETE") else second.pk)
    assert says in verdict.problem
    with pytest.raises(CommandError, match=f"breaks at entry {verdict.broken_at}"):
        call_command("verify_audit", stdout=StringIO())


def test_a_cut_end_is_found_by_a_hash_noted_before():
    write()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    noted = out.getvalue().split()[-1]
    assert noted == AuditEntry.objects.order_by("-id").first().hash
    write(1)
    call_command("verify_audit", "--expect", noted, stdout=StringIO())
    tamper("DELETE FROM ranking_auditentry WHERE id > (SELECT min(id) FROM ranking_auditentry)")
    assert verify_chain().broken_at is None
    with pytest.raises(CommandError, match="is not among them"):
        call_command("verify_audit", "--expect", noted, stdout=StringIO())


def test_what_fails_leaves_no_entry():
    me = actor("mei")
    rule = create_rule(written(), actor=me)
    with pytest.raises(WrongStatus):
        workflow.pause(rule.pk, actor=me)
    assert [entry.action for entry in AuditEntry.objects.all()] == ["create"]


def test_equal_documents_have_one_text():
    assert write_canonical({"b": 1.0, "a": "灯"}) == write_canonical({"a": "灯", "b": 1.0}) == '{"a":"灯","b":1.0}'


def test_policies_and_permissions_are_recorded_with_who_changed_them():
    set_policy()
    user = person("chief", permissions=("view_rulepolicy", "change_rulepolicy", "add_marketgrant"))
    client = Client()
    client.force_login(user)
    policy = RulePolicy.objects.get(market="")
    url = reverse("admin:ranking_rulepolicy_change", args=[policy.pk])
    data = {"market": "", "four_eyes": "on", "protected": "性别, age", "own_brands": "", "caps-TOTAL_FORMS": "0",
            "caps-INITIAL_FORMS": "0"}  # fmt: skip
    assert client.post(url, data).status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.action, entry.actor_label) == ("policy", "change", "chief")
    assert '"four_eyes":true' in entry.document
    assert "性别" in entry.document
    add = reverse("admin:ranking_marketgrant_add")
    other = person("other", write=None, approve=None)
    assert client.post(add, {"user": other.pk, "group": "", "right": "approve", "markets": "cn"}).status_code == 302
    assert AuditEntry.objects.first().kind == "permission"
    assert MarketGrant.objects.filter(markets=["cn"]).exists()


def test_the_log_is_read_in_the_admin_and_not_changed_there():
    write(1)
    client = Client()
    client.force_login(person("auditor", permissions=("view_auditentry",)))
    assert "台灯" in client.get(reverse("admin:ranking_auditentry_changelist")).content.decode()
    entry = AuditEntry.objects.get()
    assert client.get(reverse("admin:ranking_auditentry_change", args=[entry.pk])).status_code == 200
    assert client.post(reverse("admin:ranking_auditentry_change", args=[entry.pk]), {}).status_code == 403
    assert client.get(reverse("admin:ranking_auditentry_add")).status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"q": "lamp"}, ["Lamps first"], id="word"),
        pytest.param({"q": "灯"}, ["双十一 台灯"], id="zh-one-character"),
        pytest.param({"q": "台灯"}, ["双十一 台灯"], id="zh-two-characters"),
        pytest.param({"q": "灯台"}, [], id="zh-another-order"),
        pytest.param({"q": "MEI 双十一"}, ["双十一 台灯"], id="who-and-what"),
        pytest.param({"q": "7f3c0000-0000-0000-0000-000000000001"}, ["Lamps first"], id="id"),
        pytest.param({"q": "s%"}, [], id="percent-is-a-letter"),
        pytest.param({"action": "pause"}, ["双十一 台灯"], id="action"),
        pytest.param({"kind": "policy"}, ["Whole shop"], id="kind"),
        pytest.param({"kind": "rule", "q": "mei"}, ["双十一 台灯"], id="kind-and-word"),
    ],
)
def test_entries_are_found_by_words_in_either_language_and_never_counted(asked, found):
    mei = Actor("user:5", "Mei")
    for who, action, subject in (
        (SYSTEM, "create", Subject("rule", "7f3c0000-0000-0000-0000-000000000001", "Lamps first", 1, {})),
        (mei, "pause", Subject("rule", "7f3c0000-0000-0000-0000-000000000002", "双十一 台灯", 1, {})),
        (SYSTEM, "change", Subject("policy", "1", "Whole shop", None, {})),
    ):
        with governed():
            record(who, action, subject)
    client = Client()
    client.force_login(person("auditor", permissions=("view_auditentry",)))
    with CaptureQueriesContext(connection) as queries:
        listed = client.get(reverse("admin:ranking_auditentry_changelist"), asked).context["cl"].result_list
        assert [entry.object_name for entry in listed] == found
    whole = [query["sql"] for query in queries if "ranking_auditentry" in query["sql"]]
    assert not [sql for sql in whole if "COUNT(" in sql or "DISTINCT" in sql]


def in_threads(*jobs: Any) -> list[Any]:
    def run(job: Any) -> Any:
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - what each thread met is what the tests compare
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_of_two_approvers_one_approves(self):
        set_policy(four_eyes=True)
        author, approvers = actor("mei"), [actor(name) for name in ("anna", "lin", "bo")]
        rule = create_rule(written(status="review"), actor=author)

        def approve(approver: Actor) -> Any:
            return lambda: workflow.approve(rule.pk, version=rule.version, actor=approver)

        results = in_threads(*(approve(approver) for approver in approvers))
        assert sorted(type(result).__name__ for result in results) == ["Rule", "RuleConflict", "RuleConflict"]
        assert AuditEntry.objects.filter(action="approve").count() == 1
        assert Rule.objects.get().version == rule.version + 1

    def test_an_edit_and_an_approval_never_make_the_unseen_live(self):
        set_policy(four_eyes=True)
        author, second = actor("mei"), actor("anna")
        for round_ in range(5):
            rule = create_rule(written(status="review", name=f"seen {round_}"), actor=author)
            document = written(status="review", name="unseen")
            in_threads(
                lambda rule=rule: workflow.approve(rule.pk, version=rule.version, actor=second),
                lambda rule=rule, document=document: update_rule(
                    rule.pk, document, expected_version=rule.version, actor=author
                ),
            )
            now = Rule.objects.get(pk=rule.pk)
            assert (now.status, now.name) in {("live", f"seen {round_}"), ("review", "unseen")}

    def test_the_chain_does_not_fork(self):
        me = actor("mei")
        results = in_threads(*(lambda n=n: create_rule(written(name=f"rule {n}"), actor=me) for n in range(8)))
        assert all(isinstance(result, Rule) for result in results)
        assert verify_chain().count == 8
        assert verify_chain().broken_at is None
