"""Reads the judged Icecat catalog (Chorus) and gives its texts by field; absent data ends a benchmark politely."""

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "chorus_icecat"
PRODUCTS = 19406
DATA = {"set": "chorus_icecat", "products": PRODUCTS, "judged_queries": 81}
_ATTRIBUTE = re.compile(r"attr_([tnb])_(.+)")


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    query_id: str
    text: str
    judgements: dict[int, int]


@dataclass(frozen=True, slots=True)
class ProductText:
    """One product's texts by field, the same for every engine measured; ids are Chorus' own."""

    product_id: int
    title: str
    brand: str
    category: str
    description: str
    attributes: str

    @property
    def everything(self) -> str:
        return " ".join((self.title, self.brand, self.category, self.description, self.attributes))


def require_data() -> None:
    """Ends the process with a plain message, and success, where the shared data is not there."""
    if not (FOLDER / "products.jsonl.gz").exists():
        sys.stdout.write("Skipped: the Chorus data is not at ../shared/data/chorus_icecat beside the project.\n")
        raise SystemExit(0)


def read_products(path: Path = FOLDER / "products.jsonl.gz") -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_texts(path: Path = FOLDER / "products.jsonl.gz") -> list[ProductText]:
    return [text_of(product) for product in read_products(path)]


def text_of(product: dict[str, Any]) -> ProductText:
    return ProductText(
        product_id=int(product["id"]),
        title=product.get("title") or product.get("name") or "",
        brand=product.get("supplier") or "",
        category=product.get("attr_t_product_type") or "",
        description=product.get("short_description") or "",
        attributes=" ".join(str(value) for key, value in product.items() if key.startswith("attr_t_")),
    )


def read_judged(folder: Path = FOLDER) -> list[JudgedQuery]:
    grades: dict[str, dict[int, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            grades.setdefault(row["query_id"], {})[int(row["product_id"])] = int(row["final_0to3"])
    with (folder / "queries.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [JudgedQuery(row["query_id"], row["query"], grades.get(row["query_id"], {})) for row in rows]


def title_queries(texts: Sequence[ProductText], *, count: int = 500, seed: int = 11) -> list[str]:
    """Distinct queries cut from titles (two to four neighbouring words): load the judged queries alone cannot give."""
    import random

    chooser = random.Random(seed)
    queries: dict[str, None] = {}
    while len(queries) < count:
        words = chooser.choice(texts).title.split()
        if len(words) >= 4:
            length = chooser.randint(2, 4)
            start = chooser.randint(0, len(words) - length)
            queries[" ".join(words[start : start + length])] = None
    return list(queries)
