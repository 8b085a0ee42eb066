"""Which attribute a number is about, how near values come, and the filters: the same for every way to say it."""

import numpy as np
import pytest
from django.utils import timezone

from catalog.text import normalise
from ranking.contracts import Entity, Filter, NumberNeed
from ranking.language.number_fields import link_numbers, number_distance, to_filters
from ranking.language.numbers import read_numbers
from ranking.retrieval.filters import filter_mask
from tests.ranking.language.small_shop import build_small_shop, small_lexicon


def needs_of(text: str) -> tuple[NumberNeed, ...]:
    return read_numbers(normalise(text), small_lexicon()).needs


def category(key: str) -> Entity:
    return Entity("category", "category", key, key, 0.9)


@pytest.mark.parametrize("text", ["55寸电视", "55 inch tv", "140 cm tv", '55" tv', "1.4 m 电视", "五十五寸电视"])
def test_every_way_to_say_a_size_filters_the_same_products(text: str) -> None:
    snapshot, lexicon = build_small_shop()
    filters = to_filters(link_numbers(needs_of(text), [category("tv")], lexicon))
    assert filters == (Filter("screen", minimum=139.5, maximum=140.5),)
    assert np.flatnonzero(filter_mask(snapshot, filters, now=timezone.now())).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("屏幕140厘米", ("screen",), id="zh name beside it"),
        pytest.param("140 cm wide", ("width",), id="en adjective beside it"),
        pytest.param("宽140厘米的沙发", ("width",), id="zh adjective beside it"),
        pytest.param("16gb memory", ("memory",), id="en name"),
        pytest.param("77 cm", (), id="no product has it"),
        pytest.param("500 mah", (), id="no attribute of the kind"),
    ],
)
def test_words_and_products_choose_the_field(text: str, fields: tuple[str, ...]) -> None:
    (need,) = needs_of(text)
    assert need.fields == fields


def test_the_category_chooses_between_fields() -> None:
    needs = needs_of("140 cm")
    assert set(needs[0].fields) == {"screen", "width"}
    lexicon = small_lexicon()
    assert link_numbers(needs, [category("tv")], lexicon)[0].fields == ("screen",)
    assert link_numbers(needs, [category("furniture")], lexicon)[0].fields == ("width",)
    assert link_numbers(needs, (), lexicon) == needs


def test_the_catalog_decides_whether_16g_is_memory() -> None:
    assert needs_of("16g")[0].dimension == "data"


@pytest.mark.parametrize(
    ("text", "value", "closeness"),
    [
        pytest.param("55 inch", 139.7, 1.0, id="exact"),
        pytest.param("55 inch", 140.0, 1.0, id="same three digits"),
        pytest.param("100 cm", 110.55, 0.5, id="a tenth beyond the bound"),
        pytest.param("under 100", 80.0, 1.0, id="inside"),
        pytest.param("under 100", 110.0, 0.5, id="a tenth over"),
        pytest.param("至少16G", 8.0, 0.04, id="half of the least"),
        pytest.param("55 inch", float("nan"), 0.0, id="unknown"),
    ],
)
def test_closeness_falls_with_distance(text: str, value: float, closeness: float) -> None:
    (need,) = needs_of(text)
    assert number_distance(value, need) == pytest.approx(closeness, abs=0.01)


def test_closeness_of_many_values_at_once() -> None:
    (need,) = needs_of("between 10 and 20 euro")
    found = number_distance(np.array([5.0, 10.0, 15.0, 22.0]), need)
    assert found.shape == (4,)
    assert found[1] == found[2] == 1
    assert found[0] < found[3] < 1


def test_filters_of_ranges_only() -> None:
    needs = needs_of("电视 55寸 两百元以内")
    assert [item.field for item in to_filters(needs)] == ["screen", "price"]
    assert to_filters(needs, targets=False) == (Filter("price", maximum=200.0),)


def test_a_number_no_product_has_gives_no_filter() -> None:
    assert to_filters(needs_of("77 cm tv")) == ()
