"""REST search and suggest over a real shop: same pages as the pipeline, clear refusals, never a 500."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from ranking.answers import PageSerializer
from ranking.contracts import Filter, SearchRequest
from ranking.pipeline import search
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from searchsite.keys import assign_new_secret
from searchsite.models import ApiKey
from tests.ranking.test_answers import check_described
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db
SEARCH = "/api/v1/search"


@pytest.fixture
def client() -> APIClient:
    build_bilingual_shop()
    key = ApiKey(name="test", scopes=["search"])
    text = assign_new_secret(key)
    key.save()
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=text)
    return client


def skus(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [hit["product"]["sku"] for hit in answer.json()["hits"]]


@pytest.mark.parametrize(
    ("query", "request_"),
    [
        ("q=headphones", SearchRequest(query="headphones")),
        ("q=蓝牙耳机&locale=zh", SearchRequest(query="蓝牙耳机", locale="zh")),
        (
            "filter[brand]=sonar&sort=price_desc",
            SearchRequest(filters=(Filter("brand", ("sonar",)),), sort="price_desc"),
        ),
        (
            "filter[price]=29..59&page=2&page_size=2",
            SearchRequest(filters=(Filter("price", minimum=29, maximum=59),), page=2, page_size=2),
        ),
        ("category=audio&facets=brand", SearchRequest(category="audio", facets=("brand",))),
    ],
    ids=["english", "chinese", "filter and sort", "range, second page", "browse"],
)
def test_rest_gives_the_page_the_pipeline_gives(client, query, request_):
    answer = client.get(f"{SEARCH}?{query}").json()
    page = search(request_)
    assert [hit["product"]["id"] for hit in answer["hits"]] == [hit.product_id for hit in page.hits]
    assert answer["total"] == page.total
    assert [facet["field"] for facet in answer["facets"]] == [facet.field for facet in page.facets]
    assert answer["facets"] == [] or answer["facets"][0]["values"][0]["count"] == page.facets[0].values[0].count


def test_the_body_gives_the_same_page_as_the_query_string(client):
    body = {"q": "headphones", "filters": [{"field": "brand", "values": ["sonar"]}], "page_size": 3}
    posted = client.post(SEARCH, body, format="json")
    assert skus(posted) == skus(client.get(f"{SEARCH}?q=headphones&filter[brand]=sonar&page_size=3")) != []


def test_the_answer_is_as_described(client):
    for query in ("q=headphones", "q=headphones&explain=1"):
        check_described(PageSerializer(), client.get(f"{SEARCH}?{query}").json())


def test_explain_adds_parts_moves_and_the_ledger(client):
    plain, explained = (client.get(f"{SEARCH}?q=headphones&explain={flag}").json() for flag in (0, 1))
    assert "ledger" not in plain
    assert explained["ledger"]
    assert explained["hits"][0]["parts"]
    assert [hit["product"]["sku"] for hit in plain["hits"]] == [hit["product"]["sku"] for hit in explained["hits"]]


def test_the_language_follows_accept_language_unless_named(client):
    def title(query: str, language: str) -> str:
        answer = client.get(f"{SEARCH}?{query}", headers={"Accept-Language": language})
        return answer.json()["hits"][0]["product"]["title"]

    assert title("q=HP-1", "zh-CN,zh;q=0.9") == "声纳无线蓝牙耳机"
    assert title("q=HP-1", "de") == "Sonar wireless headphones"
    assert title("q=HP-1&locale=en", "zh-CN") == "Sonar wireless headphones"


def test_no_cache_between_may_keep_an_answer(client):
    assert "no-store" in client.get(f"{SEARCH}?q=x")["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "code", "word"),
    [
        ("filter[flavour]=sweet", "bad_search", "flavour"),
        ("sort=cheapest", "invalid", "sort"),
        ("page=-1", "invalid", "page"),
        ("page=417&page_size=24", "invalid", "page"),
        ("page_size=101", "invalid", "page_size"),
        ("q=" + "x" * 501, "invalid", "500"),
        ("q=" + "词" * 501, "invalid", "500"),
        ("colour=red", "invalid", "colour"),
        ("q=a%00b", "invalid", "q"),
    ],
    ids=lambda value: value[:30],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(client, query, code, word):
    answer = client.get(f"{SEARCH}?{query}")
    assert answer.status_code == 400
    body = answer.json()
    assert set(body) == {"code", "message", "extra"}
    assert body["code"] == code
    assert word in json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize(
    "words",
    [
        "'; DROP TABLE catalog_product; --",
        "a & b | !c:* <-> d",
        "100%_\\",
        "😀👩‍👩‍👧",
        "\x01\x02\x1b[31m",
        "\u202e\u200b\ufeff",
        "(((((",
        "NULL",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "٣٤٥",
        "ﾊﾝｶｸ",
        "Ａ４　纸",
        "　",
        "\t\n",
        "-",
        '"',
        "\\",
        "e\u0301" * 100,
    ],
)
def test_any_words_are_just_words(client, words):
    for answer in (client.get(f"{SEARCH}?q={quote(words)}"), client.post(SEARCH, {"q": words}, format="json")):
        assert answer.status_code == 200, answer.content
    assert client.get(f"/api/v1/suggest?q={quote(words[:100])}").status_code == 200


@bounded(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    params=st.dictionaries(
        st.sampled_from(
            [
                "q",
                "sort",
                "page",
                "page_size",
                "facets",
                "filter[brand]",
                "filter[-price]",
                "filter[colour]",
                "locale",
                "market",
                "category",
                "explain",
                "segments",
                "filter[in_stock]",
                "filter[category]",
            ]
        ),
        st.one_of(st.text(max_size=30), st.sampled_from(["1..5", "..", "-1..", "true", "1", "zh", "audio", "rating"])),
        max_size=5,
    )
)
def test_no_query_string_breaks_it(client, params):
    monkey = dict(api_settings.DEFAULT_THROTTLE_RATES)
    api_settings.DEFAULT_THROTTLE_RATES["search"] = ""
    try:
        query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in params.items())
        assert client.get(f"{SEARCH}?{query}").status_code in (200, 400), query
    finally:
        api_settings.DEFAULT_THROTTLE_RATES.update(monkey)


def test_a_body_search_takes_no_query_string(client):
    answer = client.post(f"{SEARCH}?q=headphones", {}, format="json")
    assert answer.status_code == 400
    assert "body" in answer.json()["message"]


class TestAnonymous:
    def test_search_is_closed_by_default(self, client):
        assert APIClient().get(f"{SEARCH}?q=x").status_code == 401

    def test_opened_it_searches_and_suggests_but_never_explains(self, client, settings):
        settings.SEARCH_API_PUBLIC = True
        anyone = APIClient()
        assert skus(anyone.get(f"{SEARCH}?q=headphones"))
        assert anyone.get("/api/v1/suggest?q=head").status_code == 200
        answer = anyone.get(f"{SEARCH}?q=headphones&explain=1")
        assert answer.status_code in (401, 403)
        assert "API key" in answer.json()["message"]
        assert anyone.post("/api/v1/events", {"events": []}, format="json").status_code == 401

    def test_a_wrong_key_is_refused_even_where_none_is_needed(self, client, settings):
        settings.SEARCH_API_PUBLIC = True
        answer = APIClient().get(f"{SEARCH}?q=x", headers={"X-API-Key": "ss_wrong"})
        assert answer.status_code == 401


class TestSuggest:
    def test_it_completes_in_the_asked_language(self, client):
        rebuild_suggestions()
        for prefix, locale, word in (("headp", "en", "headphones"), ("耳", "zh", "耳机")):
            body = client.get(f"/api/v1/suggest?q={quote(prefix)}&locale={locale}").json()
            assert body["query"] == prefix
            assert any(word in item["text"].lower() for item in body["suggestions"])

    @pytest.mark.parametrize("query", ["limit=0", "limit=21", "limit=x", "locale=fr", "prefix=a", "q=" + "x" * 101])
    def test_it_refuses_what_it_does_not_know(self, client, query):
        answer = client.get(f"/api/v1/suggest?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    def test_nothing_typed_suggests_nothing_or_something_but_answers(self, client):
        assert client.get("/api/v1/suggest").status_code == 200
