"""WSGI entry point: search is served over WSGI (measured faster than ASGI for this work, docs/adr/0005)."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
application = get_wsgi_application()
if settings.SECRET_KEY == settings.BUILD_ONLY_SECRET_KEY:
    # Sessions signed with a key anyone can read in the source would let anyone sign in as anyone.
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment or .env to at least 50 random characters, for example "
        "from `python -c 'import secrets; print(secrets.token_urlsafe(50))'`."
    )
