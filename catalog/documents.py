"""What a product is searched by: its texts per field, its facet values, and the fingerprint that says they changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from catalog.contracts import TEXT_FIELDS, Scalar
from catalog.effective import merge_attributes, value_key
from catalog.models import AttributeValue
from catalog.text import ANALYSER_VERSION
from catalog.units import format_quantity

FIELDS = ("title", "brand", "category", "description", "attributes", "code")

# `text_fingerprint` is a generated column (migration 0004), so no writer can forget it; names of the brand and the
# category path are joined in, because renaming them changes what the product is found by.
# The two versions move apart: a new way to index must not encode every text again. Raise INDEX_FORMAT when postings
# hold something new, EMBEDDING_TEXT when `embedding_text` is put together differently.
INDEX_FORMAT = 3
EMBEDDING_TEXT = 1


def _fingerprint_sql(extracted: str, version: str) -> str:
    return (
        f"md5(p.text_fingerprint || {extracted} || "
        "coalesce(b.key || b.name_en || b.name_zh, '') || "
        f"coalesce(c.key || c.name_en || c.name_zh, '') || '{version}')"
    )


# Attributes that enrichment added are searched and counted, not embedded.
INDEX_FINGERPRINT_SQL = _fingerprint_sql("p.extracted_fingerprint", f"{ANALYSER_VERSION}.{INDEX_FORMAT}")
EMBEDDING_FINGERPRINT_SQL = _fingerprint_sql("''", f"{EMBEDDING_TEXT}")
# What extractors read: the texts, and the category whose schema says what to look for.
EXTRACTION_FINGERPRINT_SQL = "md5(p.text_fingerprint || coalesce(p.category_id::text, ''))"
_FROM_SQL = """
    FROM catalog_product p
    LEFT JOIN catalog_brand b ON b.id = p.brand_id
    LEFT JOIN catalog_category c ON c.id = p.category_id
"""


@dataclass(frozen=True, slots=True)
class FacetEntry:
    """One attribute value of one product: the id the index counts, and the words search reads."""

    attribute_id: int
    value_id: int
    words: str


@dataclass(frozen=True, slots=True)
class ProductDocument:
    """A product ready to be indexed and embedded. `fields` maps a name of FIELDS to its text, both languages joined."""

    product_id: int
    index_fingerprint: str
    embedding_fingerprint: str
    fields: Mapping[str, str]
    facets: tuple[FacetEntry, ...]
    embedding_text: str


@dataclass(frozen=True, slots=True)
class _AttributeInfo:
    id: int
    names: str
    unit: str
    is_facet: bool
    is_searchable: bool


# (attribute id, value key) → (value id, its words in both languages)
_Vocabulary = dict[tuple[int, str], tuple[int, str]]


def stale_for_index(limit: int) -> list[int]:
    """Ids of active products whose indexed text is not their present text, oldest id first."""
    return _fetch_ids(
        f"SELECT p.id {_FROM_SQL} LEFT JOIN catalog_searchdocument d ON d.product_id = p.id "  # noqa: S608 - constants
        f"WHERE p.status = 'active' AND d.fingerprint IS DISTINCT FROM {INDEX_FINGERPRINT_SQL} "
        "ORDER BY p.id LIMIT %s",
        [limit],
    )


def stale_for_embedding(generation_id: int, limit: int) -> list[int]:
    """Ids of active products whose vector in this generation is missing or of another text, oldest id first."""
    return _fetch_ids(
        f"SELECT p.id {_FROM_SQL} LEFT JOIN catalog_embedding e "  # noqa: S608 - constants
        "ON e.product_id = p.id AND e.generation_id = %s "
        f"WHERE p.status = 'active' AND e.fingerprint IS DISTINCT FROM {EMBEDDING_FINGERPRINT_SQL} "
        "ORDER BY p.id LIMIT %s",
        [generation_id, limit],
    )


def load_documents(product_ids: Sequence[int]) -> list[ProductDocument]:
    """The documents of these products; ids that no longer exist are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.sku, p.title_en, p.title_zh, p.description_en, p.description_zh, "  # noqa: S608 - constants
            "p.attributes, p.extracted, coalesce(b.name_en, ''), coalesce(b.name_zh, ''), coalesce(c.key, ''), "
            "(SELECT string_agg(v.sku, ' ') FROM catalog_variant v WHERE v.product_id = p.id), "
            f"{INDEX_FINGERPRINT_SQL}, {EMBEDDING_FINGERPRINT_SQL} {_FROM_SQL} WHERE p.id = ANY(%s) ORDER BY p.id",
            [list(product_ids)],
        )
        rows = cursor.fetchall()
    parsed = [(*row[:6], _read_attributes(row), *row[8:]) for row in rows]
    attributes = _load_attributes({key for row in parsed for key in row[6]})
    vocabulary = _load_vocabulary(parsed, attributes)
    categories = _load_category_names({row[9] for row in parsed if row[9]})
    return [_build_document(row, attributes, vocabulary, categories) for row in parsed]


def _build_document(
    row: Sequence[Any],
    attributes: Mapping[str, _AttributeInfo],
    vocabulary: _Vocabulary,
    categories: Mapping[str, str],
) -> ProductDocument:
    product_id, sku, title_en, title_zh, text_en, text_zh, values, brand_en, brand_zh, category_key, skus = row[:11]
    index_fingerprint, embedding_fingerprint = row[11:]
    facets = tuple(_facet_entries(values, attributes, vocabulary))
    brand = brand_en if brand_en == brand_zh else f"{brand_en} {brand_zh}"
    category = categories.get(category_key, "")
    title = f"{title_en} {title_zh}".strip()
    fields = {
        "title": title,
        "brand": brand.strip(),
        "category": category,
        "description": f"{text_en} {text_zh}".strip(),
        "attributes": " ; ".join(entry.words for entry in facets if entry.words),
        "code": f"{sku} {skus or ''}",
    }
    # Both titles come first: the encoder cuts at its token limit, and what is cut must be the least telling text.
    embedding_text = " ".join(part for part in (title, brand.strip(), category, text_en[:300], text_zh[:150]) if part)
    return ProductDocument(product_id, index_fingerprint, embedding_fingerprint, fields, facets, embedding_text)


def _facet_entries(
    values: Mapping[str, Any], attributes: Mapping[str, _AttributeInfo], vocabulary: _Vocabulary
) -> Iterable[FacetEntry]:
    for key, listed in values.items():
        info = attributes.get(key)
        if info is None:
            continue
        for value in listed:
            value_id, label = vocabulary[(info.id, value_key(value))]
            if not info.is_searchable or value is False:
                words = ""
            elif value is True:
                words = info.names
            elif isinstance(value, int | float):
                words = format_quantity(float(value), info.unit)
            else:
                words = label or value
            yield FacetEntry(info.id, value_id, words)


def _load_attributes(keys: set[str]) -> dict[str, _AttributeInfo]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, id, name_en, name_zh, unit, is_facet, is_searchable FROM catalog_attribute "
            "WHERE key = ANY(%s)",
            [list(keys)],
        )
        return {
            key: _AttributeInfo(id_, f"{en} {zh}".strip(), unit, facet, searchable)
            for key, id_, en, zh, unit, facet, searchable in cursor.fetchall()
        }


def _load_vocabulary(rows: Iterable[Sequence[Any]], attributes: Mapping[str, _AttributeInfo]) -> _Vocabulary:
    """Id and words of every attribute value of these rows; values nobody named yet are made."""
    wanted = {
        (attributes[key].id, value_key(value)): value
        for row in rows
        for key, listed in row[6].items()
        if key in attributes
        for value in listed
    }
    found = _find_values(wanted)
    missing = sorted(pair for pair in wanted if pair not in found)
    if missing:
        AttributeValue.objects.bulk_create(
            [_new_value(attribute_id, key, wanted[attribute_id, key]) for attribute_id, key in missing],
            ignore_conflicts=True,
            batch_size=5000,
        )
        found |= _find_values(missing)
    return found


def _new_value(attribute_id: int, key: str, value: Scalar) -> AttributeValue:
    if isinstance(value, str):
        return AttributeValue(attribute_id=attribute_id, key=key, name_en=value[:200])
    return AttributeValue(attribute_id=attribute_id, key=key, number=float(value))


def _find_values(wanted: Iterable[tuple[int, str]]) -> _Vocabulary:
    pairs = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.attribute_id, v.key, v.id, v.name_en, v.name_zh FROM catalog_attributevalue v "
            "JOIN unnest(%s::bigint[], %s::text[]) AS w(attribute_id, key) USING (attribute_id, key)",
            [[attribute_id for attribute_id, _ in pairs], [key for _, key in pairs]],
        )
        return {
            (attribute_id, key): (id_, en if en == zh else f"{en} {zh}".strip())
            for attribute_id, key, id_, en, zh in cursor.fetchall()
        }


def _load_category_names(keys: set[str]) -> dict[str, str]:
    """For each category key the names of its whole path, both languages."""
    paths = {key: ["/".join(key.split("/")[: n + 1]) for n in range(key.count("/") + 1)] for key in keys}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, name_en, name_zh FROM catalog_category WHERE key = ANY(%s)",
            [list({ancestor for path in paths.values() for ancestor in path})],
        )
        names = {key: (en, zh) for key, en, zh in cursor.fetchall()}
    return {
        key: " ".join(dict.fromkeys(name for ancestor in path for name in names.get(ancestor, ()) if name))
        for key, path in paths.items()
    }


def _read_attributes(row: Sequence[Any]) -> dict[str, list[Scalar]]:
    texts = dict(zip(TEXT_FIELDS, row[2:6], strict=True))
    return merge_attributes(_as_mapping(row[6]), _as_mapping(row[7]), texts)


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return json.loads(value) if isinstance(value, str) else value


def _fetch_ids(sql: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]
