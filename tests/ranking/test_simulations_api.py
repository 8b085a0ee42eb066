"""Simulations over REST: asked, watched, read page by page, cancelled; and a real worker that answers."""

import csv
import io
import json
import time

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from ranking.models import Simulation
from ranking.rule_simulation import run_slice
from ranking.simulation_store import STALLED_AFTER, take_stalled
from ranking.tasks import run_simulation
from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import clause, document, hide, on_query, pin
from tests.ranking.test_rules_api import client_with

URL = "/api/v1/simulations"
ASKED = {
    "rules": [document(pin("L6", 1), when=[on_query("lamp", "台灯")], name="双十一")],
    "now": "2026-11-11T00:00:00+08:00",
    "queries": [
        {"query": "lamp", "searches": 9},
        {"query": "台灯", "locale": "zh", "searches": 5},
        {"query": "chair", "searches": 50},
    ],
}


@pytest.fixture
def client(db) -> APIClient:
    fresh_process()
    return client_with("admin")


def answer(client: APIClient, **changes) -> dict:
    """Started, and worked off here."""
    started = client.post(URL, {**ASKED, **changes})
    assert started.status_code == 202, started.content
    while run_slice(started.json()["id"])[1]:
        pass
    return client.get(f"{URL}/{started.json()['id']}").json()


def test_a_simulation_is_asked_and_read_the_most_affected_query_first(client):
    build_shop()
    told = answer(client)
    assert (told["name"], told["status"], told["done"], told["total"]) == ("双十一", "done", 3, 3)
    assert told["result"]["rules"][0]["held"] == {"queries": 2, "searches": 14, "example": "lamp"}
    page = client.get(f"{URL}/{told['id']}/queries?page_size=2").json()
    assert page["count"] == 3
    assert [row["query"] for row in page["results"]] == ["lamp", "台灯"]
    assert page["results"][0]["row"]["after"][0][1] == "L6"
    changed = client.get(f"{URL}/{told['id']}/queries?show=changed&q=灯").json()
    assert [row["query"] for row in changed["results"]] == ["台灯"]
    assert client.get(f"{URL}/{told['id']}/queries?show=nonsense").status_code == 400
    listed = client.get(URL).json()["results"]
    assert [row["id"] for row in listed] == [told["id"]]
    assert "result" not in listed[0]
    fresh_process()


def test_the_rows_as_csv_open_in_a_spreadsheet_and_run_nothing(client):
    build_shop()
    told = answer(client, queries=[{"query": "=lamp"}, {"query": "台灯", "locale": "zh", "searches": 5}])
    text = b"".join(client.get(f"{URL}/{told['id']}/export").streaming_content).decode("utf-8-sig")
    rows = {row["query"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {"'=lamp", "台灯"}
    assert int(rows["台灯"]["positions_changed"]) > 0
    assert float(rows["台灯"]["revenue_after"]) > 0
    fresh_process()


def test_stored_rules_are_named_by_id(client):
    build_shop()
    rule = save_rule(hide(clause("category", "home/lamps")), status="draft", name="Hide")
    told = answer(client, rules=[], rule_ids=[str(rule.pk)])
    assert told["result"]["changes"]["zero_created"]["searches"] == 14
    fresh_process()


def test_a_simulation_is_cancelled_once(client):
    started = client.post(URL, ASKED).json()
    assert client.post(f"{URL}/{started['id']}/cancel").json()["status"] == "cancelled"
    assert client.post(f"{URL}/{started['id']}/cancel").json()["status"] == "cancelled"
    assert run_slice(started["id"]) == (0, False)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        pytest.param({}, {"rules"}, id="nothing"),
        pytest.param({"rules": [{"name": ""}]}, {"rules.0.name", "rules.0.conditions", "rules.0.actions"}, id="rule"),
        pytest.param({**ASKED, "limit": 0, "days": 999}, {"limit", "days"}, id="ranges"),
        pytest.param({**ASKED, "rule_ids": ["x"]}, {"rule_ids"}, id="unknown-rule"),
        pytest.param({**ASKED, "rule_ids": "x"}, {"rule_ids"}, id="no-list"),
        pytest.param({**ASKED, "name": 3}, {"name"}, id="name"),
        pytest.param({**ASKED, "name": "双\ud800"}, {"name"}, id="half-a-character"),
        pytest.param({**ASKED, "now": 20261111}, {"now"}, id="a-number-is-no-moment"),
        pytest.param({**ASKED, "rules": {"a": 1}}, {"rules"}, id="rules-no-list"),
        pytest.param([], {"simulation"}, id="no-object"),
        pytest.param({**ASKED, "segments": ["a\x00b"]}, {"question"}, id="nul"),
        pytest.param({**ASKED, "queries": [{"query": "x" * 501}]}, {"queries.0.query"}, id="long-query"),
    ],
)
def test_a_wrong_question_is_refused_field_by_field(client, body, paths):
    refused = client.post(URL, json.dumps(body), content_type="application/json")
    assert refused.status_code == 400, refused.content
    assert refused.json()["code"] == "simulation_refused"
    assert set(refused.json()["extra"]["errors"]) == paths
    assert not Simulation.objects.exists()


def test_only_who_may_administer_asks_and_reads(client):
    started = client.post(URL, ASKED).json()
    for other in (client_with("search"), client_with("catalog"), APIClient()):
        for method, url in (
            ("post", URL), ("get", URL), ("get", f"{URL}/{started['id']}"), ("get", f"{URL}/{started['id']}/queries"),
            ("post", f"{URL}/{started['id']}/cancel"), ("get", f"{URL}/{started['id']}/export"),
            ("post", "/api/v1/judgements/import"),
        ):  # fmt: skip
            assert getattr(other, method)(url, {}).status_code in (401, 403), url
    assert client.get(f"{URL}/00000000-0000-0000-0000-000000000000").status_code == 404


CSV = "query,locale,sku,grade\n台灯,zh,L6,4\nLamp ,en,L1,0\n"


def test_judgements_come_as_csv_or_json_and_a_later_one_wins(client):
    told = client.post("/api/v1/judgements/import", {"text": CSV}).json()
    assert told == {"written": 2, "queries": 2}
    row = {"query": "ＬＡＭＰ", "locale": "en", "sku": "L1", "grade": 3}
    assert client.post("/api/v1/judgements/import", {"judgements": [row]}).json()["written"] == 1
    found = client.get("/api/v1/judgements?q=lamp").json()["results"]
    assert found == [{"query": "lamp", "locale": "en", "sku": "L1", "grade": 3}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"text": "a,b\n"}, "judgements_refused", id="columns"),
        pytest.param({"text": CSV + "x,fr,A,1\nx,en,A,9\n"}, "judgements_refused", id="lines"),
        pytest.param({"text": CSV, "judgements": []}, "invalid", id="both"),
        pytest.param({}, "invalid", id="neither"),
    ],
)
def test_wrong_judgements_change_nothing(client, body, code):
    refused = client.post("/api/v1/judgements/import", body)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert client.get("/api/v1/judgements").json()["count"] == 0
    if body.get("text", "").startswith("query"):
        assert code == "invalid" or set(refused.json()["extra"]["errors"]) == {"4", "5"}


# --- A real worker ----------------------------------------------------------------------------------------------------


@pytest.fixture
def working_shop(celery_worker):
    fresh_process()
    build_shop()
    yield celery_worker
    fresh_process()


def reread(simulation_id: str) -> Simulation:
    return Simulation.objects.get(pk=simulation_id)


def test_a_worker_answers_and_shows_how_far_it_is(working_shop):
    asked = [{"query": f"lamp model{number % 6}"} for number in range(200)]
    started = client_with("admin").post(URL, {**ASKED, "queries": asked}).json()
    seen = set()

    def is_done() -> bool:
        simulation = reread(started["id"])
        seen.add((simulation.status, simulation.done))
        return simulation.status == "done"

    working_shop.wait_until(is_done, seconds=60)
    assert any(status == "running" and 0 < done < 200 for status, done in seen), "progress is seen while it runs"
    assert reread(started["id"]).result["queries"] == 200


def test_a_worker_stops_when_the_simulation_is_cancelled(working_shop):
    asked = [{"query": f"lamp model{number}"} for number in range(5000)]
    client = client_with("admin")
    started = client.post(URL, {**ASKED, "queries": asked}).json()
    working_shop.wait_until(lambda: reread(started["id"]).done > 0, seconds=60)
    assert client.post(f"{URL}/{started['id']}/cancel").json()["status"] == "cancelled"
    time.sleep(1)
    done = reread(started["id"]).done
    time.sleep(1.5)
    simulation = reread(started["id"])
    assert (simulation.status, simulation.done) == ("cancelled", done)
    assert done < 5000


def test_a_killed_worker_s_simulation_goes_on_with_the_next_one(working_shop):
    asked = [{"query": f"lamp model{number}"} for number in range(400)]
    started = client_with("admin").post(URL, {**ASKED, "queries": asked}).json()
    working_shop.wait_until(lambda: reread(started["id"]).done > 0, seconds=60)
    working_shop.kill()
    simulation = reread(started["id"])
    assert simulation.status == "running"
    assert simulation.done < 400
    working_shop.start()
    resume(started["id"])
    working_shop.wait_until(lambda: reread(started["id"]).status == "done", seconds=90)
    assert reread(started["id"]).result["queries"] == 400


def resume(simulation_id: str) -> None:
    """What beat does a few minutes after the last sign of life."""
    Simulation.objects.filter(pk=simulation_id).update(beat_at=timezone.now() - STALLED_AFTER)
    for stalled in take_stalled():
        run_simulation.delay(stalled)
