"""Facet counts against a count by hand, whatever way they are counted: few documents, many, a value or two each."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from benchmarks.demo_shop import DemoShop, build_demo_shop
from ranking.contracts import Facet, Filter
from ranking.retrieval import attribute_facets, facet_question, facets
from ranking.retrieval.facet_question import FacetQuestion

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    shop = build_demo_shop(600)
    shop.snapshot.vocabulary.labels.update({id_: (key, en, zh) for id_, key, en, zh in shop.value_rows})
    return shop


def ask(shop: DemoShop, share: float, *, fields: tuple[str, ...] | None = None) -> FacetQuestion:
    candidates = np.random.default_rng(3).random(len(shop.snapshot.product_ids)) < share
    return FacetQuestion(shop.snapshot, candidates, (), fields, "en", NOW)


def values_by_hand(shop: DemoShop, document: int) -> list[int]:
    start, end = shop.snapshot.facet_offsets[document : document + 2]
    return shop.snapshot.facet_values[start:end].tolist()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0], ids=["none", "few", "half", "all"])
@pytest.mark.parametrize("at_a_time", [7, 16_384], ids=["many-parts", "one-part"])
def test_values_are_counted_exactly(
    shop: DemoShop, share: float, at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facet_question, "_AT_A_TIME", at_a_time)
    question = ask(shop, share)
    held = question.held_without("")
    by_hand = Counter(
        value for document in np.flatnonzero(question.candidates).tolist() for value in values_by_hand(shop, document)
    )
    assert dict(zip(held.present.tolist(), held.counts[held.present].tolist(), strict=True)) == by_hand
    owners = Counter(int(shop.snapshot.vocabulary.value_attribute[value]) for value in by_hand.elements())
    assert {owner: count for owner, count in enumerate(held.count_owners().tolist()) if count} == owners


def test_pairs_of_an_attribute_name_every_holder(shop: DemoShop) -> None:
    question = ask(shop, 0.5)
    node = shop.snapshot.vocabulary.attributes["colour"]
    holders, values = question.held_without("").pairs_of(node.id)
    by_hand = [
        (document, value)
        for document in np.flatnonzero(question.candidates).tolist()
        for value in values_by_hand(shop, document)
        if shop.snapshot.vocabulary.value_attribute[value] == node.id
    ]
    assert list(zip(holders.tolist(), values.tolist(), strict=True)) == by_hand
    assert by_hand


@pytest.mark.parametrize("few", [0, 10**9], ids=["index-checked", "documents-looked-at"])
@pytest.mark.parametrize("key", ["battery", "weight", "area"])
def test_number_buckets_count_each_document_once(
    shop: DemoShop, few: int, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribute_facets, "FEW_DOCUMENTS", few)
    monkeypatch.setattr(attribute_facets, "MAX_PLAIN_NUMBERS", 2)
    question = ask(shop, 1.0, fields=(key,))
    (facet,) = facets.count_facets(question)
    numbers = shop.snapshot.vocabulary.value_number
    own = shop.snapshot.vocabulary.attributes[key].id
    for value in facet.values:
        low, high = value.minimum, value.maximum
        assert low is not None
        assert high is not None
        found = {
            document
            for document in range(len(question.candidates))
            for held in values_by_hand(shop, document)
            if shop.snapshot.vocabulary.value_attribute[held] == own and low <= numbers[held] <= high
        }
        assert value.count == len(found)
    assert sum(value.count for value in facet.values) > 0


def test_an_attribute_with_two_values_a_document_is_known(shop: DemoShop) -> None:
    attributes = shop.snapshot.vocabulary.attributes
    assert not attribute_facets.is_single_valued(shop.snapshot, attributes["feature"].id)
    assert attribute_facets.is_single_valued(shop.snapshot, attributes["battery"].id)


@pytest.mark.parametrize("spread", [0, 10**9], ids=["sorted", "counted"])
def test_ids_are_counted_alike_however_far_apart(spread: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "MOST_SPREAD", spread)
    ids = np.array([7, -1, 7, 90, 3, 3, 3], np.int64)
    assert facets._count_ids(ids) == {-1: 1, 3: 3, 7: 2, 90: 1}
    assert facets._count_ids(ids[:0]) == {}


def test_a_chosen_brand_narrows_the_other_facets_alone(shop: DemoShop) -> None:
    everything = ask(shop, 1.0)
    brand = next(node for node in shop.snapshot.vocabulary.brands.values())
    chosen = FacetQuestion(
        shop.snapshot, everything.candidates, (Filter("brand", (brand.key,)),), ("brand", "in_stock"), "en", NOW
    )
    own = int(np.count_nonzero(shop.snapshot.brand == brand.id))
    (facet,) = (facet for facet in facets.count_facets(chosen) if facet.field == "brand")
    assert {value.key: value.count for value in facet.values}[brand.key] == own
    assert len(facet.values) > 1
    assert len(chosen.documents_without("")) == own


def test_category_counts_add_up(shop: DemoShop) -> None:
    facet: Facet = next(f for f in facets.count_facets(ask(shop, 1.0)) if f.field == "category")
    assert sum(value.count for value in facet.values) == len(shop.snapshot.product_ids)


@pytest.mark.parametrize("most", [1, 3, 60], ids=["one", "three", "all"])
def test_brands_that_are_not_shown_change_nothing(shop: DemoShop, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    every = next(f for f in facets._count(ask(shop, 1.0)) if f.field == "brand")
    monkeypatch.setattr(facet_question, "MAX_VALUES", most)
    shown = next(f for f in facets._count(ask(shop, 1.0)) if f.field == "brand")
    assert shown.values == every.values[:most]


@pytest.mark.parametrize("together", [1, 5, 65_536], ids=["each", "five", "all"])
def test_single_values_are_seen_whatever_is_checked_together(
    shop: DemoShop, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribute_facets, "CHECKED_TOGETHER", together)
    snapshot = shop.snapshot
    for node in snapshot.vocabulary.attributes.values():
        most = max(
            sum(snapshot.vocabulary.value_attribute[value] == node.id for value in values_by_hand(shop, document))
            for document in range(0, len(snapshot.product_ids), 3)
        )
        if most > 1:
            assert not attribute_facets._check_single(snapshot, node.id)
    every = [attribute_facets._check_single(snapshot, node.id) for node in snapshot.vocabulary.attributes.values()]
    assert True in every
    assert False in every
