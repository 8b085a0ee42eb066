"""Suggestions as links: words search, a category or a product is gone to directly."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from ranking.contracts import Filter, Suggestion
from ranking.storefront.results_url import ResultsUrl


@dataclass(frozen=True, slots=True)
class SuggestionLink:
    kind: str
    text: str
    hint: str
    href: str


def link_suggestions(found: Iterable[Suggestion]) -> tuple[SuggestionLink, ...]:
    return tuple(_link(item) for item in found)


def _link(item: Suggestion) -> SuggestionLink:
    match item.kind:
        case "category":
            return SuggestionLink("category", item.text, _("Category"), reverse("storefront:category", args=[item.key]))
        case "brand":
            url = ResultsUrl(filters=(Filter(field="brand", values=(item.key,)),))
            return SuggestionLink("brand", item.text, _("Brand"), str(url))
        case "product":
            href = reverse("storefront:product-by-id", args=[int(item.key)])
            return SuggestionLink("product", item.text, "", href)
        case _:
            return SuggestionLink("query", item.text, "", str(ResultsUrl(query=item.text)))
