"""What every test stands on: real Postgres, a real broker, and a real Celery worker for the tests that ask for one.

`DATABASE_URL` and `CELERY_BROKER_URL` are used when set; otherwise the embedded servers start in a private folder
and stop at the end. Settings load only after that, so nothing here may import a Django model at import time.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from django.core import serializers
from django.db.models.signals import post_migrate

NEEDED = ("DATABASE_URL", "CELERY_BROKER_URL")
_running: dict[str, Any] = {}


# The same examples each time: a change is judged by what it changed. HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("suite", derandomize=True)
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_configure(config: pytest.Config) -> None:
    prepare_environment()
    if any(not os.environ.get(name) for name in NEEDED):
        if settings.configured:
            raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: tests/conftest.py sets it once the servers run")
        start_embedded_servers()
    os.environ["DJANGO_SETTINGS_MODULE"] = "searchsite.settings"
    if os.environ.get("PYTEST_XDIST_WORKER"):
        keep_queues_apart()
    django.setup()
    # What a password costs to guess is not what most tests are about; tests of settings start processes of their own.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, or one process is still at one when the other has nothing left to do."""
    items.sort(key=lambda item: "browser" in item.keywords or not {"slow", "timeout"} & {*item.keywords})


def keep_queues_apart() -> None:
    """A process of pytest-xdist has its settings loaded with the first process's prefix: its queues must be its own."""
    prefix = os.environ["CELERY_KEY_PREFIX"]
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = prefix
    settings.CACHES["throttle"]["KEY_PREFIX"] = f"{prefix}searchsite"


def prepare_environment() -> None:
    """Tests neither read nor write the developer's own `.env` values, files and queues."""
    if "SEARCHSITE_VAR_DIR" not in os.environ:
        _running["var"] = Path(tempfile.mkdtemp(prefix="searchsite-test-"))
        os.environ["SEARCHSITE_VAR_DIR"] = str(_running["var"])
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read once, by whichever test loads the library first
    os.environ.setdefault("SECRET_KEY", "only-for-tests")
    os.environ.setdefault("QUERY_LOG_SECONDS", "0")  # nothing writes behind a test's back
    for library in ("OMP", "OPENBLAS"):  # waiting threads spin, and on cores that others need takes minutes
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.environ["CELERY_KEY_PREFIX"] = f"test-{os.getpid()}-"


def start_embedded_servers() -> None:
    from searchsite.supervision.services import EmbeddedServices  # noqa: PLC0415  (loads only where it is needed)

    folder = Path(tempfile.mkdtemp(prefix="searchsite-servers-"))
    folder.chmod(0o711)  # root's servers run under an account of their own
    services = EmbeddedServices(folder, lasting=False)
    _running.update(services=services, folder=folder)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = services.start_postgres()
    if not os.environ.get("CELERY_BROKER_URL"):
        os.environ["CELERY_BROKER_URL"] = services.start_valkey()


def pytest_unconfigure(config: pytest.Config) -> None:
    services = _running.pop("services", None)
    if services:
        services.stop()
    for name in ("folder", "var"):
        if name in _running:
            shutil.rmtree(_running.pop(name), ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A test that commits ends with the tables as the migrations left them."""
    from django.test import TransactionTestCase  # noqa: PLC0415

    from tests.database_states import remember_clean, restore_clean  # noqa: PLC0415

    put_seeds_back_after_flush(django_db_blocker)
    with django_db_blocker.unblock():
        remember_clean()
    flush = TransactionTestCase._fixture_teardown

    def clean_up(case: TransactionTestCase) -> None:
        if not restore_clean():
            flush(case)

    TransactionTestCase._fixture_teardown = clean_up


def put_seeds_back_after_flush(django_db_blocker: Any) -> None:
    from django.apps import apps  # noqa: PLC0415

    own = [apps.get_app_config(name) for name in ("searchsite", "catalog", "ranking", "feedback")]
    with django_db_blocker.unblock():
        rows = {app.label: [row for model in app.get_models() for row in model._default_manager.all()] for app in own}
    seeds = {label: serializers.serialize("json", found) for label, found in rows.items() if found}

    def put_back(sender: Any, **_: Any) -> None:
        for seed in serializers.deserialize("json", seeds.get(sender.label, "[]")):
            seed.save()

    post_migrate.connect(put_back, weak=False, dispatch_uid="tests.put_back_seeds")


@pytest.fixture(scope="session")
def worker_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.celery_worker import CeleryWorker, forget_broker_keys  # noqa: PLC0415

    worker = CeleryWorker(tmp_path_factory.mktemp("worker") / "worker.log")
    yield worker
    worker.stop()
    forget_broker_keys()


@pytest.fixture
def celery_worker(transactional_db: None, worker_process: Any) -> Iterator[Any]:
    """A running worker (tests/celery_worker.py) that sees what this test commits. Queues are empty at its start, and
    it stops with the test: a late task must not do the work that another test watches itself do.
    """
    from tests.celery_worker import purge_queues  # noqa: PLC0415

    purge_queues()
    worker_process.start()
    yield worker_process
    worker_process.stop()
