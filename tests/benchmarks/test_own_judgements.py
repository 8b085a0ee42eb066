"""Our own grades: read apart from the published ones, and what is left to judge is found without a trace of systems."""

from pathlib import Path

import pytest

from benchmarks.chorus import JudgedQuery
from benchmarks.own_judgements import COLUMNS, OwnJudgements, list_unjudged, read_own, weighted_kappa
from benchmarks.pool_unjudged import make_sheet, write_sheet

QUERIES = [JudgedQuery("7", "wireless mouse", {1: 3}), JudgedQuery("8", "无线鼠标", {2: 3})]
PRODUCTS = {
    3: {"id": "3", "title": "Mouse\tM1", "supplier": "Acme", "attr_t_product_type": "Mouse", "price": 1999},
    4: {"id": "4", "name": "B-2", "short_description": "A bag", "attr_t_product_colour": "Black", "attr_n_weight": 0.4},
    5: {"id": "5", "title": "无线鼠标", "attr_t_product_type": "Mouse"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.tsv"
    rows = [COLUMNS, ("7", "3", "2", "3", "3"), ("7", "4", "0", "0", ""), ("8", "5", "1", "", "1")]
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_only_final_grades_count_and_only_double_ones_are_compared(file: Path) -> None:
    own = read_own(file)
    assert own.final == {"7": {3: 3}, "8": {5: 1}}
    assert own.pairs == ((2, 3), (0, 0))
    assert own.count == 2


def test_no_file_is_no_judgement(tmp_path: Path) -> None:
    assert read_own(tmp_path / "none.tsv").count == 0


def test_a_grade_that_is_none_is_named(file: Path) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write("8\t6\t7\t1\t1\n")
    with pytest.raises(ValueError, match="line 5: a grade is 0 to 3"):
        read_own(file)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 0), (3, 3), (1, 1)], 1.0),
        ([(0, 3), (3, 0)], -1.0),
        ([(0, 0), (0, 3), (3, 0), (3, 3)], 0.0),
        ([], 0.0),
        ([(2, 2), (2, 2)], 1.0),
    ],
    ids=["same", "opposite", "chance", "none", "one grade only"],
)
def test_kappa(pairs: list[tuple[int, int]], expected: float) -> None:
    assert weighted_kappa(pairs) == pytest.approx(expected)


def test_a_near_miss_costs_less_than_a_far_one() -> None:
    near, far = [(0, 0), (3, 2), (3, 3)], [(0, 0), (3, 0), (3, 3)]
    assert weighted_kappa(near) > weighted_kappa(far)


def test_what_any_run_shows_and_nobody_judged_is_pooled_once() -> None:
    own = OwnJudgements({"7": {4: 0}}, ())
    rankings = {"ours": [[1, 3, 4], [2, 5]], "theirs": [[3, 1], [5]]}
    assert sorted(list_unjudged(rankings, QUERIES, own)) == [("7", 3), ("8", 5)]
    assert list_unjudged(rankings, QUERIES, own, depth=1) == [("7", 3), ("8", 5)]


def test_the_sheet_is_blind_and_the_same_whoever_brought_a_product(tmp_path: Path) -> None:
    pairs = [("7", 3), ("7", 4), ("8", 5)]
    rows = make_sheet(pairs, QUERIES, PRODUCTS)
    assert rows == make_sheet(list(reversed(pairs)), QUERIES, PRODUCTS)
    assert [row["query_id"] for row in rows] == ["7", "7", "8"]
    by_id = {row["product_id"]: row for row in rows}
    assert by_id["3"]["title"] == "Mouse M1"
    assert by_id["3"]["price"] == "19.99"
    assert by_id["4"]["attributes"] == "product colour: Black; weight: 0.4"
    write_sheet(rows, tmp_path / "sheet.tsv")
    lines = (tmp_path / "sheet.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert all(line.count("\t") == lines[0].count("\t") for line in lines)


def test_the_second_pass_is_ordered_by_kind_of_product() -> None:
    rows = make_sheet([("7", 3), ("7", 4), ("8", 5)], QUERIES, PRODUCTS, order="product")
    assert [row["type"] for row in rows] == ["", "Mouse", "Mouse"]
