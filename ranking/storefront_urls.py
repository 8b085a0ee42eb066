"""Addresses of the HTML storefront, mounted at the root."""

from django.urls import path

from ranking import views

app_name = "storefront"
urlpatterns = [
    path("", views.show_home, name="home"),
    path("search/", views.show_results, name="results"),
    path("search/suggestions/", views.show_suggestions, name="suggest"),
    path("c/<path:key>/", views.show_category, name="category"),
    path("p/<path:sku>/", views.show_product, name="product"),
    path("go/product/<int:product_id>/", views.redirect_to_product, name="product-by-id"),
]
