"""Who may call the REST interface, and how often. `/api/v1/events` (scope events) stands for every scoped view."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as CacheDown
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from feedback.models import Event
from searchsite.keys import KEY_PATTERN, assign_new_secret, find_key, hash_key
from searchsite.models import ApiKey
from searchsite.throttles import ScopeThrottle, parse_rate

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events"
BODY = {"events": [{"action": "click", "sku": "A1"}]}


def make_key(*scopes: str, **fields: object) -> str:
    key = ApiKey(name="test", scopes=list(scopes), **fields)
    text = assign_new_secret(key)
    key.save()
    return text


def send(key: str | None = None, header: str = "Authorization", **extra: object):
    headers = {}
    if key is not None:
        headers[header] = f"Api-Key {key}" if header == "Authorization" else key
    return APIClient().post(EVENTS, BODY, format="json", headers=headers, **extra)


class TestKeys:
    def test_only_the_hash_of_a_key_is_stored(self):
        text = make_key("events")
        key = ApiKey.objects.get()
        assert KEY_PATTERN.fullmatch(text)
        assert key.hashed_key == hash_key(text)
        stored = " ".join(str(value) for value in ApiKey.objects.values().get().values())
        assert text not in stored
        assert text.rsplit("_", 1)[1] not in stored

    @pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
    def test_a_key_is_accepted_in_either_header(self, header):
        assert send(make_key("events"), header).status_code == 200

    def test_the_keyword_is_read_in_any_case(self):
        assert send(authorization := make_key("events")).status_code == 200
        answer = APIClient().post(EVENTS, BODY, format="json", headers={"Authorization": f"API-KEY  {authorization}"})
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "x",
            "ss_",
            "ss_abcdefgh_",
            "ss_abcdefgh_" + "x" * 40,
            "ss_" + "é" * 49,
            "' OR 1=1 --",
            "ss_a\x00b",
            "密钥",
        ],
        ids=["empty", "short", "prefix only", "no secret", "unknown", "not ascii", "sql", "nul", "chinese"],
    )
    def test_what_is_no_key_is_refused(self, text):
        answer = send(text, header="X-API-Key")
        assert answer.status_code == 401
        assert answer.json()["code"] == "unknown_key"
        assert answer["WWW-Authenticate"] == "Api-Key"

    def test_the_right_prefix_with_another_secret_is_refused(self):
        text = make_key("events")
        forged = text[:-1] + ("a" if text[-1] != "a" else "b")
        assert send(forged).json()["code"] == "unknown_key"
        assert find_key(forged) is None

    @pytest.mark.parametrize(
        ("fields", "code"),
        [({"is_active": False}, "revoked_key"), ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired_key")],
        ids=["taken away", "expired"],
    )
    def test_a_dead_key_is_refused_and_told_why(self, fields, code):
        answer = send(make_key("events", **fields))
        assert (answer.status_code, answer.json()["code"]) == (401, code)

    def test_taking_a_key_away_works_with_the_very_next_request(self):
        text = make_key("events")
        assert send(text).status_code == 200
        ApiKey.objects.update(is_active=False)
        assert send(text).status_code == 401

    def test_last_use_is_written_at_most_once_a_minute(self, django_assert_num_queries):
        text = make_key("events")
        send(text)
        first = ApiKey.objects.get().last_used_at
        assert first is not None
        send(text)
        assert ApiKey.objects.get().last_used_at == first
        ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
        send(text)
        assert ApiKey.objects.get().last_used_at >= first


class TestScopes:
    @pytest.mark.parametrize(
        ("scopes", "status"),
        [
            (["events"], 200),
            (["admin"], 200),
            (["search", "events"], 200),
            (["search"], 403),
            (["catalog"], 403),
            ([], 403),
        ],
        ids=["events", "admin implies all", "one of several", "search only", "catalog only", "none"],
    )
    def test_a_key_does_what_its_scopes_say(self, scopes, status):
        answer = send(make_key(*scopes))
        assert answer.status_code == status
        if status == 403:
            assert "events" in answer.json()["message"]
            assert not Event.objects.exists()

    def test_a_view_that_names_no_scope_is_for_admin_keys_alone(self, settings):
        from rest_framework.test import APIRequestFactory  # noqa: PLC0415
        from rest_framework.views import APIView  # noqa: PLC0415

        class Nameless(APIView):
            def get(self, request):
                raise AssertionError("reached")

        for scope in ("search", "events", "catalog"):
            request = APIRequestFactory().get("/", headers={"X-API-Key": make_key(scope)})
            assert Nameless.as_view()(request).status_code == 403
        with pytest.raises(AssertionError, match="reached"):
            Nameless.as_view()(APIRequestFactory().get("/", headers={"X-API-Key": make_key("admin")}))

    def test_without_a_key_or_session_nothing_is_open(self):
        answer = send()
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


class TestStaff:
    def login(self, **fields: object) -> tuple[Client, User]:
        user = User.objects.create_user("mei", password="a long password", **fields)
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)
        return client, user

    def post(self, client: Client):
        client.get("/admin/login/")
        token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
        return client.post(EVENTS, BODY, content_type="application/json", headers={"X-CSRFToken": token})

    def test_a_session_needs_the_permission(self):
        client, user = self.login(is_staff=True)
        client.cookies["csrftoken"] = "x" * 32
        headers = {"X-CSRFToken": "x" * 32}
        send_event = lambda: client.post(EVENTS, BODY, content_type="application/json", headers=headers)  # noqa: E731
        assert send_event().status_code == 403
        user.user_permissions.add(Permission.objects.get(codename="add_event"))
        assert send_event().status_code == 200

    @pytest.mark.parametrize("fields", [{}, {"is_staff": False}], ids=["shopper", "not staff"])
    def test_a_session_of_someone_not_staff_opens_nothing(self, fields):
        client, user = self.login(**fields)
        client.cookies["csrftoken"] = "x" * 32
        user.user_permissions.add(Permission.objects.get(codename="add_event"))
        headers = {"X-CSRFToken": "x" * 32}
        assert client.post(EVENTS, BODY, content_type="application/json", headers=headers).status_code == 403

    def test_a_session_without_csrf_token_changes_nothing(self):
        client, _user = self.login(is_staff=True, is_superuser=True)
        answer = client.post(EVENTS, BODY, content_type="application/json")
        assert answer.status_code == 403
        assert "CSRF" in answer.json()["message"]
        assert not Event.objects.exists()


class TestThrottle:
    @pytest.fixture(autouse=True)
    def counters(self, monkeypatch) -> None:
        monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "events", "3/hour")
        monkeypatch.setattr(ScopeThrottle, "paused_until", 0.0)

    def test_beyond_its_rate_a_key_is_told_when_to_come_back(self):
        text = make_key("events")
        assert [send(text).status_code for _ in range(3)] == [200, 200, 200]
        answer = send(text)
        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert 0 < int(answer["Retry-After"]) <= 3600
        assert answer.json()["extra"]["retry_after"] == int(answer["Retry-After"])

    def test_each_key_has_its_own_count(self):
        busy, quiet = make_key("events"), make_key("events")
        for _ in range(4):
            send(busy)
        assert send(quiet).status_code == 200

    def test_a_refused_key_does_not_count(self):
        text = make_key("search")
        assert [send(text).status_code for _ in range(5)] == [403] * 5

    @pytest.mark.parametrize("error", [CacheDown("refused"), OSError("gone")], ids=repr)
    def test_a_dead_cache_lets_requests_pass(self, error, monkeypatch):
        def fail(*_args: object, **_options: object) -> None:
            raise error

        monkeypatch.setattr(caches["throttle"], "incr", fail)
        text = make_key("events")
        assert [send(text).status_code for _ in range(5)] == [200] * 5

    def test_after_a_failure_the_cache_is_left_alone_for_a_moment(self, monkeypatch):
        calls = []

        def fail(*_args: object, **_options: object) -> None:
            calls.append(1)
            raise CacheDown("refused")

        monkeypatch.setattr(caches["throttle"], "incr", fail)
        text = make_key("events")
        for _ in range(5):
            send(text)
        assert len(calls) == 1
        assert ScopeThrottle.paused_until > time.monotonic()

    @pytest.mark.parametrize(
        ("text", "rate"),
        [
            ("600/min", (600, 60)),
            ("5/s", (5, 1)),
            ("10/hour", (10, 3600)),
            ("1/day", (1, 86400)),
            ("", None),
            ("0/min", None),
        ],
    )
    def test_rates_are_read(self, text, rate):
        assert parse_rate(text) == rate


class TestCommand:
    def test_it_prints_a_working_key_once(self):
        out = StringIO()
        call_command("create_api_key", "shop", "--scope", "search", "--scope", "events", stdout=out, stderr=StringIO())
        assert send(out.getvalue().strip()).status_code == 200
        assert ApiKey.objects.get().scopes == ["events", "search"]

    def test_days_give_it_an_end(self):
        call_command("create_api_key", "shop", "--scope=search", "--days=2", stdout=StringIO(), stderr=StringIO())
        expires_at = ApiKey.objects.get().expires_at
        assert timedelta(days=1, hours=23) < expires_at - timezone.now() <= timedelta(days=2)

    @pytest.mark.parametrize(
        "arguments", [["x"], ["x", "--scope=root"], ["x", "--scope=search", "--days=0"], [" ", "--scope=search"]]
    )
    def test_it_refuses_what_makes_no_sense(self, arguments):
        with pytest.raises(CommandError):
            call_command("create_api_key", *arguments, stdout=StringIO(), stderr=StringIO())
