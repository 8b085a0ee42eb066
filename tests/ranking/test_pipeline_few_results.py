"""Rules for pages on which nothing, or little, is found: matched once the search knows, and never in circles."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from catalog.models import Product
from ranking.contracts import Filter, Page
from ranking.models import Rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, hide, on_query, pin, show_only

NOTHING = {"type": "results"}
FEW = {"type": "results", "at_most": 2}
RED = (Filter("colour", ("red",)),)


@pytest.fixture(autouse=True)
def shop(db: None) -> Iterator[None]:
    fresh_process()
    build_shop()
    with translation.override("en"):
        yield
    fresh_process()


def fate(page: Page, rule: Rule) -> tuple[str, str]:
    outcomes = [item for item in (page.ledger or {})["rules"] if item["rule_id"] == str(rule.pk)]
    return outcomes[0]["status"], outcomes[0]["reason"]


def test_nothing_found_replaces_the_words_and_the_ledger_says_so() -> None:
    rule = save_rule({"type": "replace", "words": ["zzzz"], "by": "chair"}, when=[NOTHING])
    page = ask("zzzz", explain=True)
    assert (skus(page), page.rewritten) == (["C1", "C2"], "chair")
    assert fate(page, rule) == ("matched", "The search finds 0 products.")


def test_a_search_that_finds_enough_is_left_alone_and_runs_once() -> None:
    rule = save_rule({"type": "replace", "words": ["lamp"], "by": "chair"}, when=[NOTHING])
    page = ask("lamp", explain=True)
    assert page.rewritten == ""
    assert fate(page, rule) == ("not_matched", "Does not hold: the search finds nothing.")
    assert "retrieve_again" not in page.timings_ms


def test_a_search_without_such_rules_pays_nothing() -> None:
    save_rule(pin("L6", 1), when=[on_query("lamp")])
    page = ask("zzzz")
    assert not {"understand_found", "retrieve_again"} & set(page.timings_ms)


def test_strictly_means_before_a_word_is_let_go() -> None:
    save_rule({"type": "banner", "title_en": "We have no such lamp", "title_zh": "没有这种灯"}, when=[NOTHING])
    assert [banner.title for banner in ask("lamp zzzz").banners] == ["We have no such lamp"]
    assert [banner.title for banner in ask("lamp zzzz", locale="zh").banners] == ["没有这种灯"]
    assert ask("lamp").banners == ()


@pytest.mark.parametrize(
    ("query", "filters", "holds"),
    [("chair", (), True), ("lamp", (), False), ("lamp", RED, False), ("", (), False), ("椅子", (), True)],
    ids=["two chairs", "six lamps", "three red lamps", "every product", "zh"],
)
def test_at_most_counts_what_the_shopper_sees(query: str, filters: tuple[Filter, ...], holds: bool) -> None:
    save_rule({"type": "banner", "title_en": "Few"}, when=[FEW])
    assert bool(ask(query, filters=filters, locale="zh" if query == "椅子" else "en").banners) is holds


def test_what_other_rules_hide_is_not_found() -> None:
    save_rule(hide(clause("brand", "lumo", "nord")), when=[on_query("chair")])
    save_rule({"type": "redirect", "url": "/c/home/"}, when=[NOTHING, on_query("chair")])
    redirect = ask("chair").redirect
    assert redirect is not None
    assert redirect.url == "/c/home/"
    assert ask("lamp").redirect is None


def test_products_can_be_brought_in_moved_and_taken_out() -> None:
    save_rule(pin("L3", 1), pin("L4", 2), when=[NOTHING])
    assert skus(ask("zzzz")) == ["L3", "L4"]
    save_rule(boost(100, clause("sku", "C2")), when=[FEW])
    assert skus(ask("chair")) == ["C2", "C1"]
    save_rule(show_only(clause("sku", "C1")), when=[FEW, on_query("chair")])
    assert skus(ask("chair")) == ["C1"]


def test_an_empty_category_page_can_be_filled() -> None:
    Product.objects.filter(sku__startswith="C").update(status="archived")
    from catalog.steps.index import index_products  # noqa: PLC0415

    index_products(list(Product.objects.values_list("id", flat=True)))
    save_rule(pin("L1", 1, obey_filters=False), when=[NOTHING, {"type": "category", "keys": ["home/chairs"]}])
    assert skus(ask("", category="home/chairs")) == ["L1"]


def test_it_runs_again_only_once_so_that_nothing_goes_in_circles() -> None:
    save_rule({"type": "replace", "words": ["zzzz"], "by": "yyyy"}, when=[NOTHING])
    save_rule({"type": "replace", "words": ["yyyy"], "by": "zzzz"}, when=[NOTHING])
    page = ask("zzzz")
    assert (page.total, page.rewritten) == (0, "yyyy")


def test_a_rule_outside_its_window_waits_for_nothing() -> None:
    save_rule(pin("L1", 1), when=[NOTHING], windows=[{"from": "2001-01-01T00:00", "until": "2001-01-02T00:00"}])
    page = ask("zzzz")
    assert (page.total, "retrieve_again" in page.timings_ms) == (0, False)


def test_a_draft_is_previewed_with_the_same_count() -> None:
    draft = {"name": "draft", "conditions": [NOTHING], "actions": [pin("L2", 1)]}
    assert skus(ask("zzzz", draft_rules=(draft,))) == ["L2"]
