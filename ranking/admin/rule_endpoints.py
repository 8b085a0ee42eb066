"""What the rule form's script asks for while somebody writes: products, names to choose from, the preview."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.errors import ShopError
from catalog.models import Attribute, AttributeValue, Brand, Category
from ranking.admin.rule_known import KNOWN, list_known
from ranking.admin.rule_products import find_by_sku
from ranking.contracts import MAX_QUERY_CHARACTERS, SORTS, Filter, ProductCard, SearchRequest, VariantCard
from ranking.merchandising.schedule import load_zone
from ranking.merchandising.schema import parse_rule
from ranking.merchandising.targets import find_product_ids
from ranking.pipeline import search
from ranking.retrieval.cards import lead_with, load_cards
from ranking.rule_conflicts import look_for_conflicts
from ranking.rule_preview import PREVIEW_SIZE, preview_rule, preview_without
from ranking.storefront.money import format_money
from ranking.templatetags.storefront import picture

MAX_CHOICES = 30
MAX_PRODUCTS = 12
# Somebody is typing meanwhile; what a longer look would find is told when the rule is saved.
CONFLICT_SECONDS = 1.0


def show_preview(admin: Any, request: HttpRequest) -> JsonResponse:
    """POST {rule, search}: the page before and after; refusals come back by field path."""
    require_permission(admin, request)
    if request.method != "POST":
        return refuse("method_not_allowed", _("Send the rule by POST."), status=405)
    try:
        body = json.loads(request.body)
        rule, asked = read_rule(body), dict(body.get("search", {}))
        request_ = read_search(asked)
        answer = preview_rule(rule, request_) if rule.get("actions") else preview_without(str(rule.get("id")), request_)
    except (ValueError, KeyError, TypeError, OSError, OverflowError, RecursionError):
        return refuse("bad_preview", _("The preview request is malformed; load the page again."))
    except ShopError as error:
        return refuse(error.code, error.message, extra=error.extra, status=error.status)
    for hit in list_shown(answer):
        decorate(hit, locale=str(asked.get("locale", "en")))
    return JsonResponse(answer)


def list_shown(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Every product row of both sides, each once: a page without a rule is the same object on both."""
    sides = (answer["before"], answer["after"])
    rows = [row for side in sides for name in ("hits", "hidden", "waiting") for row in side.get(name, ())]
    rows += [row for side in sides for group in side["groups"] for row in group["hits"]]
    return list({id(row): row for row in rows}.values())


def show_conflicts(admin: Any, request: HttpRequest) -> JsonResponse:
    """POST {rule}: what the rule as it stands would collide with were it live, and the address of the other rule."""
    require_permission(admin, request)
    if request.method != "POST":
        return refuse("method_not_allowed", _("Send the rule by POST."), status=405)
    try:
        document = parse_rule(read_rule(json.loads(request.body)))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return refuse("bad_rule", _("The rule could not be read; load the page again."))
    except ShopError as error:
        return refuse(error.code, error.message, extra=error.extra, status=error.status)
    check = look_for_conflicts(document, seconds=CONFLICT_SECONDS)
    own = str(document.id or "draft")
    for conflict in check.conflicts:
        conflict["wins"] = conflict["winner"]["id"] == own
        other = conflict["loser"] if conflict["wins"] else conflict["winner"]
        conflict["other"] = {**other, "url": reverse("admin:ranking_rule_change", args=[other["id"]])}
    return JsonResponse({"conflicts": check.conflicts, "complete": check.is_complete})


def tell_session(admin: Any, request: HttpRequest) -> JsonResponse:
    """Whoever may see rules gets the token of the session: that of a page loaded before signing in again is refused."""
    require_permission(admin, request)
    return JsonResponse({"token": get_token(request)})


def read_rule(body: Any) -> dict[str, Any]:
    """The rule as the form has it; its expiry stands there by the shop's clocks."""
    rule = dict(body["rule"])
    expires = rule.get("expires_at")
    if isinstance(expires, str) and expires:
        rule["expires_at"] = read_moment(expires, settings.TIME_ZONE)
    return rule


def list_products(admin: Any, request: HttpRequest) -> JsonResponse:
    """`?q=` finds live products by SKU or words; `?sku=a&sku=b` names those already chosen."""
    require_permission(admin, request)
    locale = "zh" if (request.GET.get("locale") or get_language() or "").startswith("zh") else "en"
    wanted = request.GET.getlist("sku")[:500]
    if wanted:
        found = find_product_ids(wanted)
        cards = load_cards(list(found.values()), locale=locale, now=timezone.now())
        return JsonResponse(
            {"products": [card_of(cards[id_], locale=locale, sku=sku) for sku, id_ in found.items() if id_ in cards]}
        )
    words = request.GET.get("q", "").strip()[:MAX_QUERY_CHARACTERS]
    ids = find_by_sku(words, limit=MAX_PRODUCTS) if words else []
    cards = load_cards(ids, locale=locale, now=timezone.now())
    chosen = {card.sku: card for card in (cards[id_] for id_ in ids if id_ in cards)}
    page = search(SearchRequest(query=words, locale=locale, facets=(), page_size=MAX_PRODUCTS, without_rules=("all",)))
    for hit in page.hits:
        chosen.setdefault(hit.product.sku, hit.product)
    return JsonResponse({"products": [card_of(card, locale=locale) for card in list(chosen.values())[:MAX_PRODUCTS]]})


def list_choices(admin: Any, request: HttpRequest) -> JsonResponse:
    """`?field=brand&q=ac` offers keys with their names; `&key=a&key=b` names those already chosen."""
    require_permission(admin, request)
    name = request.GET.get("field", "")
    if name in KNOWN:
        known = list_known(name, request.GET.get("q", "").strip())
        return JsonResponse({"choices": [{"key": key, "label": key, "hint": ""} for key in known]})
    rows = choices_of(name)
    keys = request.GET.getlist("key")[:500]
    words = request.GET.get("q", "").strip()
    if keys:
        rows = rows.filter(key__in=keys)
    elif words:
        rows = rows.filter(Q(key__icontains=words) | Q(name_en__icontains=words) | Q(name_zh__icontains=words))
    found: Iterable[Any] = rows[: len(keys) or MAX_CHOICES]
    return JsonResponse({"choices": [{"key": row.key, "label": label_of(row), "hint": hint_of(row)} for row in found]})


def choices_of(name: str) -> QuerySet[Any]:
    models: dict[str, type[Model]] = {"brand": Brand, "category": Category, "attribute": Attribute}
    if name in models:
        return models[name]._default_manager.all()
    return AttributeValue.objects.filter(attribute__key=name).order_by("number", "key")


def label_of(row: Any) -> str:
    names = dict.fromkeys(name for name in (row.name_en, row.name_zh) if name)
    return " / ".join(names) or str(row.key)


def hint_of(row: Any) -> str:
    return str(row.key) if isinstance(row, Category) else ""


def read_search(asked: dict[str, Any]) -> SearchRequest:
    sort = str(asked.get("sort", "relevance"))
    return SearchRequest(
        query=str(asked.get("query", ""))[:MAX_QUERY_CHARACTERS],
        category=str(asked.get("category", ""))[:300],
        locale="zh" if asked.get("locale") == "zh" else "en",
        market=str(asked.get("market", ""))[:16],
        device=str(asked.get("device", ""))[:20],
        segments=tuple(str(item) for item in list(asked.get("segments") or ())[:20]),
        sort=next((known for known in SORTS if known == sort), "relevance"),
        filters=tuple(read_filter(dict(item)) for item in list(asked.get("filters") or ())[:20]),
        page_size=PREVIEW_SIZE,
        now=read_moment(str(asked.get("now") or ""), str(asked.get("zone") or settings.TIME_ZONE)),
    )


def read_filter(item: dict[str, Any]) -> Filter:
    return Filter(str(item["field"])[:300], tuple(str(value)[:300] for value in list(item["values"])[:50]))


def read_moment(text: str, zone: str) -> datetime | None:
    """The page's date field gives wall-clock time; the zone stands beside it."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=load_zone(zone))


def decorate(hit: dict[str, Any], *, locale: str) -> None:
    hit["image"] = picture(hit["image"])
    hit["price_text"] = format_money(hit["price"], hit["currency"], locale)
    hit["sale_text"] = format_money(hit["sale_price"], hit["currency"], locale)


def card_of(card: ProductCard, *, locale: str, sku: str = "") -> dict[str, Any]:
    """A variant's SKU shows that variant; `variants` are those to choose from."""
    offers = [{"sku": offer.sku, "label": label_variant(offer), "in_stock": offer.in_stock} for offer in card.variants]
    card = lead_with(card, sku) if sku != card.sku else card
    price = card.sale_price if card.sale_price is not None else card.price
    return {
        "sku": sku or card.sku,
        "product_sku": card.sku,
        "variants": offers,
        "title": card.title,
        "image": picture(card.image),
        "price_text": format_money(price, card.currency, locale),
        "in_stock": card.in_stock,
    }


def label_variant(offer: VariantCard) -> str:
    return " / ".join(map(str, offer.options.values())) or offer.sku


def require_permission(admin: Any, request: HttpRequest) -> None:
    if not admin.has_view_permission(request):
        raise PermissionDenied


def refuse(code: str, message: str, *, extra: Any = None, status: int = 400) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "extra": extra or {}}, status=status)
