"""The demo catalog as an index snapshot in memory, without a database: for benchmarks of query understanding alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from catalog.demo.products import DEFAULT_PRODUCTS, make_products
from catalog.documents import FacetEntry, ProductDocument
from catalog.effective import value_key
from catalog.postings import build_segment
from catalog.text import fold_key
from catalog.units import canonical_unit, format_quantity, to_canonical
from ranking.retrieval import index_reader
from ranking.retrieval.postings_memory import PostingRow
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import AttributeNode, Node, Vocabulary

Row = Mapping[str, Any]
ValueRow = tuple[int, str, str, str]


@dataclass(frozen=True)
class DemoShop:
    """`postings` by term, `skus` by ordinal; `value_rows`: id, key, English and Chinese name of attribute values."""

    snapshot: IndexSnapshot
    postings: Mapping[str, PostingRow]
    value_rows: tuple[ValueRow, ...]
    skus: tuple[str, ...]


class _Names:
    """Ids and nodes in the order in which names are met."""

    def __init__(self) -> None:
        self.categories: dict[str, Node] = {}
        self.brands: dict[str, Node] = {}
        self.attributes: dict[str, AttributeNode] = {}
        self.values: dict[tuple[int, str], int] = {}
        self.value_rows: list[ValueRow] = []
        self.numbers: list[float] = [np.nan]
        self.owners: list[int] = [-1]

    def category(self, path: list[Mapping[str, str]]) -> Node:
        node = None
        for depth in range(len(path)):
            key = "/".join(fold_key(level["en"]) for level in path[: depth + 1])
            names = path[depth]
            node = self.categories.setdefault(key, Node(len(self.categories) + 1, key, names["en"], names["zh"]))
        assert node is not None  # noqa: S101 - every demo product has a category
        return node

    def brand(self, names: Mapping[str, str]) -> Node:
        key = fold_key(names["en"])
        return self.brands.setdefault(key, Node(len(self.brands) + 1, key, names["en"], names["zh"]))

    def attribute(self, row: Row) -> AttributeNode:
        unit = canonical_unit(row.get("unit") or "") or ""
        names = row["names"]
        node = AttributeNode(len(self.attributes) + 1, row["key"], names["en"], names["zh"], row["kind"], unit, True, 0)
        return self.attributes.setdefault(row["key"], node)

    def value(self, attribute: AttributeNode, value: Any, unit: str) -> FacetEntry:
        names = value if isinstance(value, Mapping) else {"en": "", "zh": ""}
        plain = value["en"] if isinstance(value, Mapping) else value
        if attribute.kind == "number":
            plain = to_canonical(float(plain), unit)[0] if unit else float(plain)
        key = value_key(plain)
        known = self.values.get((attribute.id, key))
        if known is None:
            known = self.values[attribute.id, key] = len(self.numbers)
            self.value_rows.append((known, key, names["en"], names["zh"]))
            self.numbers.append(np.nan if isinstance(plain, str) else float(plain))
            self.owners.append(attribute.id)
        return FacetEntry(attribute.id, known, _words(attribute, plain, names))


def _words(attribute: AttributeNode, plain: Any, names: Mapping[str, str]) -> str:
    if isinstance(plain, bool):
        return f"{attribute.name_en} {attribute.name_zh}" if plain else ""
    if isinstance(plain, float):
        return format_quantity(plain, attribute.unit)
    return f"{names['en']} {names['zh']}"


@cache
def build_demo_shop(products: int = DEFAULT_PRODUCTS) -> DemoShop:
    """About 2 s for the usual 2,400 products."""
    names = _Names()
    documents, categories, brands, skus = [], [], [], []
    for number, product in enumerate(make_products(products), start=1):
        row = product.row
        category, brand = names.category(row["category"]), names.brand(row["brand"])
        facets = tuple(
            names.value(names.attribute(attribute), value, attribute.get("unit") or "")
            for attribute in row["attributes"]
            for value in attribute["values"]
        )
        documents.append(_document(number, row, facets))
        categories.append(category.id)
        brands.append(brand.id)
        skus.append(row["sku"])
    built = build_segment(documents)
    arrays = built.arrays
    columns = {name: np.zeros(len(documents), kind) for name, kind in index_reader.COLUMN_TYPES.items()}
    columns |= {
        "live": np.ones(len(documents), bool),
        "category_id": np.array(categories),
        "brand_id": np.array(brands),
    }
    snapshot = IndexSnapshot(
        version=1,
        segments=((1, 0, len(documents)),),
        product_ids=arrays.product_ids,
        facet_offsets=arrays.facet_offsets.astype(np.int64),
        facet_values=arrays.facet_values,
        title_keys=arrays.title_keys,
        columns=columns,
        vocabulary=_vocabulary(names),
        _sorted_ids=arrays.product_ids,
        _sorted_ordinals=np.arange(len(documents)),
    )
    postings = {
        term: (term, 1, ordinals, frequencies, fields) for term, ordinals, frequencies, fields in built.postings
    }
    return DemoShop(snapshot, postings, tuple(names.value_rows), tuple(skus))


def _document(number: int, row: Row, facets: tuple[FacetEntry, ...]) -> ProductDocument:
    both = {name: f"{row[name]['en']} {row[name]['zh']}" for name in ("titles", "descriptions", "brand")}
    fields = {
        "title": both["titles"],
        "brand": both["brand"],
        "category": " ".join(f"{level['en']} {level['zh']}" for level in row["category"]),
        "description": both["descriptions"],
        "attributes": " ; ".join(entry.words for entry in facets if entry.words),
        "code": f"{row['sku']} " + " ".join(variant["sku"] for variant in row["variants"]),
    }
    return ProductDocument(
        product_id=number,
        index_fingerprint="",
        embedding_fingerprint="",
        fields=fields,
        facets=facets,
        embedding_text="",
    )


def _vocabulary(names: _Names) -> Vocabulary:
    return Vocabulary(
        version=1,
        categories=names.categories,
        category_by_id={node.id: node for node in names.categories.values()},
        brands=names.brands,
        brand_by_id={node.id: node for node in names.brands.values()},
        attributes=names.attributes,
        attribute_by_id={node.id: node for node in names.attributes.values()},
        market_bits={},
        value_attribute=np.array(names.owners, np.int32),
        value_number=np.array(names.numbers),
    )
