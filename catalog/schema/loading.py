"""The schemas extractors read: what a category's products say by which attribute, and in which words."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from django.db import connection

from catalog.contracts import CategorySchema, KnownAttribute, KnownValue, Scalar
from catalog.effective import value_key
from catalog.models import Attribute, Category, CategoryAttribute
from catalog.schema.merges import Merges, read_merges

# A smaller category says too little by itself: its parent's schema is read, then the whole shop's.
MIN_PRODUCTS = 20
MAX_ATTRIBUTES = 60
MAX_VALUES = 200
# A schema of 60 attributes takes 0.2 to 1 MB.
MAX_CACHED = 100
_VERSION_SQL = """
    SELECT (SELECT version FROM catalog_liveversion WHERE name = 'vocabulary'),
        (SELECT max(id) FROM catalog_categoryattribute),
        (SELECT (count(*), max(decided_at))::text FROM catalog_schemasuggestion WHERE status = 'accepted')
"""

Kind = Literal["text", "number", "boolean"]
# (attribute key, value key) → its names in both languages
_Words = Mapping[tuple[str, str], tuple[str, ...]]


class _Shelf:
    version: tuple[object, ...] = ()
    schemas: OrderedDict[str, CategorySchema] = OrderedDict()
    lock = threading.Lock()


def load_schemas(category_keys: Sequence[str]) -> dict[str, CategorySchema]:
    """The schema of each category, its attributes the most useful first (catalog.schema.usefulness).

    Made by `refresh_schemas`; before its first run schemas are empty. Kept per process until the vocabulary, the
    counts or an accepted merge changes. "" names the whole shop.
    """
    version = _read_version()
    wanted = dict.fromkeys(category_keys)
    with _Shelf.lock:
        if _Shelf.version != version:
            _Shelf.version, _Shelf.schemas = version, OrderedDict()
        held = {key: _Shelf.schemas[key] for key in wanted if key in _Shelf.schemas}
    made = _read_schemas([key for key in wanted if key not in held])
    with _Shelf.lock:
        if _Shelf.version == version:
            _Shelf.schemas.update(made)
            for key in held:
                _Shelf.schemas.move_to_end(key)
            while len(_Shelf.schemas) > MAX_CACHED:
                _Shelf.schemas.popitem(last=False)
    return {**held, **made}


def forget_schemas() -> None:
    """For tests, whose database goes back in time, and after a fork."""
    with _Shelf.lock:
        _Shelf.version, _Shelf.schemas = (), OrderedDict()


def _read_version() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION_SQL)
        return tuple(cursor.fetchone())


def _read_schemas(keys: Sequence[str]) -> dict[str, CategorySchema]:
    if not keys:
        return {}
    sources = _choose_sources(keys)
    merges = read_merges()
    built = {id_: _build_schema(list(_read_rows(id_)), merges) for id_ in set(sources.values())}
    return {key: CategorySchema(category=key, attributes=built[sources[key]]) for key in keys}


def _choose_sources(keys: Iterable[str]) -> dict[str, int | None]:
    """The nearest category upwards with enough products; None is the whole shop."""
    lines = {key: ["/".join(key.split("/")[:depth]) for depth in range(key.count("/") + 1, 0, -1)] for key in keys}
    names = {name for line in lines.values() for name in line}
    ids = dict(Category.objects.filter(key__in=names).values_list("key", "id"))
    large = _find_large(ids.values())
    return {key: next((ids[name] for name in line if ids.get(name) in large), None) for key, line in lines.items()}


def _find_large(category_ids: Iterable[int]) -> set[int]:
    """A row keeps how many products have the attribute and which share that is, hence of how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT category_id FROM catalog_categoryattribute WHERE category_id = ANY(%s) AND coverage > 0 "
            "GROUP BY category_id HAVING max(products / coverage) >= %s - 0.5",
            [list(category_ids), MIN_PRODUCTS],
        )
        return {row[0] for row in cursor.fetchall()}


def _read_rows(category_id: int | None) -> Iterable[CategoryAttribute]:
    """Rows are written in the order of their usefulness. What is neither shown nor searched need not be found."""
    of_shop = CategoryAttribute.objects.filter(category=None)
    rows = of_shop if category_id is None else CategoryAttribute.objects.filter(category_id=category_id)
    return (
        rows.select_related("attribute")
        .exclude(attribute__is_facet=False, attribute__is_searchable=False)
        .order_by("id")[:MAX_ATTRIBUTES]
    )


def _build_schema(rows: Sequence[CategoryAttribute], merges: Merges) -> tuple[KnownAttribute, ...]:
    """What was merged since the counts were made is put together here."""
    same, same_keys = merges
    aliases = _invert(same)
    kept = [row for row in rows if row.attribute.key not in same_keys]
    counted = {row.attribute.key: _count_values(row, same.get(row.attribute.key, {})) for row in kept}
    names = _read_attribute_names(same_keys, {row.attribute.key for row in kept})
    words = _read_words(
        (key, name)
        for key, values in counted.items()
        for target in values
        for name in (target, *aliases.get((key, target), ()))
    )
    return tuple(
        KnownAttribute(
            key=row.attribute.key,
            names=_list_distinct(row.attribute.name_en, row.attribute.name_zh, *names.get(row.attribute.key, ())),
            kind=cast(Kind, row.attribute.kind),
            unit=row.attribute.unit,
            share=row.coverage,
            values=_name_values(row.attribute.key, counted[row.attribute.key], words, aliases),
            low=row.low,
            high=row.high,
        )
        for row in kept
    )


def _name_values(
    attribute: str,
    values: Mapping[str, tuple[Scalar, int]],
    words: _Words,
    aliases: Mapping[tuple[str, str], Sequence[str]],
) -> tuple[KnownValue, ...]:
    named = []
    for key, (value, count) in values.items():
        own = (value,) if isinstance(value, str) else ()
        others = (word for name in aliases.get((attribute, key), ()) for word in words.get((attribute, name), (name,)))
        said = _list_distinct(*own, *words.get((attribute, key), ()), *others)
        named.append(KnownValue(key=key, value=value, words=said, count=count))
    return tuple(sorted(named, key=lambda known: -known.count)[:MAX_VALUES])


def _count_values(row: CategoryAttribute, same: Mapping[str, Scalar]) -> dict[str, tuple[Scalar, int]]:
    counted: dict[str, tuple[Scalar, int]] = {}
    for value, count in row.values:
        shown = same.get(value_key(value), value)
        held = counted.get(value_key(shown), (shown, 0))
        counted[value_key(shown)] = (held[0], held[1] + count)
    return counted


def _invert(same: Mapping[str, Mapping[str, Scalar]]) -> dict[tuple[str, str], list[str]]:
    """(attribute key, value key) → the value keys that are shown as it."""
    aliases: dict[tuple[str, str], list[str]] = defaultdict(list)
    for attribute, pairs in same.items():
        for source, shown in pairs.items():
            aliases[attribute, value_key(shown)].append(source)
    return aliases


def _read_attribute_names(same_keys: Mapping[str, str], wanted: set[str]) -> dict[str, list[str]]:
    """The names of the attributes that are shown as each of these."""
    sources = {source: target for source, target in same_keys.items() if target in wanted}
    found: dict[str, list[str]] = defaultdict(list)
    rows = Attribute.objects.filter(key__in=sources).values_list("key", "name_en", "name_zh")
    for key, *names in rows.order_by("id"):
        found[sources[key]] += names
    return found


def _read_words(wanted: Iterable[tuple[str, str]]) -> _Words:
    pairs = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.key, v.key, v.name_en, v.name_zh FROM catalog_attributevalue v "
            "JOIN catalog_attribute a ON a.id = v.attribute_id "
            "JOIN unnest(%s::text[], %s::text[]) AS w(attribute, value) ON w.attribute = a.key AND w.value = v.key",
            [[attribute for attribute, _ in pairs], [value for _, value in pairs]],
        )
        return {(attribute, value): _list_distinct(*names) for attribute, value, *names in cursor.fetchall()}


def _list_distinct(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
