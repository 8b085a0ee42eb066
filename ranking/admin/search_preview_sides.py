"""The one or two searches of a preview, and each as a column: products, figures, notes, and what did not work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.errors import ShopError
from ranking.admin.search_preview_compare import (
    Agreement,
    Place,
    list_positions,
    measure_agreement,
    place_in_first,
    place_in_second,
)
from ranking.admin.search_preview_form import DRAFT, PreviewInputs
from ranking.admin.search_preview_ledger import HitRow, build_rows
from ranking.admin.search_preview_words import LEGS, STEPS, Note, describe_notes, name_numbers
from ranking.contracts import Page
from ranking.models import RankingConfig
from ranking.pipeline import search
from ranking.storefront.reading import describe_reading
from ranking.storefront.results_url import ResultsUrl


@dataclass(frozen=True, slots=True)
class Side:
    """`letter` is A or B; `refusal` says why there is no page, and what to do."""

    letter: str
    name: "str | Promise"
    href: str
    page: Page | None
    refusal: str = ""
    is_live: bool = True
    rows: tuple[HitRow, ...] = ()
    notes: tuple[Note, ...] = ()
    relaxed: tuple[str, ...] = ()
    steps: tuple[tuple[str, float], ...] = ()
    legs: tuple[tuple[str, float], ...] = ()
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    first: Side
    second: Side | None = None
    agreement: Agreement | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.first, self.second) if self.second else (self.first,)


def compare_sides(
    inputs: PreviewInputs, *, now: datetime, weights: Mapping[str, float], configs: tuple[Any, Any], user: Any
) -> Comparison:
    """`weights` are tried as B when the inputs say so; `configs` are the rows behind A and B, for name and link."""
    first = _run(inputs, inputs.first, now=now)
    if not inputs.second:
        return Comparison(_describe("A", first, inputs, config=configs[0], user=user, places={}))
    is_draft = inputs.second == DRAFT
    second = _run(inputs, inputs.first if is_draft else inputs.second, now=now, weights=weights if is_draft else None)
    before, after = _positions(first), _positions(second)
    hits = [page.hits if isinstance(page, Page) else () for page in (first, second)]
    leaving = {hit.product_id: place for hit in hits[0] if (place := place_in_first(hit, after, shown=inputs.shown))}
    arriving = {hit.product_id: place_in_second(hit, before) for hit in hits[1]}
    comparable = isinstance(first, Page) and isinstance(second, Page)
    return Comparison(
        _describe("A", first, inputs, config=configs[0], user=user, places=leaving if comparable else {}),
        _describe("B", second, inputs, config=configs[1], user=user, places=arriving if comparable else {}),
        measure_agreement(*hits, shown=inputs.shown) if comparable else None,
    )


def _run(
    inputs: PreviewInputs, config: str, *, now: datetime, weights: Mapping[str, float] | None = None
) -> Page | ShopError:
    try:
        return search(inputs.to_request(config, now=now, weights=weights))
    except ShopError as refusal:
        return refusal


def _positions(page: Page | ShopError) -> dict[int, int]:
    return list_positions(page.hits) if isinstance(page, Page) else {}


def _describe(
    letter: str,
    page: Page | ShopError,
    inputs: PreviewInputs,
    *,
    config: RankingConfig | None,
    user: Any,
    places: Mapping[int, Place],
) -> Side:
    is_draft = letter == "B" and inputs.second == DRAFT
    name = _("other weights, not saved") if is_draft else config.name if config else _("the built-in weights")
    may_open = config is not None and not is_draft and user.has_perm("ranking.view_rankingconfig")
    href = reverse("admin:ranking_rankingconfig_change", args=[config.pk]) if config and may_open else ""
    if isinstance(page, ShopError):
        return Side(letter, name, href, None, refusal=str(page.message))
    timings = dict(page.timings_ms)
    return Side(
        letter=letter,
        name=name,
        href=href,
        page=page,
        is_live=config is None or config.is_live,
        rows=build_rows(page, shown=inputs.shown, places=places, locale=inputs.locale),
        notes=describe_notes(page.notes),
        relaxed=describe_reading(page, ResultsUrl(query=inputs.query)).sentences,
        steps=tuple(name_numbers(timings, STEPS)),
        legs=tuple(name_numbers((page.ledger or {}).get("legs", {}), LEGS)),
        # What the explanation itself costs no shopper pays.
        total_ms=sum(ms for step, ms in timings.items() if step != "explain"),
    )
