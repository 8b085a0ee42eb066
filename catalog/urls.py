"""REST routes of the catalog, under /api/v1/."""

from django.urls import path

from catalog import api

urlpatterns = [
    path("products", api.ProductListView.as_view(), name="products"),
    path("products/<path:sku>", api.ProductView.as_view(), name="product"),
    path("uploads", api.UploadListView.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>", api.UploadView.as_view(), name="upload"),
    path(
        "uploads/<uuid:upload_id>/check",
        api.UploadStartView.as_view(check_only=True),
        name="upload-check",
    ),
    path("uploads/<uuid:upload_id>/run", api.UploadStartView.as_view(), name="upload-run"),
    path("uploads/<uuid:upload_id>/refused", api.RefusedRowsView.as_view(), name="upload-refused-rows"),
    path("uploads/<uuid:upload_id>/refused.csv", api.RefusedCsvView.as_view(), name="upload-refused"),
]
