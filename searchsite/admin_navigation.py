"""The admin's sidebar in a merchandiser's order; each entry shows only to those who may open it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

PREVIEW = "admin:ranking_search_preview"
HEALTH = "admin:ranking_rule_health"
QUEUE = "admin:ranking_rule_queue"


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold calls this for every page."""
    groups = [*_list_search(), *_list_catalog(), *_list_people()]
    for group in groups:
        group["items"] = [item for item in group["items"] if _is_visible(item, request)]
    return [group for group in groups if group["items"]]


def _list_search() -> list[dict[str, Any]]:
    return [
        _group(
            _("Search"),
            # Every address starts with "/": without this the entry would look chosen everywhere.
            {"title": _("Storefront"), "icon": "storefront", "link": "/", "active": False},
            _item(_("Synonyms"), "compare_arrows", "ranking", "synonym"),
            {**_item(_("Ranking"), "tune", "ranking", "rankingconfig"), "active": _shows_configurations},
            {
                **_link(_("Search preview"), "frame_inspect", PREVIEW),
                "permission": may_view("ranking", "rankingconfig"),
            },
            _item(_("Judgements"), "grading", "ranking", "queryjudgement"),
        ),
        _group(
            _("Merchandising"),
            {**_item(_("Rules"), "rule", "ranking", "rule"), "active": _shows_rules},
            {
                **_link(_("Arrange results"), "drag_pan", "admin:ranking_rule_add", "?arrange=1"),
                "permission": lambda request: request.user.has_perm("ranking.add_rule"),
                "active": _arranges,
            },
            {**_link(_("Waiting for approval"), "rule_settings", QUEUE), "permission": may_review},
            _item(_("What-if"), "experiment", "ranking", "simulation"),
            {**_link(_("Rule health"), "monitor_heart", HEALTH), "permission": may_view("ranking", "rule")},
            _item(_("Rule policy"), "policy", "ranking", "rulepolicy"),
        ),
    ]


def _list_catalog() -> list[dict[str, Any]]:
    return [
        _group(
            _("Catalog"),
            _item(_("Products"), "inventory_2", "catalog", "product"),
            _item(_("Categories"), "account_tree", "catalog", "category"),
            _item(_("Brands"), "sell", "catalog", "brand"),
            _item(_("Attributes"), "data_object", "catalog", "attribute"),
            _item(_("Uploads"), "upload_file", "catalog", "upload"),
        ),
        _group(
            _("Enrichment"),
            _item(_("Proposed values"), "fact_check", "catalog", "proposal"),
            _item(_("Suggested merges"), "merge", "catalog", "schemasuggestion"),
            _item(_("Possible duplicates"), "difference", "catalog", "duplicatesuggestion"),
            _item(_("Review alerts"), "sentiment_dissatisfied", "catalog", "opinionalert"),
            _item(_("Attributes by category"), "checklist", "catalog", "categoryattribute"),
            _item(_("Extractor versions"), "history", "catalog", "extractorversion"),
            _item(_("Extractions"), "manage_search", "catalog", "extraction"),
            _item(_("Language model usage"), "paid", "catalog", "languagemodelusage"),
        ),
    ]


def _list_people() -> list[dict[str, Any]]:
    return [
        _group(_("Shoppers"), _item(_("Events"), "ads_click", "feedback", "event")),
        _group(
            _("Access"),
            _item(_("API keys"), "key", "searchsite", "apikey"),
            {**_link(_("API documentation"), "api", "docs"), "permission": may_view("searchsite", "apikey")},
            _item(_("Market permissions"), "globe_location_pin", "ranking", "marketgrant"),
            _item(_("Audit log"), "receipt_long", "ranking", "auditentry"),
            _item(_("Users"), "person", "auth", "user"),
            _item(_("Groups"), "group", "auth", "group"),
        ),
    ]


def _shows_configurations(request: HttpRequest) -> bool:
    """The preview's address is below the configurations', but it is an entry of its own."""
    within = request.path.startswith(_find("admin:ranking_rankingconfig_changelist"))
    return within and not request.path.startswith(_find(PREVIEW))


def _arranges(request: HttpRequest) -> bool:
    return "arrange" in request.GET and request.path.startswith(_find("admin:ranking_rule_changelist"))


def _shows_rules(request: HttpRequest) -> bool:
    """What waits, the health board and arranging have addresses below the rules', but entries of their own."""
    within = request.path.startswith(_find("admin:ranking_rule_changelist"))
    return within and not _arranges(request) and not request.path.startswith((_find(HEALTH), _find(QUEUE)))


def may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(f"{app}.view_{model}")


def may_review(request: HttpRequest) -> bool:
    return any(request.user.has_perm(f"ranking.{name}_rule") for name in ("view", "change", "approve"))


def _is_visible(item: dict[str, Any], request: HttpRequest) -> bool:
    permission = item.get("permission")
    return bool(item["link"]) and (permission is None or permission(request))


def _group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


def _item(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    return {**_link(title, icon, f"admin:{app}_{model}_changelist"), "permission": may_view(app, model)}


def _link(title: Any, icon: str, view: str, parameters: str = "") -> dict[str, Any]:
    address = _find(view)
    return {"title": title, "icon": icon, "link": address and address + parameters}


def _find(view: str) -> str:
    """Where the page is; an admin that is not registered in this shop has none, and its entry is left out."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
