"""Whatever is pinned, filtered, sorted, grouped, sold out or not found: one order, true counts, and policies kept."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from catalog.models import Product, Variant
from catalog.steps.index import index_products, refresh_offers
from ranking.contracts import Filter
from ranking.merchandising.conflicts import list_clashes
from tests.ranking.rule_shop import ask, build_shop, fresh_process, skus
from tests.ranking.rule_words import boost, clause, compiled, diversify, document, group, hide, pin

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]
FILTERS = [(), (Filter("colour", ("blue",)),), (Filter("brand", ("lumo",)),), (Filter("price", maximum=45),)]
COUNTED = ("brand", "colour")


@pytest.fixture(autouse=True)
def shop(db):
    """L2 and L4 are offers of one thing; the lamp L3 and the chair C1 come in red and blue."""
    fresh_process()
    build_shop()
    Product.objects.filter(sku="L4").update(title_en=Product.objects.get(sku="L2").title_en)
    for sku in ("L3", "C1"):
        product = Product.objects.get(sku=sku)
        for number, colour in enumerate(("Red", "Blue"), 1):
            Variant.objects.create(
                product=product, sku=f"{sku}-{colour}", options={"colour": colour}, price=Decimal(100), stock=5,
                position=number,
            )  # fmt: skip
        Product.objects.filter(pk=product.pk).update(attributes={"colour": ["red", "blue"]})
    index_products(list(Product.objects.values_list("id", flat=True)))
    yield
    fresh_process()


@pytest.fixture
def stock():
    """Sets which variants are sold out, and everything else in stock."""

    def set_(sold_out):
        Variant.objects.update(stock=5)
        Variant.objects.filter(sku__in=sold_out).update(stock=0)
        refresh_offers(list(Product.objects.values_list("pk", flat=True)))

    return set_


SKUS = st.sampled_from([*LAMPS, "C1", "C2", "L3-Red", "L3-Blue", "C1-Red", "C1-Blue", "GONE"])
SOLD_OUT = st.sets(st.sampled_from(["L1-V", "L2-V", "L5-V", "C2-V", "L3-Red", "C1-Blue"]), max_size=3)
POLICY = st.fixed_dictionaries(
    {
        "on_missing": st.sampled_from(["compact", "keep_gap"]),
        "obey_filters": st.booleans(),
        "obey_stock": st.booleans(),
        "obey_sort": st.booleans(),
        "obey_query": st.booleans(),
    }
)
HARD = st.builds(lambda sku, position, policy: pin(sku, position, **policy), SKUS, st.integers(1, 9), POLICY)
ANY = st.builds(
    lambda made, more: {**made, **more},
    HARD,
    st.one_of(
        st.just({}),
        st.just({"soft": True}),
        st.just({"obey_grouping": False}),
        st.just({"on_missing": "substitute", "substitute": [clause("brand", "nord")]}),
        st.just({"on_missing": "substitute", "substitute": [clause("sku", "C2", "C1")]}),
    ),
)
UNIQUE = (lambda one: one["sku"], lambda one: one["position"])
SEARCH = st.fixed_dictionaries(
    {
        "query": st.sampled_from(["lamp", "灯具", "zzzz", ""]),
        "filters": st.sampled_from(FILTERS),
        "sort": st.sampled_from(["relevance", "price_asc", "newest"]),
        "collapse": st.booleans(),
    }
)
thorough = hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def find(search, *actions, **more):
    rules = (document(*actions),) if actions else ()
    return ask(**{**search, "page_size": 50, "draft_rules": rules, **more})


@thorough
@given(
    pins=st.lists(ANY, min_size=1, max_size=4, unique_by=UNIQUE),
    sold_out=SOLD_OUT,
    search=SEARCH,
    size=st.integers(1, 5),
)
def test_pages_are_one_order_and_facets_count_what_clicks_show(stock, pins, sold_out, search, size):
    """A pin that ignores filters stands on every filtered page, so no facet can count it: here it obeys."""
    stock(sold_out)
    pins = [{**one, "obey_filters": True} for one in pins]
    whole = find(search, *pins)
    pages = [find(search, *pins, page=number + 1, page_size=size) for number in range(-(-whole.total // size))]
    paged = [sku for page in pages for sku in skus(page)]
    assert paged == skus(whole)
    assert len(paged) == len(set(paged)) == whole.total
    for facet in whole.facets:
        if facet.field in COUNTED:
            others = tuple(item for item in search["filters"] if item.field != facet.field)
            for value in facet.values:
                clicked = find(search, *pins, filters=(*others, Filter(facet.field, (value.key,))))
                assert (facet.field, value.key, clicked.total) == (facet.field, value.key, value.count)


@thorough
@given(pins=st.lists(ANY, min_size=1, max_size=4, unique_by=UNIQUE), sold_out=SOLD_OUT, search=SEARCH)
def test_a_pinned_product_never_breaks_a_policy_it_obeys(stock, pins, sold_out, search):
    stock(sold_out)
    passing = set(skus(find({**search, "query": "", "sort": "relevance", "collapse": False})))
    found = set(skus(find({**search, "collapse": False})))
    for hit in find(search, *pins).hits:
        told = next((one for one in pins if one["sku"] == (hit.product.variant or hit.product.sku)), None)
        if told is None or not any(move.effect == "pin" for move in hit.moves):
            continue
        assert not told["obey_filters"] or hit.product.sku in passing
        assert not told["obey_stock"] or told["sku"] not in sold_out
        assert not told["obey_sort"] or search["sort"] == "relevance"
        assert not told["obey_query"] or hit.product.sku in found
        if hit.product.variant and told["obey_filters"] and FILTERS[1] == search["filters"]:
            assert told["sku"].endswith("Blue")


def place_naively(organic, pins, missing):
    """Pins put in one by one, in order of their positions; behind a missing pin its neighbours move up if told so."""
    wanted, shift, last = [], 0, None
    for one in sorted(pins, key=lambda one: one["position"]):
        if last is not None and one["position"] != last + 1:
            shift = 0
        if one["sku"] in missing:
            shift += one["on_missing"] == "compact"
        else:
            wanted.append((one["position"] - shift, one["sku"].split("-")[0]))
        last = one["position"]
    order = [sku for sku in organic if sku not in {sku for _position, sku in wanted}]
    for number, (position, sku) in enumerate(sorted(wanted)):
        behind = len(wanted) - 1 - number
        order.insert(min(position - 1, len(organic) if behind else len(order)), sku)
    return order


ONE_EACH = st.lists(HARD, min_size=1, max_size=4, unique_by=(lambda one: one["sku"].split("-")[0], UNIQUE[1]))


@thorough
@given(pins=ONE_EACH, sold_out=SOLD_OUT, search=SEARCH)
def test_surviving_pins_keep_or_close_gaps_exactly_as_told(stock, pins, sold_out, search):
    stock(sold_out)
    search = {**search, "collapse": False}
    page = find(search, *pins, explain=True)
    refused = [rule["reason"] for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    missing = {one["sku"] for one in pins if any(reason.startswith(f"{one['sku']}: ") for reason in refused)}
    assert skus(page) == place_naively(skus(find(search)), pins, missing)


@thorough
@given(pins=ONE_EACH, sold_out=SOLD_OUT, search=SEARCH)
def test_a_soft_pin_stands_at_its_position_or_before(stock, pins, sold_out, search):
    stock(sold_out)
    soft = [{**one, "soft": True} for one in pins]
    page = find({**search, "collapse": False}, *soft, explain=True)
    for hit in page.hits:
        told = next((one for one in soft if one["sku"] in {hit.product.sku, hit.product.variant}), None)
        if told and any(move.effect == "pin" for move in hit.moves):
            assert hit.position <= told["position"]


ACTIONS = st.lists(
    st.one_of(
        HARD,
        HARD.map(lambda one: {**one, "soft": True}),
        st.just(diversify("brand")),
        st.just(diversify("colour", most=2)),
        st.just(boost(60, clause("brand", "lumo"))),
        st.just(boost(-60, clause("brand", "lumo"), by="position")),
        st.just(group("Nord", clause("brand", "nord"), size=2)),
        st.just(hide(clause("sku", "L2"))),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: (one["type"], one.get("position")),
).filter(lambda found: len({one.get("sku", number) for number, one in enumerate(found)}) == len(found))


@thorough
@given(one=ACTIONS, two=ACTIONS, search=SEARCH)
def test_no_search_meets_a_conflict_of_product_actions_that_the_checker_missed(stock, one, two, search):
    """Pins of missing products shift others, and blocks give way to pins: neither is a conflict told beforehand."""
    stock(())
    pins = [action for action in (*one, *two) if action["type"] == "pin"]
    if any(action["on_missing"] == "compact" for action in pins):
        return
    ids = ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"]
    documents = [document(*actions, id=id_) for actions, id_ in zip((one, two), ids, strict=True)]
    page = ask(**search, page_size=50, draft_rules=tuple(documents), explain=True)
    met = [rule for rule in page.ledger["rules"] if rule["beaten_by"] and "block" not in rule["reason"]]
    if any(rule["rule_id"] != rule["beaten_by"] for rule in met):
        rules = [compiled(*actions, id=id_) for actions, id_ in zip((one, two), ids, strict=True)]
        assert list_clashes(*rules, holds=lambda sku, clauses: sku.split("-")[0] == "L2")
