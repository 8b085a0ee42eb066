"""Sign-in lock-out, content security policy, cookies, deployment checks and API keys in the admin."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from searchsite.keys import KEY_PATTERN, find_key
from searchsite.models import ApiKey

ROOT = Path(__file__).resolve().parents[2]
STRONG_KEY = "k7#Vq2!mZx9@Lw4$Rt6%Yp8^Bn1&Hd3*Jf5(Gs0)Qc-Ua_Ie+Oo=Xz"


def policy(answer) -> dict[str, set[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.django_db
class TestSignIn:
    def attempt(self, password: str, username: str = "mei"):
        return Client().post("/admin/login/", {"username": username, "password": password})

    @pytest.fixture(autouse=True)
    def user(self, settings) -> User:
        settings.AXES_FAILURE_LIMIT = 3
        return User.objects.create_superuser("mei", password="the right one")

    def test_after_too_many_failures_even_the_right_password_waits(self):
        assert [self.attempt("wrong").status_code for _ in range(3)] == [200, 200, 429]
        answer = self.attempt("the right one")
        assert answer.status_code == 429
        assert answer["Retry-After"]
        page = answer.content.decode()
        assert "<h1>" in page
        assert "quarter of an hour" in page

    def test_others_still_sign_in(self):
        User.objects.create_superuser("li", password="the right one")
        for _ in range(3):
            self.attempt("wrong")
        assert self.attempt("the right one", "li").status_code == 302

    def test_success_forgets_earlier_failures(self, settings):
        settings.AXES_RESET_ON_SUCCESS = True
        for _ in range(2):
            self.attempt("wrong")
        assert self.attempt("the right one").status_code == 302
        assert self.attempt("wrong").status_code == 200

    def test_sign_in_needs_the_csrf_token(self):
        answer = Client(enforce_csrf_checks=True).post(
            "/admin/login/", {"username": "mei", "password": "the right one"}
        )
        assert answer.status_code == 403
        assert "reload the page" in answer.content.decode()


@pytest.mark.django_db
class TestPolicy:
    @pytest.mark.parametrize("path", ["/nothing/", "/api/v1/nothing", "/api/v1/schema"])
    def test_outside_the_admin_no_inline_script_style_or_eval(self, path, client):
        directives = policy(client.get(path))
        assert directives["script-src"] == {"'self'"}
        assert directives["style-src"] == {"'self'"}
        assert directives["object-src"] == {"'none'"}
        assert directives["base-uri"] == {"'self'"}

    @pytest.mark.parametrize("path", ["/admin/", "/admin/searchsite/apikey/", "/admin/searchsite/apikey/add/"])
    def test_the_admin_may_evaluate_its_templates_but_runs_no_inline_script(self, path, admin_client):
        directives = policy(admin_client.get(path))
        assert "'unsafe-eval'" in directives["script-src"]
        assert "'unsafe-inline'" not in directives["script-src"]

    @pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/searchsite/apikey/add/", "/api/v1/docs"])
    def test_no_page_holds_an_inline_script_or_handler(self, path, admin_client):
        client = Client() if "login" in path else admin_client
        page = client.get(path).content.decode()
        assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>\s*\S", page)
        assert not re.findall(r"<[^>]+\son(?:click|load|change|submit|error)=", page)

    def test_framing_sniffing_and_referrers_are_closed(self, client):
        answer = client.get("/admin/login/")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"

    def test_other_origins_are_closed_by_default(self, client):
        answer = client.options(
            "/api/v1/search", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
        )
        assert "Access-Control-Allow-Origin" not in answer

    def test_a_named_origin_is_let_in_under_the_api_only(self, client, settings):
        settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
        headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
        assert (
            client.options("/api/v1/search", headers=headers)["Access-Control-Allow-Origin"] == "https://shop.example"
        )
        assert "Access-Control-Allow-Origin" not in client.options("/admin/login/", headers=headers)


@pytest.mark.django_db
class TestKeysInTheAdmin:
    FORM = {
        "name": "Shop front",
        "scopes": ["search", "events"],
        "is_active": "on",
        "expires_at_0": "",
        "expires_at_1": "",
    }

    def test_a_new_key_is_shown_once_and_works(self, admin_client):
        answer = admin_client.post("/admin/searchsite/apikey/add/", self.FORM)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        text = KEY_PATTERN.search(answer.content.decode())
        assert text
        key = find_key(text[0])
        assert key is not None
        assert key.scopes == ["search", "events"]
        for path in ("", f"{key.pk}/change/", f"{key.pk}/history/"):
            assert text["secret"] not in admin_client.get(f"/admin/searchsite/apikey/{path}").content.decode()

    def test_only_a_superuser_hands_out_everything(self, client):
        user = User.objects.create_user("li", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="searchsite"))
        client.force_login(user)
        answer = client.post("/admin/searchsite/apikey/add/", {**self.FORM, "scopes": ["admin"]})
        assert "Only a superuser" in answer.content.decode()
        assert not ApiKey.objects.exists()
        client.post("/admin/searchsite/apikey/add/", self.FORM)
        assert ApiKey.objects.count() == 1

    def test_a_change_keeps_the_secret_and_says_nothing_of_it(self, admin_client):
        admin_client.post("/admin/searchsite/apikey/add/", self.FORM)
        before = ApiKey.objects.get()
        answer = admin_client.post(f"/admin/searchsite/apikey/{before.pk}/change/", {**self.FORM, "scopes": ["search"]})
        assert answer.status_code == 302
        after = ApiKey.objects.get()
        assert (after.scopes, after.hashed_key) == (["search"], before.hashed_key)

    def test_chosen_keys_are_taken_away_together(self, admin_client):
        for _ in range(2):
            admin_client.post("/admin/searchsite/apikey/add/", self.FORM)
        ids = list(ApiKey.objects.values_list("pk", flat=True))
        admin_client.post("/admin/searchsite/apikey/", {"action": "revoke_keys", "_selected_action": ids})
        assert not ApiKey.objects.filter(is_active=True).exists()

    @pytest.mark.parametrize("name", ["a" * 101, ""], ids=["too long", "empty"])
    def test_a_wrong_form_makes_no_key(self, name, admin_client):
        assert admin_client.post("/admin/searchsite/apikey/add/", {**self.FORM, "name": name}).status_code == 200
        assert not ApiKey.objects.exists()


@pytest.mark.django_db
class TestNavigation:
    def test_everyone_sees_only_what_they_may_open(self, client):
        user = User.objects.create_user("li", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="view_event"))
        client.force_login(user)
        page = client.get("/admin/").content.decode()
        assert "/admin/feedback/event/" in page
        assert "/admin/searchsite/apikey/" not in page
        assert "/admin/auth/user/" not in page


def run_django(*arguments: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh process with a deployment's environment: nothing of this one's but where Python and Postgres are."""
    kept = {
        name: os.environ[name] for name in ("PATH", "DATABASE_URL", "CELERY_BROKER_URL", "HOME") if name in os.environ
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={**kept, "SEARCHSITE_VAR_DIR": str(tmp_path), "DEBUG": "0", **environment},
    )  # fmt: skip


class TestDeployment:
    def test_the_deployment_checks_are_clean(self, tmp_path):
        done = run_django(
            "manage.py", "check", "--deploy", "--fail-level", "WARNING",
            tmp_path=tmp_path, SECRET_KEY=STRONG_KEY, ALLOWED_HOSTS="shop.example",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def test_serving_without_a_secret_key_is_refused_with_the_remedy(self, tmp_path):
        done = run_django("-c", "import searchsite.wsgi", tmp_path=tmp_path, SECRET_KEY="")
        assert done.returncode != 0
        assert "SECRET_KEY is not set" in done.stderr
        assert "secrets.token_urlsafe" in done.stderr

    def test_build_steps_need_no_secret_key(self, tmp_path):
        done = run_django("manage.py", "check", tmp_path=tmp_path, SECRET_KEY="")
        assert done.returncode == 0, done.stderr

    def test_a_deployment_sends_cookies_over_https_only(self, tmp_path):
        code = (
            "import django; django.setup(); from django.conf import settings as s; "
            "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, "
            "s.SESSION_COOKIE_HTTPONLY, s.DEBUG, s.CORS_ALLOWED_ORIGINS)"
        )
        done = run_django(
            "-c", code, tmp_path=tmp_path, SECRET_KEY=STRONG_KEY, DJANGO_SETTINGS_MODULE="searchsite.settings"
        )
        assert done.stdout.split("\n")[-2].split() == ["True"] * 5 + ["False", "[]"], done.stderr
