"""The project as an app: API keys, commands and system checks live here."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchsiteConfig(AppConfig):
    name = "searchsite"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Access")

    def ready(self) -> None:
        # drf-spectacular knows an authentication class only once its description is imported.
        import_module("searchsite.openapi")
