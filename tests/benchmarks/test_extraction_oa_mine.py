"""Pairs are judged as documented, thresholds keep what they promise, and schemas come from the offers given."""

import pytest

from benchmarks.extraction_oa_mine import (
    Offer,
    TrainedValues,
    as_products,
    best_threshold,
    count_pairs,
    exact,
    make_schemas,
    normalised,
    precise_threshold,
    score_values,
    surest,
)

NAMES = {"brand": "Brand", "net_content": "Net content"}
OFFERS = [
    Offer("tea", "Acme Green Tea, 20 Bags", {"brand": "Acme", "net_content": "20 Bags"}, NAMES),
    Offer("tea", "Bolt Black Tea, 2 Boxes", {"brand": "Bolt", "net_content": "2 Boxes"}, NAMES),
]


@pytest.mark.parametrize(
    ("found", "fold", "counts"),
    [
        ({"brand": ("ACME", 0.9)}, exact, [1, 1, 2]),
        ({"brand": ("Acme", 0.1)}, exact, [0, 0, 2]),
        ({"brand": ("Acme Green", 0.9), "net_content": ("20  bags", 0.9)}, exact, [1, 2, 2]),
        ({"net_content": ("20 bag", 0.9)}, exact, [0, 1, 2]),
        ({"net_content": ("20 bag", 0.9)}, normalised, [1, 1, 2]),
        ({"flavor": ("Green", 0.9)}, exact, [0, 1, 2]),
    ],
    ids=["case", "below the threshold", "blanks", "plural", "plural folded", "not annotated"],
)
def test_pairs_are_right_found_and_annotated(found, fold, counts):
    assert count_pairs(OFFERS[:1], [found], threshold=0.5, fold=fold).tolist() == [counts]


def test_scores_and_their_interval():
    found = [{"brand": ("Acme", 1.0), "net_content": ("20 Bags", 1.0)}, {"brand": ("Tea", 1.0)}]
    scored = score_values(OFFERS, found)
    assert (scored["precision"], scored["recall"]) == (pytest.approx(2 / 3), 0.5)
    assert scored["f1"] == pytest.approx(4 / 7)
    assert scored["f1_low"] <= scored["f1"] <= scored["f1_high"]


def test_thresholds_come_from_the_offers_given():
    found = [{"brand": ("Acme", 0.9)}, {"brand": ("Tea", 0.3)}]
    assert precise_threshold(OFFERS, found) == 0.9
    assert 0.3 < best_threshold(OFFERS, found) <= 0.9
    assert precise_threshold(OFFERS[1:], found[1:]) > 1


def test_a_schema_holds_the_values_of_its_category():
    (product, _) = as_products(OFFERS, make_schemas(OFFERS))
    brand = next(one for one in product.schema.attributes if one.key == "brand")
    assert (brand.names, brand.share, {value.value for value in brand.values}) == (("Brand",), 1.0, {"Acme", "Bolt"})


def test_the_baseline_finds_whole_words_the_longest_first():
    baseline = TrainedValues(OFFERS)
    offer = Offer("tea", "ACME Boltless Tea 20 bags", {}, {})
    assert baseline.find(offer) == {"brand": ("acme", 1.0), "net_content": ("20 bags", 1.0)}


def test_the_surest_value_of_an_attribute_counts():
    assert surest([("brand", "a", 0.2), ("brand", "b", 0.7), ("brand", "c", 0.5)]) == {"brand": ("b", 0.7)}
