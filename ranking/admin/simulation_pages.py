"""One simulated query opened: its products before and after beside each other, with what rules did to each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ranking.contracts import ProductCard
from ranking.merchandising.whatif_question import SimulationQuestion
from ranking.models import SimulatedQuery, Simulation
from ranking.retrieval.cards import load_cards
from ranking.simulation_store import read_question

Shown = Sequence[tuple[int, str]]


def describe_pages(simulation: Simulation, asked: SimulatedQuery) -> dict[str, Any]:
    row: Mapping[str, Any] = asked.row or {}
    if row.get("error"):
        return {"asked": asked, "error": row["error"]}
    before, after = row["before"], row["after"]
    ids = {product_id for product_id, _sku in (*before, *after)}
    question = read_question(simulation)
    cards = load_cards(sorted(ids), locale=asked.locale, now=question.now)
    places = [{product_id: place for place, (product_id, _sku) in enumerate(side, 1)} for side in (before, after)]
    return {
        "asked": asked,
        "row": row,
        "facts": list(_say_facts(row, question)),
        "before": [_tell_hit(item, cards, place, _leave(item[0], places[1])) for place, item in enumerate(before, 1)],
        "after": [
            {**_tell_hit(item, cards, place, _arrive(item[0], place, places[0])), "marks": _say_marks(row, item[1])}
            for place, item in enumerate(after, 1)
        ],
    }


def _say_facts(row: Mapping[str, Any], question: SimulationQuestion) -> Iterator[str]:
    """What happened beside the order: which rules hold, who loses, which pins are not seen, other filters."""
    rules = {str(rule["id"]): rule for rule in question.rules}
    names = [rules[rule_id]["name"] for rule_id in row["held"] if rule_id in rules]
    if names:
        yield _("Rules that hold: %s.") % ", ".join(names)
    for loss in (*row["lost"], *row["beaten"]):
        yield _("“%(rule)s” loses to “%(winner)s”: %(reason)s") % {**loss, "rule": loss["name"]}
    for pin in row["pins"]:
        if not pin["shown"]:
            action = rules[pin["rule"]]["actions"][pin["action"]]
            details = {"what": action.get("sku") or _("kept place"), "position": action["position"]}
            yield _("Not seen: %(what)s at %(position)d, because: %(reason)s") % {**details, "reason": pin["reason"]}
    facets = row["facets"]
    if facets["added"] or facets["removed"]:
        signs = [*(f"+ {name}" for name in facets["added"]), *(f"− {name}" for name in facets["removed"])]
        yield _("Filters: %s.") % ", ".join(signs)
    elif facets["reordered"]:
        yield _("Filters stand in another order.")


def _tell_hit(
    item: tuple[int, str], cards: Mapping[int, ProductCard], place: int, move: tuple[str, str, str]
) -> dict[str, Any]:
    kind, sign, said = move
    return {"place": place, "sku": item[1], "card": cards.get(item[0]), "kind": kind, "sign": sign, "said": said}


def _leave(product_id: int, after: Mapping[int, int]) -> tuple[str, str, str]:
    """Left, only what is gone is marked: everything else is told at its new place."""
    return ("", "", "") if product_id in after else ("gone", "×", _("leaves the page"))


def _arrive(product_id: int, place: int, before: Mapping[int, int]) -> tuple[str, str, str]:
    other = before.get(product_id)
    if other is None:
        return "new", _("new"), _("not among the products before")
    if other == place:
        return "", "", ""
    details = {"from": other, "to": place}
    if other > place:
        return "up", f"▲{other - place}", _("from %(from)d up to %(to)d") % details
    return "down", f"▼{place - other}", _("from %(from)d down to %(to)d") % details


def _say_marks(row: Mapping[str, Any], sku: str) -> list[str]:
    words = {
        "pin": _("pinned"), "slot": _("kept place"), "boost": _("boosted"), "bury": _("buried"),
        "filter": _("shown only"), "hide": _("hidden"), "substitute": _("stand-in"), "diversify": _("mixed"),
    }  # fmt: skip
    return [words.get(effect, effect) for effect in row["marks"].get(sku, ())]
