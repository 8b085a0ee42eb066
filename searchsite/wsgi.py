"""WSGI entry point: search is served over WSGI (measured faster than ASGI for this work, docs/adr/0005)."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    # Apps are ready only now, and the page that asks first must not pay for the models.
    import structlog  # noqa: PLC0415
    from django.db import Error, connection  # noqa: PLC0415

    from ranking.registry import warm_up  # noqa: PLC0415

    try:
        warm_up()
    except Error as error:
        structlog.get_logger(__name__).warning("warm_up_skipped", reason=str(error))
    finally:
        connection.close()


threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
