"""One id for a request, from the answer's X-Request-ID header through every log line to the Celery task."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
META_KEY = "HTTP_X_REQUEST_ID"
# What a proxy in front may hand in; anything else, and anybody else's, could forge log lines or fill the disk.
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Stands first. django-structlog's middleware takes the id from the request and binds it to the log context."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (settings.BEHIND_PROXY and ACCEPTED.fullmatch(request.META.get(META_KEY, ""))):
            request.META[META_KEY] = str(uuid.uuid4())
        response = self.get_response(request)
        response[HEADER] = request.META[META_KEY]
        return response
