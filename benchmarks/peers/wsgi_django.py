"""Django's full-text search behind the same server, as thin as it gets: no middleware, no REST framework, no facets."""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from benchmarks.harness import setup_django

setup_django()

from django.db import close_old_connections  # noqa: E402

from benchmarks.peers.django_fts import search_every_word, search_naive  # noqa: E402

PAGE_SIZE = 24
_search = search_naive if os.environ.get("BENCHMARK_NAIVE") else search_every_word


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    query = parse_qs(environ.get("QUERY_STRING", "")).get("q", [""])[0]
    found = _search(query, limit=None)
    hits = [
        {"id": product.product_id, "title": product.title, "brand": product.brand, "description": product.description}
        for product in found.only("product_id", "title", "brand", "description")[:PAGE_SIZE]
    ]
    body = json.dumps({"total": found.count(), "hits": hits}).encode()
    close_old_connections()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
