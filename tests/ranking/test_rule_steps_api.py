"""A rule's way over REST: scopes, markets, versions, and the same refusals as in the admin."""

import pytest
from rest_framework.test import APIClient

from ranking.models import AuditEntry, Rule
from ranking.rule_steps_api import SCOPES
from ranking.rules_api import RuleViewSet
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey
from tests.ranking.governance.people import person, set_policy
from tests.ranking.rule_words import document, on_query, pin

pytestmark = pytest.mark.django_db
URL = "/api/v1/rules"
WRITTEN = document(pin("L6", 1), when=[on_query("lamp", "台灯")], name="Lamps")


def client_with(*scopes: str, markets: tuple[str, ...] = ("*",)) -> APIClient:
    key = ApiKey(name=f"key {ApiKey.objects.count()}", scopes=list(scopes), markets=list(markets))
    secret = assign_new_secret(key)
    key.save()
    return APIClient(headers={"Authorization": f"Api-Key {secret}"})


@pytest.fixture
def writer() -> APIClient:
    return client_with("rules:write")


@pytest.fixture
def approver() -> APIClient:
    return client_with("rules:approve")


def step(client: APIClient, rule: dict, name: str, **body: object):
    return client.post(f"{URL}/{rule['id']}/{name}", body)


@pytest.fixture
def four_eyes() -> None:
    set_policy(four_eyes=True)


@pytest.mark.usefixtures("four_eyes")
class TestFourEyes:
    def test_the_whole_way(self, writer, approver):
        rule = writer.post(URL, WRITTEN).json()
        waiting = step(writer, rule, "submit", version=rule["version"]).json()
        assert waiting["status"] == "review"
        live = step(approver, rule, "approve", version=waiting["version"], comment="ok").json()
        assert (live["status"], live["changed_by"].split(" (")[0]) == ("live", "key 0")
        assert step(writer, rule, "pause").json()["status"] == "paused"
        assert step(writer, rule, "resume").json()["status"] == "review"

    def test_live_is_refused_with_the_remedy(self, writer):
        answer = writer.post(URL, {**WRITTEN, "status": "live"})
        assert (answer.status_code, answer.json()["code"]) == (409, "approval_needed")
        rule = writer.post(URL, WRITTEN).json()
        assert step(writer, rule, "publish").json()["code"] == "approval_needed"

    def test_one_key_does_not_approve_its_own(self):
        both = client_with("admin")
        rule = both.post(URL, {**WRITTEN, "status": "review"}).json()
        answer = step(both, rule, "approve", version=rule["version"])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")

    def test_an_approval_names_the_version_that_was_seen(self, writer, approver):
        rule = writer.post(URL, {**WRITTEN, "status": "review"}).json()
        assert step(approver, rule, "approve").status_code == 400
        writer.patch(f"{URL}/{rule['id']}", {"version": rule["version"], "priority": 3})
        late = step(approver, rule, "approve", version=rule["version"])
        assert (late.status_code, late.json()["extra"]["version"]) == (409, rule["version"] + 1)

    def test_a_change_waits_beside_the_live_rule(self, writer, approver):
        rule = writer.post(URL, {**WRITTEN, "status": "review"}).json()
        live = step(approver, rule, "approve", version=rule["version"]).json()
        body = {"version": live["version"], "name": "台灯优先", "status": "review"}
        changed = writer.patch(f"{URL}/{rule['id']}", body).json()
        assert (changed["name"], changed["status"]) == ("Lamps", "live")
        waiting = changed["pending"]
        assert (waiting["kind"], waiting["status"], waiting["document"]["name"]) == ("edit", "review", "台灯优先")
        assert "台灯" in waiting["summary"]
        again = writer.patch(f"{URL}/{rule['id']}", {"version": waiting["version"], "priority": 9}).json()["pending"]
        assert (again["document"]["name"], again["document"]["priority"]) == ("台灯优先", 9)
        back = step(approver, rule, "reject", version=again["version"], comment="why 9?").json()
        assert (back["pending"]["status"], back["pending"]["comment"]) == ("draft", "why 9?")
        assert step(writer, rule, "discard").json()["pending"] is None

    def test_a_rejection_says_why(self, writer, approver):
        rule = writer.post(URL, {**WRITTEN, "status": "review"}).json()
        assert step(approver, rule, "reject", version=rule["version"]).status_code == 400

    def test_deleting_what_was_live_is_asked_for(self, writer, approver):
        rule = writer.post(URL, {**WRITTEN, "status": "review"}).json()
        step(approver, rule, "approve", version=rule["version"])
        answer = writer.delete(f"{URL}/{rule['id']}")
        assert (answer.status_code, answer.json()["pending"]["kind"]) == (202, "delete")
        done = step(approver, rule, "approve", version=answer.json()["pending"]["version"])
        assert done.status_code == 204
        assert not Rule.objects.exists()


def test_without_four_eyes_one_key_goes_the_whole_way(writer):
    rule = writer.post(URL, WRITTEN).json()
    assert step(writer, rule, "publish").json()["status"] == "live"
    assert step(writer, rule, "pause").json()["status"] == "paused"
    assert writer.delete(f"{URL}/{rule['id']}").status_code == 204
    restored = step(writer, rule, "restore", to_version=2)
    assert (restored.json()["status"], restored.json()["version"]) == ("live", 4)


def test_the_history_is_read_in_words(writer):
    rule = writer.post(URL, WRITTEN).json()
    writer.patch(f"{URL}/{rule['id']}", {"version": 1, "actions": [pin("L5", 2)]})
    newest, first = writer.get(f"{URL}/{rule['id']}/history").json()["versions"]
    assert newest["differences"] == [
        {"field": "actions", "label": "Do", "removed": ["pin L6 at 1"], "added": ["pin L5 at 2"], "kept": []}
    ]
    assert first["document"]["actions"][0]["sku"] == "L6"
    assert writer.get(f"{URL}/00000000-0000-0000-0000-000000000000/history").status_code == 404


class TestScopes:
    READS = [("get", ""), ("get", "/export"), ("post", "/validate"), ("get", "/{id}"), ("get", "/{id}/history")]
    WRITES = [
        ("post", ""), ("put", "/{id}"), ("patch", "/{id}"), ("delete", "/{id}"), ("post", "/import"),
        *(("post", f"/{{id}}/{name}") for name in ("submit", "publish", "pause", "resume", "discard", "restore")),
    ]  # fmt: skip
    APPROVALS = [("post", "/{id}/approve"), ("post", "/{id}/reject")]

    @pytest.mark.parametrize(
        ("scope", "allowed"),
        [
            ("rules:read", READS),
            ("rules:write", READS + WRITES),
            ("rules:approve", READS + APPROVALS),
            ("admin", READS + WRITES + APPROVALS),
            ("search", []),
            ("events", []),
            ("catalog", []),
        ],
    )
    def test_a_key_does_what_its_scope_says(self, scope, allowed):
        client = client_with(scope)
        for method, path in self.READS + self.WRITES + self.APPROVALS:
            rule = Rule.objects.create(name="x", actions=[pin("L6", 1)], conditions=[on_query("lamp")])
            answer = getattr(client, method)(URL + path.format(id=rule.pk))
            assert (answer.status_code != 403) is ((method, path) in allowed), (scope, method, path)

    def test_every_action_of_the_view_has_a_scope(self):
        named = {action.__name__ for action in RuleViewSet.get_extra_actions()}
        assert set(SCOPES) == named | {"list", "retrieve", "create", "update", "partial_update", "destroy"}

    def test_markets_of_a_key(self):
        client = client_with("rules:write", markets=("cn",))
        assert client.post(URL, {**WRITTEN, "markets": ["de"]}).json()["code"] == "not_allowed"
        assert client.post(URL, WRITTEN).status_code == 403
        assert client.post(URL, {**WRITTEN, "markets": ["cn"]}).status_code == 201

    def test_a_key_without_markets_writes_nothing(self):
        assert client_with("rules:write", markets=()).post(URL, {**WRITTEN, "markets": ["cn"]}).status_code == 403


class TestStaff:
    @pytest.mark.parametrize(
        ("permission", "allowed"),
        [
            ("view_rule", {"list", "validate", "history"}),
            ("change_rule", {"submit", "pause"}),
            ("approve_rule", {"approve"}),
            ("view_auditentry", {"audit"}),
        ],
    )
    def test_needs_djangos_permission(self, permission, allowed):
        rule = Rule.objects.create(name="x", actions=[pin("L6", 1)], conditions=[on_query("lamp")])
        client = APIClient()
        client.force_login(person("clerk", permissions=(permission,)))
        asked = {
            "list": client.get(URL),
            "validate": client.post(f"{URL}/validate", WRITTEN),
            "history": client.get(f"{URL}/{rule.pk}/history"),
            "submit": client.post(f"{URL}/{rule.pk}/submit", {}),
            "pause": client.post(f"{URL}/{rule.pk}/pause", {}),
            "approve": client.post(f"{URL}/{rule.pk}/approve", {"version": 1}),
            "audit": client.get("/api/v1/audit"),
        }
        open_ = {name for name, answer in asked.items() if b'"permission_denied"' not in answer.content}
        assert open_ == allowed


class TestAudit:
    def test_is_listed_newest_first_and_filtered(self, writer):
        rule = writer.post(URL, WRITTEN).json()
        step(writer, rule, "publish")
        answer = client_with("rules:read").get("/api/v1/audit").json()
        assert [entry["action"] for entry in answer["results"]] == ["publish", "create"]
        assert answer["results"][0]["previous_hash"] == answer["results"][1]["hash"]
        found = client_with("admin").get(f"/api/v1/audit?object_id={rule['id']}&action=create").json()
        assert [entry["version"] for entry in found["results"]] == [1]

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_is_only_read(self, method):
        assert getattr(client_with("admin"), method)("/api/v1/audit").status_code == 405

    def test_other_keys_do_not_see_it(self):
        assert client_with("search").get("/api/v1/audit").status_code == 403


def test_an_import_under_four_eyes_makes_nothing_live(writer, four_eyes):
    text = writer.get(f"{URL}/export").content.decode()
    body = "format: searchsite-rules\nversion: 1\nrules:\n- {name: 台灯, status: live, conditions: [{type: always}], " \
           "actions: [{type: pin, sku: L6, position: 1}]}\n"  # fmt: skip
    told = writer.post(f"{URL}/import", {"text": body, "dry_run": False}).json()
    assert told["counts"]["create"] == 1
    assert Rule.objects.get().status == "review"
    assert "rules: []" in text
    assert AuditEntry.objects.get().action == "import"
