"""Caps and blocks of products: a block is no way round a cap, wherever it stands and however the page is filtered."""

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ranking.contracts import Filter, Page
from ranking.models import RulePolicy, ShareCap
from tests.ranking.governance.people import set_policy
from tests.ranking.rule_shop import ask, build_shop, check_facets_count_clicks, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, compiled, group, pin

NORD = ("L2", "L4", "L6", "C1", "C2")
OWN = clause("brand", "nord")


@pytest.fixture(autouse=True)
def shop(db):
    """L1 L3 L5 are lumo, L2 L4 L6 and the chairs are nord, the shop's own; without rules the lamps stand L1 … L6."""
    fresh_process()
    build_shop()
    set_policy(own_brands=["nord"])
    yield
    fresh_process()


def cap(places: int, percent: int) -> ShareCap:
    ShareCap.objects.all().delete()
    return ShareCap.objects.create(policy=RulePolicy.objects.get(market=""), places=places, percent=percent)


def in_order(page: Page) -> list[str]:
    """Every product as the pages show them one after the other: blocks before their result, the last at the end."""
    left = sorted(page.groups, key=lambda block: block.position)
    shown: list[str] = []
    for position, sku in enumerate(skus(page), start=1):
        while left and left[0].position <= position:
            shown += [hit.product.sku for hit in left.pop(0).hits]
        shown.append(sku)
    return shown + [hit.product.sku for block in left for hit in block.hits]


def own_among_first(page: Page, places: int) -> int:
    return sum(sku in NORD for sku in in_order(page)[:places])


def reasons(page: Page) -> list[str]:
    return [rule["reason"] for rule in page.ledger["rules"] if rule["status"] == "beaten"]


def test_a_block_holds_no_more_of_the_kind_than_the_cap_allows_and_the_rest_stays_in_the_list():
    cap(4, 25)
    save_rule(group("Ours", OWN, size=3), name="Block")
    page = ask(explain=True)
    assert [hit.product.sku for hit in page.groups[0].hits] == ["L2"]
    assert sorted(skus(page)) == ["L1", "L3", "L4", "L5", "L6"]
    assert own_among_first(page, 4) == 2  # as many as stood there without any rule
    assert "A cap keeps products out of the block: own brands at most 25 % of the first 4." in reasons(page)


def test_other_products_take_their_place_in_the_block():
    cap(4, 25)
    save_rule(group("Lamps", words="lamp", size=4))
    assert [hit.product.sku for hit in ask().groups[0].hits] == ["L1", "L2", "L3", "L5"]


def test_products_the_search_does_not_find_count_as_well():
    cap(3, 0)
    save_rule(group("Chairs", words="chair"))
    page = ask()
    assert page.groups == ()
    assert own_among_first(page, 3) <= 1


def test_what_a_block_shows_is_not_shown_again_by_the_list():
    cap(4, 50)
    save_rule(group("Chairs", words="chair", size=2), boost(100, OWN))
    page = ask()
    assert in_order(page)[:2] == ["C1", "C2"]
    assert own_among_first(page, 4) == 2


def test_several_blocks_share_what_is_allowed():
    cap(3, 34)
    for number in range(3):
        save_rule(group(f"B{number}", OWN, size=2, position=number + 1), priority=number)
    page = ask()
    assert [hit.product.sku for block in page.groups for hit in block.hits] == ["L2"]
    assert own_among_first(page, 3) == 1


def test_a_block_further_down_may_hold_what_it_likes():
    cap(3, 0)
    save_rule(group("Chairs", words="chair", position=4))
    assert len(ask().groups[0].hits) == 2


def test_behind_a_short_list_it_does_not_come_into_the_first_places_by_the_back_door():
    cap(4, 25)
    save_rule(group("Chairs", words="chair", position=6, obey_filters=False), name="Block")
    assert len(ask().groups[0].hits) == 2
    short = ask(filters=(Filter("price", maximum=25),), explain=True)
    assert (skus(short), short.groups) == (["L1", "L2"], ())
    assert "A cap keeps products out of the block: own brands at most 25 % of the first 4." in reasons(short)


def test_a_market_without_caps_has_its_blocks():
    ShareCap.objects.create(policy=set_policy("cn", own_brands=["nord"]), places=4, percent=0)
    save_rule(group("Ours", OWN, size=2))
    assert len(ask(market="de").groups[0].hits) == 2
    assert ask(market="cn").groups == ()


@pytest.mark.parametrize("filters", [(), (Filter("colour", ("blue",)),), (Filter("brand", ("nord",)),)])
def test_facets_count_what_a_click_shows(filters):
    cap(4, 25)
    save_rule(group("Ours", OWN, size=3))
    check_facets_count_clicks(filters)


SKUS = st.sampled_from(["L1", "L2", "L3", "L4", "L5", "L6", "C1", "C2"])
KINDS = st.sampled_from([OWN, clause("brand", "lumo"), clause("colour", "red"), clause("sku", "L2", "L6", "C2")])
BLOCKS = st.builds(
    lambda kinds, **options: group("Block", *kinds, **options),
    st.lists(KINDS, max_size=1),
    words=st.sampled_from(["lamp", "chair", "lamp chair"]),
    size=st.integers(1, 4),
    position=st.integers(1, 9),
    dedupe=st.sampled_from(["list", "group"]),
    obey_filters=st.booleans(),
)
PINS = st.builds(lambda sku, position, soft: pin(sku, position, soft=soft), SKUS, st.integers(1, 8), st.booleans())
SLOTS = st.builds(
    lambda kind, position, more: {"type": "slot", "target": [kind], "position": position, "until": position + more},
    KINDS,
    st.integers(1, 5),
    st.integers(0, 2),
)
BOOSTS = st.builds(
    lambda strength, kind, by: boost(strength, kind, by=by),
    st.sampled_from([-100, -40, 30, 100]),
    KINDS,
    st.sampled_from(["spread", "position"]),
)
SEARCH = st.fixed_dictionaries(
    {
        "query": st.sampled_from(["lamp", "lamp chair", "chair", "zzzz"]),
        "filters": st.sampled_from([(), (Filter("colour", ("red",)),), (Filter("price", maximum=35),)]),
        "collapse": st.booleans(),
        "sort": st.sampled_from(["relevance", "price_desc"]),
    }
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(
    actions=st.lists(st.one_of(BLOCKS, PINS, SLOTS, BOOSTS), min_size=1, max_size=5),
    places=st.integers(1, 6),
    percent=st.integers(0, 100),
    asked=SEARCH,
)
@example(
    actions=[group("Block", OWN, size=4, position=2), pin("L6", 1), boost(100, OWN)],
    places=5,
    percent=40,
    asked={"query": "lamp", "filters": (), "collapse": False, "sort": "relevance"},
)
def test_whatever_rules_do_the_first_places_hold_no_more_than_allowed_or_than_stood_there(
    actions, places, percent, asked
):
    """Unless nothing else is left in the list that could stand there instead. And nothing found is lost."""
    row = cap(places, percent)
    rules = tuple(compiled(action, age=number, name=f"rule {number}") for number, action in enumerate(actions))
    before = ask(without_rules=("all",), **asked)
    after = ask(draft_rules=rules, **asked)
    first = in_order(after)[:places]
    allowed = max(places * row.percent // 100, own_among_first(before, places))
    others = {sku for sku in skus(after) if sku not in NORD}
    assert sum(sku in NORD for sku in first) <= allowed or others <= set(first)
    if not asked["collapse"]:
        assert set(skus(before)) <= set(in_order(after))
        assert len(set(in_order(after))) == len(in_order(after))
