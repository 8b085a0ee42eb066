"""“Arrange results”: the rule form begun from a page of results; what is dragged there becomes a rule with a reason."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from ranking.contracts import MAX_QUERY_CHARACTERS
from ranking.models import Rule

MOST_RULES = 5
# Parameters of the page's address that set the preview, by the name of its control.
CONTROLS = {"query": 200, "category": 300, "market": 16, "locale": 8, "device": 20, "now": 16, "zone": 64}


def read_controls(asked: QueryDict) -> dict[str, Any]:
    """What the address says about the preview's search; the rest follows the rule."""
    found = {name: str(asked.get(name, "")).strip()[:size] for name, size in CONTROLS.items()}
    controls: dict[str, Any] = {name: text for name, text in found.items() if text}
    segments = [segment.strip() for segment in asked.get("segments", "").split(",") if segment.strip()]
    return {**controls, "segments": segments[:20]} if segments else controls


def describe_arranging(request: HttpRequest) -> dict[str, Any] | None:
    """None where an ordinary rule is written; else the rules that speak of these words already, drafts too."""
    if not (request.GET.get("arrange") or request.POST.get("arranged")):
        return None
    query = request.GET.get("query", "").strip()[:MAX_QUERY_CHARACTERS]
    found = (
        Rule.objects.filter(conditions__contains=[{"type": "query", "values": [query]}])
        if query
        else Rule.objects.none()
    )
    return {
        "rules": [
            {"name": rule.name, "status": rule.get_status_display(), "url": f"{change_url(rule)}?arrange=1"}
            for rule in found.order_by()[:MOST_RULES]
        ]
    }


def change_url(rule: Rule) -> str:
    return reverse("admin:ranking_rule_change", args=[rule.pk])
