"""Brands, categories, attributes and their values: found or made for a batch, a few statements whatever its size.

Callers hold the catalog's advisory lock, so uploads never race here; `ON CONFLICT DO NOTHING` and a second look cover
the admin. Names already there are never overwritten, blank ones are filled in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from catalog.contracts import AttributeSpec, Scalar
from catalog.effective import value_key
from catalog.storing.category_tree import CategoryTree, Path
from catalog.storing.write import as_json, bulk_cursor
from catalog.text import detect_language, fold_key

# About 60 MB of keys at most; when full it is emptied, and the database is asked again.
_MAX_VALUES_REMEMBERED = 300_000
NOT_YET = -1
_NAME = 200


class Vocabulary:
    """Remembers ids through one upload. `write=False` finds only, and answers NOT_YET for what would be made."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._brands: dict[tuple[str, str], int] = {}
        self._attributes: dict[str, int] = {}
        self._values: set[tuple[int, Scalar]] = set()
        self.categories = CategoryTree(write=write)

    def find_brands(self, brands: Iterable[Mapping[str, str]]) -> None:
        """Makes sure that `brand_id` knows each of them."""
        missing = {_names(brand) for brand in brands if brand} - self._brands.keys()
        if not missing:
            return
        self._read_brands(missing)
        new = sorted(missing - self._brands.keys(), key=lambda names: fold_key(names[0] or names[1]))
        if new and self._write:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO catalog_brand (key, name_en, name_zh) SELECT DISTINCT ON (key) * FROM "
                    "unnest(%s::text[], %s::text[], %s::text[]) AS w(key, name_en, name_zh) ORDER BY key "
                    "ON CONFLICT (key) DO NOTHING",
                    [[fold_key(en or zh) for en, zh in new], [en for en, _zh in new], [zh for _en, zh in new]],
                )
            self._read_brands(set(new))

    def brand_id(self, brand: Mapping[str, str] | None) -> int | None:
        return self._brands.get(_names(brand), NOT_YET) if brand else None

    def find_categories(self, paths: Iterable[Path]) -> None:
        self.categories.find(paths)

    def category_id(self, path: Path | None) -> int | None:
        return self.categories.get(path) if path else None

    def add_attributes(self, specs: Iterable[AttributeSpec]) -> None:
        """Makes the attributes that are not there; fills in names that are blank."""
        by_key = {spec.key: spec for spec in specs}
        missing = [by_key[key] for key in sorted(by_key.keys() - self._attributes.keys())]
        if missing:
            self._insert_attributes(missing)

    def add_values(
        self, products: Iterable[Mapping[str, Sequence[Scalar]]], specs: Mapping[str, AttributeSpec]
    ) -> None:
        """Makes the values whose names only the file knows. Plain English texts and numbers are made by indexing."""
        wanted: dict[tuple[int, str], tuple[str, str, float | None]] = {}
        if len(self._values) > _MAX_VALUES_REMEMBERED:
            self._values.clear()
        for key, value, names in _telling_values(products, specs):
            attribute_id = self._attributes.get(key)
            if attribute_id is None or (attribute_id, value) in self._values:
                continue
            self._values.add((attribute_id, value))
            if folded := value_key(value):
                wanted.setdefault((attribute_id, folded), _describe(value, names))
        if wanted:
            self._insert_values(wanted)

    def _read_brands(self, names: set[tuple[str, str]]) -> None:
        keys = {fold_key(name) for pair in names for name in pair if name}
        chinese = {zh for _en, zh in names if zh}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, key, name_en, name_zh FROM catalog_brand "
                "WHERE key = ANY(%s) OR name_zh = ANY(%s) ORDER BY id DESC",
                [list(keys), list(chinese)],
            )
            rows = cursor.fetchall()
        by_key = {key: id_ for id_, key, _en, _zh in rows}
        by_chinese = {zh: id_ for id_, _key, _en, zh in rows if zh}
        blank = {id_: (not en, not zh) for id_, _key, en, zh in rows}
        for en, zh in names:
            found = by_key.get(fold_key(en)) if en else None
            found = found or by_chinese.get(zh) or (by_key.get(fold_key(zh)) if zh else None)
            if found is not None:
                self._brands[(en, zh)] = found
                self._fill_brand(found, en, zh, blank[found])

    def _fill_brand(self, brand_id: int, en: str, zh: str, blank: tuple[bool, bool]) -> None:
        if self._write and ((blank[0] and en) or (blank[1] and zh)):
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE catalog_brand SET name_en = coalesce(nullif(name_en, ''), %s), "
                    "name_zh = coalesce(nullif(name_zh, ''), %s) WHERE id = %s",
                    [en, zh, brand_id],
                )

    def _insert_attributes(self, specs: Sequence[AttributeSpec]) -> None:
        columns: list[list[Any]] = [
            [spec.key for spec in specs],
            [spec.names.get("en", "")[:_NAME] for spec in specs],
            [spec.names.get("zh", "")[:_NAME] for spec in specs],
            [spec.kind for spec in specs],
            [spec.unit for spec in specs],
        ]
        with connection.cursor() as cursor:
            if self._write:
                cursor.execute(
                    "INSERT INTO catalog_attribute "
                    "(key, name_en, name_zh, kind, unit, is_facet, is_searchable, position) "
                    "SELECT w.*, true, true, 100 "
                    "FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) "
                    "AS w(key, name_en, name_zh, kind, unit) "
                    "WHERE NOT EXISTS (SELECT 1 FROM catalog_attribute a WHERE a.key = w.key) "
                    "ORDER BY w.key ON CONFLICT (key) DO NOTHING",
                    columns,
                )
                cursor.execute(
                    "UPDATE catalog_attribute a SET name_en = coalesce(nullif(a.name_en, ''), w.name_en), "
                    "name_zh = coalesce(nullif(a.name_zh, ''), w.name_zh) "
                    "FROM unnest(%s::text[], %s::text[], %s::text[]) AS w(key, name_en, name_zh) WHERE a.key = w.key "
                    "AND ((a.name_en = '' AND w.name_en <> '') OR (a.name_zh = '' AND w.name_zh <> ''))",
                    columns[:3],
                )
            cursor.execute("SELECT key, id FROM catalog_attribute WHERE key = ANY(%s)", [columns[0]])
            self._attributes.update(cursor.fetchall())

    def _insert_values(self, wanted: Mapping[tuple[int, str], tuple[str, str, float | None]]) -> None:
        if not self._write:
            return
        # JSON goes over several times faster than five arrays.
        records = as_json(
            {"attribute_id": entry[0], "key": entry[1], "name_en": names[0], "name_zh": names[1], "number": names[2]}
            for entry, names in wanted.items()
        )
        source = (
            "jsonb_to_recordset(%s::jsonb) "
            "AS w(attribute_id bigint, key text, name_en text, name_zh text, number float8)"
        )
        with bulk_cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalog_attributevalue (attribute_id, key, name_en, name_zh, number) "  # noqa: S608 - constants
                f"SELECT w.* FROM {source} "
                "WHERE NOT EXISTS (SELECT 1 FROM catalog_attributevalue v "
                "WHERE v.attribute_id = w.attribute_id AND v.key = w.key) "
                "ORDER BY 1, 2 ON CONFLICT (attribute_id, key) DO NOTHING",
                [records],
            )
            if any(en and zh for en, zh, _number in wanted.values()):
                cursor.execute(
                    "UPDATE catalog_attributevalue v SET name_en = coalesce(nullif(v.name_en, ''), w.name_en), "  # noqa: S608
                    "name_zh = coalesce(nullif(v.name_zh, ''), w.name_zh) "
                    f"FROM {source} "
                    "WHERE v.attribute_id = w.attribute_id AND v.key = w.key "
                    "AND ((v.name_en = '' AND w.name_en <> '') OR (v.name_zh = '' AND w.name_zh <> ''))",
                    [records],
                )


def _names(brand: Mapping[str, str] | None) -> tuple[str, str]:
    return ((brand or {}).get("en", ""), (brand or {}).get("zh", ""))


def _telling_values(
    products: Iterable[Mapping[str, Sequence[Scalar]]], specs: Mapping[str, AttributeSpec]
) -> Iterator[tuple[str, Scalar, Mapping[str, Mapping[str, str]]]]:
    """Values that need a name: yes and no, Chinese texts, and those the file names in both languages."""
    for attributes in products:
        for key, values in attributes.items():
            names = specs[key].value_names if key in specs else {}
            for value in values:
                if type(value) is bool or (type(value) is str and (value in names or not value.isascii())):
                    yield key, value, names


def _describe(value: Scalar, names: Mapping[str, Mapping[str, str]]) -> tuple[str, str, float | None]:
    """English name, Chinese name, number. A text too long for a name keeps none: the product holds it whole."""
    if isinstance(value, bool):
        return ("Yes", "是", 1.0) if value else ("No", "否", 0.0)
    if isinstance(value, int | float):
        return "", "", float(value)
    if value in names:
        return names[value].get("en", "")[:_NAME], names[value].get("zh", "")[:_NAME], None
    if len(value) > _NAME:
        return "", "", None
    return (value, "", None) if detect_language(value) == "en" else ("", value, None)
