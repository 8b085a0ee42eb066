"""Facets as panels of links: one link a value, ticked or not, each leading to the page with that value toggled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from ranking.contracts import Facet, FacetValue
from ranking.storefront.attributes import with_unit
from ranking.storefront.categories import CategoryLink
from ranking.storefront.money import format_bound
from ranking.storefront.results_url import ResultsUrl

VALUES_SHOWN = 7


@dataclass(frozen=True, slots=True)
class FacetOption:
    """`element_id` lets the browser keep the focus where it was when the panel is exchanged."""

    element_id: str
    label: str
    count: int | None
    selected: bool
    href: str
    depth: int = 0
    stars: float | None = None


@dataclass(frozen=True, slots=True)
class RangeForm:
    name: str
    chosen_minimum: str
    chosen_maximum: str
    minimum: str
    maximum: str
    unit: str
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FacetPanel:
    field: str
    label: str
    kind: str
    options: tuple[FacetOption, ...]
    more: tuple[FacetOption, ...]
    selected_count: int
    form: RangeForm | None = None
    opened: bool = False

    @property
    def more_is_open(self) -> bool:
        return any(option.selected for option in self.more)


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice the shopper made; its link takes it back."""

    label: str
    href: str


def build_panels(
    facets: Sequence[Facet],
    url: ResultsUrl,
    *,
    locale: str,
    trail: Sequence[CategoryLink] = (),
    stays: bool = False,
) -> tuple[FacetPanel, ...]:
    """`trail` is the path of the chosen category: its steps lead back up the tree. `stays`: categories narrow this page
    instead of leading to their own.
    """
    panels = (_build_panel(facet, url, locale, trail, stays=stays or bool(url.query)) for facet in facets)
    return tuple(panel for panel in panels if panel.options or panel.form)


def build_chips(facets: Sequence[Facet], url: ResultsUrl, *, locale: str) -> tuple[Chip, ...]:
    by_field = {facet.field: facet for facet in facets}
    chips: list[Chip] = []
    for item in url.filters:
        facet = by_field.get(item.field)
        labels = {value.key: _value_label(facet, value, locale) for value in facet.values} if facet else {}
        for value in item.values:
            label = _flag_label(item.field) or labels.get(value) or value.rsplit("/", 1)[-1]
            chips.append(Chip(label, str(url.toggle(item.field, value))))
        if item.minimum is not None or item.maximum is not None:
            label = _range_label(item.field, facet, item.minimum, item.maximum, locale)
            chips.append(Chip(label, str(url.between(item.field, None, None))))
    return tuple(chips)


def _build_panel(
    facet: Facet, url: ResultsUrl, locale: str, trail: Sequence[CategoryLink], *, stays: bool
) -> FacetPanel:
    if facet.kind == "category":
        options = _category_options(facet, url, trail, stays=stays)
    elif facet.kind == "range":
        options = tuple(_range_option(facet, value, url, locale) for value in facet.values)
    else:
        options = tuple(_value_option(facet, value, url, locale) for value in facet.values)
    shown = options if facet.kind == "category" or len(options) <= VALUES_SHOWN + 1 else options[:VALUES_SHOWN]
    chosen = url.selection(facet.field)
    ranged = int(chosen is not None and (chosen.minimum is not None or chosen.maximum is not None))
    return FacetPanel(
        field=facet.field,
        label=_field_label(facet),
        kind=facet.kind,
        options=shown,
        more=options[len(shown) :],
        selected_count=len(chosen.values) + ranged if chosen else 0,
        form=_range_form(facet, url) if facet.kind == "range" and facet.field != "rating" else None,
        opened=facet.opened,
    )


def _value_option(facet: Facet, value: FacetValue, url: ResultsUrl, locale: str) -> FacetOption:
    return FacetOption(
        element_id=_element_id(facet.field, value.key),
        label=_flag_label(facet.field) or _value_label(facet, value, locale),
        count=value.count,
        selected=_is_selected(facet.field, value, url),
        href=str(url.toggle(facet.field, value.key)),
    )


def _range_option(facet: Facet, value: FacetValue, url: ResultsUrl, locale: str) -> FacetOption:
    chosen = url.selection(facet.field)
    selected = chosen is not None and (chosen.minimum, chosen.maximum) == (value.minimum, value.maximum)
    target = url.between(facet.field, *((None, None) if selected else (value.minimum, value.maximum)))
    rating = facet.field == "rating"
    return FacetOption(
        element_id=_element_id(facet.field, value.key),
        label=_("and up") if rating else _range_label(facet.field, facet, value.minimum, value.maximum, locale),
        count=value.count,
        selected=selected,
        href=str(target),
        stars=value.minimum if rating else None,
    )


def _category_options(
    facet: Facet, url: ResultsUrl, trail: Sequence[CategoryLink], *, stays: bool
) -> tuple[FacetOption, ...]:
    """The way back up, the present category, and what is below it."""
    steps = {link.key for link in trail}
    options = []
    if trail:
        options.append(
            FacetOption("facet-category-all", _("All categories"), None, False, _category_href(url, "", stays=stays))
        )
    counts = {value.key: value.count for value in facet.values}
    for depth, link in enumerate(trail, start=1):
        present = depth == len(trail)
        href = _category_href(url, link.key, stays=stays)
        options.append(
            FacetOption(_element_id("category", link.key), link.name, counts.get(link.key), present, href, depth)
        )
    below = len(trail) + 1 if trail else 0
    for value in facet.values:
        if value.key not in steps:
            href = _category_href(url, value.key, stays=stays)
            options.append(
                FacetOption(_element_id("category", value.key), value.label, value.count, False, href, below)
            )
    return tuple(options)


def _category_href(url: ResultsUrl, key: str, *, stays: bool) -> str:
    """Without words one browses: the category is the page itself. With words it narrows the results."""
    if not stays:
        return str(url.in_category(key))
    return str(url.choose("category", (key,) if key else ()))


def _range_form(facet: Facet, url: ResultsUrl) -> RangeForm:
    chosen = url.selection(facet.field)

    def shown(bound: float | None) -> str:
        return "" if bound is None else f"{bound:.10g}"

    return RangeForm(
        name=f"f.{facet.field}",
        chosen_minimum=shown(chosen.minimum if chosen else None),
        chosen_maximum=shown(chosen.maximum if chosen else None),
        minimum=shown(facet.minimum and math.floor(facet.minimum)),
        maximum=shown(facet.maximum and math.ceil(facet.maximum)),
        unit=settings.SHOP_CURRENCY if facet.field == "price" else facet.unit,
        hidden=tuple(url.fields(without=facet.field)),
    )


def _range_label(field: str, facet: Facet | None, low: float | None, high: float | None, locale: str) -> str:
    unit, currency = facet.unit if facet else "", settings.SHOP_CURRENCY

    def shown(bound: float) -> str:
        if field == "price":
            # A bucket ends one cent before the next begins; people read round numbers.
            return format_bound(round(bound + 0.01) if f"{bound:.2f}".endswith(".99") else bound, currency, locale)
        return with_unit(bound, unit, locale)

    if field == "rating" and low is not None:
        return _("%(stars)s stars and up") % {"stars": f"{low:g}"}
    if low is None or (field == "price" and low == 0 and high is not None):
        return _("Up to %(bound)s") % {"bound": shown(high or 0)}
    if high is None or (field == "price" and facet is not None and facet.maximum is not None and high >= facet.maximum):
        return _("%(bound)s and more") % {"bound": shown(low)}
    return shown(low) if low == high else f"{shown(low)} – {shown(high)}"


def _value_label(facet: Facet, value: FacetValue, locale: str) -> str:
    if not facet.unit:
        return value.label
    try:
        return with_unit(float(value.key), facet.unit, locale)
    except ValueError:
        return value.label


def _field_label(facet: Facet) -> str:
    names = {
        "category": _("Category"),
        "brand": _("Brand"),
        "price": _("Price"),
        "rating": _("Rating"),
        "in_stock": _("Availability"),
        "on_sale": _("Offers"),
    }
    return names.get(facet.field) or facet.label or facet.field


def _flag_label(field: str) -> str:
    return {"in_stock": _("In stock"), "on_sale": _("On sale")}.get(field, "")


def _is_selected(field: str, value: FacetValue, url: ResultsUrl) -> bool:
    chosen = url.selection(field)
    return value.selected or (chosen is not None and value.key in chosen.values)


def _element_id(field: str, key: str) -> str:
    return f"facet-{field}-{key}".replace(" ", "_")
