"""Names behind the index's integers in this process: categories, brands, attributes and their values."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.models import Attribute, AttributeValue, Brand, Category, Market


@dataclass(frozen=True, slots=True)
class Node:
    """A category or a brand: key and names."""

    id: int
    key: str
    name_en: str
    name_zh: str

    def label(self, locale: str) -> str:
        first, second = (self.name_zh, self.name_en) if locale == "zh" else (self.name_en, self.name_zh)
        return first or second or self.key


@dataclass(frozen=True, slots=True)
class AttributeNode(Node):
    kind: str
    unit: str
    is_facet: bool
    position: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`value_attribute` int32 and `value_number` float64 (NaN: none) are indexed by AttributeValue id."""

    version: int
    categories: Mapping[str, Node]
    category_by_id: Mapping[int, Node]
    brands: Mapping[str, Node]
    brand_by_id: Mapping[int, Node]
    attributes: Mapping[str, AttributeNode]
    attribute_by_id: Mapping[int, AttributeNode]
    market_bits: Mapping[str, int]
    value_attribute: NDArray[np.int32]
    value_number: NDArray[np.float64]
    labels: dict[int, tuple[str, str, str]] = field(default_factory=dict)


_LABEL_CACHE_SIZE = 200_000
_lock = threading.Lock()
_current: Vocabulary | None = None


def current_vocabulary(version: int) -> Vocabulary:
    """The vocabulary at this "vocabulary" version, loaded once per process and change."""
    global _current  # noqa: PLW0603 - one vocabulary a process is the point
    known = _current
    if known is not None and known.version == version:
        return known
    with _lock:
        if _current is None or _current.version != version:
            _current = _load(version)
        return _current


def forget_vocabulary() -> None:
    global _current  # noqa: PLW0603
    with _lock:
        _current = None


def value_labels(vocabulary: Vocabulary, ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """(key, English, Chinese) of these attribute values; each is read from the database once per process."""
    known = vocabulary.labels
    wanted = list(ids)
    missing = [id_ for id_ in wanted if id_ not in known]
    if missing:
        if len(known) > _LABEL_CACHE_SIZE:
            known.clear()
            missing = wanted
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, key, name_en, name_zh FROM catalog_attributevalue WHERE id = ANY(%s)", [missing])
            known.update({row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()})
    return {id_: known.get(id_, (str(id_), "", "")) for id_ in wanted}


def _load(version: int) -> Vocabulary:
    names = ("id", "key", "name_en", "name_zh")
    categories = [Node(*row) for row in Category.objects.values_list(*names)]
    brands = [Node(*row) for row in Brand.objects.values_list(*names)]
    attributes = [
        AttributeNode(*row) for row in Attribute.objects.values_list(*names, "kind", "unit", "is_facet", "position")
    ]
    value_attribute, value_number = _load_values()
    return Vocabulary(
        version=version,
        categories={node.key: node for node in categories},
        category_by_id={node.id: node for node in categories},
        brands={node.key: node for node in brands},
        brand_by_id={node.id: node for node in brands},
        attributes={node.key: node for node in attributes},
        attribute_by_id={node.id: node for node in attributes},
        market_bits=dict(Market.objects.values_list("code", "bit")),
        value_attribute=value_attribute,
        value_number=value_number,
    )


def _load_values() -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    rows = AttributeValue.objects.values_list("id", "attribute_id", "number").order_by("id")
    table = np.array([(a, b, np.nan if c is None else c) for a, b, c in rows.iterator(chunk_size=20_000)], np.float64)
    size = int(table[-1, 0]) + 1 if len(table) else 1
    attribute, number = np.full(size, -1, np.int32), np.full(size, np.nan)
    if len(table):
        at = table[:, 0].astype(np.int64)
        attribute[at] = table[:, 1].astype(np.int32)
        number[at] = table[:, 2]
    return attribute, number
