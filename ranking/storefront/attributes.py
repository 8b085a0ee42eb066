"""Attribute names and values as words of the shopper's locale, with units."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Attribute, AttributeValue
from catalog.text import fold_key
from catalog.units import format_quantity
from ranking.storefront.categories import localised
from ranking.storefront.money import format_number


@dataclass(frozen=True, slots=True)
class AttributeNames:
    """Words for the attributes of one product; `values` is keyed by attribute key and value key."""

    locale: str
    attributes: Mapping[str, Attribute]
    values: Mapping[tuple[str, str], str]

    def attribute(self, key: str) -> str:
        row = self.attributes.get(key)
        plain = key.replace("-", " ").replace("_", " ").capitalize()
        return (localised(row, "name", self.locale) if row else "") or plain

    def position(self, key: str) -> tuple[int, str]:
        """Where the merchandiser wants it; unknown attributes come last."""
        return (self.attributes[key].position if key in self.attributes else 10_000, key)

    def value(self, key: str, value: object) -> str:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, int | float):
            row = self.attributes.get(key)
            return with_unit(float(value), row.unit if row else "", self.locale)
        return self.values.get((key, fold_key(str(value)))) or str(value)

    def describe(self, attributes: Mapping[str, Any], *, skip: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Name and value of each attribute, in the merchandiser's order."""
        keys = [key for key in attributes if key not in skip and attributes[key]]
        keys.sort(key=self.position)
        joint = "、" if self.locale == "zh" else ", "
        return tuple(
            (self.attribute(key), joint.join(self.value(key, value) for value in _as_list(attributes[key])))
            for key in keys
        )


def load_attribute_names(attributes: Mapping[str, Any], *, locale: str) -> AttributeNames:
    rows = {row.key: row for row in Attribute.objects.filter(key__in=list(attributes))}
    wanted = {fold_key(str(value)) for values in attributes.values() for value in _as_list(values)}
    found = AttributeValue.objects.filter(attribute__in=rows.values(), key__in=wanted).select_related("attribute")
    values = {(row.attribute.key, row.key): localised(row, "name", locale) for row in found}
    return AttributeNames(locale, rows, {pair: name for pair, name in values.items() if name})


def load_names_of(cards: Iterable[Mapping[str, Any]], *, locale: str) -> AttributeNames:
    """Words for the attributes of several products, in as many queries as for one."""
    together: dict[str, list[Any]] = {}
    for attributes in cards:
        for key, values in attributes.items():
            together.setdefault(key, []).extend(_as_list(values))
    return load_attribute_names(together, locale=locale)


def with_unit(number: float, unit: str, locale: str) -> str:
    return format_quantity(number, unit, locale="zh" if locale == "zh" else "en") if unit else format_number(number)


def _as_list(values: object) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]
