"""A page with and without one rule, by the search that shoppers get: what the form and REST show before saving."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ranking.contracts import Hit, Page, ProductCard, SearchRequest
from ranking.merchandising.book import compile_drafts
from ranking.merchandising.schema import RuleDocument
from ranking.pipeline import search
from ranking.rule_preview_hidden import Hidden, find_hidden, list_waiting

PREVIEW_SIZE = 24


def preview_rule(document: Mapping[str, Any], request: SearchRequest) -> dict[str, Any]:
    """Both pages and the rule's own fate. Raises RuleRefused when the document is not valid."""
    draft = compile_drafts([document])[0]
    base = replace(request, explain=True, draft_rules=(), without_rules=(draft.id,))
    before = search(base)
    after = search(replace(base, draft_rules=(document,), without_rules=()))
    hidden = find_hidden(before, after, draft=draft)
    outcomes = _list_outcomes(after)
    return {
        "before": describe_page(before, other=after, hidden=hidden[0]),
        "after": {
            **describe_page(after, other=before, hidden=hidden[1]),
            "waiting": [
                {**describe_card(pin.card), "position": pin.position, "reason": pin.reason, "pinned_sku": pin.sku}
                for pin in list_waiting(after, draft=draft)
            ],
        },
        "outcomes": [outcome for outcome in outcomes if outcome["rule_id"] == draft.id],
        "other_rules": [
            outcome
            for outcome in outcomes
            if outcome["rule_id"] != draft.id and outcome["status"] in ("matched", "beaten")
        ],
        "notes": list(after.notes),
    }


def preview_fate(document: RuleDocument, request: SearchRequest, *, at: datetime) -> list[dict[str, Any]]:
    """The rule's own fate in this search, at a moment that may lie in the future."""
    draft = document.model_dump(mode="json", by_alias=True)
    page = search(replace(request, explain=True, facets=(), now=at, draft_rules=(draft,)))
    own = str(document.id) if document.id else "draft"
    outcomes = [dict(outcome) for outcome in (page.ledger or {}).get("rules", ())]
    return [outcome for outcome in outcomes if outcome["rule_id"] == own]


def preview_without(rule_id: str, request: SearchRequest) -> dict[str, Any]:
    """The page as it is without the rule, for a form that does not say yet what to do with it."""
    page = search(replace(request, explain=True, draft_rules=(), without_rules=(rule_id,)))
    hidden, _same = find_hidden(page, page, draft=None)
    side = {**describe_page(page, other=page, hidden=hidden), "waiting": []}
    others = [outcome for outcome in _list_outcomes(page) if outcome["status"] in ("matched", "beaten")]
    return {"before": side, "after": side, "outcomes": [], "other_rules": others, "notes": list(page.notes)}


def _list_outcomes(page: Page) -> list[dict[str, Any]]:
    return [dict(outcome) for outcome in (page.ledger or {}).get("rules", ())]


def describe_page(page: Page, *, other: Page, hidden: Sequence[Hidden] = ()) -> dict[str, Any]:
    """`hidden` are products that rules keep off this page, where they would have stood."""
    elsewhere = {hit.product_id: hit.position for hit in other.hits}
    return {
        "total": page.total,
        "layout": page.layout,
        "hits": [describe_hit(hit, elsewhere=elsewhere) for hit in page.hits],
        "hidden": [{**describe_hit(item.hit, elsewhere=elsewhere), "moves": [asdict(item.move)]} for item in hidden],
        "banners": [asdict(banner) for banner in page.banners],
        "redirect": page.redirect.url if page.redirect else "",
        "groups": [
            {
                "title": group.title,
                "position": group.position,
                "rule_id": group.rule_id,
                "hits": [describe_hit(hit, elsewhere=elsewhere) for hit in group.hits],
            }
            for group in page.groups
        ],
        "facets": [{"field": facet.field, "label": facet.label} for facet in page.facets],
        "sort": page.sort,
        "rewritten": page.rewritten,
    }


def describe_hit(hit: Hit, *, elsewhere: Mapping[int, int]) -> dict[str, Any]:
    return {
        **describe_card(hit.product),
        "position": hit.position,
        "other_position": elsewhere.get(hit.product_id),
        "score": round(hit.score, 6),
        "moves": [asdict(move) for move in hit.moves],
    }


def describe_card(card: ProductCard) -> dict[str, Any]:
    return {
        "product_id": card.id,
        "sku": card.sku,
        "variant": card.variant,
        "title": card.title,
        "brand": card.brand,
        "price": card.price,
        "sale_price": card.sale_price,
        "currency": card.currency,
        "in_stock": card.in_stock,
        "image": card.image,
        "variants": [
            {"sku": offer.sku, "options": dict(offer.options), "in_stock": offer.in_stock} for offer in card.variants
        ],
    }
