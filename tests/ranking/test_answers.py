"""A Page as JSON: complete, in the described shape, and explained only where that was asked for."""

import json
import uuid
from dataclasses import replace

import numpy as np
import pytest

from ranking.answers import PageSerializer, render_page, render_suggestions
from ranking.contracts import (
    Entity,
    Expansion,
    Facet,
    FacetValue,
    Hit,
    Keyword,
    Move,
    NumberNeed,
    Page,
    ProductCard,
    Relaxation,
    SearchRequest,
    Suggestion,
    Understanding,
    VariantCard,
)

CARD = ProductCard(
    id=7,
    sku="BT-1",
    title="降噪耳机",
    description="",
    brand="Sony",
    brand_key="sony",
    category="耳机",
    category_key="audio/headphones",
    price=99.0,
    sale_price=None,
    currency="USD",
    in_stock=True,
    rating_average=4.5,
    rating_count=12,
    image="/media/bt-1.svg",
    variants=(
        VariantCard(sku="BT-1-BLK", options={"colour": "black"}, price=99.0, sale_price=None, in_stock=True, image=""),
    ),
    attributes={"colour": ["black"]},
)
HIT = Hit(
    product_id=7,
    position=25,
    score=np.float32(1.25),
    parts={"bm25": np.float32(0.5), "dense": 0.75},
    moves=(Move(rule_id="r1", rule_name="Autumn", effect="boost", points=0.5),),
    product=CARD,
)
PAGE = Page(
    search_id=uuid.uuid4(),
    request=SearchRequest(query="耳机", page=2),
    hits=(HIT,),
    total=25,
    facets=(Facet("brand", "Brand", "value", (FacetValue("sony", "Sony", 25, selected=True),)),),
    layout="grid",
    timings_ms={"retrieve": 1.23456},
    notes=("dense leg off",),
    understanding=Understanding(
        text="100元以下 耳机",
        language="zh",
        terms=("耳机",),
        keywords=(Keyword("耳机", ("耳机",), 1.0),),
        entities=(Entity("category", "category", "audio/headphones", "耳机", 0.9, 7, 9),),
        numbers=(NumberNeed("price", "", "100元以下", 0, 6, maximum=100.0, fields=("price",)),),
        expansions=(Expansion(("耳机",), ("headphon",), 0.9, "headphones"),),
    ),
    relaxations=(Relaxation("word", "防水"),),
    ledger={"config": 1},
)


def test_a_page_is_answered_whole():
    body = json.loads(json.dumps(render_page(PAGE)))
    assert (body["query"], body["total"], body["page"], body["pages"], body["layout"]) == ("耳机", 25, 2, 2, "grid")
    assert body["search_id"] == str(PAGE.search_id)
    hit = body["hits"][0]
    assert (hit["position"], hit["score"], hit["product"]["title"]) == (25, 1.25, "降噪耳机")
    assert hit["product"]["variants"][0]["options"] == {"colour": "black"}
    assert body["facets"][0]["values"] == [
        {"key": "sony", "label": "Sony", "count": 25, "selected": True, "minimum": None, "maximum": None}
    ]
    assert body["notes"] == ["dense leg off"]
    assert body["timings_ms"] == {"retrieve": 1.23}
    assert body["understanding"]["numbers"][0]["maximum"] == 100.0
    assert body["understanding"]["also_searched"] == ["headphones"]
    assert body["relaxations"] == [{"kind": "word", "text": "防水"}]


def test_parts_moves_and_ledger_are_for_those_who_ask():
    plain = render_page(PAGE)
    assert "ledger" not in plain
    assert not {"parts", "moves"} & set(plain["hits"][0])
    explained = render_page(replace(PAGE, request=replace(PAGE.request, explain=True)))
    assert explained["ledger"] == {"config": 1}
    assert explained["hits"][0]["parts"] == {"bm25": 0.5, "dense": 0.75}
    assert explained["hits"][0]["moves"][0]["rule_name"] == "Autumn"


@pytest.mark.parametrize(
    ("total", "size", "pages"), [(0, 24, 0), (1, 24, 1), (24, 24, 1), (25, 24, 2), (10**6, 100, 100), (10**6, 24, 416)]
)
def test_pages_counts_those_that_can_be_asked_for(total, size, pages):
    page = replace(PAGE, total=total, request=SearchRequest(page_size=size))
    assert render_page(page)["pages"] == pages


def check_described(serializer, value, path="page"):
    """Every key that is answered is described, and every required one is answered."""
    described = serializer.get_fields()
    assert set(value) <= set(described), path
    assert {name for name, field in described.items() if field.required} <= set(value), path
    for name, field in described.items():
        child = getattr(field, "child", field)
        if not hasattr(child, "get_fields") or value.get(name) is None:
            continue
        for item in value[name] if isinstance(value[name], list) else [value[name]]:
            check_described(child, item, f"{path}.{name}")


@pytest.mark.parametrize("explain", [False, True], ids=["plain", "explained"])
def test_the_description_and_the_answer_agree(explain):
    check_described(PageSerializer(), render_page(replace(PAGE, request=replace(PAGE.request, explain=explain))))


def test_suggestions_are_answered():
    body = render_suggestions("耳", (Suggestion("耳机", "category", "audio/headphones", 12),))
    assert body["suggestions"] == [{"text": "耳机", "kind": "category", "key": "audio/headphones", "count": 12}]
