"""Offers of the same thing: how they are grouped, which one stays, what it stands for, and how fast that is."""

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from catalog.models import Brand, Product
from ranking.registry import live_state
from ranking.retrieval.duplicates import ALONE, collapse_offers, keep_one, offer_groups
from ranking.retrieval.snapshot import IndexSnapshot
from tests.shop import add_product, index_all


def make_snapshot(
    keys: list[int],
    brands: list[int] | None = None,
    live: list[bool] | None = None,
    values: list[list[int]] | None = None,
) -> IndexSnapshot:
    size = len(keys)
    held = values or [[] for _ in keys]
    return IndexSnapshot(
        version=1,
        segments=((1, 0, size),),
        product_ids=np.arange(size, dtype=np.int64),
        facet_offsets=np.cumsum([0, *map(len, held)]).astype(np.int64),
        facet_values=np.array([value for own in held for value in own], np.int32),
        title_keys=np.array(keys, np.int64),
        columns={
            "live": np.array(live if live is not None else [True] * size, bool),
            "brand_id": np.array(brands if brands is not None else [0] * size, np.int64),
        },
        vocabulary=SimpleNamespace(version=1),  # type: ignore[arg-type]
        _sorted_ids=np.arange(size, dtype=np.int64),
        _sorted_ordinals=np.arange(size, dtype=np.int64),
    )


@pytest.mark.parametrize(
    ("keys", "brands", "live", "together"),
    [
        pytest.param([7, 8, 7], None, None, [{0, 2}], id="same title"),
        pytest.param([7, 7, 7], [1, 2, 1], None, [{0, 2}], id="another brand is another thing"),
        pytest.param([0, 0, 0], None, None, [], id="without a title nobody is a duplicate"),
        pytest.param([7, 7, 9], None, [True, False, True], [], id="what is not sold has no offers"),
        pytest.param([-3, 5, -3, 5], None, None, [{0, 2}, {1, 3}], id="two groups"),
        pytest.param([], None, None, [], id="an empty index"),
    ],
)
def test_offers_of_the_same_thing_are_one_group(keys: Any, brands: Any, live: Any, together: list[set[int]]) -> None:
    groups = offer_groups(make_snapshot(keys, brands, live))
    found: dict[int, set[int]] = {}
    for ordinal, group in enumerate(groups.tolist()):
        if group != ALONE:
            found.setdefault(group, set()).add(ordinal)
    assert sorted(found.values(), key=min) == together


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        pytest.param([[1, 2], [2, 1], [3]], [0, 0, ALONE], id="another colour is another thing"),
        pytest.param([[1], [1, 2], [1, 2]], [ALONE, 1, 1], id="one that tells more is told apart"),
        pytest.param([[], [], []], [0, 0, 0], id="no values at all"),
    ],
)
def test_the_same_title_with_other_values_is_another_thing(values: list[list[int]], groups: list[int]) -> None:
    found = offer_groups(make_snapshot([7, 7, 7], values=values)).tolist()
    assert [number == ALONE for number in found] == [number == ALONE for number in groups]
    assert len({number for number in found if number != ALONE}) == 1


@pytest.mark.parametrize(
    ("order", "pinned", "shown", "hidden"),
    [
        pytest.param([2, 0, 3, 1, 4], (), [2, 3, 4], {2: 1, 3: 1}, id="the best placed one stays"),
        pytest.param([2, 0, 3, 1, 4], (0,), [0, 3, 4], {0: 1, 3: 1}, id="a pinned one stays instead"),
        pytest.param([2, 0, 4], (2, 0), [2, 0, 4], {}, id="two pinned ones both stay"),
        pytest.param([0, 3, 4], (2,), [3, 4], {2: 1}, id="a pin from outside stands for those found"),
        pytest.param([4, 5], (), [4, 5], {}, id="nothing to collapse"),
        pytest.param([], (), [], {}, id="nothing found"),
        pytest.param([], (2,), [], {}, id="nothing found but a pin"),
    ],
)
def test_one_row_stays_a_group(order: list[int], pinned: tuple[int, ...], shown: list[int], hidden: Any) -> None:
    snapshot = make_snapshot([7, 8, 7, 8, 5, 6])
    ordinals = np.array(order, np.int64)
    collapsed = collapse_offers(ordinals, snapshot, pinned=pinned)
    assert ordinals[collapsed.rows].tolist() == shown
    assert collapsed.hidden == hidden


def test_nothing_is_lost_in_the_counting() -> None:
    rng = np.random.default_rng(3)
    snapshot = make_snapshot(rng.integers(1, 400, 1000).tolist(), rng.integers(0, 2, 1000).tolist())
    ordinals = rng.permutation(1000)[:600]
    pinned = tuple(ordinals[rng.integers(0, 600, 20)].tolist())
    collapsed = collapse_offers(ordinals, snapshot, pinned=pinned)
    assert len(collapsed.rows) + sum(collapsed.hidden.values()) == 600
    assert set(pinned) <= set(ordinals[collapsed.rows].tolist())
    assert set(collapsed.hidden) <= set(ordinals[collapsed.rows].tolist())
    assert (np.diff(collapsed.rows) > 0).all()


def test_a_value_is_counted_once_a_group_however_many_offers_hold_it() -> None:
    groups = np.array([1, 1, 1, ALONE, 2, ALONE])
    values = np.array([5, 5, 6, 5, 5, 5])
    nobody = np.zeros(6, bool)
    assert np.bincount(values[keep_one(groups, values, nobody)]).tolist()[5:] == [4, 1]
    assert keep_one(groups, values, np.array([False, True, False, False, False, False])).tolist()[:3] == [
        False, True, True,
    ]  # fmt: skip


def test_twenty_thousand_rows_take_less_than_a_millisecond() -> None:
    """Processor time, so that a busy machine does not matter."""
    rng = np.random.default_rng(5)
    keys = np.arange(1, 20_001)
    keys[rng.choice(20_000, 1000, replace=False)] = rng.integers(1, 20_000, 1000)
    snapshot = make_snapshot(keys.tolist())
    offer_groups(snapshot)
    ordinals = rng.permutation(20_000)
    times = []
    for _ in range(30):
        started = time.process_time()
        collapse_offers(ordinals, snapshot)
        times.append(time.process_time() - started)
    assert min(times) < 0.001


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Wireless Headphones X2", "wireless headphones, X2", True, id="en: case and commas"),
        pytest.param("Wireless Headphones X2", "Wireless Headphones X3", False, id="en: another model"),
        pytest.param("无线蓝牙耳机 黑色", "無線藍牙耳機　黑色", True, id="zh: traditional and full-width"),
        pytest.param("无线蓝牙耳机 黑色", "无线蓝牙耳机 白色", False, id="zh: another colour"),
    ],
)
def test_titles_are_compared_as_the_index_reads_them(one: str, other: str, same: bool) -> None:
    brand = Brand.objects.create(key="sonar", name_en="Sonar", name_zh="声纳")
    field = "title_zh" if ord(one[0]) > 255 else "title_en"
    for sku, title in (("A", one), ("B", other), ("C", one)):
        add_product(sku, **{field: title}, brand=None if sku == "C" else brand)
    index_all()
    snapshot = live_state().snapshot
    first, second, unbranded = (snapshot.ordinals([Product.objects.get(sku=sku).pk])[0] for sku in ("A", "B", "C"))
    groups = offer_groups(snapshot)
    assert bool(groups[first] != ALONE and groups[first] == groups[second]) is same
    assert groups[unbranded] == ALONE
