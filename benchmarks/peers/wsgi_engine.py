"""Tantivy behind the same server, as thin as it gets: a page of hits, no facets, no prices, no rules."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from benchmarks.peers.engine import TantivyEngine

PAGE_SIZE = 24
_engine = TantivyEngine.open(Path(os.environ["BENCHMARK_ENGINE_FOLDER"]))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    query = parse_qs(environ.get("QUERY_STRING", "")).get("q", [""])[0]
    body = json.dumps({"hits": _engine.search_cards(query, limit=PAGE_SIZE)}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
