"""What rules ask of the page as a whole, of places for a kind of product, and of detected words and intents."""

from dataclasses import replace

import pytest

from ranking.contracts import Filter, NumberNeed, SearchRequest
from ranking.errors import RuleRefused
from ranking.merchandising.actions import ReplaceAction
from ranking.merchandising.facts import make_facts
from ranking.merchandising.page_wishes import rewrite
from ranking.merchandising.schema import parse_rule
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, compiled, document, facts_of, on_query, pin

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
NORD, LUMO = clause("brand", "nord"), clause("brand", "lumo")


@pytest.fixture
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def slot(*target, position, until=None, **options):
    return {"type": "slot", "target": list(target), "position": position, "until": until, **options}


def banner(title="Sale", **options):
    return {"type": "banner", "title_en": title, **options}


def test_a_slot_is_filled_by_the_best_ranked_of_its_kind(shop):
    save_rule(slot(NORD, position=1, until=2))
    page = ask()
    assert skus(page) == ["L2", "L4", "L1", "L3", "L5", "L6"]
    assert [move.effect for move in page.hits[0].moves] == ["slot"]


def test_a_slot_brings_nothing_that_the_search_does_not_find_and_says_so(shop):
    save_rule(slot(clause("category", "home/chairs"), position=1))
    page = ask(explain=True)
    assert skus(page) == LAMPS
    (told,) = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert "0 of 1" in told["reason"]


def test_a_product_pinned_by_name_is_not_picked_for_a_slot_as_well(shop):
    save_rule(pin("L2", 3), priority=1)
    save_rule(slot(NORD, position=1), priority=2)
    assert skus(ask())[:3] == ["L4", "L1", "L2"]


def test_slots_obey_the_shoppers_filter_and_sort(shop):
    save_rule(slot(NORD, position=1))
    assert skus(ask(filters=(Filter("brand", ("lumo",)),))) == ["L1", "L3", "L5"]
    assert skus(ask(sort="price_desc"))[0] == "L6"
    assert skus(ask(sort="price_asc")) == LAMPS


def test_a_rule_sorts_only_while_the_shopper_has_not_chosen(shop):
    save_rule({"type": "sort", "sort": "price_desc"})
    assert skus(ask()) == LAMPS[::-1]
    assert ask().sort == "price_desc"
    assert skus(ask(sort="price_asc")) == LAMPS
    assert skus(ask(sort="relevance", sort_chosen=True)) == LAMPS


def test_pins_stay_in_a_list_that_a_rule_sorts_and_boosts_rest(shop):
    save_rule({"type": "sort", "sort": "price_desc"}, pin("L1", 2), boost(60, LUMO))
    assert skus(ask()) == ["L6", "L1", "L5", "L4", "L3", "L2"]


def test_the_stronger_of_two_rules_sorts_and_the_other_is_on_record(shop):
    winner = save_rule({"type": "sort", "sort": "price_desc"}, priority=1)
    loser = save_rule({"type": "sort", "sort": "newest"}, priority=2)
    page = ask(explain=True)
    assert page.sort == "price_desc"
    beaten = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert [(rule["rule_id"], rule["beaten_by"]) for rule in beaten] == [(str(loser.pk), str(winner.pk))]


def test_a_redirect_is_told_and_searching_exactly_stays(shop):
    save_rule({"type": "redirect", "url": "/c/home/lamps/"}, when=[on_query("lamp", match="is")])
    assert ask("lamps").redirect.url == "/c/home/lamps/"
    assert ask("lamps", literal=True).redirect is None
    assert ask("reading lamp").redirect is None


@pytest.mark.parametrize(
    ("locale", "title"), [("en", "Bright days"), ("zh", "亮丽时光")], ids=["in English", "in Chinese"]
)
def test_banners_speak_the_shoppers_language(shop, locale, title):
    save_rule(banner("Bright days", title_zh="亮丽时光", slot="inline", position=2))
    (shown,) = ask(locale=locale).banners
    assert (shown.title, shown.slot, shown.position) == (title, "inline", 2)


def test_more_banners_than_a_page_has_room_for_are_left_out_by_name(shop):
    rules = [save_rule(banner(f"No. {number}"), priority=number) for number in range(8)]
    page = ask(explain=True)
    assert [shown.title for shown in page.banners] == [f"No. {number}" for number in range(6)]
    assert sum(rule["status"] == "beaten" for rule in page.ledger["rules"]) == len(rules) - 6


def test_facets_come_in_the_order_of_rules_and_hidden_ones_go_unless_chosen(shop):
    save_rule({"type": "facets", "first": ["colour", "brand"], "hide": ["price"]})
    fields = [facet.field for facet in ask().facets]
    assert fields[:2] == ["colour", "brand"]
    assert "price" not in fields
    chosen = ask(filters=(Filter("price", minimum=20),))
    assert "price" in [facet.field for facet in chosen.facets]


@pytest.mark.parametrize(
    ("typed", "words", "by", "found"),
    [
        pytest.param("luminaire", "luminaire", "lamp", LAMPS, id="other words"),
        pytest.param("cheap oak chair", "cheap", "", ["C1", "C2"], id="words left out"),
        pytest.param("照明", "照明", "灯具", LAMPS, id="zh"),
    ],
)
def test_other_words_are_searched_for(shop, typed, words, by, found):
    save_rule({"type": "replace", "words": [words], "by": by})
    page = ask(typed)
    assert sorted(skus(page)) == found
    assert page.rewritten
    assert not ask(typed, literal=True).rewritten


def test_rules_hold_for_the_words_as_typed_not_for_what_replaces_them(shop):
    save_rule({"type": "replace", "words": ["luminaire"], "by": "lamp"})
    save_rule(pin("C1", 1), when=[on_query("lamp")])
    assert skus(ask("luminaire")) == LAMPS


@pytest.mark.parametrize(
    ("text", "words", "by", "expected"),
    [
        ("cheap lamp", ["cheap"], "", "lamp"),
        ("cheaper lamp", ["cheap"], "", "cheaper lamp"),
        ("lamp lamp", ["lamp"], "light lamp", "light lamp light lamp"),
        ("便宜的灯", ["便宜的"], "", "灯"),
        ("iphone手机壳", ["手机壳"], "保护套", "iphone保护套"),
        ("usb线", ["usb"], "type-c ", "type-c线"),
        ("cheap", ["cheap"], "", "cheap"),
        ("big red lamp", ["red", "big red"], "blue", "blue lamp"),
        ("c++ book", ["c++"], "cpp", "cpp book"),
    ],
)
def test_rewriting_takes_whole_words_once_and_never_everything(text, words, by, expected):
    assert rewrite(text, [ReplaceAction(words=tuple(words), by=by)]) == expected


def test_what_one_replacement_puts_in_another_does_not_take_out():
    chain = [ReplaceAction(words=("tv",), by="television"), ReplaceAction(words=("television",), by="tv")]
    assert rewrite("tv", chain) == "television"


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("/c/lamps/", True), ("https://shop.example/sale", True), ("//evil.example", False), ("/\\evil.example", False),
        ("https://shop.example@evil.example/", False), ("https://shop.example\\@evil.example", False), ("/a\\b", False),
        ("javascript:alert(1)", False), ("http://shop.example", False), ("data:text/html,x", False),
        ("/search/?q=lamp", False), ("", False),
        ("https://[::1", False), ("/\u2028x", False), ("/\u202ecod", False), ("/灯具/", True),
        ("https://商店.中国/", True),
    ],
)  # fmt: skip
def test_addresses_are_of_the_shop_or_https(url, is_fine):
    rule = document({"type": "redirect", "url": url})
    if is_fine:
        parse_rule(rule)
        return
    with pytest.raises(RuleRefused) as refused:
        parse_rule(rule)
    assert list(refused.value.extra["errors"]) == ["actions.0.url"] or "actions.0" in refused.value.extra["errors"]


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"type": "banner", "slot": "top"}, id="banner without a title"),
        pytest.param({"type": "sort", "sort": "random"}, id="unknown order"),
        pytest.param({"type": "facets"}, id="no filter chosen"),
        pytest.param({"type": "facets", "first": ["brand"], "hide": ["brand"]}, id="first and left out"),
        pytest.param({"type": "replace", "words": []}, id="no words"),
        pytest.param(slot(NORD, position=4, until=2), id="slot backwards"),
        pytest.param(slot(NORD, position=1, until=500), id="slot too long"),
    ],
)
def test_half_written_actions_are_refused(action):
    with pytest.raises(RuleRefused):
        parse_rule(document(action))


def facts_with(query, **parts):
    return replace(facts_of(query), **parts)


@pytest.mark.parametrize(
    ("condition", "parts", "holds"),
    [
        pytest.param({"field": "brand", "values": ["nord"]}, {"detected": {"brand": {"nord"}}}, True, id="brand"),
        pytest.param({"field": "brand", "values": ["nord"]}, {"detected": {"brand": {"lumo"}}}, False, id="other"),
        pytest.param({"field": "brand"}, {"detected": {"brand": {"lumo"}}}, True, id="any brand"),
        pytest.param({"field": "brand"}, {}, False, id="no brand"),
        pytest.param({"field": "brand", "negate": True}, {}, True, id="not any"),
        pytest.param(
            {"field": "category", "values": ["home"]},
            {"detected": {"category": {"home/lamps"}}},
            True,
            id="subcategory",
        ),
        pytest.param({"field": "size", "minimum": 130, "maximum": 150}, {"target": 139.7}, True, id="55 inch in cm"),
        pytest.param({"field": "size", "minimum": 130}, {"target": 100.0}, False, id="too small"),
        pytest.param({"field": "size", "minimum": 100}, {"minimum": 120.0}, True, id="asked range inside"),
        pytest.param({"field": "size", "maximum": 100}, {"minimum": 120.0}, False, id="asked range open above"),
    ],
)
def test_detected_words_and_numbers(condition, parts, holds):
    numbers = {name: parts[name] for name in ("target", "minimum") if name in parts}
    need = NumberNeed("length", "cm", "55 inch", 0, 7, fields=("size",), **numbers)
    detected = {name: frozenset(keys) for name, keys in parts.get("detected", {}).items()}
    facts = facts_with("lamp", detected=detected, numbers=(need,) if numbers else ())
    rule = compiled(pin("L1", 1), when=[{"type": "detected", **condition}])
    assert rule.tests[0](facts) is holds


@pytest.mark.parametrize(("intent", "holds"), [("compare", True), ("search", False), ("", False)])
def test_intent(intent, holds):
    rule = compiled(pin("L1", 1), when=[{"type": "intent", "values": ["compare", "ask"]}])
    assert rule.tests[0](facts_with("a vs b", intent=intent)) is holds


def test_the_indexed_rule_book_finds_detected_and_intent_rules(shop):
    save_rule(pin("C1", 1), when=[{"type": "detected", "field": "brand", "values": ["nord"]}])
    assert skus(ask("nord lamp"))[0] == "C1"
    assert skus(ask("lumo lamp"))[0] != "C1"


@pytest.mark.parametrize("device", ["phone", "mobile"])
def test_a_phone_is_a_phone_however_the_storefront_calls_it(device):
    facts = make_facts(SearchRequest(device=device), normalised="", terms=())
    assert facts.device == "phone"


PAGES = [
    pytest.param({"category": "home/lamps"}, [{"type": "category", "keys": ["home"]}], id="category page"),
    pytest.param(
        {"filters": (Filter("brand", ("nord",)),)},
        [{"type": "filter", "field": "brand", "values": ["nord"], "exactly": True}],
        id="brand page",
    ),
    pytest.param({}, [on_query(match="empty")], id="no words"),
    pytest.param({"category": "home/lamps", "locale": "zh"}, [{"type": "category", "keys": ["home/lamps"]}], id="zh"),
]


@pytest.mark.parametrize(("page", "when"), PAGES)
def test_pages_without_words_obey_order_banners_filters_and_layout(shop, page, when):
    plain = ask("", **page)
    save_rule(
        {"type": "sort", "sort": "price_desc"},
        {"type": "layout", "layout": "list"},
        {"type": "facets", "first": ["brand"], "hide": ["price"], "values": [{"field": "brand", "first": ["nord"]}]},
        banner("Bright days", title_zh="亮丽时光", slot="inline", position=2),
        when=when,
    )
    shown = ask("", **page)
    prices = [hit.product.price for hit in shown.hits]
    assert prices == sorted(prices, reverse=True)
    assert (shown.sort, shown.layout) == ("price_desc", "list")
    assert shown.facets[0].field == "brand"
    assert shown.facets[0].values[0].key == "nord"
    assert "price" not in [facet.field for facet in shown.facets]
    assert [item.title for item in shown.banners] == ["亮丽时光" if page.get("locale") == "zh" else "Bright days"]
    assert sorted(skus(shown)) == sorted(skus(plain))
    assert shown.total == plain.total


@pytest.mark.parametrize(("page", "when"), PAGES)
def test_rules_of_pages_without_words_leave_searches_alone(shop, page, when):
    save_rule({"type": "layout", "layout": "list"}, when=[*when, on_query(match="empty")])
    assert ask("lamp", **page).layout == "grid"
    assert ask("灯具", **page).layout == "grid"
