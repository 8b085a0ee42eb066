"""The layouts of a result page: which is chosen, what each makes of the hits, and how the shop shows it."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Attribute, AttributeValue, Product
from catalog.steps.index import index_products
from ranking.contracts import LAYOUTS, Hit, ProductCard
from ranking.errors import RuleRefused
from ranking.layouts.comparison import MOST_COMPARED, arrange, compare
from ranking.layouts.registry import LAYOUTS as ARRANGEMENTS
from ranking.merchandising.schema import parse_rule
from ranking.rule_preview import preview_rule
from ranking.storefront.attributes import AttributeNames
from tests.ranking.rule_shop import ask, build_shop, fresh_process, rest_client, save_rule
from tests.ranking.rule_words import document, on_query

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]


def chosen(layout):
    return {"type": "layout", "layout": layout}


@pytest.fixture
def shop(db):
    fresh_process()
    build_shop()
    power = Attribute.objects.create(key="power", name_en="Power", name_zh="功率", kind="number", unit="w", position=1)
    assert power.pk
    AttributeValue.objects.filter(key="red").update(name_zh="红色")
    AttributeValue.objects.filter(key="blue").update(name_zh="蓝色")
    for product in Product.objects.filter(sku__startswith="L"):
        product.attributes = {**product.attributes, **({} if product.sku == "L2" else {"power": [5.0]})}
        product.description_en, product.description_zh = "Warm light.", "温暖的灯光。"
        product.save()
    index_products(list(Product.objects.values_list("id", flat=True)))
    yield
    fresh_process()


def show(query="lamp", language="en", **options):
    response = Client(headers={"Accept-Language": language}).get(
        reverse("storefront:results"), {"q": query, "collapse": "0", **options}
    )
    assert response.status_code == 200
    return unescape(response.content.decode())


def shown_positions(page):
    return [int(number) for number in re.findall(r'data-position="(\d+)"', page)]


def test_every_layout_of_the_contract_has_a_file():
    assert set(ARRANGEMENTS) == set(LAYOUTS)


def test_a_rule_chooses_the_layout_and_the_shoppers_own_choice_wins(shop):
    assert ask().layout == "grid"
    save_rule(chosen("comparison"), when=[on_query("lamp", "灯")])
    assert ask().layout == "comparison"
    assert ask("灯具", locale="zh").layout == "comparison"
    assert ask("chair").layout == "grid"
    assert ask(layout="list").layout == "list"
    assert ask(layout="grid").layout == "grid"


def test_the_stronger_rule_chooses_and_the_other_is_on_record(shop):
    winner = save_rule(chosen("list"), priority=1)
    loser = save_rule(chosen("comparison"), priority=2)
    page = ask(explain=True)
    assert page.layout == "list"
    (beaten,) = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert (beaten["rule_id"], beaten["beaten_by"]) == (str(loser.pk), str(winner.pk))


def test_an_unknown_layout_is_refused_with_those_there_are():
    with pytest.raises(RuleRefused) as refused:
        parse_rule(document(chosen("carousel")))
    assert "comparison" in refused.value.extra["errors"]["actions.0.layout"]


def test_rest_names_the_layout_and_takes_the_shoppers_choice(shop):
    save_rule(chosen("list"))
    client = rest_client()
    assert client.get("/api/v1/search", {"q": "lamp"}).json()["layout"] == "list"
    assert client.get("/api/v1/search", {"q": "lamp", "layout": "grid"}).json()["layout"] == "grid"
    refused = client.get("/api/v1/search", {"q": "lamp", "layout": "carousel"})
    assert refused.status_code == 400


def test_the_preview_tells_the_layout_before_and_after(shop):
    answer = preview_rule(document(chosen("comparison")), ask().request)
    assert (answer["before"]["layout"], answer["after"]["layout"]) == ("grid", "comparison")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Warm light.", "Power", "5 W", "In stock"]), ("zh", ["温暖的灯光。", "功率", "5 瓦", "有货"])],
    ids=["en", "zh"],
)
def test_the_list_says_what_each_product_is(shop, language, words):
    page = show("lamp" if language == "en" else "灯具", language, layout="list")
    assert 'data-layout="list"' in page
    assert sorted(shown_positions(page)) == [1, 2, 3, 4, 5, 6]
    for word in words:
        assert word in page


@pytest.mark.parametrize(
    ("language", "label", "value"), [("en", "Colour", "Red"), ("zh", "颜色", "红色")], ids=["en", "zh"]
)
def test_the_comparison_is_a_table_with_headers_and_the_rest_follows(shop, language, label, value):
    page = show("lamp" if language == "en" else "灯具", language, layout="comparison")
    table = page[page.index("<table") : page.index("</table>")]
    assert table.count('scope="col"') == MOST_COMPARED
    assert re.search(rf'<th scope="row">{label}', table)
    assert value in table
    assert shown_positions(page) == [1, 2, 3, 4, 5, 6]
    assert shown_positions(table) == [1, 2, 3, 4]


def test_what_is_not_stated_and_where_they_differ_is_said_in_words(shop):
    page = show(layout="comparison")
    power = re.search(r'<tr[^>]*data-attribute="power">.*?</tr>', page, re.S)[0]
    assert "comparison__row--differs" in power
    assert "they differ" in power
    assert "not stated" in power


def test_one_product_is_no_comparison_and_later_pages_go_on_as_cards(shop):
    assert "<table" not in show("model3", layout="comparison")
    assert "<table" not in show(layout="comparison", page="2")


def test_the_view_is_kept_through_filters_sorts_and_pages(shop):
    page = show(layout="list")
    facets = re.findall(r'class="tick[^"]*"[^>]*href="([^"]+)"', page)
    assert facets
    assert all("layout=list" in link for link in facets)
    assert '<input type="hidden" name="layout" value="list">' in page
    assert re.search(r'id="view-list"[^>]*aria-current="true"', page)


def test_an_inline_banner_has_its_place_in_every_layout(shop):
    save_rule({"type": "banner", "slot": "inline", "position": 3, "title_en": "Bright days"})
    for layout in LAYOUTS:
        assert show(layout=layout).count("Bright days") == 1


class Words:
    """Attributes as they are keyed, in alphabetic order."""

    def attribute(self, key):
        return key.title()

    def position(self, key):
        return (0, key)

    def describe(self, attributes, *, skip):
        return AttributeNames("en", {}, {}).describe(attributes, skip=skip)


def hit(number, **attributes):
    card = ProductCard(
        number, f"S{number}", f"Title {number}", "", "", "", "", "", 1.0, None, "USD", True, None, 0, "",
        attributes=attributes,
    )  # fmt: skip
    return Hit(number, number, 0.0, {}, (), card)


def test_what_products_share_comes_first_and_differences_are_marked():
    rows = compare(
        [hit(1, a=["x"], b=["x", "y"], c=["1"]), hit(2, b=["y", "x"], c=["2"]), hit(3, b=["x", "y"], c=["1"], d=[])],
        Words(),
    )
    assert [(row.key, row.values, row.differs) for row in rows] == [
        ("b", ("x, y",) * 3, False),
        ("c", ("1", "2", "1"), True),
        ("a", ("x", "", ""), True),
    ]


def test_no_hit_is_lost_or_doubled_by_the_comparison():
    hits = [hit(number) for number in range(1, 8)]
    arranged = arrange(hits, Words(), page=1)
    assert [*arranged.comparison.hits, *arranged.cards] == hits
