"""Who may call the REST interface: API keys with scopes, or a signed-in staff session. Everything else is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from searchsite.keys import find_key, record_use
from searchsite.models import ApiKey

if TYPE_CHECKING:  # DRF's views import this module through its settings
    from rest_framework.views import APIView

KEYWORD = "api-key"
# Whoever may write or approve rules may read them.
_IMPLIED: dict[str, tuple[str, ...]] = {ApiKey.Scope.RULES_READ: (ApiKey.Scope.RULES_WRITE, ApiKey.Scope.RULES_APPROVE)}
_ACTION_BY_METHOD = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key ss_…` or `X-API-Key: ss_…`. The key is read from the database on every request
    (one lookup by a unique index), so that taking it away works at once in every process.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        text = _read_key_text(request)
        if text is None:
            return None
        key = find_key(text)
        if key is None:
            raise AuthenticationFailed(_("This API key is not known. Check that it was copied whole."), "unknown_key")
        if not key.is_active:
            raise AuthenticationFailed(_("This API key was taken away. Ask the shop for a new one."), "revoked_key")
        if key.expires_at is not None and key.expires_at <= timezone.now():
            raise AuthenticationFailed(_("This API key has expired. Ask the shop for a new one."), "expired_key")
        record_use(key)
        structlog.contextvars.bind_contextvars(api_key=key.prefix)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"


class HasScope(BasePermission):
    """Views name what they need in `required_scope`; a view without it is for `admin` alone.

    A key needs that scope (`admin` implies all). A staff session needs Django's permission for the method on the
    view's model, or what the view names in `required_permission`; search needs no more than being staff.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope = required_scope(view)
        if isinstance(request.auth, ApiKey):
            self.message = _("This API key lacks the scope “%(scope)s”.") % {"scope": scope}
            return bool({scope, ApiKey.Scope.ADMIN, *_IMPLIED.get(scope, ())} & set(request.auth.scopes))
        if request.user.is_authenticated:
            return _staff_may(request, view, scope)
        return scope == ApiKey.Scope.SEARCH and bool(settings.SEARCH_API_PUBLIC)


def required_scope(view: APIView | None) -> str:
    return str(getattr(view, "required_scope", ApiKey.Scope.ADMIN))


def client_ip(request: HttpRequest) -> str:
    """The address the request came from; the nearest proxy's word counts only where there is a proxy of ours."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.BEHIND_PROXY and forwarded:
        return str(forwarded.split(",")[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


def _read_key_text(request: Request) -> str | None:
    keyword, _space, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    if keyword.lower() == KEYWORD:
        return credentials.strip()
    return request.headers.get("X-API-Key")


def _staff_may(request: Request, view: APIView, scope: str) -> bool:
    user: Any = request.user
    if not (user.is_active and user.is_staff):
        return False
    if scope == ApiKey.Scope.SEARCH or user.is_superuser:
        return True
    permission = getattr(view, "required_permission", None) or _model_permission(request, view)
    return permission is not None and user.has_perm(permission)


def _model_permission(request: Request, view: APIView) -> str | None:
    queryset = getattr(view, "queryset", None)
    if queryset is None:
        return None
    action = _ACTION_BY_METHOD.get(request.method or "", "view")
    options = queryset.model._meta
    return f"{options.app_label}.{action}_{options.model_name}"
