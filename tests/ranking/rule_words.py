"""Short ways to write rules and ask about them, for the tests of merchandising."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from catalog.text import analyse, normalise
from ranking.contracts import SearchRequest
from ranking.merchandising.book import build_book
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.facts import QueryFacts, make_facts
from ranking.merchandising.match import MatchedRules, match_rules
from ranking.merchandising.schema import parse_rule

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALWAYS = {"type": "always"}


def on_query(*values: str, match: str = "contains", **options: Any) -> dict[str, Any]:
    return {"type": "query", "match": match, "values": list(values), **options}


def pin(sku: str, position: int, **policy: Any) -> dict[str, Any]:
    return {"type": "pin", "sku": sku, "position": position, **policy}


def clause(field: str, *values: str, **options: Any) -> dict[str, Any]:
    return {"field": field, "values": list(values), **options}


def boost(strength: int, *target: dict[str, Any], by: str = "spread") -> dict[str, Any]:
    return {"type": "boost", "strength": strength, "target": list(target), "by": by}


def diversify(field: str = "brand", *, most: int = 1, within: int | None = None) -> dict[str, Any]:
    return {"type": "diversify", "field": field, "most": most, "within": within}


def group(title: str = "More", *target: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"type": "group", "title_en": title, "target": list(target), **options}


def hide(*target: dict[str, Any]) -> dict[str, Any]:
    return {"type": "hide", "target": list(target)}


def show_only(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "filter", "filters": list(filters)}


def document(*actions: dict[str, Any], when: Sequence[dict[str, Any]] = (ALWAYS,), **fields: Any) -> dict[str, Any]:
    name = fields.pop("name", "rule")
    return {"name": name, "conditions": list(when), "actions": list(actions or [pin("X", 1)]), **fields}


def compiled(
    *actions: dict[str, Any], when: Sequence[dict[str, Any]] = (ALWAYS,), age: int = 0, **fields: Any
) -> CompiledRule:
    written = parse_rule(document(*actions, when=when, **fields))
    return compile_rule(written, created_at=datetime(2026, 1, 1 + age, tzinfo=UTC))


def facts_of(query: str = "", **fields: Any) -> QueryFacts:
    normalised = normalise(query)
    return make_facts(SearchRequest(query=query, **fields), normalised=normalised, terms=analyse(normalised))


def match(
    *rules: CompiledRule, query: str = "", now: datetime = NOW, explain_limit: int = 0, **fields: Any
) -> MatchedRules:
    book = build_book(rules)
    return match_rules(book, facts_of(query, **fields), now=now, explain_limit=explain_limit)
