"""Training the matcher: pairs read and made, features in a table, a model that learns, and figures that are right."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from catalog.demo.products import make_products
from catalog.duplicates.likeness import FEATURES, NO_COSINE
from catalog.duplicates.matching import is_variant, read_model, write_model
from catalog.duplicates.offer import Offer, read_facts
from feedback.trainers.matching import (
    choose_threshold,
    f1_interval,
    hide_cosines,
    measure,
    tabulate,
    train_matcher,
)
from feedback.trainers.matching_data import LabelledPair, embedded_text, make_pairs, read_pairs

DEMO = 180


@pytest.fixture(scope="module")
def made() -> dict[str, list[LabelledPair]]:
    return {split: make_pairs(split, count=DEMO) for split in ("train", "valid", "test")}


def test_published_pairs_are_read(tmp_path: Path):
    line = (
        "COL title VAL canon 50 mm lens COL category VAL  COL brand VAL canon COL modelno VAL 2514a002 "
        "COL price VAL 99.5 \t"
        "COL name VAL canon ef lens COL description VAL a lens COL price VAL  \t1\n"
    )
    (tmp_path / "Set").mkdir()
    (tmp_path / "Set" / "test.txt.gz").write_bytes(gzip.compress(line.encode()))
    (pair,) = read_pairs(tmp_path, "Set", "test")
    assert pair.same
    assert pair.first == Offer(titles={"en": "canon 50 mm lens"}, brand="canon", price=99.5, codes=("2514a002",))
    assert pair.second == Offer(titles={"en": "canon ef lens"}, descriptions={"en": "a lens"})
    assert embedded_text(pair.second) == "canon ef lens a lens"


def test_made_pairs_are_chinese_of_both_kinds_and_always_the_same(made):
    assert made["test"] == make_pairs("test", count=DEMO)
    for pairs in made.values():
        assert {pair.same for pair in pairs} == {True, False}
        assert all("zh" in pair.first.titles for pair in pairs)
    assert any("en" in pair.second.titles for pair in made["train"])


def test_no_type_of_product_is_in_two_splits(made):
    types = {product.row["titles"]["zh"]: product.type.key for product in make_products(DEMO)}
    found = [{types[t] for p in pairs if (t := p.first.titles["zh"]) in types} for pairs in made.values()]
    assert all(found)
    assert sum(map(len, found)) == len(set().union(*found))


def test_variants_are_among_what_is_no_duplicate(made):
    negatives = [pair for pair in made["train"] if not pair.same]
    assert any(is_variant(read_facts(pair.first), read_facts(pair.second)) for pair in negatives)


def test_a_matcher_learns_and_serves_without_its_trainer(made, tmp_path):
    tables = {split: tabulate(pairs) for split, pairs in made.items()}
    model = train_matcher(tables["train"], tables["valid"], encoder="none", trees=60)
    write_model(model, tmp_path / "m.npz")
    test, read = tables["test"], read_model(tmp_path / "m.npz")
    scores = read.predict(test.features)
    assert scores == pytest.approx(model.predict(test.features))
    plain = measure(test.labels, test.jaccard >= choose_threshold(tables["valid"], tables["valid"].jaccard))
    learned = measure(test.labels, scores >= read.suggest_at)
    assert learned.f1 > max(plain.f1, 0.8)
    assert read.about["pairs"] == {"demo-zh": len(made["train"])}


def test_the_trees_are_evaluated_as_lightgbm_does(made):
    lightgbm = pytest.importorskip("lightgbm")
    from catalog.duplicates.matching import build_model  # noqa: PLC0415
    from feedback.trainers.matching import flatten_tree  # noqa: PLC0415

    table = tabulate(made["train"])
    data = lightgbm.Dataset(table.features.astype(np.float64), table.labels)
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "use_missing": False}, data, num_boost_round=10)
    trees = [flatten_tree(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]
    model = build_model({"suggest_at": 0.5, "encoder": ""}, trees)
    assert model.predict(table.features) == pytest.approx(booster.predict(table.features), abs=1e-4)


def test_hidden_cosines_are_unknown_and_the_others_stay():
    features = np.zeros((100, len(FEATURES)), np.float32)
    place = FEATURES.index("cosine")
    assert (hide_cosines(features, share=1.0, seed=1)[:, place] == NO_COSINE).all()
    some = hide_cosines(features, share=0.3, seed=1)[:, place] == NO_COSINE
    assert 10 < some.sum() < 50
    assert not features.any()


@pytest.mark.parametrize(
    ("labels", "found", "expected"),
    [
        ([1, 1, 0, 0], [1, 0, 1, 0], (0.5, 0.5, 0.5)),
        ([1, 1], [1, 1], (1, 1, 1)),
        ([1, 0], [0, 0], (0, 0, 0)),
        ([0, 0], [0, 0], (0, 0, 0)),
    ],
    ids=["half", "all", "none-found", "none-there"],
)
def test_precision_recall_and_f1(labels, found, expected):
    figures = measure(np.array(labels, bool), np.array(found, bool))
    assert (figures.precision, figures.recall, figures.f1) == pytest.approx(expected)


def test_an_interval_holds_the_figure_and_narrows_with_data():
    labels, found = np.array([1, 1, 0, 0] * 10, bool), np.array([1, 0, 1, 0] * 10, bool)
    low, high = f1_interval(labels, found)
    assert low < 0.5 < high
    wide = high - low
    low, high = f1_interval(np.tile(labels, 30), np.tile(found, 30))
    assert high - low < wide / 3
