"""The judged catalog is read as published."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import chorus

PRODUCT = {
    "id": "77",
    "name": "X-1",
    "title": "Acme X-1 laptop bag",
    "supplier": "Acme",
    "short_description": "A bag",
    "price": 1999,
    "attr_t_product_type": "Bag",
    "attr_n_weight": 0.4,
    "attr_b_waterproof": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "products.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(PRODUCT) + "\n")
    (tmp_path / "queries.tsv").write_text('query_id\tquery\n1\tlaptop bag\n2\t15" screen\n', encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query_id\tproduct_id\tfinal_0to3\trater1\n1\t77\t3\t3\n", encoding="utf-8")
    return tmp_path


def test_products_give_one_text_by_field(folder: Path) -> None:
    (text,) = chorus.read_texts(folder / "products.jsonl.gz")
    assert (text.product_id, text.brand, text.category, text.attributes) == (77, "Acme", "Bag", "Bag")


def test_queries_keep_quotes_and_meet_their_judgements(folder: Path) -> None:
    first, second = chorus.read_judged(folder)
    assert (first.text, first.judgements) == ("laptop bag", {77: 3})
    assert (second.text, second.judgements) == ('15" screen', {})


def test_queries_from_titles_are_distinct_and_repeatable() -> None:
    texts = [chorus.ProductText(n, f"alpha{n} beta gamma delta epsilon", "", "", "", "") for n in range(50)]
    queries = chorus.title_queries(texts, count=40)
    assert len(set(queries)) == 40
    assert queries == chorus.title_queries(texts, count=40)


def test_the_real_data_is_complete() -> None:
    if not chorus.FOLDER.exists():
        pytest.skip("needs ../shared/data/chorus_icecat beside the project")
    assert len(chorus.read_judged()) == chorus.DATA["judged_queries"]
    assert sum(1 for _ in chorus.read_products()) == chorus.DATA["products"]


def test_absent_data_ends_a_benchmark_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chorus, "FOLDER", tmp_path)
    with pytest.raises(SystemExit) as ending:
        chorus.require_data()
    assert ending.value.code == 0
    assert "Skipped" in capsys.readouterr().out
