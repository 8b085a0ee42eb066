"""The project as an app: API keys, commands and system checks live here."""

from django.apps import AppConfig


class SearchsiteConfig(AppConfig):
    name = "searchsite"
    default_auto_field = "django.db.models.BigAutoField"
