"""Filters beside the results as rules arrange them: order, values first and left out, unfolded; and who wins."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ranking.contracts import Facet, FacetValue, Filter
from ranking.errors import RuleRefused
from ranking.merchandising.describe import describe_actions
from ranking.merchandising.facet_wishes import FacetWishes
from ranking.merchandising.references import find_unknown
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, rest_client, save_rule
from tests.ranking.rule_words import document


def facets(**options):
    return {"type": "facets", **options}


def values(field, first=(), hide=()):
    return {"field": field, "first": list(first), "hide": list(hide)}


@pytest.fixture
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def keys_of(page, field):
    return next([value.key for value in facet.values] for facet in page.facets if facet.field == field)


def test_values_come_in_the_order_of_the_rule_and_hidden_ones_go_unless_chosen(shop):
    assert keys_of(ask(), "brand") == ["lumo", "nord"]
    save_rule(facets(values=[values("brand", ["nord"]), values("colour", hide=["red"])]))
    assert keys_of(ask(), "brand") == ["nord", "lumo"]
    assert keys_of(ask(), "colour") == ["blue"]
    assert "red" in keys_of(ask(filters=(Filter("colour", ("red",)),)), "colour")


def test_counts_and_results_stay_as_they_are(shop):
    before = ask()
    save_rule(facets(values=[values("brand", ["nord"], ["lumo"])]))
    after = ask()
    assert after.total == before.total
    counts = {value.key: value.count for facet in before.facets if facet.field == "brand" for value in facet.values}
    assert [(value.key, value.count) for value in after.facets[1].values] == [("nord", counts["nord"])]


def test_those_of_stronger_rules_come_first_and_what_any_leaves_out_is_left_out(shop):
    first = save_rule(facets(values=[values("brand", ["nord"])]), priority=1)
    second = save_rule(facets(values=[values("brand", ["lumo"], ["nord"])]), priority=2)
    page = ask(explain=True)
    assert keys_of(page, "brand") == ["lumo"]
    (beaten,) = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert (beaten["rule_id"], beaten["beaten_by"]) == (str(first.pk), str(second.pk))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shop_and_rest_show_the_same_filters(shop, language):
    save_rule(facets(first=["colour"], hide=["price"], open=["colour"], values=[values("brand", ["nord"])]))
    words = {"en": "lamp", "zh": "灯具"}[language]
    answer = rest_client().get("/api/v1/search", {"q": words, "locale": language}).json()
    page = unescape(
        Client(headers={"Accept-Language": language}).get(reverse("storefront:results"), {"q": words}).content.decode()
    )
    fields = [facet["field"] for facet in answer["facets"]]
    assert fields[0] == "colour"
    assert answer["facets"][0]["opened"]
    assert [page.index(f'data-facet="{field}"') for field in fields] == sorted(
        page.index(f'data-facet="{field}"') for field in fields
    )
    assert 'data-facet="price"' not in page
    brands = next(facet["values"] for facet in answer["facets"] if facet["field"] == "brand")
    assert [value["key"] for value in brands] == ["nord", "lumo"]
    assert page.index("facet-brand-nord") < page.index("facet-brand-lumo")


def test_a_filter_is_unfolded_wherever_it_stands():
    made = [Facet(f"f{number}", "", "value", (FacetValue("a", "a", 1),)) for number in range(9)]
    arranged = FacetWishes(opened=frozenset({"f8"})).arrange(made, ())
    assert [facet.field for facet in arranged if facet.opened] == ["f8"]


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(facets(values=[values("price", ["0..10"])]), id="a range has no values"),
        pytest.param(facets(values=[values("brand")]), id="no value chosen"),
        pytest.param(facets(values=[values("brand", ["nord"], ["nord"])]), id="first and left out"),
        pytest.param(facets(open=["brand"], hide=["brand"]), id="unfolded and left out"),
    ],
)
def test_half_written_arrangements_are_refused(action):
    with pytest.raises(RuleRefused):
        parse_rule(document(action))


def test_what_the_catalog_lacks_is_told(shop):
    told = find_unknown(parse_rule(document(facets(open=["glow"], values=[values("brand", ["nobody", "nord"])]))))
    assert "nobody" in told["actions.0.values.0"]
    assert "nord" not in told["actions.0.values.0"]
    assert "glow" in told["actions.0.open"]


def test_the_arrangement_reads_as_a_sentence():
    action = facets(first=["brand"], open=["colour"], values=[values("colour", ["red"], ["blue"])])
    with translation.override("en"):
        said = describe_actions(parse_rule(document(action)))
    assert said == "filters first: brand; filters unfolded: colour; colour: first red; colour: without blue"
