"""The API's description: the OpenAPI document and an interactive page, both without a key and without a CDN."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView


class ApiSchemaView(SpectacularJSONAPIView):
    """The OpenAPI 3 document as JSON."""


# The page's own script is a file; only its styles are written by script, which strict style-src forbids.
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class ApiDocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the package's own files; its start-up script comes from `?script`."""

    url_name = "schema"
