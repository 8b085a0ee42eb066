"""Every name the settings read is explained to the person who sets it, and nothing else is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()


def names_read():
    files = sorted((ROOT / "searchsite").glob("*settings.py"))
    return {name for file in files for name in re.findall(r'env\.\w+\(\s*"([A-Z][A-Z_0-9]*)"', file.read_text())}


def test_the_example_lists_every_name_and_no_other():
    assert set(re.findall(r"^# ([A-Z][A-Z_0-9]*)=", EXAMPLE, re.M)) == names_read()


def test_an_untouched_copy_of_the_example_changes_nothing():
    assert not [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY"])
def test_a_blank_value_means_the_embedded_one(name, tmp_path):
    (tmp_path / "services.json").write_text(
        '{"database_url": "postgresql://shop:a@127.0.0.1:1/embedded", "broker_url": "redis://embedded", '
        '"secret_key": "embedded"}'
    )
    code = (
        "from django.conf import settings; "
        "print(settings.DATABASES['default']['NAME'], settings.CELERY_BROKER_URL, settings.SECRET_KEY)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "searchsite.settings", "SEARCHSITE_VAR_DIR": str(tmp_path), name: ""}
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["embedded", "redis://embedded", "embedded"]


@pytest.mark.parametrize("file", ["compose.yaml", "kubernetes.yaml"])
def test_the_deployments_set_only_names_that_are_read(file):
    documents = [part for part in yaml.safe_load_all((ROOT / "deploy" / file).read_text()) if part]
    if file == "compose.yaml":
        environment = documents[0]["services"]["web"]["environment"]
    else:
        environment = next(part for part in documents if part["kind"] == "ConfigMap")["data"]
    assert set(environment) <= names_read()


@pytest.mark.parametrize("command", [["check", "--deploy", "--fail-level", "WARNING"], ["makemigrations", "--check"]])
def test_production_settings_are_clean_with_nothing_running(command, tmp_path):
    environment = {
        "SECRET_KEY": "s" * 25 + "ecretkeyofalengththatsuffices1234",
        "ALLOWED_HOSTS": "shop.example",
        "SEARCHSITE_VAR_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://shop@127.0.0.1:1/none",
    }
    ran = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
