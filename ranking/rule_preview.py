"""A page with and without one rule, by the search that shoppers get: what the form and REST show before saving."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ranking.contracts import Hit, Page, SearchRequest
from ranking.merchandising.book import compile_drafts
from ranking.pipeline import search

PREVIEW_SIZE = 24


def preview_rule(document: Mapping[str, Any], request: SearchRequest) -> dict[str, Any]:
    """Both pages and the rule's own fate. Raises RuleRefused when the document is not valid."""
    draft = compile_drafts([document])[0]
    base = replace(request, explain=True, facets=(), draft_rules=(), without_rules=(draft.id,))
    before = search(base)
    after = search(replace(base, draft_rules=(document,), without_rules=()))
    outcomes = [dict(outcome) for outcome in (after.ledger or {}).get("rules", ())]
    return {
        "before": describe_page(before, other=after),
        "after": describe_page(after, other=before),
        "outcomes": [outcome for outcome in outcomes if outcome["rule_id"] == draft.id],
        "other_rules": [
            outcome
            for outcome in outcomes
            if outcome["rule_id"] != draft.id and outcome["status"] in ("matched", "beaten")
        ],
        "notes": list(after.notes),
    }


def preview_without(rule_id: str, request: SearchRequest) -> dict[str, Any]:
    """The page as it is without the rule, for a form that does not say yet what to do with it."""
    page = search(replace(request, explain=True, facets=(), draft_rules=(), without_rules=(rule_id,)))
    side = describe_page(page, other=page)
    return {"before": side, "after": side, "outcomes": [], "other_rules": [], "notes": list(page.notes)}


def describe_page(page: Page, *, other: Page) -> dict[str, Any]:
    elsewhere = {hit.product_id: hit.position for hit in other.hits}
    return {
        "total": page.total,
        "hits": [describe_hit(hit, elsewhere=elsewhere) for hit in page.hits],
        "groups": [
            {
                "title": group.title,
                "position": group.position,
                "rule_id": group.rule_id,
                "hits": [describe_hit(hit, elsewhere=elsewhere) for hit in group.hits],
            }
            for group in page.groups
        ],
    }


def describe_hit(hit: Hit, *, elsewhere: Mapping[int, int]) -> dict[str, Any]:
    card = hit.product
    return {
        "product_id": hit.product_id,
        "position": hit.position,
        "other_position": elsewhere.get(hit.product_id),
        "score": round(hit.score, 6),
        "sku": card.sku,
        "variant": card.variant,
        "title": card.title,
        "brand": card.brand,
        "price": card.price,
        "sale_price": card.sale_price,
        "currency": card.currency,
        "in_stock": card.in_stock,
        "image": card.image,
        "moves": [asdict(move) for move in hit.moves],
    }
