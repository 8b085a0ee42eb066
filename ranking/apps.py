"""The app: answering a query."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from ranking.checks import check_segments


class RankingConfig(AppConfig):
    name = "ranking"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Ranking")

    def ready(self) -> None:
        register(check_segments)
