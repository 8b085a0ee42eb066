"""Django's full-text search behind the same server: a results page in the shop's own stack, or as thin as it gets.

BENCHMARK_DJANGO chooses: "page" (the shop's middleware; hits, total, brand and category counts, as a results page
needs), "bare" (hits and total only, no middleware) or "naive" (bare, the vector computed for every row).
"""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from benchmarks.harness import setup_django

setup_django()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from benchmarks.peers.django_fts import Found, search_every_word, search_naive  # noqa: E402
from searchsite.urls import urlpatterns as shop_patterns  # noqa: E402

PAGE_SIZE = 24
KIND = os.environ.get("BENCHMARK_DJANGO", "bare")
_search = search_naive if KIND == "naive" else search_every_word


def find_page(query: str, *, with_facets: bool) -> dict[str, Any]:
    found = _search(query, limit=None)
    hits = [
        {"id": product.product_id, "title": product.title, "brand": product.brand, "description": product.description}
        for product in found.only("product_id", "title", "brand", "description")[:PAGE_SIZE]
    ]
    facets = {field: count_values(found, field) for field in ("brand", "category")} if with_facets else {}
    return {"total": found.count(), "hits": hits, "facets": facets}


def count_values(found: Found, field: str) -> list[dict[str, Any]]:
    counted = found.order_by().values(field).annotate(count=Count("product_id")).order_by("-count")
    return [{"key": row[field], "count": row["count"]} for row in counted]


def page(request: HttpRequest) -> JsonResponse:
    return JsonResponse(find_page(request.GET.get("q", ""), with_facets=True))


def answer_bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    query = parse_qs(environ.get("QUERY_STRING", "")).get("q", [""])[0]
    body = json.dumps(find_page(query, with_facets=False)).encode()
    close_old_connections()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


urlpatterns = [path("peer", page), *shop_patterns]
application: Callable[..., Iterable[bytes]] = answer_bare
if KIND == "page":
    settings.ROOT_URLCONF = __name__
    application = get_wsgi_application()
