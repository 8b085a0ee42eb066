"""Every product's ledger as a bar of shares and a table: part × weight = share, and what rules added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from catalog.models import AttributeValue
from ranking.admin.config_words import EXPLANATIONS, NAMES
from ranking.admin.search_preview_compare import Place
from ranking.admin.search_preview_words import describe_move
from ranking.contracts import Hit, Page
from ranking.scorers.registry import SCORERS

RULES = "rules"
# Shares under this are no longer than a hair in the bar.
LEAST_DRAWN = 1e-6


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a bar. `x` and `width` are percent of the bar as text: SVG takes no localised numbers."""

    name: str
    x: str
    width: str
    said: str


@dataclass(frozen=True, slots=True)
class PartRow:
    name: str
    label: "str | Promise"
    explanation: "str | Promise"
    value: float
    weight: float
    share: float
    evidence: str


@dataclass(frozen=True, slots=True)
class HitRow:
    """`zero` is where the bar begins, in percent: left of it stands what counts against the product.

    `because` is what matched for parts that were not weighed here, so that no row of the table could say it.
    """

    hit: Hit
    place: Place | None
    segments: tuple[Segment, ...]
    parts: tuple[PartRow, ...]
    moves: tuple[str, ...]
    points: float
    zero: str
    because: tuple[str, ...]

    @property
    def has_evidence(self) -> bool:
        return any(part.evidence for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    """All bars of a column share it: the longest way to the left and to the right of zero, in score units."""

    left: float
    right: float

    def percent(self, score: float) -> float:
        return 100 * (score + self.left) / ((self.left + self.right) or 1.0)


def build_rows(page: Page, *, shown: int, places: Mapping[int, Place], locale: str) -> tuple[HitRow, ...]:
    ledger = page.ledger or {}
    told = dict(zip((hit.product_id for hit in page.hits), ledger.get("hits", ()), strict=False))
    hits = page.hits[:shown]
    shares = {hit.product_id: list_shares(hit, told.get(hit.product_id, {})) for hit in hits}
    scale = _find_scale(shares.values())
    weights = ledger.get("config", {}).get("weights", {})
    names = name_evidence([told.get(hit.product_id, {}).get("evidence") for hit in hits], locale=locale)
    return tuple(
        HitRow(
            hit=hit,
            place=places.get(hit.product_id),
            segments=_draw(shares[hit.product_id], scale),
            parts=_tabulate(hit, shares[hit.product_id], weights, evidence),
            moves=tuple(describe_move(move) for move in hit.moves),
            points=shares[hit.product_id].get(RULES, 0.0),
            zero=f"{scale.percent(0.0):.2f}",
            because=tuple(text for name, text in evidence.items() if name not in hit.parts),
        )
        for hit, evidence in zip(hits, names, strict=True)
    )


def list_shares(hit: Hit, told: Mapping[str, Any]) -> dict[str, float]:
    """Part → what it adds to the score, in the scorers' order, and the points of all rules last."""
    given = {name: float(share) for name, share in told.get("shares", {}).items()}
    shares = {name: given[name] for name in order_parts(given)}
    points = sum(move.points for move in hit.moves)
    return {**shares, RULES: points} if points else shares


def list_legend(rows: Iterable[HitRow]) -> list[tuple[str, Any, Any]]:
    """(name, label, explanation) of every part that some bar shows."""
    drawn = {segment.name for row in rows for segment in row.segments}
    return [(name, NAMES.get(name, name), EXPLANATIONS.get(name, "")) for name in order_parts(drawn)]


def order_parts(names: Iterable[str]) -> list[str]:
    order = {name: place for place, name in enumerate((*SCORERS, RULES))}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def name_evidence(given: Sequence[Any], *, locale: str) -> list[dict[str, str]]:
    """For each product part → what matched, in words.

    The ledger gives either such a mapping or the attribute values that answer the query, by their keys.
    """
    wanted = {
        (str(item["attribute"]), str(item["value"])) for entry in given if isinstance(entry, list) for item in entry
    }
    labels = _label_values(wanted, locale=locale) if wanted else {}
    return [_say_evidence(entry, labels) for entry in given]


def _say_evidence(entry: Any, labels: Mapping[tuple[str, str], str]) -> dict[str, str]:
    if isinstance(entry, Mapping):
        return {str(name): text if isinstance(text, str) else ", ".join(map(str, text)) for name, text in entry.items()}
    if not entry:
        return {}
    said = [
        f"{labels.get((item['attribute'], item['value']), item['value'])} {100 * float(item['attention']):.0f}%"
        for item in entry
    ]
    return {"intent_attention": " · ".join(said)}


def _label_values(wanted: set[tuple[str, str]], *, locale: str) -> dict[tuple[str, str], str]:
    rows = AttributeValue.objects.select_related("attribute").filter(
        attribute__key__in={attribute for attribute, _value in wanted}, key__in={value for _attribute, value in wanted}
    )
    return {(row.attribute.key, row.key): f"{_name(row.attribute, locale)}: {_name(row, locale)}" for row in rows}


def _name(row: Any, locale: str) -> str:
    names = (row.name_zh, row.name_en) if locale == "zh" else (row.name_en, row.name_zh)
    return str(names[0] or names[1] or row.key)


def _find_scale(shares: Iterable[Mapping[str, float]]) -> _Scale:
    left = right = 0.0
    for each in shares:
        left = max(left, -sum(share for share in each.values() if share < 0))
        right = max(right, sum(share for share in each.values() if share > 0))
    return _Scale(left, right)


def _draw(shares: Mapping[str, float], scale: _Scale) -> tuple[Segment, ...]:
    """What counts for the product goes to the right of zero, what counts against it to the left."""
    segments = []
    ends = {True: 0.0, False: 0.0}
    for name, share in shares.items():
        if abs(share) < LEAST_DRAWN:
            continue
        start = ends[share > 0]
        ends[share > 0] = start + share
        low, high = scale.percent(min(start, start + share)), scale.percent(max(start, start + share))
        said = f"{NAMES.get(name, name)} {share:+.3f}"
        segments.append(Segment(name, f"{low:.2f}", f"{high - low:.2f}", said))
    return tuple(segments)


def _tabulate(
    hit: Hit, shares: Mapping[str, float], weights: Mapping[str, float], evidence: Mapping[str, str]
) -> tuple[PartRow, ...]:
    """The largest share first; parts without a weight were computed for another part to learn from."""
    ordered = sorted(hit.parts, key=lambda name: (-abs(shares.get(name, 0.0)), name))
    return tuple(
        PartRow(
            name=name,
            label=NAMES.get(name, name),
            explanation=EXPLANATIONS.get(name, ""),
            value=float(hit.parts[name]),
            weight=float(weights.get(name, 0.0)),
            share=shares.get(name, 0.0),
            evidence=evidence.get(name, ""),
        )
        for name in ordered
    )
