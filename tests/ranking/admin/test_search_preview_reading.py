"""How a reading is told: words with their weight, numbers in the shop's units, names with links, synonyms, intent."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User

from catalog.models import Attribute, AttributeValue, Brand
from ranking.admin.search_preview_reading import describe_understanding, say_range
from ranking.contracts import (
    Correction,
    Entity,
    Expansion,
    IntentGuess,
    Keyword,
    NumberNeed,
    Page,
    Relaxation,
    SearchRequest,
    Understanding,
)


def page(*relaxations: Relaxation, locale: str = "en", **fields: Any) -> Page:
    understanding = Understanding(**{"text": "words", "language": "en", "terms": ("word",), **fields})
    request = SearchRequest(query="words", locale=locale)
    return Page(uuid4(), request, (), 0, (), "grid", {}, understanding=understanding, relaxations=relaxations)


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create(username="boss", is_staff=True, is_superuser=True)


def test_browsing_has_no_reading(boss):
    empty = Page(uuid4(), SearchRequest(), (), 0, (), "grid", {})
    assert describe_understanding(empty, user=boss) is None


def test_words_carry_their_weight_and_a_prefilled_synonym(boss):
    keywords = (
        Keyword("耳机", ("耳机",), 0.7),
        Keyword("red", ("red",), 0.3, "nice"),
        Keyword("皮", ("皮",), 0, "negated"),
    )
    reading = describe_understanding(page(Relaxation("word", "red"), keywords=keywords), user=boss)
    assert [(word.text, word.percent, word.role, word.is_dropped) for word in reading.words] == [
        ("耳机", 70, "must", False),
        ("red", 30, "nice", True),
        ("皮", 0, "negated", False),
    ]
    assert parse_qs(urlsplit(reading.words[0].add_synonym).query) == {"words": ["耳机"]}


def test_a_query_as_typed_shows_its_terms(boss):
    reading = describe_understanding(page(terms=("wireless", "head")), user=boss)
    assert [(word.text, word.percent) for word in reading.words] == [("wireless", 50), ("head", 50)]


def test_links_are_only_for_who_may_follow_them(db):
    Brand.objects.create(key="sony", name_en="Sony")
    entities = (Entity("brand", "brand", "sony", "sony", 0.9),)
    expansions = (Expansion(("a",), ("b",), 0.9, "b"),)
    reading = describe_understanding(
        page(entities=entities, expansions=expansions, keywords=(Keyword("a", ("a",), 1.0),)), user=AnonymousUser()
    )
    links = [reading.words[0].add_synonym, reading.entities[0].href, reading.expansions[0].find_synonyms]
    assert links == ["", "", ""]
    assert reading.entities[0].value == "Sony"


@pytest.mark.parametrize(
    ("need", "locale", "said"),
    [
        pytest.param(NumberNeed("data", "GB", "16G", 0, 3, minimum=16), "en", "at least 16 GB", id="at least"),
        pytest.param(NumberNeed("price", "USD", "under 100", 0, 9, maximum=100), "en", "at most $100.00", id="price"),
        pytest.param(NumberNeed("price", "CNY", "100-200元", 0, 8, 100, 200), "zh", "¥100.00 – ¥200.00", id="zh range"),
        pytest.param(NumberNeed("length", "cm", "55寸", 0, 3, target=139.7, tolerance=0.05), "zh", "139.7 厘米 ± 5%",
                     id="zh about"),
        pytest.param(NumberNeed("price", "", "50", 0, 2, target=50), "en", "$50.00", id="money of the shop"),
    ],
)  # fmt: skip
def test_numbers_are_said_in_the_shops_units(need, locale, said):
    assert say_range(need, locale) == said


def test_numbers_name_their_fields_and_what_was_let_go(boss):
    Attribute.objects.create(key="memory", name_en="Memory", name_zh="内存")
    need = NumberNeed("data", "GB", "16GB", 0, 4, target=16, fields=("memory",))
    reading = describe_understanding(page(Relaxation("number", "16GB"), numbers=(need,), locale="zh"), user=boss)
    assert [(number.fields, number.is_dropped) for number in reading.numbers] == [("内存", True)]


@pytest.mark.parametrize(("locale", "value"), [("en", "Colour: Black"), ("zh", "颜色: 黑色")])
def test_entities_link_to_the_value_of_the_catalog(boss, locale, value):
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    AttributeValue.objects.create(attribute=colour, key="black", name_en="Black", name_zh="黑色")
    entities = (Entity("attribute", "colour", "black", "black", 0.8), Entity("model", "sku", "wh-1000", "wh-1000", 0.4))
    named, model = describe_understanding(page(entities=entities, locale=locale), user=boss).entities
    assert (named.value, named.percent) == (value, 80)
    assert named.href.endswith(f"/catalog/attribute/{colour.pk}/change/")
    assert (model.value, model.href) == ("wh-1000", "")


def test_what_is_also_searched_is_grouped_by_word_and_source(boss):
    expansions = (
        Expansion(("耳机",), ("headphon",), 0.7, "headphones", "concept"),
        Expansion(("耳机",), ("headset",), 0.9, "headset", "concept"),
        Expansion(("耳机",), ("耳麦",), 0.8, "耳麦", "synonym"),
    )
    keywords = (Keyword("耳机", ("耳机",), 1.0),)
    concept, synonym = describe_understanding(page(expansions=expansions, keywords=keywords), user=boss).expansions
    assert (concept.replaced, concept.texts) == ("耳机", (("headset", 90), ("headphones", 70)))
    assert concept.find_synonyms == ""
    assert parse_qs(urlsplit(synonym.find_synonyms).query) == {"q": ["耳机"]}


@pytest.mark.parametrize(("applied", "offer"), [(True, ""), (False, "headphones")], ids=["applied", "offered"])
def test_spelling_is_shown_word_by_word(boss, applied, offer):
    correction = Correction("hedphones", "headphones", (("hedphones", "headphones"),), 0.9, applied)
    reading = describe_understanding(page(correction=correction), user=boss)
    assert (reading.corrections, reading.is_corrected, reading.offer) == (correction.changes, applied, offer)


def test_intents_come_with_their_probabilities(boss):
    guess = IntentGuess("search", 0.4, {"compare": 0.35, "search": 0.4, "ask": 0.25})
    intents = describe_understanding(page(intent=guess), user=boss).intents
    assert [(str(item.label), item.percent, item.is_chosen) for item in intents] == [
        ("find products", 40, True),
        ("compare products", 35, False),
        ("ask about a product", 25, False),
    ]
