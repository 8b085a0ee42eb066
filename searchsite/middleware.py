"""The admin's own content security policy: its toolkit evaluates expressions and writes styles, the shop does not."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# unfold is built on Alpine.js, which needs eval for the expressions in its templates, and on generated styles. Inline
# scripts stay forbidden there too, so markup that slips into a page still cannot run.
ADMIN_POLICY = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"], "img-src": ["blob:"]}


class AdminPolicyMiddleware:
    """Stands after django-csp's middleware, which writes the header when the answer passes it on its way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefix = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(self.prefix) and not hasattr(response, "_csp_update"):
            response._csp_update = ADMIN_POLICY  # type: ignore[attr-defined]
        return response
