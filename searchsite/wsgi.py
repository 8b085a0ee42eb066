"""WSGI entry point: search is served over WSGI (measured faster than ASGI for this work, docs/adr/0005)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
application = get_wsgi_application()
