"""What is suggested for a query that finds nothing, in both languages; each suggestion was tried."""

from typing import Any

import pytest
from django.utils import timezone

from catalog import pipeline
from catalog.models import Brand
from ranking.contracts import SearchRequest
from ranking.health.other_words import list_near
from ranking.health.trial import Suggestion, Trial
from ranking.health.ways_out import list_names, suggest_fixes
from ranking.registry import live_state
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import on_query
from tests.shop import add_category, add_product, build_bilingual_shop, index_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    build_bilingual_shop()
    lamps = add_category("home/lamps", "Desk lamps", "台灯")
    lumo = Brand.objects.create(key="lumo", name_en="Lumolux", name_zh="流明")
    for number in range(12):
        add_product(
            f"LAMP-{number}", f"Lumolux reading lamp number {number}", f"流明阅读台灯{number}号",
            brand=lumo, category=lamps,
        )  # fmt: skip
    index_all()
    rebuild_suggestions()


def fixes(query: str, locale: str = "en", **fields: Any) -> list[Suggestion]:
    live = live_state()
    trial = Trial(SearchRequest(query=query, locale=locale, **fields), live, timezone.now())
    assert trial.finds_nothing
    return suggest_fixes(trial, list_names(live))


def of_kind(found: list[Suggestion], kind: str) -> list[Suggestion]:
    return [item for item in found if item.kind == kind]


def test_a_word_too_many_is_named_with_what_is_found_without_it() -> None:
    (found,) = of_kind(fixes("purple lamp"), "fewer_words")
    assert (found.words, found.total) == ("purple", 12)


def test_a_word_too_many_in_chinese() -> None:
    (found,) = of_kind(fixes("水晶台灯", "zh"), "fewer_words")
    assert (found.words, found.total) == ("水晶", 12)


@pytest.mark.parametrize(
    ("query", "locale", "kind", "key"),
    [
        ("lumolox", "en", "brand", "lumo"),
        ("headphonez", "en", "category", "audio/headphones"),
        ("流明灯", "zh", "brand", "lumo"),
    ],
)
def test_pages_whose_name_is_near(query: str, locale: str, kind: str, key: str) -> None:
    live = live_state()
    trial = Trial(SearchRequest(query=query, locale=locale), live, timezone.now())
    pages = [(item.kind, item.key) for item in suggest_fixes(trial, list_names(live)) if item.key]
    assert (kind, key) in pages


def test_the_page_that_was_asked_on_is_not_suggested() -> None:
    found = fixes("purple lamp", category="home/lamps")
    assert "home/lamps" not in {item.key for item in found}


def test_several_words_too_many_are_named_together() -> None:
    (found,) = of_kind(fixes("kettel cordless purple"), "fewer_words")
    assert found.words.split() == ["cordless", "purple"]


@pytest.mark.parametrize(("word", "near"), [("raedign", "reading"), ("碎话", "碎花")])
def test_the_nearest_words_of_the_catalog_are_tried(word: str, near: str) -> None:
    live = live_state()
    trial = Trial(SearchRequest(query=word), live, timezone.now())
    assert near in list_near(word, trial.dictionary)


def test_every_suggestion_finds_something_and_stands_once() -> None:
    for query in ("purple lamp", "kettle purple", "zzqqxx"):
        found = fixes(query)
        assert all(item.total > 0 for item in found)
        assert len({(item.kind, item.words, item.by, item.key) for item in found}) == len(found)


def test_a_redirect_is_an_answer() -> None:
    save_rule({"type": "redirect", "url": "/c/home/lamps/"}, when=[on_query("zzqqxx")])
    trial = Trial(SearchRequest(query="zzqqxx"), live_state(), timezone.now())
    assert not trial.finds_nothing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "locale", "by"), [("loveseat", "en", "sofa"), ("贵妃榻", "zh", "沙发")], ids=["english", "chinese"]
)
def test_another_word_for_it_is_learned_from_products_near_in_meaning(query: str, locale: str, by: str) -> None:
    sofas = add_category("home/sofas", "Sofas", "沙发")
    for number in range(8):
        add_product(f"SOFA-{number}", f"Fabric sofa model {number}", f"布艺沙发{number}号", category=sofas)
    index_all()
    while pipeline.embed_stale()[0]:
        pass
    rebuild_suggestions()
    assert (by, 8) in [(item.by, item.total) for item in of_kind(fixes(query, locale), "synonym")]
