"""Reads the Chinese judged set, litemall and the demo catalog, and its grades; absent data ends a benchmark politely.

The metrics and the engines measured know products by whole numbers, so each product has one here: its place in the
catalog, litemall in its file's order first, the demo after it.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.chorus import JudgedQuery, ProductText
from benchmarks.harness import ROOT
from catalog.demo.products import DEFAULT_PRODUCTS, make_products

LITEMALL = ROOT.parent / "shared" / "data" / "litemall"
JUDGEMENTS = Path(__file__).resolve().parent / "judgements"
LITEMALL_PRODUCTS = 239
PRODUCTS = LITEMALL_PRODUCTS + DEFAULT_PRODUCTS
DATA = {"set": "litemall + demo", "products": PRODUCTS, "judged_queries": 218}
# Long advice on washing and smells, word for word the same on many products: no property of any of them.
_NOT_ATTRIBUTES = ("温馨提示",)
# The set says nothing of stock, and judgements take no notice of it.
_STOCK = 100

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParityPair:
    """The same need said in both languages."""

    pair_id: str
    zh: str
    en: str


def require_data() -> None:
    """Ends the process with a plain message, and success, where the shared data is not there."""
    if not (LITEMALL / "products.jsonl.gz").exists():
        sys.stdout.write("Skipped: the litemall data is not at ../shared/data/litemall beside the project.\n")
        raise SystemExit(0)


def read_rows() -> Iterator[Row]:
    """Every product in the native shape the importer takes as it is (docs/import-format.md); numbered in this order."""
    yield from read_litemall()
    yield from (product.row for product in make_products())


def read_litemall(path: Path | None = None) -> Iterator[Row]:
    with gzip.open(path or LITEMALL / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield to_native(json.loads(line))


def to_native(product: Mapping[str, Any]) -> Row:
    """A litemall product as an import row; its id becomes the SKU."""
    return {
        "sku": product["id"],
        "titles": {"zh": product["name"]},
        "descriptions": {"zh": product["brief"]},
        "brand": {"zh": product["brand"]} if product["brand"] else {},
        "category": [{"zh": level} for level in product["category"]],
        "attributes": [
            {"key": name, "names": {"zh": name}, "kind": "text", "values": [{"zh": " ".join(value.split())}]}
            for name, value in product["attributes"].items()
            if name not in _NOT_ATTRIBUTES and value.strip()
        ],
        "variants": [{"sku": product["id"], "options": {}, "price": product["price"], "stock": _STOCK}],
    }


def write_rows(path: Path) -> int:
    """The whole catalog as one JSON lines file for an upload; how many products it holds."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in read_rows():
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


@cache
def number_products() -> Mapping[str, int]:
    """SKU → the product's number, from 1."""
    return {row["sku"]: number for number, row in enumerate(read_rows(), start=1)}


def read_texts() -> list[ProductText]:
    """Each product's texts by field, both languages joined, for engines that are given texts."""
    return [text_of(row, number) for number, row in enumerate(read_rows(), start=1)]


def text_of(row: Mapping[str, Any], number: int) -> ProductText:
    return ProductText(
        product_id=number,
        title=_join(row["titles"]),
        brand=_join(row["brand"]),
        category=" ".join(_join(level) for level in row["category"]),
        description=_join(row["descriptions"]),
        attributes=" ".join(_say_attribute(attribute) for attribute in row["attributes"]),
    )


def _join(texts: Mapping[str, str]) -> str:
    return " ".join(dict.fromkeys(text for text in texts.values() if text))


def _say_attribute(attribute: Mapping[str, Any]) -> str:
    """Name, values and unit; a property the product lacks is not said."""
    values = [value for value in attribute["values"] if value is not False]
    if not values:
        return ""
    said = [_join(value) if isinstance(value, dict) else str(value) for value in values if value is not True]
    return " ".join((_join(attribute["names"]), *said, attribute.get("unit", ""))).strip()


def read_judged(folder: Path = JUDGEMENTS) -> list[JudgedQuery]:
    """The queries with their final grades by product number, in the file's order."""
    numbers = number_products()
    grades: dict[str, dict[int, int]] = {}
    for row in read_table(folder / "zh_qrels.tsv"):
        grades.setdefault(row["query_id"], {})[numbers[row["product_id"]]] = int(row["final"])
    return [
        JudgedQuery(row["query_id"], row["query"], grades.get(row["query_id"], {}))
        for row in read_table(folder / "zh_queries.tsv")
    ]


def read_kinds(folder: Path = JUDGEMENTS) -> dict[str, str]:
    """Query id → what the query tries (head, number, negation …), for figures by kind."""
    return {row["query_id"]: row["kind"] for row in read_table(folder / "zh_queries.tsv")}


def read_pairs(folder: Path = JUDGEMENTS) -> list[ParityPair]:
    return [ParityPair(row["pair_id"], row["zh"], row["en"]) for row in read_table(folder / "parity_pairs.tsv")]


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
