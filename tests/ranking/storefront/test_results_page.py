"""What rules ask of the page, as the storefront shows it."""

import pytest
from django.urls import reverse

from catalog.models import Product
from catalog.steps.index import index_products
from tests.ranking.rule_shop import add_product, ask, build_shop, fresh_process, save_rule
from tests.ranking.rule_words import on_query


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def get(client, query="lamp", headers=None, **options):
    return client.get(reverse("storefront:results"), {"q": query, **options}, headers=headers)


BANNER = {"type": "banner", "title_en": "Bright <days>", "title_zh": "亮丽时光", "link": "/c/home/lamps/"}


@pytest.mark.parametrize(
    ("slot", "position", "before"),
    [("top", 1, "L1"), ("inline", 3, "L3"), ("bottom", 1, None)],
    ids=["above", "before the third", "below"],
)
def test_a_banner_stands_where_the_rule_says(client, slot, position, before):
    save_rule({**BANNER, "slot": slot, "position": position})
    page = get(client).content.decode()
    at = page.index("Bright &lt;days&gt;")
    hits = [page.index(f"/p/{sku}") if f"/p/{sku}" in page else page.index(sku) for sku in ("L1", "L2", "L3", "L6")]
    assert 'href="/c/home/lamps/"' in page
    if before is None:
        assert at > hits[-1]
    else:
        assert at < hits[{"L1": 0, "L3": 2}[before]]
        assert slot == "top" or at > hits[1]


def test_banners_above_and_below_stand_on_the_first_page_alone(client):
    save_rule({**BANNER, "slot": "top"})
    assert "Bright &lt;days&gt;" not in get(client, page=2).content.decode()


def test_a_redirect_sends_the_browser_and_htmx_alike(client):
    save_rule({"type": "redirect", "url": "/c/home/lamps/"}, when=[on_query("lamp", match="is")])
    assert get(client)["Location"].startswith("/c/home/lamps/?by=")
    answer = client.get(reverse("storefront:results"), {"q": "lamp"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/c/home/lamps/?by=")


@pytest.mark.parametrize("options", [{"literal": "1"}, {"f.brand": "nord"}], ids=["exactly this", "with a filter"])
def test_who_looks_for_exactly_this_or_filters_stays(client, options):
    save_rule({"type": "redirect", "url": "/c/home/lamps/"}, when=[on_query("lamp", match="is")])
    assert get(client, **options).status_code == 200


@pytest.mark.parametrize(("page", "position"), [(1, 2), (2, 25)], ids=["on the first page", "on the second"])
def test_an_inline_banner_stands_on_the_page_of_its_position(client, page, position):
    lamps = Product.objects.get(sku="L1")
    for number in range(30):
        add_product(f"M{number}", f"lamp more{number} spare", lamps.category, lamps.brand, price=9)
    index_products(list(Product.objects.values_list("id", flat=True)))
    save_rule({**BANNER, "slot": "inline", "position": position})
    for asked in (1, 2):
        shown = "Bright &lt;days&gt;" in get(client, page=asked, collapse=0).content.decode()
        assert shown is (asked == page)
        assert bool(ask(page=asked).banners) is (asked == page)


def test_a_banner_names_its_rule_for_those_who_count_clicks(client):
    rule = save_rule(BANNER)
    assert f'data-rule="{rule.pk}"' in get(client).content.decode()


@pytest.mark.parametrize(("language", "link"), [("en", "/c/home/lamps/"), ("zh", "/c/home/")], ids=["en", "zh"])
def test_each_language_has_its_own_link_and_picture(client, language, link):
    save_rule({**BANNER, "link_zh": "/c/home/", "image": "/media/en.png", "image_zh": "/media/zh.png"})
    page = get(client, headers={"Accept-Language": language}).content.decode()
    assert f'<a href="{link}" hx-boost="false">' in page
    assert f"/media/{language}.png" in page


def test_bottom_banners_stand_under_a_page_that_found_nothing_too(client):
    save_rule({**BANNER, "slot": "bottom"})
    assert "Bright &lt;days&gt;" in get(client, "龘靐齉").content.decode()


def test_other_words_are_told_with_the_way_back(client):
    save_rule({"type": "replace", "words": ["luminaire"], "by": "lamp"})
    page = get(client, "luminaire").content.decode()
    assert "Showing results for “lamp”." in page
    assert "literal=1" in page


def test_the_order_of_a_rule_is_shown_and_best_match_can_be_chosen(client):
    save_rule({"type": "sort", "sort": "price_desc"})
    assert '<option value="price_desc" selected>' in get(client).content.decode()
    assert '<option value="relevance" selected>' in get(client, sort="relevance").content.decode()
