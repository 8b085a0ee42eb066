"""Every URL of the shop: storefront, admin, REST and health."""

from django.contrib import admin
from django.urls import include, path, re_path

from searchsite import error_views, health
from searchsite.docs_views import ApiDocsView, ApiSchemaView
from searchsite.media import serve_picture

handler400 = "searchsite.error_views.bad_request"
handler403 = "searchsite.error_views.permission_denied"
handler404 = "searchsite.error_views.page_not_found"
handler500 = "searchsite.error_views.server_error"

api_patterns = [
    path("", include("ranking.urls")),
    path("", include("catalog.urls")),
    path("", include("feedback.urls")),
    path("schema", ApiSchemaView.as_view(), name="schema"),
    path("docs", ApiDocsView.as_view(), name="docs"),
]

urlpatterns = [
    path("healthz", health.show_alive, name="healthz"),
    path("readyz", health.show_ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_patterns)),
    re_path(r"^api(?:/.*)?$", error_views.api_not_found),
    path("i18n/", include("django.conf.urls.i18n")),
    path("media/<path:path>", serve_picture, name="media"),
    path("", include("ranking.storefront_urls")),
]
