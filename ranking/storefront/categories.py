"""The category tree as the storefront's navigation needs it: departments, one level down, the trail to the root."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from catalog.models import Category


@dataclass(frozen=True, slots=True)
class CategoryLink:
    key: str
    name: str
    children: tuple["CategoryLink", ...] = ()


def localised(row: Any, field: str, locale: str) -> str:
    """A text in the asked locale, else in the other one, so that nothing is ever blank."""
    other = "en" if locale == "zh" else "zh"
    return str(getattr(row, f"{field}_{locale}") or getattr(row, f"{field}_{other}") or "")


def load_departments(locale: str, *, with_children: bool = False) -> tuple[CategoryLink, ...]:
    roots = _ordered(Category.objects.filter(parent__isnull=True))
    children: dict[int, list[CategoryLink]] = {}
    if with_children:
        for row in _ordered(Category.objects.filter(parent__parent__isnull=True, parent__isnull=False)):
            children.setdefault(row.parent_id or 0, []).append(_link(row, locale))
    return tuple(CategoryLink(root.key, _name(root, locale), tuple(children.get(root.pk, ()))) for root in roots)


def load_children(key: str, locale: str) -> tuple[CategoryLink, ...]:
    return tuple(_link(row, locale) for row in _ordered(Category.objects.filter(parent__key=key)))


def load_trail(key: str, locale: str) -> tuple[CategoryLink, ...]:
    """From the department down to the category itself; empty when there is no such category."""
    parts = key.split("/")
    keys = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    found = {row.key: row for row in Category.objects.filter(key__in=keys)}
    if key not in found:
        return ()
    return tuple(_link(found[step], locale) for step in keys if step in found)


def _ordered(rows: "QuerySet[Category]") -> "QuerySet[Category]":
    return rows.order_by("position", "key")


def _name(row: Category, locale: str) -> str:
    return localised(row, "name", locale) or row.key.rsplit("/", 1)[-1]


def _link(row: Category, locale: str) -> CategoryLink:
    return CategoryLink(row.key, _name(row, locale))
