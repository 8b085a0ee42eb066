"""The HTML storefront as a browser without JavaScript meets it: every page, every link, every odd address."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from catalog.models import Product, Review, Variant
from ranking.contracts import SearchRequest
from ranking.pipeline import search
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from ranking.storefront.shopper import SESSION_COOKIE
from tests.shop import add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> None:
    build_bilingual_shop()


@pytest.fixture
def zh_client() -> Client:
    return Client(headers={"Accept-Language": "zh-CN,zh;q=0.9"})


def body(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def titles(text: str) -> list[str]:
    return re.findall(r'<span class="card__title">(.*?)</span>', text)


def links(text: str) -> list[str]:
    return re.findall(r'<a [^>]*?href="([^"#]*)"', text)


def test_home_shows_departments_and_products(shop: None, client: Client) -> None:
    page = body(client.get("/"))
    assert "/c/audio/" in links(page)
    assert "/c/audio/headphones/" in links(page)
    assert "Sonar wireless headphones" in titles(page)


def test_home_of_an_empty_shop_says_so(client: Client) -> None:
    assert "The shelves are empty" in body(client.get("/"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("/search/?q=wireless", "Sonar wireless headphones", id="english"),
        pytest.param("/search/?q=无线蓝牙", "Sonar wireless headphones", id="chinese words, English page"),
        pytest.param("/search/?q=headphones&f.colour=white", "Sonar wired headphones", id="attribute"),
        pytest.param("/search/?f.price.max=35", "Sonar wired headphones", id="price"),
        pytest.param("/search/?sort=price_asc", "Sonar wired headphones", id="sorted"),
        pytest.param("/c/audio/headphones/?sort=price_asc", "Sonar wired headphones", id="category"),
    ],
)
def test_an_address_is_a_page_of_results(shop: None, client: Client, address: str, expected: str) -> None:
    assert titles(body(client.get(address)))[0] == expected


def test_the_page_shows_the_same_products_in_the_same_order_as_the_pipeline(shop: None, client: Client) -> None:
    page = search(SearchRequest(query="sonar", locale="en", sort="price_desc"))
    assert titles(body(client.get("/search/?q=sonar&sort=price_desc"))) == [hit.product.title for hit in page.hits]


@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=headphones&page=-1",
        "/search/?q=headphones&page=abc",
        "/search/?q=headphones&page=99999999999999999999",
        "/search/?q=headphones&page=٣",
        "/search/?q=headphones&sort=cheapest",
        "/search/?q=headphones&f.no-such-attribute=1",
        "/search/?q=headphones&f.no-such-attribute=1&f.nor-this.min=3",
        "/search/?q=headphones&f.price.min=NaN&f.price.max=1e999",
        "/search/?q=headphones&f.=x&f.brand=",
        "/search/?q=headphones&f.brand=%00",
        "/search/?q=headphones&f.sku=%00",
        "/search/?q=headphones&f.category=%00",
        "/c/audio%00/",
        "/search/?q=" + "x" * 3000,
        "/search/?q=%27%3B+DROP+TABLE+x%3B--",
        "/search/?q=%00%01%F0%9F%98%80",
        "/c/audio/?page=400",
    ],
)
def test_odd_addresses_are_answered(shop: None, client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_filter_that_no_longer_exists_is_left_out_and_the_others_stay(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=sonar&f.gone=1&f.colour=white"))
    assert titles(page) == ["Sonar wired headphones"]
    assert "f.gone" not in page


def test_script_in_words_and_titles_is_text(shop: None, client: Client) -> None:
    add_product("XSS", "<script>alert(1)</script> kettle", attributes={})
    index_all()
    raw = client.get("/search/?q=%3Cscript%3Ealert(1)%3C/script%3E+kettle").content.decode()
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert(1)&lt;/script&gt; kettle" in raw


def test_each_facet_value_leads_to_exactly_as_many_products_as_it_says(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=sonar"))
    options = re.findall(
        r'<a class="tick[^"]*" id="facet-(?:brand|colour|price)[^"]*" href="([^"]+)".*?<span class="tick__count">(\d+)',
        page,
    )
    assert len(options) > 3
    for href, count in options:
        assert len(titles(body(client.get(href)))) == int(count), href


def test_a_chosen_value_can_be_taken_back(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=sonar&f.colour=white"))
    chip = re.search(r'<a class="chip" href="([^"]+)"', page)
    assert chip
    assert chip[1] == "/search/?q=sonar"
    assert "White" in page


def test_facets_are_multi_select(shop: None, client: Client) -> None:
    page = body(client.get("/search/?f.colour=white"))
    assert "/search/?f.colour=white&f.colour=black" in links(page)
    assert len(titles(body(client.get("/search/?f.colour=white&f.colour=black")))) == 3


def test_pages_follow_each_other_without_repeats(shop: None, client: Client) -> None:
    for number in range(60):
        add_product(f"LAMP-{number:03}", f"Desk lamp {number}", price=f"{number + 1}.00")
    index_all()
    first = body(client.get("/search/?q=lamp"))
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    seen = titles(first)
    for number in (2, 3):
        seen += titles(body(client.get(f"/search/?q=lamp&page={number}")))
    assert len(seen) == len(set(seen)) == 60


def test_a_page_beyond_the_last_leads_back(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=headphones&page=7"))
    assert "There are fewer pages than that" in page
    assert "/search/?q=headphones" in links(page)


def test_nothing_found_offers_ways_out(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=qwxzvy"))
    assert "We found nothing for “qwxzvy”" in page
    assert "/c/audio/" in links(page)
    assert titles(page), "popular products are offered"


def test_filters_that_exclude_each_other_can_be_removed_one_by_one(shop: None, client: Client) -> None:
    page = body(client.get("/search/?q=headphones&f.price.min=5000&f.colour=white"))
    assert "No product fits all of these filters together" in page
    assert {"/search/?q=headphones&f.colour=white", "/search/?q=headphones&f.price.min=5000"} <= set(links(page))


def test_htmx_gets_only_the_part_it_exchanges(shop: None, client: Client) -> None:
    part = client.get("/search/?q=headphones", headers={"HX-Request": "true"})
    assert "<html" not in body(part)
    assert 'id="results"' in body(part)
    assert "HX-Request" in part["Vary"]
    restored = client.get("/search/?q=headphones", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in body(restored)


def test_a_category_that_does_not_exist_is_not_found(shop: None, client: Client) -> None:
    assert client.get("/c/no/such/").status_code == 404


def test_pages_carry_no_inline_script_or_style(shop: None, client: Client) -> None:
    for address in ("/", "/search/?q=headphones", "/c/audio/", "/p/HP-1/", "/search/?q=qwxzvy"):
        page = client.get(address)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=", page.content.decode()), address
        assert "script-src 'self'" in page["Content-Security-Policy"]


# --- Language


def test_the_browser_language_chooses_texts_and_interface(shop: None, zh_client: Client) -> None:
    page = body(zh_client.get("/search/?q=headphones"))
    assert '<html data-no-picture="/static/storefront/no-picture.svg" lang="zh-Hans">' in page
    assert "声纳无线蓝牙耳机" in titles(page)
    assert "影音" in page


def test_the_language_switch_is_remembered(shop: None, client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "zh-hans"}, headers={"Referer": "http://testserver/c/audio/"})
    assert response.status_code == 302
    assert response["Location"] == "http://testserver/c/audio/"
    assert "影音" in body(client.get("/c/audio/"))


def test_a_text_missing_in_one_language_is_shown_in_the_other(shop: None, client: Client) -> None:
    assert "法式碎花连衣裙" in body(client.get("/p/DRESS-1/"))


# --- Product


@pytest.fixture
def shirt(shop: None) -> Product:
    shirt = add_product(
        "SHIRT", "Linen shirt", "亚麻衬衫", price="40.00", attributes={"colour": ["Black"], "capacity": [1.5]}
    )
    Variant.objects.all().filter(product=shirt).delete()
    rows = [("Black", "S", 3), ("Black", "M", 0), ("White", "S", 40), ("White", "L", 1)]
    for position, (colour, size, stock) in enumerate(rows):
        Variant.objects.create(
            product=shirt, sku=f"SHIRT-{colour[0]}{size}", options={"colour": colour, "size": size}, price="40.00",
            sale_price="30.00", stock=stock, position=position, image=f"demo/{colour.lower()}.svg",
        )  # fmt: skip
    shirt.description_en = "Cool on hot days.\n\nWash at 30."
    shirt.rating_average, shirt.rating_count = 4.0, 2
    shirt.save()
    for rating, locale in ((5, "zh"), (3, "en")):
        Review.objects.create(
            product=shirt,
            author="Lin",
            rating=rating,
            title=f"Title {locale}",
            locale=locale,
            created_at=timezone.now(),
        )
    index_all()
    return shirt


def test_a_product_page_shows_what_a_buyer_needs(shirt: Product, client: Client) -> None:
    page = body(client.get("/p/SHIRT/"))
    for words in ("Linen shirt", "$30.00", "$40.00", "−25%", "Only 3 left", "Cool on hot days.", "1.5 l", "2 ratings"):
        assert words in page, words
    assert page.index("Title en") < page.index("Title zh"), "the shopper's language first"


def test_the_details_speak_chinese(shirt: Product, zh_client: Client) -> None:
    page = body(zh_client.get("/p/SHIRT/"))
    for words in ("亚麻衬衫", "颜色", "黑色", "US$30.00", "1.5 升"):
        assert words in page, words


@pytest.mark.parametrize(
    ("address", "sku"),
    [
        pytest.param("/p/SHIRT/?variant=SHIRT-WL", "SHIRT-WL", id="asked"),
        pytest.param("/p/SHIRT-BM/", "SHIRT-BM", id="by its own SKU"),
        pytest.param("/p/SHIRT/?variant=nonsense", "SHIRT-BS", id="unknown: the first in stock"),
    ],
)
def test_the_address_names_the_variant(shirt: Product, client: Client, address: str, sku: str) -> None:
    assert f'data-sku="{sku}"' in body(client.get(address))


def test_an_option_keeps_the_others_where_it_can(shirt: Product, client: Client) -> None:
    page = body(client.get("/p/SHIRT/?variant=SHIRT-BS"))
    assert '?variant=SHIRT-WS"' in page, "white keeps size S"
    assert '?variant=SHIRT-BM"' in page, "M keeps black, sold out or not"


def test_a_sale_that_is_over_is_no_sale(shirt: Product, client: Client) -> None:
    Product.objects.filter(pk=shirt.pk).update(sale_until=timezone.now() - timedelta(minutes=1))
    page = body(client.get("/p/SHIRT/"))
    assert "$40.00" in page
    assert "$30.00" not in page


def test_a_filtered_colour_is_pictured_and_linked(shirt: Product, client: Client) -> None:
    page = body(client.get("/search/?q=shirt&f.colour=white"))
    assert "/media/demo/white.svg" in page
    assert "/p/SHIRT/?variant=SHIRT-WS" in links(page)


@pytest.mark.parametrize("status", [Product.Status.DRAFT, Product.Status.ARCHIVED])
def test_a_product_not_on_sale_has_no_page(shirt: Product, client: Client, status: str) -> None:
    Product.objects.filter(pk=shirt.pk).update(status=status)
    assert client.get("/p/SHIRT/").status_code == 404
    assert client.get(f"/go/product/{shirt.pk}/").status_code == 404


def test_a_product_page_costs_a_fixed_number_of_queries(
    shirt: Product, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.get("/p/SHIRT/")  # a process loads what is live once
    with django_assert_max_num_queries(13):
        client.get("/p/SHIRT/")


def test_the_page_of_a_product_without_anything(client: Client) -> None:
    Product.objects.create(sku="BARE")
    assert "BARE" in body(client.get("/p/BARE/"))


# --- Suggestions, session, staff


def test_suggestions_lead_somewhere(shop: None, client: Client) -> None:
    rebuild_suggestions()
    part = body(client.get("/search/suggestions/?q=head"))
    assert 'role="option"' in part
    for href in links(part):
        assert client.get(href, follow=True).status_code == 200, href


@pytest.mark.parametrize("typed", ["", " ", "%00", "x" * 5000, "'\"<>"])
def test_odd_beginnings_suggest_nothing_and_harm_nothing(shop: None, client: Client, typed: str) -> None:
    assert body(client.get("/search/suggestions/", {"q": typed})).strip() == ""


def test_a_visitor_keeps_one_anonymous_session(shop: None, client: Client) -> None:
    first = client.get("/").cookies[SESSION_COOKIE]
    assert first["httponly"]
    assert first["samesite"] == "Lax"
    assert SESSION_COOKIE not in client.get("/").cookies
    client.cookies[SESSION_COOKIE] = "forged; drop table"
    assert len(client.get("/").cookies[SESSION_COOKIE].value) >= 20


def test_only_staff_see_why(shop: None, client: Client) -> None:
    assert "Why is this here?" not in body(client.get("/search/?q=headphones&explain=1"))
    client.force_login(User.objects.create_user("mia", password="x", is_staff=True))
    page = body(client.get("/search/?q=headphones&explain=1"))
    assert "Why is this here?" in page
    assert "bm25" in page


# --- Pictures


@pytest.fixture
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    for name in ("demo/a.svg", "uploads/2026/11/prices.csv", "uploads/2026/11/logo.svg", "demo/notes.html", "a.svg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return tmp_path


def test_a_picture_is_served_as_a_picture_that_runs_no_script(media: Path, client: Client) -> None:
    response = client.get("/media/demo/a.svg")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "max-age" in response["Cache-Control"]
    again = client.get("/media/demo/a.svg", headers={"If-Modified-Since": response["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "uploads/2026/11/prices.csv",
        "uploads/2026/11/logo.svg",
        "demo/../uploads/2026/11/logo.svg",
        "demo/%2e%2e/uploads/2026/11/logo.svg",
        "demo/notes.html",
        "demo/",
        "a.svg",
        "demo/missing.svg",
    ],
)
def test_nothing_else_of_the_media_folder_is_public(media: Path, client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404


def test_pictures_can_be_left_to_a_file_server(media: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SERVE_MEDIA", False)
    assert client.get("/media/demo/a.svg").status_code == 404
