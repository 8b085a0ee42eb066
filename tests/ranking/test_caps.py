"""Caps: whatever rules push, the share of the first places holds, and the ledger says which cap did it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.contracts import Ranked
from ranking.merchandising.cap_rows import Cap
from ranking.merchandising.caps import keep_caps, read_limits
from ranking.models import RulePolicy, ShareCap
from tests.ranking.governance.people import set_policy
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, hide, pin, show_only


@pytest.fixture
def shop(db):
    build_shop()
    yield
    fresh_process()


def cap(places: int, percent: int, *, market: str = "", **fields: object) -> ShareCap:
    policy = RulePolicy.objects.get_or_create(market=market)[0]
    return ShareCap.objects.create(policy=policy, places=places, percent=percent, **{"kind": "own_brands", **fields})


def own() -> None:
    set_policy(own_brands=["nord"])


@pytest.mark.usefixtures("shop")
class TestInSearches:
    """L1 L3 L5 are lumo, L2 L4 L6 are nord, the shop's own; without rules they stand L1 … L6."""

    def test_what_a_boost_pushed_is_put_behind(self):
        own()
        cap(4, 50)
        save_rule(boost(100, clause("brand", "nord")))
        assert skus(ask()) == ["L2", "L4", "L1", "L3", "L6", "L5"]

    def test_the_ledger_names_the_cap_and_the_rule_it_beat(self):
        own()
        cap(4, 50)
        rule = save_rule(boost(100, clause("brand", "nord")), name="Ours first")
        page = ask(explain=True)
        beaten = [item for item in page.ledger["rules"] if item["status"] == "beaten"]
        assert [(item["rule_id"], item["name"]) for item in beaten] == [(str(rule.pk), "Ours first")]
        assert "own brands at most 50 % of the first 4" in beaten[0]["reason"]
        moved = next(hit for hit in page.hits if hit.product.sku == "L6")
        assert [(move.effect, move.position, move.from_position) for move in moved.moves][-1] == ("cap", 5, 3)

    def test_pins_of_others_keep_their_places(self):
        own()
        cap(4, 25)
        save_rule(pin("L2", 1), pin("L4", 2), pin("L5", 3), pin("L6", 4))
        shown = skus(ask())
        assert (shown[0], shown[2]) == ("L2", "L5")
        # Two of them stood there before any rule, so the cap of one leaves two.
        assert sum(sku in ("L2", "L4", "L6") for sku in shown[:4]) == 2

    def test_what_stood_there_without_rules_may_stay(self):
        own()
        cap(6, 10)
        save_rule(boost(5, clause("brand", "lumo")))
        assert sorted(skus(ask())) == ["L1", "L2", "L3", "L4", "L5", "L6"]
        assert skus(ask())[0] in ("L1", "L2")

    def test_hiding_the_others_is_no_way_round(self):
        own()
        cap(2, 50)
        save_rule(hide(clause("sku", "L1")))
        shown = skus(ask())
        assert sum(sku in ("L2", "L4", "L6") for sku in shown[:2]) == 1

    def test_no_rule_no_cap(self):
        own()
        cap(2, 0)
        assert skus(ask()) == ["L1", "L2", "L3", "L4", "L5", "L6"]

    def test_with_nothing_else_to_show_the_list_stays(self):
        own()
        cap(2, 0)
        save_rule(show_only(clause("brand", "nord")))
        assert sorted(skus(ask())) == ["L2", "L4", "L6"]

    def test_a_brand_and_an_attribute_are_capped_by_name(self):
        cap(2, 50, kind="attribute", attribute="colour", values=["red"])
        save_rule(boost(100, clause("colour", "red")))
        shown = skus(ask())
        assert sum(sku in ("L1", "L3", "L5") for sku in shown[:2]) == 1

    def test_a_cap_of_a_market_holds_in_that_market(self):
        own()
        cap(4, 25, market="cn", kind="own_brands")
        save_rule(boost(100, clause("brand", "nord")))
        assert skus(ask())[:3] == ["L2", "L4", "L6"]
        assert sum(sku in ("L2", "L4", "L6") for sku in skus(ask(market="cn"))[:4]) == 2

    def test_every_page_is_a_slice_of_one_order(self):
        own()
        cap(4, 50)
        save_rule(boost(100, clause("brand", "nord")))
        pages = [sku for page in (1, 2, 3) for sku in skus(ask(page=page, page_size=2))]
        assert pages == skus(ask())

    def test_a_cap_changed_holds_with_the_next_search(self):
        own()
        row = cap(4, 50)
        save_rule(boost(100, clause("brand", "nord")))
        ask()
        row.percent = 100
        row.save()
        assert skus(ask())[:3] == ["L2", "L4", "L6"]


class _Targets:
    """Two overlapping kinds over twenty products."""

    def __init__(self, kinds: dict[str, np.ndarray]) -> None:
        self._kinds = kinds

    def mask(self, target):
        return self._kinds[target[0].field]


@settings(max_examples=200, deadline=None)
@given(
    order=st.permutations(range(20)),
    kinds=st.lists(st.sets(st.integers(0, 19)), min_size=1, max_size=3),
    places=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    percents=st.lists(st.integers(0, 100), min_size=3, max_size=3),
)
def test_no_product_is_lost_and_a_cap_that_can_be_kept_alone_is_kept(order, kinds, places, percents):
    masks = {f"k{number}": np.isin(np.arange(20), list(kind)) for number, kind in enumerate(kinds)}
    caps = [
        Cap(f"cap:{number}", "", "brand", name, ("x",), places[number], percents[number])
        for number, name in enumerate(masks)
    ]
    ranked = Ranked(np.array(order), np.zeros(20, np.float32), {"bm25": np.arange(20.0)})
    nothing = Ranked(np.array([], dtype=int), np.array([]), {})
    limits = read_limits(caps, nothing, _Targets(masks), market="")
    done = keep_caps(ranked, limits)
    assert sorted(done.ordinals.tolist()) == list(range(20))
    assert [ranked.ordinals.tolist().index(ordinal) for ordinal in done.ordinals] == done.parts["bm25"].tolist()
    for one, limit, mask in zip(caps, limits, masks.values(), strict=True):
        alone = keep_caps(ranked, [limit])
        count = int(mask[alone.ordinals[: one.places]].sum())
        others = 20 - int(mask.sum())
        assert count <= max(one.limit, one.places - others)
