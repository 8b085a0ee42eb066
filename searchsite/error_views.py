"""What is shown when Django itself refuses or fails: the API's error body under /api/, a plain page elsewhere."""

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from searchsite.api_errors import error_body

API_PREFIX = "/api/"
_TEMPLATES = {413: "400.html"}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 413, "body_too_large", _("The request is too large. Send less at a time."))
    return _answer(request, 400, "bad_request", _("The request is malformed."))


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "permission_denied", _("You are not allowed to do this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "not_found", _("There is nothing at this address."))


def api_not_found(request: HttpRequest) -> HttpResponse:
    """An address under /api/ that no route takes; a route of its own, so that DEBUG shows the same body."""
    message = _("There is nothing at this address. The interface is described at /api/v1/docs.")
    return _answer(request, 404, "not_found", message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says nothing of the fault but the request's id, under which the log has the rest."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    message = _("Something went wrong on our side. It was logged.")
    return _answer(request, 500, "server_error", message, request_id=request_id)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This form was open too long or came from another site. Go back, reload the page and send it again.")
    return _answer(request, 403, "csrf_failed", message)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """Answered by django-axes in place of the sign-in form."""
    message = _("Too many failed attempts to sign in. Wait a quarter of an hour, then try again.")
    answer = _answer(request, 429, "locked_out", message)
    answer["Retry-After"] = "900"
    return answer


def _answer(request: HttpRequest, status: int, code: str, message: str, **extra: Any) -> HttpResponse:
    if f"{request.path}/".startswith(API_PREFIX):
        body = error_body(code, message, extra)
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    # Rendered without the request: an error page must not need the database, the session or a context processor.
    context = {"status": status, "message": message, "path": request.path, **extra}
    return HttpResponse(render_to_string(_TEMPLATES.get(status, f"{status}.html"), context), status=status)
