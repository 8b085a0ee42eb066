"""Undoing a rule's last change: a link beside where it stands, and a page that asks, with the difference in words."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from ranking.admin.rule_pages import RulePages
from ranking.governance.actors import actor_of_user
from ranking.governance.policies import read_policies
from ranking.governance.standing import read_standing
from ranking.governance.undo import find_undo
from ranking.models import Rule


class RuleUndo(RulePages):
    def get_page_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<uuid:rule_id>/undo/", view, name="ranking_rule_undo"), *super().get_page_urls()]

    def undo_view(self, request: HttpRequest, rule_id: UUID) -> HttpResponseBase:
        """Asks only: its button restores, or drops what waits, as the pages of history and review do."""
        self._require_change(request)
        rule = get_object_or_404(Rule.objects.select_related("pending"), pk=rule_id)
        undo = find_undo(rule)
        if undo is None:
            self.message_user(request, _("Nothing to undo: what this rule says never changed."), level=messages.INFO)
            return redirect("admin:ranking_rule_change", rule_id)
        standing = read_standing(rule, actor_of_user(request.user), read_policies())
        context = {
            "title": _("Undo the last change: %s") % rule.name,
            "original": rule,
            "undo": undo,
            "standing": standing,
            "is_live": rule.status == Rule.Status.LIVE.value,
            "urls": self._urls_of(rule_id),
        }
        return self._render(request, "undo", context)
