"""Every error of the REST interface in one shape: {"code", "message", "extra"}."""

import math
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from catalog.errors import ShopError
from searchsite.parsers import BodyTooLarge

logger = structlog.get_logger(__name__)
RETRY_AFTER_S = 5


def error_body(code: str, message: str, extra: Any = None) -> dict[str, Any]:
    return {"code": code, "message": _make_printable(str(message)), "extra": _make_printable(extra or {})}


def _make_printable(value: Any) -> Any:
    """Errors repeat what was sent: half a character (a lone surrogate) of it as code, which UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_make_printable(name): _make_printable(inner) for name, inner in value.items()}
    return [_make_printable(inner) for inner in value] if isinstance(value, list | tuple) else value


def handle_api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook. What is not known here is a fault of ours: None hands it to Django's handler500 and the log."""
    if isinstance(error, ShopError):
        set_rollback()
        return Response(error_body(error.code, error.message, error.extra), status=error.status)
    if isinstance(error, (OperationalError, InterfaceError, BrokerError)):
        return _refuse_for_now(error)
    if isinstance(error, RequestDataTooBig):
        error = BodyTooLarge()
    elif isinstance(error, SuspiciousOperation):
        return Response(error_body("bad_request", _("The request is malformed.")), status=400)
    response = exception_handler(error, context)
    if response is None:
        return None
    problem = _as_api_exception(error, response)
    response.data = error_body(*_describe(problem, context))
    return response


def _refuse_for_now(error: Exception) -> Response:
    set_rollback()
    broker = isinstance(error, BrokerError)
    logger.error("dependency_down", dependency="broker" if broker else "database", reason=str(error))
    message = _("The job queue cannot be reached.") if broker else _("The database cannot be reached.")
    body = error_body("unavailable", f"{message} " + _("Try again in a few seconds."), {"retry_after": RETRY_AFTER_S})
    return Response(body, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})


def _as_api_exception(error: Exception, response: Response) -> exceptions.APIException:
    """Django's own Http404 and PermissionDenied as the DRF exceptions they were answered with."""
    if isinstance(error, exceptions.APIException):
        return error
    return exceptions.NotFound() if response.status_code == 404 else exceptions.PermissionDenied()


def _describe(error: exceptions.APIException, context: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    if isinstance(error, exceptions.ValidationError):
        return "invalid", _summarise(error.detail), {"fields": error.detail}
    extra: dict[str, Any] = {}
    view = context.get("view")
    if isinstance(error, exceptions.MethodNotAllowed) and view is not None:
        extra["allowed"] = view.allowed_methods
    elif isinstance(error, exceptions.UnsupportedMediaType) and view is not None:
        extra["supported"] = [parser.media_type for parser in view.parser_classes]
    elif isinstance(error, exceptions.NotAcceptable) and view is not None:
        extra["available"] = [renderer.media_type for renderer in view.renderer_classes]
    elif isinstance(error, exceptions.Throttled):
        extra["retry_after"] = math.ceil(getattr(error, "wait", None) or RETRY_AFTER_S)
    return str(error.get_codes()), str(error.detail), extra


def _summarise(detail: Any, path: str = "") -> str:
    """The first message with the field it is about, so that a client showing one line shows a useful one."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _summarise(inner, path if name == "non_field_errors" else f"{path}.{name}".strip("."))
    if isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            if inner:
                nested = isinstance(inner, (dict, list))
                return _summarise(inner, f"{path}.{index}".strip(".") if nested else path)
    return f"{path}: {detail}" if path else str(detail)
