"""How a search request is read: GET's spelling and POST's body give the same SearchRequest; what is wrong is named."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from rest_framework.exceptions import ValidationError

from ranking.contracts import MAX_QUERY_CHARACTERS, Filter, SearchRequest
from ranking.query_string import read_query_string, split_list
from ranking.serializers import SearchRequestSerializer


def read(document: Any) -> SearchRequest:
    serializer = SearchRequestSerializer(data=document)
    serializer.is_valid(raise_exception=True)
    return serializer.to_request()


def read_get(text: str) -> SearchRequest:
    return read(read_query_string(QueryDict(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SearchRequest()),
        ("q=%E6%89%93%E5%8D%B0%E6%9C%BA&locale=zh-CN", SearchRequest(query="打印机", locale="zh")),
        ("filter[brand]=sony,bose", SearchRequest(filters=(Filter("brand", ("sony", "bose")),))),
        ("filter[brand]=sony&filter[brand]=bose", SearchRequest(filters=(Filter("brand", ("sony", "bose")),))),
        ("filter[-colour]=red", SearchRequest(filters=(Filter("colour", ("red",), exclude=True),))),
        ("filter[price]=10..50", SearchRequest(filters=(Filter("price", minimum=10, maximum=50),))),
        ("filter[price]=..49.99", SearchRequest(filters=(Filter("price", maximum=49.99),))),
        ("filter[temp]=-5..", SearchRequest(filters=(Filter("temp", minimum=-5),))),
        ("filter[size]=1%5C,5,2", SearchRequest(filters=(Filter("size", ("1,5", "2")),))),
        ("filter[颜色]=红色", SearchRequest(filters=(Filter("颜色", ("红色",)),))),
        ("filter[brand]=", SearchRequest()),
        ("facets=brand,price", SearchRequest(facets=("brand", "price"))),
        ("facets=", SearchRequest(facets=())),
        ("page=3&page_size=10&sort=price_asc", SearchRequest(page=3, page_size=10, sort="price_asc", sort_chosen=True)),
        ("page=&sort=&market=", SearchRequest()),
        ("explain=1", SearchRequest(explain=True)),
        ("explain=false", SearchRequest()),
        ("segments=vip,new&shopper_id=s1&session_id=t1&device=phone&market=CN&category=audio/headphones",
         SearchRequest(segments=("vip", "new"), shopper_id="s1", session_id="t1", device="phone", market="CN",
                       category="audio/headphones")),
    ],
)  # fmt: skip
def test_a_query_string_is_read(text, expected):
    assert read_get(text) == expected


def test_the_body_says_the_same_as_the_query_string():
    body = {
        "q": "laptop", "sort": "rating", "page": 2, "facets": ["brand"],
        "filters": [{"field": "brand", "values": ["hp"]}, {"field": "price", "min": 10, "max": 50.5}],
    }  # fmt: skip
    text = "q=laptop&sort=rating&page=2&facets=brand&filter[brand]=hp&filter[price]=10..50.5"
    assert read(body) == read_get(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("colour=red", "colour"),
        ("brand=sony", "brand"),
        ("filter=x", "filter"),
        ("filter[]=x", "filter[]"),
        ("filter[a][b]=x", "filter[a][b]"),
        ("q=a&q=b", "q"),
        ("filter[price]=1..5,7..9", "filter[price]"),
        ("filter[price]=1..5,cheap", "filter[price]"),
        ("filter[price]=50..10", "filters"),
        ("page=-1", "page"),
        ("page=0", "page"),
        ("page=two", "page"),
        ("page=1.5", "page"),
        ("page=99999999999999999999", "page"),
        ("page=200&page_size=100", "page"),
        ("page_size=101", "page_size"),
        ("sort=cheapest", "sort"),
        ("sort=price;DROP TABLE", "sort"),
        ("locale=fr", "locale"),
        ("explain=maybe", "explain"),
        ("q=a%00b", "q"),
        ("market=" + "x" * 17, "market"),
        ("shopper_id=" + "x" * 101, "shopper_id"),
        ("&".join(f"filter[f{i}]=x" for i in range(51)), "filters"),
        ("filter[brand]=" + ",".join("abcdefghij"[i % 10] + str(i) for i in range(101)), "filters"),
        ("filter[" + "x" * 301 + "]=a", "filters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_named(text, name):
    with pytest.raises(ValidationError) as caught:
        read_get(text)
    assert name in caught.value.detail


@pytest.mark.parametrize(
    "body",
    [
        [], None, "q", 7,
        {"query": "x"},
        {"q": ["a"]},
        {"q": {"a": 1}},
        {"q": "\ud800"},
        {"filters": {"brand": "sony"}},
        {"filters": [{"field": "brand"}]},
        {"filters": [{"field": "brand", "values": []}]},
        {"filters": [{"field": "brand", "values": ["a"], "min": 1}]},
        {"filters": [{"field": "price", "min": "cheap"}]},
        {"filters": [{"field": "price", "min": float("inf")}]},
        {"filters": [{"field": "price", "max": float("nan")}]},
        {"filters": [{"field": "price", "minimum": 3}]},
        {"filters": [{"values": ["a"]}]},
        {"filters": [None]},
        {"facets": "brand"},
        {"page": None},
        {"page": True, "page_size": 10**400},
        {"explain": "perhaps"},
        {"segments": [1, [2]]},
    ],
    ids=lambda body: str(body)[:60],
)  # fmt: skip
def test_a_wrong_body_is_refused(body):
    with pytest.raises(ValidationError):
        read(body)


@pytest.mark.parametrize("query", ["x" * MAX_QUERY_CHARACTERS, "词" * MAX_QUERY_CHARACTERS], ids=["en", "zh"])
def test_a_long_query_is_read_and_a_longer_one_refused_with_the_limit(query):
    assert read({"q": query}).query == query
    with pytest.raises(ValidationError) as caught:
        read({"q": query + "x"})
    assert str(MAX_QUERY_CHARACTERS) in str(caught.value.detail["q"][0])


@pytest.mark.parametrize(
    ("language", "locale"), [("zh-hans", "zh"), ("en", "en"), ("fr", "en")], ids=["Chinese", "English", "another"]
)
def test_the_language_of_the_request_is_the_default(language, locale):
    with translation.override(language):
        assert read({}).locale == locale
        assert read({"locale": "zh_TW"}).locale == "zh"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a,b", ["a", "b"]), ("a\\,b,c", ["a,b", "c"]), (" a , ,b", ["a", "b"]), ("", []), ("红,蓝", ["红", "蓝"])],
)
def test_lists_are_split(text, parts):
    assert split_list(text) == parts
