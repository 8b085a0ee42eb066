"""What loosens a policy and what does not: eyes, caps, words, own brands, and whole rows that come or go."""

from typing import Any

import pytest
from django.utils import translation

from ranking.governance.loosening import find_loosening, list_guards

CAP = {"kind": "own_brands", "attribute": "", "values": [], "places": 10, "percent": 30}
BRAND = {**CAP, "kind": "brand", "values": ["nord"]}
FIT = {**CAP, "kind": "attribute", "attribute": "fit", "values": ["slim", "wide"]}


def row(market: str = "", **fields: Any) -> dict[str, Any]:
    usual = {"four_eyes": True, "superusers_exempt": False, "protected": ["gender", "性别"], "own_brands": ["nord"]}
    return {"market": market, **usual, "caps": [], **fields}


def find(before: dict[str, Any] | None, after: dict[str, Any] | None, **others: dict[str, Any]) -> tuple[str, ...]:
    market = (before or after or {})["market"]
    rest = {name.removeprefix("shop"): other for name, other in others.items()}
    was = rest | ({market: before} if before else {})
    now = rest | ({market: after} if after else {})
    return find_loosening(was, now, market)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ({}, {"four_eyes": False}, "four eyes go off"),
        ({}, {"superusers_exempt": True}, "superusers may approve their own changes"),
        ({"caps": [CAP]}, {}, "no longer held: own brands at most 30 % of the first 10"),
        ({"caps": [CAP]}, {"caps": [{**CAP, "percent": 31}]}, "becomes own brands at most 31 % of the first 10"),
        ({"caps": [CAP]}, {"caps": [{**CAP, "places": 9}]}, "no longer held"),
        ({"caps": [BRAND]}, {"caps": [{**BRAND, "values": ["lumo"]}]}, "no longer held: brand nord"),
        ({"caps": [FIT]}, {"caps": [{**FIT, "values": ["slim"]}]}, "no longer held: fit slim, wide"),
        ({"caps": [FIT]}, {"caps": [{**FIT, "attribute": "cut"}]}, "no longer held: fit"),
        ({"caps": [CAP, {**CAP, "percent": 10}]}, {"caps": [CAP]}, "at most 10 % of the first 10 becomes"),
        ({}, {"protected": ["gender"]}, "no longer protected: 性别"),
        ({"own_brands": ["nord", "lumo"]}, {"own_brands": ["lumo"]}, "no longer own brands: nord"),
        ({}, {"own_brands": []}, "no longer own brands: nord"),
    ],
)
def test_what_gives_something_up(was, now, says):
    (line,) = find(row(**was), row(**now))
    assert says in line


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({}, {}),
        ({"four_eyes": False}, {}),
        ({"four_eyes": False}, {"superusers_exempt": True}),
        ({"superusers_exempt": True}, {}),
        ({"superusers_exempt": True}, {"superusers_exempt": True, "caps": [CAP]}),
        ({"caps": [CAP]}, {"caps": [{**CAP, "percent": 29}, BRAND]}),
        ({"caps": [FIT]}, {"caps": [{**FIT, "values": ["wide", "slim", "loose"]}]}),
        ({"caps": [CAP, CAP]}, {"caps": [CAP]}),
        ({"caps": [{**CAP, "percent": 10}, CAP]}, {"caps": [{**CAP, "percent": 10}]}),
        ({}, {"protected": ["性别", "Gender", "age"]}),
        ({"protected": ["性別"]}, {"protected": ["性别"]}),
        ({}, {"own_brands": ["nord", "lumo"]}),
    ],
)
def test_what_does_not(was, now):
    assert find(row(**was), row(**now)) == ()


class TestRowsOfMarkets:
    def test_a_word_that_another_row_protects_is_still_protected(self):
        assert find(row("cn"), row("cn", protected=[]), shop=row()) == ()
        assert find(row("cn", protected=["religion"]), row("cn", protected=[]), shop=row()) != ()

    def test_a_new_row_gives_up_only_the_eyes_of_the_shop(self):
        assert find(None, row("cn", protected=[], own_brands=[]), shop=row(caps=[CAP])) == ()
        assert find(None, row("cn", four_eyes=False), shop=row()) == ("four eyes go off",)
        assert find(None, row("cn", four_eyes=False), shop=row(four_eyes=False)) == ()

    def test_a_row_that_goes_gives_up_what_the_shop_does_not_hold(self):
        assert find(row("cn"), None, shop=row()) == ()
        assert find(row("cn"), None, shop=row(four_eyes=False)) == ("four eyes go off",)
        lost = find(row("cn", caps=[CAP], protected=["religion"]), None, shop=row())
        assert lost == ("no longer held: own brands at most 30 % of the first 10", "no longer protected: religion")

    def test_without_own_brands_of_its_own_a_market_has_those_of_the_shop(self):
        shop = row(own_brands=["nord", "lumo"])
        assert find(row("cn", own_brands=[]), row("cn", own_brands=["nord"]), shop=shop) == (
            "no longer own brands: lumo",
        )
        assert find(row("cn", own_brands=["nord"]), row("cn", own_brands=[]), shop=shop) == ()


def test_a_lost_word_concerns_every_market_and_a_cap_its_own():
    shop, cn = row(), row("cn", caps=[CAP], protected=["religion"])
    before = {"": shop, "cn": cn}
    assert list_guards(before, {"": shop, "cn": {**cn, "caps": []}}, "cn") == ("cn",)
    assert list_guards(before, {"": shop, "cn": {**cn, "protected": []}}, "cn") == ()
    assert list_guards(before, {"": {**shop, "caps": [CAP]}, "cn": cn}, "") == ()


def test_in_chinese():
    with translation.override("zh-hans"):
        assert find(row(caps=[CAP]), row(protected=["gender"])) == (
            "不再限制：自有品牌在前 10 位中最多占 30 %",
            "不再受保护：性别",
        )
