"""What must be true before the shop opens: tables, translations, static files, encoder, one administrator."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from catalog.encoder import prepare_encoder
from catalog.errors import EncoderUnavailable, ShopError
from catalog.extractors.tagger import ARTIFACTS as TAGGERS
from catalog.extractors.tagger_model import prepare_tagger
from ranking.reranker import ARTIFACT, prepare_reranker
from searchsite.translations import compile_translations

Tell = Callable[[str], None]
ADMIN_NAME = "admin"


class DatabaseUnreachable(ShopError):
    code = "database_unreachable"
    status = 503


def migrate(tell: Tell) -> None:
    """Apply missing migrations. Only one process at a time; the others wait and then find nothing to do."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise DatabaseUnreachable(
            f"The database does not answer: {str(error).strip()}. Start it, or correct DATABASE_URL."
        ) from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('searchsite.migrate'))")
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
            tell(f"Tables: brought up to date ({len(missing)} steps)")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('searchsite.migrate'))")


def prepare_files(tell: Tell) -> None:
    compiled = compile_translations()
    if compiled:
        tell(f"Translations: {compiled} compiled")
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)


def prepare_models(tell: Tell) -> None:
    """A shop without its encoder still sells: search by words works, and the log says what is missing."""
    try:
        prepare_encoder(tell)
    except EncoderUnavailable as error:
        tell(f"Encoder: not available, search goes by words alone. {error.message}")
        return
    if ARTIFACT.exists():
        prepare_reranker()
    if "tagger" in settings.EXTRACTORS:
        for tagger in TAGGERS:
            prepare_tagger(tagger, tell)


def create_first_administrator(tell: Tell) -> None:
    """Made once; the password is told here and stored nowhere."""
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(12)
    users.create_superuser(username=ADMIN_NAME, email="", password=password)
    tell(f"Administrator: made. Name '{ADMIN_NAME}', password '{password}' — it is shown only now, keep it.")
