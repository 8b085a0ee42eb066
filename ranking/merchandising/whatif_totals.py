"""What all queries of a simulation say together; rows are added one by one, so that memory stays bounded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ranking.merchandising.actions import PinAction, SlotAction
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.whatif_judged import summarise_judged
from ranking.merchandising.whatif_revenue import RevenueModel, summarise_revenue

MOST_PRODUCTS = 20
MOST_LOSSES = 100
MOST_DEAD = 200
MOST_FACETS = 30
MOST_REASONS = 3
LOSS_KEYS = ("rule", "name", "to", "winner", "reason")
EXAMINATION_TOLD = (2, 5, 10)
Row = Mapping[str, Any]


@dataclass
class Tally:
    """How many queries something concerns, and how many searches these were."""

    queries: int = 0
    searches: int = 0
    example: str = ""

    def add(self, searches: int, example: str = "") -> None:
        self.queries += 1
        self.searches += searches
        self.example = self.example or example


@dataclass
class Totals:
    """Add every row of a simulation, the most affected first (examples are taken from these), then `finish`."""

    rules: Mapping[str, CompiledRule]
    all: Tally = field(default_factory=Tally)
    failed: Tally = field(default_factory=Tally)
    tallies: dict[str, Tally] = field(default_factory=dict)
    overlap: float = 0.0
    differ: float = 0.0
    results: list[int] = field(default_factory=lambda: [0, 0])
    products: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in ("entered", "left")})
    facets: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in ("added", "removed")})
    fates: dict[str, dict[str, Tally]] = field(default_factory=dict)
    losses: dict[tuple[str, ...], Tally] = field(default_factory=dict)
    shown_pins: set[tuple[str, int]] = field(default_factory=set)
    hidden_pins: dict[tuple[str, int], Counter[str]] = field(default_factory=dict)
    judged: list[Row] = field(default_factory=list)
    money: list[tuple[float, float, int]] = field(default_factory=list)
    redirected: int = 0

    def add(self, row: Row, *, query: str, searches: int) -> None:
        if row.get("error"):
            self.failed.add(searches, query)
            return
        self.all.add(searches)
        self.overlap += row["overlap"] * searches
        self.differ += row["differ"] * searches
        self.results[0] += row["total"][0] * searches
        self.results[1] += row["total"][1] * searches
        for name in list_changes(row):
            self.tallies.setdefault(name, Tally()).add(searches, query)
        before, after = ({sku for _id, sku in row[side]} for side in ("before", "after"))
        self.products["entered"].update(dict.fromkeys(after - before, searches))
        self.products["left"].update(dict.fromkeys(before - after, searches))
        for name, counter in self.facets.items():
            counter.update(dict.fromkeys(row["facets"][name], searches))
        self._add_rules(row, query=query, searches=searches)
        if row.get("judged"):
            self.judged.append(row["judged"])
        if row.get("revenue"):
            self.money.append((*row["revenue"], searches))
        else:
            self.redirected += searches

    def _add_rules(self, row: Row, *, query: str, searches: int) -> None:
        for fate in ("held", "closed"):
            for rule_id in row[fate]:
                self.fates.setdefault(rule_id, {}).setdefault(fate, Tally()).add(searches, query)
        for fate in ("lost", "beaten"):
            for loss in row[fate]:
                key = (fate, loss["rule"], loss["name"], loss["to"], loss["winner"], loss["reason"])
                # Reasons may name products: a bound that a sound rule set never meets.
                if key in self.losses or len(self.losses) < 20 * MOST_LOSSES:
                    self.losses.setdefault(key, Tally()).add(searches, query)
        for pin in row["pins"]:
            place = (pin["rule"], pin["action"])
            if pin["shown"]:
                self.shown_pins.add(place)
            else:
                self.hidden_pins.setdefault(place, Counter())[pin["reason"]] += 1

    def finish(self, money: RevenueModel) -> dict[str, Any]:
        searches = self.all.searches or 1
        return {
            "queries": self.all.queries,
            "searches": self.all.searches,
            "failed": asdict(self.failed),
            "overlap": self.overlap / searches,
            "differ": self.differ / searches,
            "results": {"before": self.results[0] / searches, "after": self.results[1] / searches},
            "changes": {name: asdict(tally) for name, tally in self.tallies.items()},
            "products": {name: _most(counter, MOST_PRODUCTS) for name, counter in self.products.items()},
            "facets": {name: _most(counter, MOST_FACETS) for name, counter in self.facets.items()},
            "rules": [self._tell_rule(rule) for rule in self.rules.values()],
            **self._tell_losses(),
            "dead_pins": self._list_dead_pins()[:MOST_DEAD],
            "judged": summarise_judged(self.judged),
            "revenue": self._estimate(money),
        }

    def _tell_rule(self, rule: CompiledRule) -> dict[str, Any]:
        fates = self.fates.get(rule.id, {})
        empty = Tally()
        return {
            "id": rule.id,
            "name": rule.name,
            **{fate: asdict(fates.get(fate, empty)) for fate in ("held", "closed")},
        }

    def _tell_losses(self) -> dict[str, list[dict[str, Any]]]:
        told: dict[str, list[dict[str, Any]]] = {"lost": [], "beaten": []}
        for (fate, *key), tally in sorted(self.losses.items(), key=lambda item: (-item[1].searches, item[0])):
            if len(told[fate]) < MOST_LOSSES:
                told[fate].append({**dict(zip(LOSS_KEYS, key, strict=True)), **asdict(tally)})
        return told

    def _list_dead_pins(self) -> list[dict[str, Any]]:
        """Pins never seen although their rule held, those most often missed first."""
        dead = [(place, reasons) for place, reasons in self.hidden_pins.items() if place not in self.shown_pins]
        dead.sort(key=lambda item: (-item[1].total(), item[0]))
        return [
            {
                "rule": rule_id,
                "name": self.rules[rule_id].name,
                **_name_place(self.rules[rule_id].actions[number]),
                "queries": reasons.total(),
                "reasons": reasons.most_common(MOST_REASONS),
            }
            for (rule_id, number), reasons in dead
        ]

    def _estimate(self, money: RevenueModel) -> dict[str, Any]:
        """With what it takes for granted, so that it can be shown beside it whatever the settings are by then."""
        before, after, searches = zip(*self.money, strict=True) if self.money else ((), (), ())
        estimate = asdict(summarise_revenue(before, after, searches))
        curve = money.examination
        return {
            **estimate,
            "conversion": money.conversion,
            "conversion_by_category": dict(money.by_category),
            "examination": {str(place): curve[place - 1] for place in EXAMINATION_TOLD if place <= len(curve)},
            "searches": sum(searches),
            "left_out": self.redirected,
        }


def list_changes(row: Row) -> list[str]:
    """Names of what changed for one query."""
    facets = row["facets"]
    told = {
        "any": is_changed(row),
        "order": row["differ"] > 0,
        "total": row["total"][0] != row["total"][1],
        "zero_created": row["zero"] == "created",
        "zero_mended": row["zero"] == "mended",
        "facets": bool(facets["added"] or facets["removed"] or facets["reordered"]),
        "facet_counts": bool(facets["counts"]),
        **dict.fromkeys(row["page"], True),
    }
    return [name for name, holds in told.items() if holds]


def is_changed(row: Row) -> bool:
    return row["size"] > 0


def _name_place(action: Any) -> dict[str, Any]:
    if isinstance(action, PinAction):
        return {"sku": action.sku, "position": action.position}
    until = action.until if isinstance(action, SlotAction) else None
    return {"sku": "", "position": action.position, "until": until}


def _most(counter: Counter[str], limit: int) -> list[Sequence[Any]]:
    return [list(item) for item in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit]]
