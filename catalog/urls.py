"""REST routes of the catalog, under /api/v1/."""

from django.urls import path

from catalog import api, api_proposals

urlpatterns = [
    path("products", api.ProductListView.as_view(), name="products"),
    path("products/<path:sku>", api.ProductView.as_view(), name="product"),
    path("proposals", api_proposals.ProposalListView.as_view(), name="proposals"),
    path("proposals/decide", api_proposals.ProposalDecideView.as_view(), name="proposals-decide"),
    path("proposals/accept", api_proposals.ProposalAcceptView.as_view(), name="proposals-accept"),
    path("proposals/<int:proposal_id>/edit", api_proposals.ProposalEditView.as_view(), name="proposal-edit"),
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
