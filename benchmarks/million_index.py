"""The index of the synthetic catalog: its bases by the shop's own builder, their variations from the bases' postings.

A variation differs from its base by brand, model, line, weight and SKU. Only those terms are read again; the rest of
its postings are the base's. Reading a million texts takes the builder's rate for each (`index_documents_per_s`); here
only the size and shape of the index matter. Segments are merged by the shop's own merge.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, tuple[float, int]]
# By term: ordinals, frequencies and field masks of a segment.
Columns = dict[str, tuple[list[int], list[float], list[int]]]
# What a product line weighs in a title and as an attribute's value, about.
LINE_FREQUENCY = 0.8
SAMPLED_EVERY = 20


@dataclass(frozen=True)
class Bases:
    """The bases in id order: their shared postings, and the weights of the names that a variation replaces."""

    arrays: Any
    shared: Mapping[str, tuple[NDArray[np.int32], NDArray[np.float16], NDArray[np.uint8]]]
    names: Sequence[tuple[tuple[float, int], tuple[float, int]]]  # of brand and model


@dataclass(frozen=True, slots=True)
class Copy:
    """A row of bench_copy with the ids of its two attribute values."""

    id: int
    place: int
    sku: str
    model: str
    brand: str
    line: str
    weight: str
    values: tuple[int, int]


def index_bases() -> None:
    """By the shop's own builder, in one process."""
    from catalog import pipeline

    ids = [row[0] for row in _fetch("SELECT id FROM bench_base ORDER BY id")]
    for start in range(0, len(ids), pipeline.INDEX_BATCH):
        pipeline.index_products(ids[start : start + pipeline.INDEX_BATCH])


def index_copies(copies: int) -> None:
    from catalog import pipeline

    bases = _read_bases()
    values = _read_values()
    for number in range(1, copies):
        _store(number, bases, list(_read_copies(number, values)))
        while pipeline.merge_segments():
            pass


def learn_words() -> None:
    """The speller's dictionary, from every twentieth product: the shop reads all, which takes its worker a quarter of
    an hour for a million.
    """
    from django.db import transaction
    from django.db.models import F

    from catalog.models import Product
    from catalog.text import normalise
    from ranking.language.live_words import save_dictionary
    from ranking.retrieval.word_counts import WordCounts, count_values, make_dictionary
    from ranking.retrieval.written_words import split_words

    words = WordCounts()
    names = ("title_en", "title_zh", "brand__name_en", "brand__name_zh", "category__name_en", "category__name_zh")
    products = Product.objects.annotate(part=F("id") % SAMPLED_EVERY).filter(part=0)
    for texts in products.values_list(*names).iterator():
        words.add_product([split_words(normalise(text)) for text in texts if text])
    words.add_values(count_values())
    with transaction.atomic():
        save_dictionary(make_dictionary(words))


def _read_bases() -> Bases:
    from catalog.documents import load_documents
    from catalog.postings import FIELD_BITS, build_segment, weigh_terms
    from catalog.text import analyse

    rows = _fetch("SELECT id, coalesce(model, ''), brand_en || ' ' || brand_zh FROM bench_base ORDER BY id")
    documents = load_documents([row[0] for row in rows])
    columns: Columns = defaultdict(lambda: ([], [], []))
    names = []
    for place, (document, (_, model, brand)) in enumerate(zip(documents, rows, strict=True)):
        weights = weigh_terms(document.fields)
        own = [analyse(brand), analyse(model)]
        found = [[weights.pop(term) for term in terms if term in weights] for terms in own]
        default = (LINE_FREQUENCY, FIELD_BITS["title"])
        names.append((found[0][0] if found[0] else default, found[1][0] if found[1] else default))
        for term, (frequency, mask) in weights.items():
            if mask != FIELD_BITS["code"]:
                _add(columns, term, place, frequency, mask)
    shared = {
        term: (np.array(at, np.int32), np.array(tf, np.float16), np.array(masks, np.uint8))
        for term, (at, tf, masks) in columns.items()
    }
    return Bases(build_segment(documents).arrays, shared, names)


def _add(columns: Columns, term: str, place: int, frequency: float, mask: int) -> None:
    ordinals, frequencies, masks = columns[term]
    ordinals.append(place)
    frequencies.append(frequency)
    masks.append(mask)


def _read_values() -> dict[tuple[str, str], int]:
    return {
        (attribute, key): id_
        for attribute, key, id_ in _fetch(
            "SELECT a.key, v.key, v.id FROM catalog_attributevalue v JOIN catalog_attribute a ON a.id = v.attribute_id "
            "WHERE a.key IN ('line', 'item_weight')"
        )
    }


def _read_copies(number: int, values: Mapping[tuple[str, str], int]) -> Iterator[Copy]:
    sql = (
        "SELECT c.id, c.place, p.sku, c.model, c.brand_en || ' ' || c.brand_zh, c.line_en, "
        "c.line_en || ' ' || c.line_zh, trim_scale(c.weight)::text "
        "FROM bench_copy c JOIN catalog_product p USING (id) WHERE c.number = %s ORDER BY c.id"
    )
    for id_, place, sku, model, brand, line_en, line, weight in _fetch(sql, [number]):
        own = (values["line", line_en.lower()], values["item_weight", weight])
        yield Copy(id_, place, sku, model, brand, line, weight, own)


def _store(number: int, bases: Bases, copies: Sequence[Copy]) -> None:
    from django.db import connection, transaction

    from catalog.documents import INDEX_FINGERPRINT_SQL
    from catalog.live_versions import bump_version
    from catalog.postings import BuiltSegment
    from catalog.steps import index

    built = BuiltSegment(_vary_arrays(bases.arrays, copies), list(_vary_postings(bases, copies)))
    ids = [copy.id for copy in copies]
    index.refresh_offers(ids)
    with transaction.atomic():
        version = bump_version("index")
        segment = index._save_segment(built, version)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalog_searchdocument d SET segment_id = %s, ordinal = own.place, version = %s, "  # noqa: S608
                f"fingerprint = {INDEX_FINGERPRINT_SQL} FROM bench_copy own JOIN catalog_product p USING (id) "
                "LEFT JOIN catalog_brand b ON b.id = p.brand_id LEFT JOIN catalog_category c ON c.id = p.category_id "
                "WHERE own.number = %s AND d.product_id = own.id",
                [segment.pk, version, number],
            )


def _vary_arrays(arrays: Any, copies: Sequence[Copy]) -> Any:
    """The bases' arrays with other ids and titles, and two more attribute values a document."""
    own = np.array([copy.values for copy in copies], np.int32)
    sizes = np.diff(arrays.facet_offsets)
    ends = arrays.facet_offsets[1:]
    values = np.insert(arrays.facet_values, np.repeat(ends, 2), own.ravel())
    offsets = np.concatenate([[0], np.cumsum(sizes + 2)]).astype(np.int32)
    ids = np.array([copy.id for copy in copies], np.int64)
    keys = arrays.title_keys ^ (ids * np.int64(0x9E3779B97F4A7C))
    return replace(arrays, product_ids=ids, facet_offsets=offsets, facet_values=values, title_keys=keys)


def _vary_postings(bases: Bases, copies: Sequence[Copy]) -> Iterator[tuple[str, bytes, bytes, bytes]]:
    from catalog.postings import FIELD_BITS

    own: Columns = defaultdict(lambda: ([], [], []))
    title = FIELD_BITS["title"] | FIELD_BITS["attributes"]
    for copy in copies:
        brand, model = bases.names[copy.place]
        found: Weights = {}
        for text, (frequency, mask) in (
            (copy.brand, brand), (copy.model, model), (copy.line, (LINE_FREQUENCY, title)),
            (copy.sku, (0.5, FIELD_BITS["code"])), (f"{copy.weight} kg", (0.2, FIELD_BITS["attributes"])),
        ):  # fmt: skip
            for term in _terms(text):
                found.setdefault(term, (frequency, mask))
        for term, (frequency, mask) in found.items():
            _add(own, term, copy.place, frequency, mask)
    for term in sorted({*bases.shared, *own}):
        ordinals, frequencies, masks = _join(bases.shared.get(term), own.get(term))
        yield term, ordinals.tobytes(), frequencies.tobytes(), masks.tobytes()


def _join(shared: Any, own: Any) -> tuple[NDArray[np.int32], NDArray[np.float16], NDArray[np.uint8]]:
    """Postings of a term that is both a word of the bases and a new name: where both have it, the word's stay."""
    if own is None:
        return shared
    fresh = np.array(own[0], np.int32), np.array(own[1], np.float16), np.array(own[2], np.uint8)
    if shared is None:
        return fresh
    ordinals, first = np.unique(np.concatenate([shared[0], fresh[0]]), return_index=True)
    return ordinals, np.concatenate([shared[1], fresh[1]])[first], np.concatenate([shared[2], fresh[2]])[first]


@lru_cache(maxsize=200_000)
def _terms(text: str) -> tuple[str, ...]:
    from catalog.text import analyse

    return tuple(dict.fromkeys(analyse(text)))


def _fetch(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
