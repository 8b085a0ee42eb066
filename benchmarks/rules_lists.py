"""Server time of everything a merchandiser opens, with 100,000 rules and a million products in the database."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.rules_beside import BESIDE, REALLY_ASKED, fill_beside
from benchmarks.rules_data import STORED_RULES

ROUNDS = 8
RULES = "/admin/ranking/rule/"
PREVIEW = {
    "rule": {
        "name": "preview",
        "conditions": [{"type": "query", "match": "contains", "values": ["lamp"]}],
        "actions": [{"type": "boost", "target": [{"field": "in_stock", "values": ["true"]}], "strength": 40}],
    },
    "search": {"query": "desk lamp", "locale": "en"},
}


def list_pages(rule_id: str) -> dict[str, list[str]]:
    """Page → addresses below the rule's admin; another one each round where a cache could help."""
    from ranking.admin import RuleAdmin

    last = STORED_RULES // RuleAdmin.list_per_page
    numbers = [1234 + 577 * round_ for round_ in range(ROUNDS)]
    return {
        "first": [""],
        "deep": [f"?p={1000 - round_}" for round_ in range(ROUNDS)],
        "last": [f"?p={last}"],
        "status": ["?status__exact=review", "?status__exact=live"],
        "kind": ["?kind=redirect", "?kind=boost"],
        "rare_kind": ["?kind=facets"],
        "words": [f"?q=rule+{number}" for number in numbers],
        "words_zh": ["?q=促销", "?q=羽绒服", "?q=横幅"],
        "nowhere": ["?q=nosuchword", "?q=没有这个"],
        "status_kind_words": [f"?status__exact=draft&kind=pin&q={number}" for number in numbers],
        "form": [f"{rule_id}/change/"],
        "new_form": ["add/"],
        "history": [f"{rule_id}/history/"],
        "pick_product_sku": [f"products/?q=S{number}" for number in numbers],
        "pick_product_words": [f"products/?q={words}" for words in ("desk+lamp", "台灯", "wireless", "耳机")],
        "pick_brand": [f"choices/?field=brand&q={number % 2000}" for number in numbers],
        "pick_category": [f"choices/?field=category&q={number % 900}" for number in numbers],
        "pick_value": [f"choices/?field=bench_line&q={number}" for number in numbers],
        "pick_value_zh": ["choices/?field=bench_line&q=系列77", "choices/?field=bench_line&q=列4321"],
    }


def list_other_pages(changed_rule: str, simulation_id: str) -> Iterator[tuple[str, list[str]]]:
    """Page → addresses, of all that a merchandiser opens beside the rules' own list and form."""
    rules, what_if, synonyms = RULES, "/admin/ranking/simulation/", "/admin/ranking/synonym/"
    own = f"{what_if}{simulation_id}/"
    numbers = [11 + 7 * round_ for round_ in range(ROUNDS)]
    yield "home", ["/admin/"]
    yield "health", [f"{rules}health/"]
    yield "health_more", [f"{rules}health/zero_results/?page=3", f"{rules}health/conflict/?page=40"]
    yield "what_if_list", [what_if, f"{what_if}?p=20", f"{what_if}?status__exact=done"]
    yield "what_if_start", [f"{what_if}add/?rule={changed_rule}"]
    yield "what_if_find", [f"{what_if}rules/?find=rule+{number}" for number in numbers] + [f"{what_if}rules/?find=促销"]
    yield "what_if_result", [f"{own}change/"]
    yield "what_if_queries", [f"{own}queries/?show=changed&page={number}" for number in numbers]
    yield "what_if_query", [f"{own}queries/{number % REALLY_ASKED}/" for number in numbers]
    yield "queue", [f"{rules}waiting/"]
    yield "review", [f"{rules}{changed_rule}/review/"]
    yield "waiting_list", [f"{rules}?waiting=review", f"{rules}?waiting=change"]
    yield "history_long", [f"{rules}{changed_rule}/history/"]
    yield "deleted", [f"{rules}deleted/"]
    yield "audit", ["/admin/ranking/auditentry/", "/admin/ranking/auditentry/?p=3000"]
    yield "audit_filter", ["/admin/ranking/auditentry/?action=approve", "/admin/ranking/auditentry/?action=pause"]
    yield "audit_words", [f"/admin/ranking/auditentry/?q=rule+{number}" for number in numbers]
    yield "audit_words_zh", ["/admin/ranking/auditentry/?q=促销", "/admin/ranking/auditentry/?q=横幅"]
    yield "synonyms", [synonyms, f"{synonyms}?p=900"]
    yield "synonyms_filter", [f"{synonyms}?status__exact=suggested", f"{synonyms}?kind__exact=one_way"]
    yield "synonyms_words", [f"{synonyms}?q=word+{number}" for number in numbers] + [f"{synonyms}?q=词{numbers[0]}"]
    yield "import_rules", [f"{rules}import/"]
    yield "import_synonyms", [f"{synonyms}import/"]
    yield "uploads", ["/admin/catalog/upload/"]
    yield "products", ["/admin/catalog/product/", "/admin/catalog/product/?p=9000"]
    yield "products_sku", [f"/admin/catalog/product/?q=S{number}" for number in numbers]
    yield "products_words", ["/admin/catalog/product/?q=lamp", "/admin/catalog/product/?q=台灯"]
    yield "brands", ["/admin/catalog/brand/", "/admin/catalog/brand/?q=77"]
    yield "categories", ["/admin/catalog/category/"]
    yield "attribute_values", ["/admin/catalog/attributevalue/", "/admin/catalog/attributevalue/?q=系列77"]
    yield "arrange", [f"{rules}add/?arrange=1&query={words}" for words in ("desk+lamp", "台灯", "wireless")]
    yield "storefront", ["/search/?q=desk+lamp", "/search/?q=wireless", "/search/?q=台灯"]
    yield (
        "search_preview",
        [f"/admin/ranking/rankingconfig/search-preview/?q={words}" for words in ("desk+lamp", "台灯")],
    )


def measure_lists() -> tuple[dict[str, float], dict[str, Any]]:
    """Pages take turns; a page's figure is the median of its rounds, the 95th percentile is over all requests."""
    client, rule_ids = make_client()
    simulation_id = fill_beside(rule_ids[1])
    pages = {name: [f"{RULES}{path}" for path in paths] for name, paths in list_pages(rule_ids[0]).items()}
    pages |= dict(list_other_pages(rule_ids[1], simulation_id))
    taken: dict[str, list[float]] = {}
    for round_ in range(-1, ROUNDS):  # the first round loads what a process loads once
        for name, paths in pages.items():
            seconds = time_get(client, paths[round_ % len(paths)])
            if round_ >= 0:
                taken.setdefault(name, []).append(seconds * 1000)
        seconds = time_preview(client)
        if round_ >= 0:
            taken.setdefault("preview", []).append(seconds * 1000)
    return summarise(taken), {"rules": STORED_RULES, "rounds": ROUNDS, **BESIDE}


def summarise(taken: Mapping[str, list[float]]) -> dict[str, float]:
    figures = {f"admin_{name}_p50_ms": float(np.median(times)) for name, times in taken.items()}
    lists = [time_ for name, times in taken.items() if name in LISTS for time_ in times]
    every = [time_ for times in taken.values() for time_ in times]
    figures["admin_list_p95_ms_100k_rules"] = float(np.percentile(lists, 95))
    figures["admin_all_pages_p95_ms_100k_rules"] = float(np.percentile(every, 95))
    figures["admin_slowest_page_p50_ms_100k_rules"] = max(float(np.median(times)) for times in taken.values())
    return figures


LISTS = (
    "first", "deep", "last", "status", "kind", "rare_kind", "words", "words_zh", "nowhere", "status_kind_words",
)  # fmt: skip


def make_client() -> tuple[Any, list[str]]:
    """A signed-in superuser: the whole stack of middleware, view and template, without the network; two live rules."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from ranking.models import Rule

    user, _made = get_user_model().objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    live = Rule.objects.filter(status="live").order_by("created_at").values_list("pk", flat=True)
    return client, [str(key) for key in live[5:7]]


def time_get(client: Any, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    seconds = time.perf_counter() - started
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.headers.get('location', '')}")
    return seconds


def time_preview(client: Any) -> float:
    started = time.perf_counter()
    answer = client.post(f"{RULES}preview/", json.dumps(PREVIEW), content_type="application/json")
    seconds = time.perf_counter() - started
    if answer.status_code != 200:
        raise SystemExit(f"The preview answered {answer.status_code}: {answer.content[:300]!r}")
    return seconds
