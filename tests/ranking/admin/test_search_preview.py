"""The preview's page: who may open it, what an address brings back, what is saved, and what is said when it fails."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.urls import reverse

from ranking.contracts import SearchRequest
from ranking.errors import BadSearch
from ranking.models import RankingConfig
from ranking.pipeline import search
from searchsite.admin_navigation import build_navigation
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import clause, hide, on_query, pin
from tests.shop import build_bilingual_shop

PAGE, SAVE = "admin:ranking_search_preview", "admin:ranking_search_preview_save"
LIST = "admin:ranking_rankingconfig_changelist"


def sign_in(*permissions: str) -> Client:
    user = User.objects.create(username="reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create(username="boss", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def shop(db: None) -> None:
    build_bilingual_shop()


def show(client: Client, *, part: bool = False, language: str = "en", **asked: Any) -> str:
    headers = {"Accept-Language": language, **({"HX-Request": "true"} if part else {})}
    answer = client.get(
        reverse(PAGE), {name.replace("__", "."): value for name, value in asked.items()}, headers=headers
    )
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def products(page: str, letter: str) -> list[str]:
    """SKUs of a column in their order."""
    column = page.split(f'id="sp-title-{letter}"')[1].split("</ol>")[0]
    return re.findall(r'sp-product-line"><span>([^<]+)</span>', column)


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        pytest.param((), 403, id="nothing"),
        pytest.param(("view_rule",), 403, id="another model"),
        pytest.param(("view_rankingconfig",), 200, id="may view configurations"),
    ],
)
def test_only_who_may_view_configurations_opens_it(db, permissions, status):
    client = sign_in(*permissions)
    assert client.get(reverse(PAGE)).status_code == status
    navigation = client.get(reverse("admin:index")).content.decode()
    assert (reverse(PAGE) in navigation) == (status == 200)


def test_strangers_are_sent_to_sign_in(db):
    answer = Client().get(reverse(PAGE))
    assert (answer.status_code, urlsplit(answer["Location"]).path) == (302, reverse("admin:login"))


def test_who_may_only_look_changes_no_weight(shop):
    client = sign_in("view_rankingconfig")
    page = show(client, q="headphones", b="draft")
    inputs = re.findall(r"<input[^>]*data-weight[^>]*>", page)
    assert inputs
    assert all("readonly" in text for text in inputs)
    assert "sp-save" not in page
    assert client.post(reverse(SAVE), {"name": "mine", "q": ""}).status_code == 403
    assert not RankingConfig.objects.filter(name="mine").exists()


@pytest.mark.parametrize(("view", "method"), [(PAGE, "post"), (SAVE, "get")], ids=["view by POST", "save by GET"])
def test_looking_is_get_and_saving_is_post(client, view, method):
    assert getattr(client, method)(reverse(view)).status_code == 405


def test_saving_needs_the_token(shop):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create(username="boss", is_staff=True, is_superuser=True))
    assert client.post(reverse(SAVE), {"name": "mine"}).status_code == 403


@pytest.mark.parametrize(("view", "is_list"), [(PAGE, False), (LIST, True)], ids=["preview", "configurations"])
def test_the_sidebar_marks_one_entry(view, is_list):
    request = RequestFactory().get(reverse(view))
    request.user = User(is_superuser=True)
    items = {item["link"]: item for group in build_navigation(request) for item in group["items"]}
    assert items[reverse(LIST)]["active"](request) is is_list
    assert reverse(PAGE) in items


# --- What ---------------------------------------------------------------------------------------------------------


def test_it_shows_the_ids_that_shoppers_get(client, shop):
    page = show(client, q="headphones", locale="en")
    found = search(SearchRequest(query="headphones"))
    assert products(page, "A") == [hit.product.sku for hit in found.hits]
    assert f"{found.total} products" in words(page)


@pytest.mark.parametrize(
    ("language", "query", "told"),
    [
        pytest.param("en", "wireless headphones", ["How the query was read", "English", "wireless"], id="en"),
        pytest.param("en", "无线耳机", ["How the query was read", "Chinese", "无线"], id="zh query for an en reader"),
    ],
)
def test_the_reading_is_told(client, shop, language, query, told):
    text = words(show(client, q=query, language=language))
    assert [phrase for phrase in told if phrase not in text] == []


def test_another_ranking_stands_beside_it(client, shop):
    other = RankingConfig.objects.create(name="Cheap first", weights={"bm25": 0.0, "popularity": 0.0, "in_stock": 1.0})
    page = show(client, q="sonar", b=other.pk)
    assert set(products(page, "A")) == set(products(page, "B"))
    assert products(page, "B")[-1] == "SPK-1", "the only one that is out of stock"
    assert "3/3 of the first 3 are in both" in words(page)
    assert words(page).count("Open it to edit it or make it live") == 1, "A is live already"


def test_weights_are_tried_and_not_saved(client, shop):
    before = RankingConfig.objects.get(is_live=True).weights
    page = show(client, q="sonar", b="draft", w__bm25="0", w__in_stock="5")
    assert products(page, "B")[-1] == "SPK-1"
    assert "B shows weights that are not saved" in words(page)
    assert RankingConfig.objects.get(is_live=True).weights == before
    assert RankingConfig.objects.count() == 1


@pytest.mark.parametrize("text", ["-1", "abc", "nan", "inf", "1e9"])
def test_a_weight_that_is_no_number_gives_way(client, shop, text):
    page = show(client, part=True, q="sonar", b="draft", w__bm25=text)
    assert "matching words:" in words(page)
    assert "The weight of A is used instead." in words(page)
    assert products(page, "A") == products(page, "B")


def test_an_address_opens_the_same_view_again(client, shop):
    asked = {"q": "sonar 耳机", "locale": "zh", "market": "", "device": "phone", "literal": "on", "b": "draft",
             "segments": "vip，new", "at": "2026-12-24T20:00", "shown": "20", "w.bm25": "0.25"}  # fmt: skip
    answer = client.get(reverse(PAGE), asked, headers={"HX-Request": "true"})
    address = answer["HX-Replace-Url"]
    kept = parse_qs(urlsplit(address).query)
    assert kept["segments"] == ["vip,new"]
    assert {name: kept[name] for name in ("q", "locale", "device", "literal", "b", "at", "shown", "w.bm25")} == {
        name: [asked[name]] for name in ("q", "locale", "device", "literal", "b", "at", "shown", "w.bm25")
    }
    again = client.get(address, headers={"HX-Request": "true"})
    assert again["HX-Replace-Url"] == address
    whole = client.get(address).content.decode()
    assert "<html" in whole
    assert products(whole, "B") == products(again.content.decode(), "B")


def test_htmx_gets_the_changed_part_alone(client, shop):
    part = show(client, part=True, q="sonar")
    assert "<html" not in part
    assert 'id="sp-weights-body"' not in part
    assert products(part, "A")


def test_another_a_brings_its_own_weights(client, shop):
    other = RankingConfig.objects.create(name="Other", weights={"bm25": 3.0})
    part = show(client, part=True, q="sonar", a=other.pk, wa="", w__bm25="0.25")
    assert 'hx-swap-oob="true"' in part
    assert re.search(r'name="w.bm25"[^>]* value="3"', part)


def test_rules_are_told_with_their_reasons(client, shop):
    save_rule(pin("KET-1", 1), when=[on_query("headphones")], name="Kettles")
    save_rule(hide(clause("in_stock", "false")), when=[on_query("水壶")], name="大促")
    text = words(show(client, q="headphones"))
    assert "holds Kettles" in text
    assert "does not hold 大促 Does not hold:" in text
    assert "“Kettles”: pinned to 1, the query alone does not find it" in text


# --- Saving ---------------------------------------------------------------------------------------------------------


def test_tried_weights_become_a_configuration_that_is_not_live(client, shop):
    live = RankingConfig.objects.get(is_live=True)
    live.parameters = {"k1": 1.5}
    live.save()
    answer = client.post(reverse(SAVE), {"q": "sonar", "b": "draft", "w.bm25": "0.25", "name": "Softer"}, follow=True)
    saved = RankingConfig.objects.get(name="Softer")
    assert (saved.is_live, saved.weights["bm25"], saved.parameters) == (False, 0.25, {"k1": 1.5})
    assert saved.weights["dense"] == live.weights["dense"]
    assert parse_qs(urlsplit(answer.redirect_chain[-1][0]).query)["b"] == [str(saved.pk)]
    page = answer.content.decode()
    assert reverse("admin:ranking_rankingconfig_change", args=[saved.pk]) in page
    assert "Softer" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"name": " "}, "give it a name", id="no name"),
        pytest.param({"name": "x" * 101}, "give it a name", id="long name"),
        pytest.param({"name": "Bad", "w.bm25": "-3"}, "a number is not valid", id="negative weight"),
    ],
)
def test_what_cannot_be_saved_is_told(client, shop, changes, told):
    asked = {"q": "sonar", "b": "draft", "w.bm25": "0.25", **changes}
    answer = client.post(reverse(SAVE), asked, follow=True)
    assert told in words(answer.content.decode())
    assert RankingConfig.objects.count() == 1


def test_a_name_is_text_and_nothing_else(client, shop):
    answer = client.post(reverse(SAVE), {"q": "", "name": "<script>alert(1)</script>"}, follow=True)
    page = answer.content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- When it fails --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param({"q": "x" * 501}, "at most 500 characters", id="long query"),
        pytest.param({"q": "a\0b"}, "Null characters", id="null character"),
        pytest.param({"q": "sonar", "a": "999"}, "the live one is shown", id="A is gone"),
        pytest.param({"q": "sonar", "b": "999"}, "nothing is compared", id="B is gone"),
        pytest.param({"q": "sonar", "a": "1 OR 1=1"}, "the live one is shown", id="A is no number"),
        pytest.param({"q": "sonar", "at": "tomorrow"}, "Enter a valid date/time", id="no time"),
        pytest.param({"q": "sonar", "market": "m" * 17}, "at most 16 characters", id="long market"),
    ],
)
def test_what_is_wrong_is_told_by_name(client, shop, asked, told):
    assert told in words(show(client, part=True, **asked))


@pytest.mark.parametrize(
    "query",
    ["<script>alert(1)</script>", "' OR 1=1 --", "{{ 7|add:7 }}", "%s %(q)s {}", "耳" * 500, "🎧" * 100, "-" * 500],
    ids=["markup", "sql", "template", "format", "zh long", "emoji", "dashes"],
)
def test_hostile_queries_are_only_text(client, shop, query):
    page = show(client, q=query)
    assert "<script>alert(1)" not in page
    assert "sp-summary" in page


def test_a_refused_search_says_why(client, shop, monkeypatch):
    def refuse(request: SearchRequest) -> None:
        raise BadSearch("This market does not exist. Choose one of the list.")

    monkeypatch.setattr("ranking.admin.search_preview_sides.search", refuse)
    assert "This market does not exist. Choose one of the list." in words(show(client, q="sonar", b="draft"))


def test_an_empty_index_says_what_to_do(client):
    text = words(show(client, q="sonar"))
    assert "There is nothing to search yet" in text
    assert "Go to the uploads" in text


def test_nothing_found_is_not_an_empty_index(client, shop):
    text = words(show(client, q="qzxvbn wqkjh"))
    assert "Nothing is found." in text
    assert "There is nothing to search yet" not in text


def test_before_anything_is_asked_it_explains_itself(client, db):
    assert "See a search as the shop sees it" in words(show(client))


def test_every_input_has_a_label(client, shop):
    page = show(client, q="sonar", b="draft")
    page = page.split('id="sp-page"')[1].split('id="search-input-command"')[0]  # the toolkit's own begins there
    ids = re.findall(r"<(?:input|select)\b(?![^>]*type=\"hidden\")[^>]*\bid=\"([^\"]+)\"", page)
    labels = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', page))
    assert len(ids) > 20
    assert set(ids) - labels == set()
