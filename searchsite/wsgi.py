"""WSGI entry point: search is served over WSGI (measured faster than ASGI for this work, docs/adr/0005)."""

import os
import threading

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import Error, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
application = get_wsgi_application()
if settings.SECRET_KEY == settings.BUILD_ONLY_SECRET_KEY:
    # Sessions signed with a key anyone can read in the source would let anyone sign in as anyone.
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment or .env to at least 50 random characters, for example "
        "from `python -c 'import secrets; print(secrets.token_urlsafe(50))'`."
    )


def _warm_up() -> None:
    # Apps are ready only now, and the page that asks first must not pay for the models.
    from ranking.registry import warm_up  # noqa: PLC0415

    try:
        warm_up()
    except Error as error:
        structlog.get_logger(__name__).warning("warm_up_skipped", reason=str(error))
    finally:
        connection.close()


threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
