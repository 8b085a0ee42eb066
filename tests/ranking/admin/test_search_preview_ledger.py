"""Bars of shares: lengths add up, what counts against a product goes left, rules are a piece of their own."""

from typing import Any
from uuid import uuid4

import pytest

from catalog.models import Attribute, AttributeValue
from ranking.admin.search_preview_ledger import build_rows, list_legend, name_evidence, order_parts
from ranking.contracts import Hit, Move, Page, ProductCard, SearchRequest

CARD = ProductCard(1, "S", "Lamp", "", "", "", "", "", None, None, "USD", True, None, 0, "")
WEIGHTS = {"bm25": 0.5, "dense": 0.5, "title": 0.0}


def page(*described: dict[str, Any]) -> Page:
    """A page of hits given as {"parts": …, "moves": …, "shares": …, "evidence": …}."""
    hits, told = [], []
    for place, item in enumerate(described, start=1):
        parts = item.get("parts", {})
        shares = item.get("shares") or {name: WEIGHTS[name] * value for name, value in parts.items()}
        moves = tuple(item.get("moves", ()))
        score = sum(shares.values()) + sum(move.points for move in moves)
        hits.append(Hit(place, place, score, parts, moves, CARD))
        told.append({"shares": shares, "evidence": item.get("evidence", [])})
    ledger = {"config": {"weights": WEIGHTS}, "hits": told}
    return Page(uuid4(), SearchRequest(), tuple(hits), len(hits), (), "grid", {}, ledger=ledger)


def rows(*described: dict[str, Any], shown: int = 10) -> Any:
    return build_rows(page(*described), shown=shown, places={}, locale="en")


def spans(row: Any) -> list[tuple[str, float, float]]:
    return [(piece.name, float(piece.x), float(piece.width)) for piece in row.segments]


def test_the_longest_bar_is_full_and_others_are_in_proportion():
    best, other = rows({"parts": {"bm25": 1.0, "dense": 1.0}}, {"parts": {"bm25": 0.5, "dense": 0.0}})
    assert spans(best) == [("bm25", 0.0, 50.0), ("dense", 50.0, 50.0)]
    assert spans(other) == [("bm25", 0.0, 25.0)]
    assert best.zero == "0.00"


def test_what_counts_against_a_product_stands_left_of_the_line():
    bury = Move("r", "Old stock", "bury", points=-0.5)
    up, down = rows({"parts": {"bm25": 1.0, "dense": 1.0}}, {"parts": {"bm25": 1.0, "dense": 0.0}, "moves": [bury]})
    assert float(up.zero) == pytest.approx(100 / 3, abs=0.01)
    name, x, width = spans(down)[-1]
    assert name == "rules"
    assert (x, x + width) == (pytest.approx(0.0, abs=0.01), pytest.approx(100 / 3, abs=0.02))
    assert down.moves == ("“Old stock”: buried by -0.500",)


def test_a_negative_share_is_drawn_as_one():
    (row,) = rows({"parts": {"bm25": 1.0, "dense": 0.0}, "shares": {"bm25": 0.75, "dense": -0.25}})
    assert spans(row) == [("bm25", 25.0, 75.0), ("dense", 0.0, 25.0)]
    assert row.segments[1].said.endswith("-0.250")


def test_a_product_that_only_a_rule_brings_has_no_bar():
    found, brought = rows({"parts": {"bm25": 1.0}}, {"parts": {"bm25": 0.0}, "moves": [Move("r", "X", "pin", 0.0, 2)]})
    assert found.segments
    assert brought.segments == ()
    assert brought.moves == ("“X”: pinned to 2, the query alone does not find it",)


def test_the_table_multiplies_out():
    (row,) = rows({"parts": {"dense": 0.4, "bm25": 0.8, "title": 0.9}})
    assert [part.name for part in row.parts] == ["bm25", "dense", "title"]
    assert all(part.value * part.weight == pytest.approx(part.share) for part in row.parts)
    assert sum(part.share for part in row.parts) == pytest.approx(row.hit.score)


def test_only_what_is_shown_sets_the_scale():
    shown = rows({"parts": {"bm25": 0.2}}, {"parts": {"bm25": 1.0}}, shown=1)
    assert len(shown) == 1
    assert spans(shown[0]) == [("bm25", 0.0, 100.0)]


def test_the_legend_names_what_is_drawn():
    boost = Move("r", "X", "boost", points=0.1)
    drawn = rows({"parts": {"dense": 1.0, "bm25": 1.0, "title": 1.0}, "moves": [boost]})
    assert [name for name, _label, _told in list_legend(drawn)] == ["bm25", "dense", "rules"]


def test_unknown_parts_come_last():
    assert order_parts(["zzz", "rules", "dense", "bm25"]) == ["bm25", "dense", "rules", "zzz"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"bm25": "title: lamp"}, {"bm25": "title: lamp"}, id="text by part"),
        pytest.param({"entity": ["Sony", "black"]}, {"entity": "Sony, black"}, id="list by part"),
        pytest.param([], {}, id="nothing"),
        pytest.param(None, {}, id="no such key"),
    ],
)
def test_evidence_is_text_by_part(entry, expected):
    assert name_evidence([entry], locale="en") == [expected]


@pytest.mark.parametrize(("locale", "said"), [("en", "Colour: Black 70%"), ("zh", "颜色: 黑色 70%")])
def test_attribute_values_that_answer_are_named(db, locale, said):
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    AttributeValue.objects.create(attribute=colour, key="black", name_en="Black", name_zh="黑色")
    evidence = [{"attribute": "colour", "value": "black", "attention": 0.7}]
    (row,) = build_rows(page({"parts": {"bm25": 1.0}, "evidence": evidence}), shown=10, places={}, locale=locale)
    assert row.because == (said,)
