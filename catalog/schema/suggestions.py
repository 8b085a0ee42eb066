"""Suggests merges of values and attributes that mean the same, for merchandisers to accept or reject."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import groupby
from math import log1p
from typing import Any

from django.db import connection, transaction

from catalog.effective import value_key
from catalog.locks import hold_lock
from catalog.models import Attribute, AttributeValue, SchemaSuggestion
from catalog.schema.attribute_pairs import MAX_VALUES, AttributeFacts, Pair, find_same_attributes
from catalog.schema.forest import Suggested, choose_targets
from catalog.schema.merges import resolve_chains
from catalog.schema.pairs import Alike, Concepts, Stated, find_alike, keep_best
from catalog.schema.reasons import Reason, write_reason
from catalog.schema.slips import find_slips

# Of one attribute, the most frequent.
MAX_STATED = 5_000
MAX_BYTES = 200
# More than a person reviews: the surest that change most products.
MAX_OPEN = 5_000
# Products looked at to see which attributes stand together.
MAX_SAMPLE = 200_000

Kind = SchemaSuggestion.Kind
Status = SchemaSuggestion.Status

_STATED_SQL = f"""
    SELECT e.attribute, v.value, count(*), min(p.id), max(p.id)
    FROM catalog_product p, jsonb_each(p.attributes) AS e(attribute, listed), jsonb_array_elements(
        CASE jsonb_typeof(e.listed) WHEN 'array' THEN e.listed ELSE '[]'::jsonb END) AS v(value)
    WHERE p.status <> 'archived' AND jsonb_typeof(v.value) = 'string' AND octet_length(v.value::text) <= {MAX_BYTES}
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""  # noqa: S608 - constants
_HAVE_SQL = """
    SELECT attribute, count(*), min(p.id), max(p.id)
    FROM catalog_product p, jsonb_object_keys(p.attributes) AS attribute
    WHERE p.status <> 'archived' GROUP BY 1
"""
_TOGETHER_SQL = """
    SELECT ARRAY(SELECT key FROM jsonb_object_keys(p.attributes) AS key WHERE key = ANY(%s)) FROM catalog_product p
    WHERE p.status <> 'archived' AND (hashint8(p.id) & 1048575) < %s * 1048576
"""
_STORE_SQL = """
    INSERT INTO catalog_schemasuggestion
        (kind, attribute_id, source, target, score, reason, products, status, created_at)
    SELECT w.kind, w.attribute_id, w.source, w.target, w.score, w.reason, w.products, 'open', now()
    FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::float[], %s::text[], %s::int[])
        AS w(kind, attribute_id, source, target, score, reason, products)
    ON CONFLICT (kind, attribute_id, source) DO UPDATE SET target = excluded.target, score = excluded.score,
        reason = excluded.reason, products = excluded.products WHERE catalog_schemasuggestion.status = 'open'
"""


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    attribute_id: int
    source: str
    target: str
    score: float
    reason: str
    products: int
    texts: Mapping[str, str]


class _Decided:
    """What people decided: pairs kept apart, and merges with their chains resolved, by (kind, attribute key)."""

    def __init__(self) -> None:
        self.apart: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
        # The table has one row a source: a text that was kept apart from one other is suggested nothing else.
        self.sources: set[tuple[str, str, str]] = set()
        merged: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        rows = SchemaSuggestion.objects.exclude(status=Status.OPEN)
        for kind, key, source, target, status in rows.values_list(
            "kind", "attribute__key", "source", "target", "status"
        ):
            place = (kind, key if kind == Kind.SAME_VALUE else "")
            self.sources.add((*place, source))
            if status == Status.ACCEPTED:
                merged[place][source] = target
            else:
                self.apart[place].add(frozenset((source, target)))
        self.merged = {place: resolve_chains(pairs) for place, pairs in merged.items()}

    def choose(
        self, alikes: Iterable[Alike], stated: Mapping[str, Stated], *, kind: str, attribute: str = ""
    ) -> list[Suggested]:
        counts = {key: value.count for key, value in stated.items()}
        apart = self.apart.get((kind, attribute), set())
        kept = [alike for alike in alikes if frozenset((alike.one, alike.other)) not in apart]
        suggested = choose_targets(kept, counts, merged=self.merged.get((kind, attribute), {}))
        return [each for each in suggested if (kind, attribute, each.source) not in self.sources]


def suggest_merges(*, concepts: Concepts | None = None) -> int:
    """Writes the suggestions that hold today and returns how many are open. What people decided stays; open ones that
    hold no more go. `concepts` is the search dictionary, handed in by its owner.

    Nothing is merged here. Rarer goes into commoner.
    """
    with hold_lock("schema_suggestions") as free:
        if not free:
            return 0
        with transaction.atomic():
            rows = sorted(_collect(concepts), key=lambda row: -row.score * log1p(row.products))[:MAX_OPEN]
            _name_values(rows)
            return _store(rows)


def _collect(concepts: Concepts | None) -> Iterator[_Row]:
    decided = _Decided()
    known = {attribute.key: attribute for attribute in Attribute.objects.all()}
    names = _read_value_names()
    values: dict[str, frozenset[str]] = {}
    for key, stated in _read_stated(names):
        if key in known:
            values[key] = frozenset(value.key for value in stated[:MAX_VALUES])
            by_key = {value.key: value for value in stated}
            alikes = keep_best([*find_alike(stated, concepts=concepts), *find_slips(stated)])
            for suggested in decided.choose(alikes, by_key, kind=Kind.SAME_VALUE, attribute=key):
                yield _make_row(Kind.SAME_VALUE, known[key].pk, suggested, by_key)
    yield from _collect_attributes(known, values, decided, concepts)


def _collect_attributes(
    known: Mapping[str, Attribute], values: Mapping[str, frozenset[str]], decided: _Decided, concepts: Concepts | None
) -> Iterator[_Row]:
    have = {
        key: Stated(key, key, count, _list_names(known[key]), (first, last))
        for key, count, first, last in _fetch(_HAVE_SQL)
        if key in known
    }
    facts = [
        AttributeFacts(
            key=key,
            names=stated.names,
            kind=known[key].kind,
            unit=known[key].unit,
            products=stated.count,
            values=values.get(key, frozenset()),
        )
        for key, stated in have.items()
    ]
    alikes = find_same_attributes(facts, count_together=_count_together, concepts=concepts)
    for suggested in decided.choose(alikes, have, kind=Kind.SAME_ATTRIBUTE):
        yield _make_row(Kind.SAME_ATTRIBUTE, known[suggested.source].pk, suggested, have)


def _list_names(attribute: Attribute) -> tuple[str, ...]:
    return tuple(name for name in (attribute.name_en, attribute.name_zh) if name)


def _make_row(kind: str, attribute_id: int, suggested: Suggested, stated: Mapping[str, Stated]) -> _Row:
    """A merged text may have no product of its own left."""
    nothing = Stated("", "", 0)
    source, target = stated.get(suggested.source, nothing), stated.get(suggested.target, nothing)
    code, _, overlap = suggested.reason.partition("|")
    reason = Reason(code, int(overlap or 0), source.examples, target.examples, target.count)
    return _Row(
        kind=kind,
        attribute_id=attribute_id,
        source=suggested.source,
        target=suggested.target,
        score=suggested.score,
        reason=write_reason(reason),
        products=source.count,
        texts={each.key: each.text for each in (source, target) if each.key},
    )


def _read_stated(names: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterator[tuple[str, list[Stated]]]:
    """Attribute by attribute, the texts its products state, equal ones ("Black", "BLACK") as one."""
    for attribute, rows in groupby(_fetch(_STATED_SQL), key=lambda row: row[0]):
        stated: dict[str, Stated] = {}
        for _, raw, count, first, last in rows:
            text = json.loads(raw)
            key = value_key(text)
            if key in stated:
                stated[key] = replace(stated[key], count=stated[key].count + count)
            elif key and len(stated) < MAX_STATED:
                stated[key] = Stated(key, text, count, names.get((attribute, key), ()), (first, last))
        yield attribute, sorted(stated.values(), key=lambda value: -value.count)


def _read_value_names() -> dict[tuple[str, str], tuple[str, ...]]:
    """Values that have a name in both languages."""
    rows = _fetch(
        "SELECT a.key, v.key, v.name_en, v.name_zh FROM catalog_attributevalue v "
        "JOIN catalog_attribute a ON a.id = v.attribute_id "
        "WHERE v.number IS NULL AND v.name_en <> '' AND v.name_zh <> '' AND v.name_en <> v.name_zh"
    )
    return {(attribute, key): tuple(listed) for attribute, key, *listed in rows}


def _count_together(pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Products that state both of a pair; of a large shop counted on a sample, and scaled up."""
    if not pairs:
        return {}
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        partners[one].add(other)
    ((products,),) = _fetch("SELECT count(*) FROM catalog_product WHERE status <> 'archived'")
    share = min(1.0, MAX_SAMPLE / max(products, 1))
    found: dict[Pair, float] = defaultdict(float)
    for (keys,) in _fetch(_TOGETHER_SQL, [list({key for pair in pairs for key in pair}), share]):
        present = set(keys)
        for one in keys:
            for other in partners.get(one, set()) & present:
                found[one, other] += 1 / share
    return {pair: round(count) for pair, count in found.items()}


def _fetch(sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, list(parameters))
        while rows := cursor.fetchmany(2_000):
            yield from rows


def _name_values(rows: Iterable[_Row]) -> None:
    """A value that no indexed product has yet is named as it is written, so that a merge can show it."""
    AttributeValue.objects.bulk_create(
        (
            AttributeValue(attribute_id=row.attribute_id, key=key, name_en=text[:200])
            for row in rows
            if row.kind == Kind.SAME_VALUE
            for key, text in row.texts.items()
        ),
        ignore_conflicts=True,
        batch_size=2_000,
    )


def _store(rows: Sequence[_Row]) -> int:
    columns = [astuple(row)[:7] for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_STORE_SQL, [[row[place] for row in columns] for place in range(7)])
    kept = {(row.kind, row.attribute_id, row.source) for row in rows}
    opened = SchemaSuggestion.objects.filter(status=Status.OPEN)
    gone = [pk for pk, *place in opened.values_list("pk", "kind", "attribute_id", "source") if tuple(place) not in kept]
    SchemaSuggestion.objects.filter(pk__in=gone, status=Status.OPEN).delete()
    return SchemaSuggestion.objects.filter(status=Status.OPEN).count()
