"""Writes the unjudged products of the first tens as a blind, shuffled sheet for judges (docs/judging-guideline.md).

    python -m benchmarks.pool_unjudged sheet.tsv --systems full rrf_bm25s_minilm --order query

The sheet names no system and no place. `--order product` sorts by kind of product for the second pass. Final grades go
to benchmarks/judgements/chorus_own.tsv with both passes; what stands there or is published is not asked again.
"""

import argparse
import csv
import random
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import JudgedQuery, read_judged, read_products, read_texts, require_data
from benchmarks.harness import report, setup_django
from benchmarks.own_judgements import list_unjudged, read_own
from benchmarks.relevance_figures import rank_systems
from benchmarks.relevance_systems import our_systems, peer_systems

SYSTEMS = ("full", "rrf_bm25s_minilm", "rrf_bm25s_four_fields_minilm_100")
SHEET = ("query_id", "query", "product_id", "title", "brand", "type", "price", "description", "attributes", "grade")
SEED = 23
ATTRIBUTE_CHARACTERS = 600


def main() -> None:
    asked = read_arguments()
    require_data()
    setup_django()
    queries = [query for query in read_judged() if any(query.judgements.values())]
    with open_catalog(embedded=True), tempfile.TemporaryDirectory() as folder:
        ours, _ = our_systems(only=asked.systems)
        peers = peer_systems(read_texts(), Path(folder)) if set(asked.systems) - set(ours) else {}
        unknown = set(asked.systems) - {*ours, *peers}
        if unknown:
            raise SystemExit(f"There is no system {', '.join(sorted(unknown))}. Known: {', '.join({**ours, **peers})}.")
        chosen = {name: search for name, search in {**ours, **peers}.items() if name in asked.systems}
        pairs = list_unjudged(rank_systems(chosen, queries, {}), queries, read_own())
    rows = make_sheet(pairs, queries, {int(product["id"]): product for product in read_products()}, order=asked.order)
    write_sheet(rows, asked.sheet)
    report(f"{len(rows)} products to judge in {asked.sheet.name}")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Writes a blind sheet of unjudged products.")
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS))
    parser.add_argument("--order", choices=("query", "product"), default="query")
    return parser.parse_args()


def make_sheet(
    pairs: Sequence[tuple[str, int]],
    queries: Sequence[JudgedQuery],
    products: Mapping[int, Mapping[str, Any]],
    *,
    order: str = "query",
) -> list[dict[str, str]]:
    """One row a pair, shuffled the same way each time; then gathered by query, or by kind of product."""
    texts = {query.query_id: query.text for query in queries}
    # Sorted first: the order in which systems brought them must not show.
    shuffled = sorted(pairs)
    random.Random(f"{SEED} {order}").shuffle(shuffled)
    rows = [_describe(query_id, texts[query_id], products[item]) for query_id, item in shuffled]
    gathered = ("query_id",) if order == "query" else ("type", "title")
    return sorted(rows, key=lambda row: [row[name] for name in gathered])


def _describe(query_id: str, query: str, product: Mapping[str, Any]) -> dict[str, str]:
    attributes = [
        f"{key[len('attr_t_') :].strip('_').replace('_', ' ')}: {value}"
        for key, value in product.items()
        if key.startswith("attr_") and key != "attr_t_product_type"
    ]
    row = {
        "query_id": query_id,
        "query": query,
        "product_id": str(product["id"]),
        "title": str(product.get("title") or product.get("name") or ""),
        "brand": str(product.get("supplier") or ""),
        "type": str(product.get("attr_t_product_type") or ""),
        "price": f"{float(product.get('price') or 0) / 100:.2f}",
        "description": str(product.get("short_description") or ""),
        "attributes": "; ".join(attributes)[:ATTRIBUTE_CHARACTERS],
        "grade": "",
    }
    return {name: " ".join(value.split()) for name, value in row.items()}


def write_sheet(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, SHEET, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
