"""Guesses a file's mapping from its column names and first rows. A guess is shown and can be changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from catalog.column_names import (
    IMAGE_SIZES,
    IMAGES,
    OPTIONS,
    PRODUCT_TYPE_NOISE,
    SIZES_AND_COLOURS,
    SYNONYMS,
    TECHNICAL,
    find_family,
    normalise_name,
    readable_name,
    split_locale,
    split_unit,
)
from catalog.mapping import ColumnMap, ColumnTarget, collapse_families, families_of
from catalog.text import detect_language
from catalog.units import known_unit, parse_quantity
from catalog.values import is_blank, parse_bool, parse_moment, parse_number, split_list

_IGNORE = ColumnTarget("ignore")
_LOCALISED = ("title", "description", "brand", "category")
# Beyond this many samples without a repeat, a short text is a name or a number of its own, not a facet.
_MIN_SAMPLES_FOR_UNIQUENESS = 20
Samples = Sequence[Mapping[str, Any]]


def guess_mapping(columns: Sequence[str], samples: Samples, *, native: bool = False) -> ColumnMap:
    """The mapping a merchandiser would most likely choose."""
    if native:
        return ColumnMap({}, native=True)
    values = {column: [row[column] for row in samples if not is_blank(row.get(column))] for column in columns}
    names = _short_names(columns)
    chosen: dict[str, ColumnTarget] = {}
    _choose_named(names, values, chosen)
    _choose_images(names, chosen)
    has_parent = any(target.target == "parent" for target in chosen.values())
    for column in collapse_families((column for column in columns if column not in chosen), ()):
        chosen[column] = _guess_rest(column, names.get(column, ""), values, has_parent=has_parent)
    sku_from = () if any(target.target == "sku" for target in chosen.values()) else _choose_sku_source(chosen)
    ordered = {column: chosen[column] for column in collapse_families(columns, chosen)}
    # Not checked: what the guess lacks (a SKU, say) is for the merchandiser to add.
    return ColumnMap(ordered, sku_from, _families=families_of(ordered))


def _short_names(columns: Sequence[str]) -> dict[str, str]:
    """Normalised names; of nested objects the last part, as long as it is the only one so called."""
    names = {column: normalise_name(column) for column in columns}
    for column in columns:
        last = normalise_name(column.rpartition(".")[2])
        if "." in column and find_family(column) is None and last not in names.values():
            names[column] = last
    return names


def _choose_named(names: Mapping[str, str], values: Mapping[str, list[Any]], chosen: dict[str, ColumnTarget]) -> None:
    parted = {column: split_locale(split_unit(name)[0]) for column, name in names.items()}
    for target, synonyms in SYNONYMS.items():
        if target in _LOCALISED:
            _choose_localised(target, synonyms, parted, values, chosen)
            continue
        for synonym in synonyms:
            column = next((c for c, name in names.items() if c not in chosen and _same(name, synonym)), None)
            if column is None or not _fits(target, values[column]):
                continue
            chosen[column] = _price_target(target, column, values[column])
            break
    _choose_second_price(names, values, chosen)


def _same(name: str, synonym: str) -> bool:
    return name == synonym or split_unit(name)[0] == synonym


def _choose_localised(
    target: str,
    synonyms: Sequence[str],
    parted: Mapping[str, tuple[str, str]],
    values: Mapping[str, list[Any]],
    chosen: dict[str, ColumnTarget],
) -> None:
    """One column a language: the name says which, else the samples do."""
    taken: set[str] = set()
    for synonym in synonyms:
        for column, (name, locale) in parted.items():
            if name != synonym or column in chosen or (target == "category" and _is_plumbing(name, values[column])):
                continue
            language = locale or _language(values[column])
            if language not in taken:
                taken.add(language)
                chosen[column] = ColumnTarget(f"{target}.{language}")


def _is_plumbing(name: str, values: list[Any]) -> bool:
    """Shop systems call "simple" and "configurable" a product type."""
    return name == PRODUCT_TYPE_NOISE and {str(value) for value in values} <= {
        "simple",
        "configurable",
        "bundle",
        "virtual",
    }


def _language(values: Iterable[Any]) -> str:
    texts = [str(value) for value in values][:50]
    chinese = sum(detect_language(text) != "en" for text in texts)
    return "zh" if texts and chinese * 2 > len(texts) else "en"


def _price_target(target: str, column: str, values: list[Any]) -> ColumnTarget:
    if target not in ("price", "sale_price", "cost"):
        return ColumnTarget(target)
    name = normalise_name(column)
    cents = any(word in name.split() for word in ("cents", "分", "minor")) or "(分)" in name
    comma = any(isinstance(value, str) and value.rpartition(",")[2].isdigit()
                and len(value.rpartition(",")[2]) in (1, 2) and "," in value for value in values)  # fmt: skip
    return ColumnTarget(target, scale=Decimal("0.01") if cents else Decimal(1), decimal_comma=comma)


def _choose_second_price(
    names: Mapping[str, str], values: Mapping[str, list[Any]], chosen: dict[str, ColumnTarget]
) -> None:
    """A list price beside a plain price: the plain one is what is asked today."""
    if any(target.target == "sale_price" and values[column] for column, target in chosen.items()):
        return
    listed = {
        "regular price",
        "list price",
        "msrp",
        "original price",
        "compare at price",
        "原价",
        "市场价",
        "划线价",
        "吊牌价",
    }
    price = next((column for column, target in chosen.items() if target.target == "price"), None)
    if price is None or names[price] not in listed:
        return
    asked = next((c for c, n in names.items() if c not in chosen and n in SYNONYMS["price"] and n not in listed), None)
    if asked is not None:
        for column in [column for column, target in chosen.items() if target.target == "sale_price"]:
            chosen[column] = _IGNORE
        chosen[asked] = replace(_price_target("price", asked, values[asked]), target="sale_price")


def _fits(target: str, values: Sequence[Any]) -> bool:
    """A name alone is not enough: "quantity" with texts below it is no stock."""
    if not values:
        return True
    if target == "sku":
        return len({str(value) for value in values}) > 0.6 * len(values) and not isinstance(values[0], list | bool)
    if target in ("price", "sale_price", "cost", "stock", "rating", "rating_count", "popularity"):
        return _mostly(parse_number, values) or (target == "stock" and _mostly(parse_bool, values))
    if target == "attributes":
        return any(isinstance(value, str) and "=" in value for value in values)
    return True


def _choose_images(names: Mapping[str, str], chosen: dict[str, ColumnTarget]) -> None:
    found = False
    for synonym in IMAGES:
        for column, name in names.items():
            if column not in chosen and name == synonym and not (found and name in IMAGE_SIZES):
                chosen[column] = ColumnTarget("images")
                found = True
    for column, name in names.items():
        if name in IMAGE_SIZES and column not in chosen:
            chosen[column] = _IGNORE if found else ColumnTarget("images")
            found = True


def _choose_sku_source(chosen: Mapping[str, ColumnTarget]) -> tuple[str, ...]:
    """Without a SKU column, what a product is told apart by: its title, then its picture or brand."""
    order = ("title.en", "title.zh", "images", "brand.en", "brand.zh")
    return tuple(column for target in order for column, chosen_as in chosen.items() if chosen_as.target == target)[:3]


def _guess_rest(column: str, name: str, values: Mapping[str, list[Any]], *, has_parent: bool) -> ColumnTarget:
    if column.endswith("*"):
        family = find_family(column)
        return ColumnTarget("attribute", kind=family[1] if family else "")
    if column.startswith("option:"):
        return ColumnTarget("option", key=column.removeprefix("option:").strip())
    if column.startswith("extra."):
        return ColumnTarget("extra", key=column.removeprefix("extra."))
    if TECHNICAL.match(name) or _is_plumbing(name, values[column]):
        return _IGNORE
    if has_parent and split_locale(name)[0] in OPTIONS:
        return ColumnTarget("option", key=readable_name(column))
    return _guess_attribute(column, values[column])


def _guess_attribute(column: str, values: list[Any]) -> ColumnTarget:
    """Short, repeating values are an attribute; long or ever-different ones are kept aside; constants are left out."""
    entries = [entry for value in values for entry in split_list(value)]
    distinct = {str(entry) for entry in entries}
    if not entries or (len(distinct) == 1 and len(values) >= _MIN_SAMPLES_FOR_UNIQUENESS):
        return _IGNORE
    kind, unit = guess_kind(entries) if normalise_name(column) not in SIZES_AND_COLOURS else ("text", "")
    label, bracket = split_unit(column)
    if known_unit(bracket) and _mostly(parse_number, entries):
        kind, unit = "number", bracket
    elif bracket:
        label = column
    key = readable_name(label)[:120]
    unique = len(entries) >= _MIN_SAMPLES_FOR_UNIQUENESS and len(distinct) > 0.9 * len(entries)
    if kind == "text" and (
        unique
        or all(_reads(parse_moment, entry) for entry in entries)
        or max(map(len, distinct)) > 200
        or any(isinstance(e, list | dict) for e in entries)
    ):
        return ColumnTarget("extra", key=column[:120])
    return ColumnTarget("attribute", key=key, kind=kind, unit=unit)


def guess_kind(entries: Sequence[Any]) -> tuple[str, str]:
    """("number", "cm") when every entry reads so; texts with leading zeros are codes, not numbers."""
    if all(isinstance(entry, bool) for entry in entries):
        return "boolean", ""
    words = {str(entry).strip().lower() for entry in entries}
    if words <= {"yes", "no", "true", "false", "是", "否", "有", "无"} or words == {"0", "1"}:
        return "boolean", ""
    if any(len(word) > 1 and word[0] == "0" and word[1].isdigit() for word in words):
        return "text", ""
    if all(_reads(parse_number, entry) for entry in entries):
        return "number", ""
    quantities = [parse_quantity(str(entry)) for entry in entries]
    units = {quantity.unit for quantity in quantities if quantity}
    if all(quantities) and len(units) == 1 and len(entries) > 1:
        return "number", units.pop()
    return "text", ""


def _mostly(parse: Any, values: Sequence[Any]) -> bool:
    """A wrong cell here and there is a refused row later, not another meaning of the column."""
    tried = values[:50]
    return sum(_reads(parse, value) for value in tried) >= 0.8 * len(tried)


def _reads(parse: Any, value: Any) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
