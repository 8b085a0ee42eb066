"""Whether this process is alive (/healthz) and whether the shop can work (/readyz), each failure with its remedy.

Search needs the database with its migrations and nothing else; without broker, workers or models it is degraded,
not down, so only the first two turn /readyz into 503.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from catalog.documents import EMBEDDING_FINGERPRINT_SQL, INDEX_FINGERPRINT_SQL
from catalog.encoder import encoder_loaded
from searchsite.celery import app

QUEUES = frozenset({"cpu", "gpu", "train"})
BROKER_SECONDS = 1
WORKERS_KEPT_SECONDS = 10.0
# Counting reads every product: often while something is being built, seldom once all is fresh.
COUNTS_KEPT_SECONDS, CHANGING_COUNTS_KEPT_SECONDS = 30.0, 2.0
COUNTS_SQL = f"""
    SELECT count(*),
        count(*) FILTER (WHERE d.fingerprint = {INDEX_FINGERPRINT_SQL}),
        count(*) FILTER (WHERE e.fingerprint = {EMBEDDING_FINGERPRINT_SQL})
    FROM catalog_product p
    LEFT JOIN catalog_brand b ON b.id = p.brand_id
    LEFT JOIN catalog_category c ON c.id = p.category_id
    LEFT JOIN catalog_searchdocument d ON d.product_id = p.id
    LEFT JOIN catalog_embedding e ON e.product_id = p.id AND e.generation_id = (
        SELECT id FROM catalog_embeddinggeneration WHERE status <> 'retired' ORDER BY status = 'live', id DESC LIMIT 1)
    WHERE p.status = 'active'
"""


@dataclass(frozen=True)
class Check:
    """What one look found. `needed` ones decide whether the shop may be sent requests."""

    ok: bool
    needed: bool = False
    message: str = ""
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        shown = {"ok": self.ok, "needed": self.needed, **self.facts}
        return shown if self.ok else {**shown, "message": self.message, "remedy": self.remedy}


class Remembered:
    """The last answer of a slow check, asked again by one thread at a time once it is old."""

    def __init__(self, look: Callable[[], Check], seconds: Callable[[Check], float]) -> None:
        self.look, self.seconds = look, seconds
        self.lock = threading.Lock()
        self.answer: Check | None = None
        self.until = 0.0

    def __call__(self) -> Check:
        with self.lock:
            if self.answer is None or time.monotonic() > self.until:
                self.answer = self.look()
                self.until = time.monotonic() + self.seconds(self.answer)
            return self.answer

    def forget(self) -> None:
        with self.lock:
            self.answer = None


@require_safe
@never_cache
def show_alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def show_ready(request: HttpRequest) -> JsonResponse:
    """`status` is ready, degraded (search works, something else does not) or failing (503)."""
    checks = {"database": check_database()}
    if checks["database"].ok:
        checks |= {"migrations": check_migrations(), "index": check_index()}
    checks |= {"broker": check_broker(), "models": check_models()}
    if checks["broker"].ok:
        checks["workers"] = check_workers()
    failing = any(check.needed and not check.ok for check in checks.values())
    status = "failing" if failing else "ready" if all(check.ok for check in checks.values()) else "degraded"
    body = {"status": status, "checks": {name: check.as_json() for name, check in checks.items()}}
    return JsonResponse(body, status=503 if failing else 200)


def check_database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # The error's text names host and user; this answer is public.
        return Check(
            ok=False,
            needed=True,
            message="The database does not answer.",
            remedy="Start it, or correct DATABASE_URL; the log of this process says what it answered.",
        )
    return Check(ok=True, needed=True)


def look_at_migrations() -> Check:
    executor = MigrationExecutor(connection)
    missing = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        return Check(
            ok=False,
            needed=True,
            message=f"{len(missing)} migrations are not applied.",
            remedy="Run `python manage.py migrate`.",
            facts={"missing": missing},
        )
    return Check(ok=True, needed=True)


def look_at_index() -> Check:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS_SQL)
        total, indexed, embedded = cursor.fetchone()
    facts = {"products": total, "indexed": indexed, "embedded": embedded, "counted_at": time.time()}
    if indexed < total or embedded < total:
        return Check(
            ok=False,
            message=f"{total - indexed:,} products wait for indexing and {total - embedded:,} for embedding.",
            remedy="Workers of the queues cpu and gpu do this by themselves; if the numbers stand still, see the log.",
            facts=facts,
        )
    return Check(ok=True, facts=facts)


def check_broker() -> Check:
    try:
        with app.connection_for_read(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return Check(
            ok=False,
            message="The broker does not answer: uploads and embedding wait.",
            remedy="Start it, or correct CELERY_BROKER_URL.",
        )
    return Check(ok=True)


def look_at_workers() -> Check:
    answers = app.control.inspect(timeout=BROKER_SECONDS).active_queues() or {}
    consumed = {queue["name"] for queues in answers.values() for queue in queues}
    facts = {"seen": len(answers), "queues": sorted(consumed)}
    if missing := sorted(QUEUES - consumed):
        return Check(
            ok=False,
            message=f"No worker consumes {', '.join(missing)}.",
            remedy=f"Start one: `celery -A searchsite worker -Q {','.join(missing)}`.",
            facts=facts,
        )
    return Check(ok=True, facts=facts)


def check_models() -> Check:
    """Whether the query encoder is in this process's memory; it loads with the first search that needs it."""
    loaded = encoder_loaded()
    if not loaded:
        return Check(
            ok=False,
            message="The query encoder is not loaded in this process yet; search is lexical until it is.",
            remedy="It loads with the first search. If it stays so, run `python manage.py prepare` and see the log.",
            facts={"query_encoder": loaded},
        )
    return Check(ok=True, facts={"query_encoder": loaded})


def keep_counts(check: Check) -> float:
    settled = check.ok and check.facts["products"]
    return COUNTS_KEPT_SECONDS if settled else CHANGING_COUNTS_KEPT_SECONDS


# Migrations of a running process cannot become unapplied in normal work; a missing one is looked for every time.
check_migrations = Remembered(look_at_migrations, lambda check: 3600.0 if check.ok else 0.0)
check_index = Remembered(look_at_index, keep_counts)
check_workers = Remembered(look_at_workers, lambda check: WORKERS_KEPT_SECONDS if check.ok else 1.0)
