"""Reads cells that hold more than one thing: category paths, and Magento's lists of attributes and variants."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_book import AttributeBook, AttributeReader
from catalog.column_names import readable_name
from catalog.contracts import Scalar, VariantRow
from catalog.row_fields import RowFault, read_sku
from catalog.values import clean_text, is_blank

MAX_LEVELS = 10
MAX_LEVEL = 200
# Shop systems hang every category under a root that shoppers never see.
_ROOTS = frozenset({"default category", "root catalog", "root", "home", "all", "首页", "全部"})
_PATH = re.compile(r"\s*(?:>|/|\||›|»|\\|\n|＞)\s*")
_PAIR = re.compile(r"([^=,]+)=((?:[^,]|,(?![^=,]+=))*)")
_FLAGS = frozenset({"has_options", "required_options"})


def read_category(one: Mapping[str, Any], *, keep_empty: bool) -> tuple[Mapping[str, str], ...] | None:
    """The path from the root by language; both languages must have equally many levels to be paired."""
    paths = {locale: _split_path(one[f"category.{locale}"]) for locale in ("en", "zh") if f"category.{locale}" in one}
    said = {locale: path for locale, path in paths.items() if path}
    if not paths or (not said and not keep_empty):
        return None
    if len({len(path) for path in said.values()}) > 1:
        message = _("The English and the Chinese category path have different numbers of levels.")
        raise RowFault("wrong_category", message, "category")
    depth = len(next(iter(said.values()), ()))
    return tuple({locale: path[level] for locale, path in said.items()} for level in range(depth))


def _split_path(value: Any) -> list[str]:
    if is_blank(value):
        return []
    if isinstance(value, list):
        levels = [clean_text(level.get("name", "") if isinstance(level, dict) else level) for level in value]
    else:
        levels = [clean_text(level) for level in _PATH.split(_first_path(str(value)))]
    levels = [level for level in levels if level]
    while len(levels) > 1 and levels[0].lower() in _ROOTS:
        levels = levels[1:]
    if len(levels) > MAX_LEVELS or any(len(level) > MAX_LEVEL for level in levels):
        message = _("A category path has at most %(levels)d levels of %(length)d characters.")
        raise RowFault("wrong_category", message % {"levels": MAX_LEVELS, "length": MAX_LEVEL}, "category")
    return [level.replace("_", " ") if "_" in level and " " not in level else level for level in levels]


def _first_path(text: str) -> str:
    """Several paths in one cell ("A/B,A/C"): a product has one place, the first."""
    if "/" in text or ">" in text:
        first = re.split(r",(?=[^,/>]*[/>])|;", text)[0]
        return first if "," not in text or first != text else text
    return text


def read_packed_attributes(
    value: Any, column: str, book: AttributeBook
) -> Iterator[tuple[AttributeReader, tuple[Scalar, ...]]]:
    """ "material=Wool,climate=Cool|Windy" as attributes."""
    if is_blank(value):
        return
    for match in _PAIR.finditer(str(value)):
        name, text = match[1].strip(), match[2].strip()
        if name in _FLAGS or is_blank(text):
            continue
        kind = "boolean" if text.lower() in ("yes", "no") else ""
        try:
            reader = book.open(readable_name(name), kind, sample=text)
            yield reader, reader.read(text)
        except ValueError as error:
            raise RowFault("wrong_attribute", str(error), column) from error


def read_packed_variants(value: Any, column: str) -> list[VariantRow]:
    """ "sku=A-S,size=S,color=Red|sku=A-M,size=M,color=Red" as variants whose prices come from their own rows."""
    variants = []
    for part in "" if is_blank(value) else str(value).split("|"):
        pairs = {match[1].strip(): match[2].strip() for match in _PAIR.finditer(part)}
        sku = read_sku(pairs.pop("sku", ""), column)
        variants.append(VariantRow(sku=sku, options={readable_name(name): text for name, text in pairs.items()}))
    return variants
