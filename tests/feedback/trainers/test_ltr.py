"""Learning to rank: the table, the training, and that serving computes what LightGBM would."""

import json
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from feedback.trainers import ltr
from feedback.trainers.ltr import cross_validate, train_model, write_model
from feedback.trainers.ltr_table import UNJUDGED, BadTable, RankTable, collect_table, read_table, write_table
from ranking.contracts import Hit, ProductCard
from ranking.rank_model import build_model

QUERIES, PRODUCTS = 12, 20


def make_table(*, noise: float = 0.1, seed: int = 3) -> RankTable:
    """`bm25` tells the grade, `dense` a little, `luck` nothing; a quarter is unjudged. English and Chinese queries."""
    chooser = np.random.default_rng(seed)
    count = QUERIES * PRODUCTS
    columns = chooser.random((count, 3)).astype(np.float32)
    worth = columns[:, 0] + 0.3 * columns[:, 1] + noise * chooser.standard_normal(count)
    labels = np.digitize(worth, [0.5, 0.8, 1.1]).astype(np.int64)
    labels[chooser.random(count) < 0.25] = UNJUDGED
    names = sorted(("耳机" if n % 2 else "headphones") + f" {n:02}" for n in range(QUERIES))
    query_ids = tuple(name for name in names for _ in range(PRODUCTS))
    return RankTable(
        ("bm25", "dense", "luck"), query_ids, tuple(f"{n % PRODUCTS:02}" for n in range(count)), labels, columns
    )


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    table = make_table()
    for name in ("rows.tsv", "rows.tsv.gz"):
        write_table(table, tmp_path / name)
        read = read_table(tmp_path / name)
        assert (read.features, read.query_ids, read.product_ids) == (table.features, table.query_ids, table.product_ids)
        assert np.array_equal(read.labels, table.labels)
        assert np.allclose(read.columns, table.columns, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("query_id\tproduct_id\tlabel\nq\t1\t2\n", "a column for each part"),
        ("query_id\tlabel\tbm25\nq\t1\t0.5\n", "needs query_id, product_id, label"),
        ("query_id\tproduct_id\tlabel\tbm25\nq\t1\t2\t0.5\nq\t2\thigh\t0.5\n", "Line 3"),
        ("query_id\tproduct_id\tlabel\tbm25\nq\t1\t2\tnan\n", "finite"),
        ("query_id\tproduct_id\tlabel\tbm25\nq\t1\t99\t0.5\n", "0 to 30"),
        ("query_id\tproduct_id\tlabel\tbm25\nq\t1\t2\n", "Line 2"),
    ],
    ids=["no parts", "no product", "label", "not finite", "grade", "short row"],
)
def test_a_bad_table_is_refused_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=reason):
        read_table(path)


def test_hits_become_rows_with_their_grades() -> None:
    def hit(product_id: int, **parts: float) -> Hit:
        card = ProductCard(product_id, "", "", "", "", "", "", "", None, None, "", True, None, 0, "")
        return Hit(product_id, 1, 0.0, parts, (), card)

    table = collect_table([("电视", [hit(7, bm25=1.0, dense=0.5), hit(8, bm25=0.25)], {7: 3})], ("bm25", "dense"))
    assert (table.query_ids, table.product_ids, table.labels.tolist()) == (("电视", "电视"), ("7", "8"), [3, UNJUDGED])
    assert table.columns.tolist() == [[1.0, 0.5], [0.25, 0.0]]


def test_the_model_learns_the_order_and_says_what_it_was_trained_on() -> None:
    table = make_table()
    document = train_model(table)
    scores = build_model(document).predict(table.columns)
    judged = table.labels >= 0
    assert np.corrcoef(scores[judged], table.labels[judged])[0, 1] > 0.7
    assert document["features"] == ["bm25", "dense", "luck"]
    assert document["about"]["queries"] == QUERIES
    assert document["about"]["judged"] == judged.sum()


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        write_model(train_model(make_table()), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_greater_part_never_lowers_a_product() -> None:
    model = build_model(train_model(make_table(noise=1.0)))
    chooser = np.random.default_rng(4)
    low = chooser.random((500, 3)).astype(np.float32)
    high = np.minimum(low + chooser.random((500, 3)) * chooser.integers(0, 2, (500, 3)), 1).astype(np.float32)
    assert (model.predict(high) >= model.predict(low) - 1e-9).all()


def test_serving_computes_what_lightgbm_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    boosters = []
    train = lightgbm.train

    def remember(*arguments: object, **options: object) -> lightgbm.Booster:
        boosters.append(train(*arguments, **options))
        return boosters[-1]

    monkeypatch.setattr(lightgbm, "train", remember)
    table = make_table()
    model = build_model(train_model(table, parameters={**ltr.PARAMETERS, "num_leaves": 31, "min_data_in_leaf": 2}))
    fresh = np.random.default_rng(5).random((400, 3)).astype(np.float32)
    for columns in (table.columns, fresh):
        assert np.allclose(model.predict(columns), boosters[0].predict(columns.astype(np.float64)), atol=1e-9)


def test_what_nobody_judged_may_be_left_out() -> None:
    assert train_model(make_table(), unjudged_weight=0.0)["about"]["rows"] == (make_table().labels >= 0).sum()


def test_without_two_grades_in_any_query_there_is_nothing_to_learn() -> None:
    table = make_table()
    flat = RankTable(table.features, table.query_ids, table.product_ids, np.ones_like(table.labels), table.columns)
    for nothing in (flat, table.choose(np.zeros(len(table.labels), bool))):
        with pytest.raises(BadTable, match="no order to learn"):
            train_model(nothing)


def test_held_out_scores_come_from_models_that_did_not_see_the_query() -> None:
    table = make_table()
    changed = RankTable(table.features, table.query_ids, table.product_ids, table.labels.copy(), table.columns)
    own = np.array([query == table.query_ids[0] for query in table.query_ids])
    changed.labels[own] = 3 - np.maximum(table.labels[own], 0)
    before, after = cross_validate(table), cross_validate(changed)
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before, after)


def test_the_command_writes_a_model_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(make_table(), tmp_path / "rows.tsv")
    call_command("train_ltr", tmp_path / "rows.tsv", tmp_path / "ltr.json", trees=5)
    document = json.loads((tmp_path / "ltr.json").read_text())
    assert len(document["trees"]) == 5
    assert "bm25, dense, luck" in capsys.readouterr().out
    with pytest.raises(CommandError, match="missing.tsv"):
        call_command("train_ltr", tmp_path / "missing.tsv", tmp_path / "ltr.json")
