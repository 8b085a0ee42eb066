"""What rules ask of the page, as the storefront shows it."""

import pytest
from django.urls import reverse

from tests.ranking.rule_shop import build_shop, fresh_process, save_rule
from tests.ranking.rule_words import on_query


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def get(client, query="lamp", **options):
    return client.get(reverse("storefront:results"), {"q": query, **options})


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
    assert get(client)["Location"] == "/c/home/lamps/"
    answer = client.get(reverse("storefront:results"), {"q": "lamp"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/c/home/lamps/"


@pytest.mark.parametrize("options", [{"literal": "1"}, {"f.brand": "nord"}], ids=["exactly this", "with a filter"])
def test_who_looks_for_exactly_this_or_filters_stays(client, options):
    save_rule({"type": "redirect", "url": "/c/home/lamps/"}, when=[on_query("lamp", match="is")])
    assert get(client, **options).status_code == 200


def test_other_words_are_told_with_the_way_back(client):
    save_rule({"type": "replace", "words": ["luminaire"], "by": "lamp"})
    page = get(client, "luminaire").content.decode()
    assert "Showing results for “lamp”." in page
    assert "literal=1" in page


def test_the_order_of_a_rule_is_shown_and_best_match_can_be_chosen(client):
    save_rule({"type": "sort", "sort": "price_desc"})
    assert '<option value="price_desc" selected>' in get(client).content.decode()
    assert '<option value="relevance" selected>' in get(client, sort="relevance").content.decode()
