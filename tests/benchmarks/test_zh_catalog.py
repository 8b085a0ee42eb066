"""The Chinese judged set is whole, and its catalog is read as the importer takes it."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import zh_catalog
from catalog.attribute_book import AttributeBook
from catalog.demo.products import make_products
from catalog.native import read_native

PRODUCT = {
    "id": "77",
    "name": "纯棉四件套",
    "brief": "亲肤透气",
    "category": ["居家", "床品件套"],
    "brand": None,
    "price": "299.00",
    "attributes": {"材质": "100%棉", "尺寸": "1.5米\n1.8米", "温馨提示": "首次使用请清洗", "工艺": " "},
}
needs_litemall = pytest.mark.skipif(
    not zh_catalog.LITEMALL.exists(), reason="needs ../shared/data/litemall beside the project"
)


def test_a_litemall_product_becomes_an_import_row(tmp_path: Path) -> None:
    path = tmp_path / "products.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(PRODUCT) + "\n")
    (row,) = zh_catalog.read_litemall(path)
    product = read_native(row, 1, AttributeBook({}))
    assert (product.sku, product.titles, product.brand) == ("77", {"zh": "纯棉四件套"}, {})
    assert [level["zh"] for level in product.category or ()] == ["居家", "床品件套"]
    assert product.attributes == {"材质": ("100%棉",), "尺寸": ("1.5米 1.8米",)}
    assert [str(variant.price) for variant in product.variants or ()] == ["299.00"]


def test_texts_join_both_languages_and_leave_out_what_a_product_lacks() -> None:
    row = {
        "titles": {"en": "Vacuum flask", "zh": "保温杯"},
        "brand": {},
        "category": [{"en": "Kitchen", "zh": "厨房"}, {"zh": "水具"}],
        "descriptions": {"zh": "保温"},
        "attributes": [
            {"names": {"en": "Volume", "zh": "容量"}, "unit": "ml", "values": [500]},
            {"names": {"zh": "可机洗"}, "values": [True]},
            {"names": {"zh": "防水"}, "values": [False]},
        ],
    }
    text = zh_catalog.text_of(row, 5)
    assert (text.product_id, text.title, text.brand) == (5, "Vacuum flask 保温杯", "")
    assert (text.category, text.attributes.split()) == (
        "Kitchen 厨房 水具",
        ["Volume", "容量", "500", "ml", "可机洗"],
    )


def test_absent_data_ends_a_benchmark_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(zh_catalog, "LITEMALL", tmp_path)
    with pytest.raises(SystemExit) as ending:
        zh_catalog.require_data()
    assert ending.value.code == 0
    assert "Skipped" in capsys.readouterr().out


def test_every_query_is_judged_once_by_known_grades() -> None:
    queries = zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_queries.tsv")
    rows = zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_qrels.tsv")
    assert len(queries) == zh_catalog.DATA["judged_queries"] == len({row["query"] for row in queries})
    assert {row["query_id"] for row in rows} == {row["query_id"] for row in queries}
    assert max(Counter((row["query_id"], row["product_id"]) for row in rows).values()) == 1
    assert {row["final"] for row in rows} == {"0", "1", "2", "3"}


def test_a_final_grade_is_one_of_its_passes_or_between_them() -> None:
    for row in zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_qrels.tsv"):
        passes = sorted(int(row[name]) for name in ("pass1", "pass2") if row[name])
        assert passes[0] <= int(row["final"]) <= passes[-1], row


def test_judged_demo_products_exist() -> None:
    made = {product.row["sku"] for product in make_products()}
    judged = {row["product_id"] for row in zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_qrels.tsv")}
    assert {sku for sku in judged if not sku.isdigit()} <= made


def test_only_queries_made_for_it_have_nothing_right() -> None:
    best: dict[str, int] = {}
    for row in zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_qrels.tsv"):
        best[row["query_id"]] = max(best.get(row["query_id"], 0), int(row["final"]))
    kinds = zh_catalog.read_kinds()
    assert all(grade == 0 for query, grade in best.items() if kinds[query] == "nothing_right")
    without = {query for query, grade in best.items() if grade < 2 and kinds[query] != "nothing_right"}
    # A phone case, in two spellings: the demo sells phones and no cases.
    assert without == {"z075", "z202"}


def test_parity_pairs_are_distinct_and_whole() -> None:
    pairs = zh_catalog.read_pairs()
    assert len(pairs) >= 60
    assert len({pair.zh for pair in pairs}) == len({pair.en for pair in pairs}) == len(pairs)
    assert all(pair.en.isascii() and not pair.zh.isascii() for pair in pairs)


@needs_litemall
def test_the_real_catalog_is_complete_and_every_judged_product_is_in_it() -> None:
    numbers = zh_catalog.number_products()
    assert len(numbers) == zh_catalog.PRODUCTS
    texts = zh_catalog.read_texts()
    assert [text.product_id for text in texts] == list(numbers.values())
    judged = zh_catalog.read_judged()
    assert sum(len(query.judgements) for query in judged) == len(
        zh_catalog.read_table(zh_catalog.JUDGEMENTS / "zh_qrels.tsv")
    )


@needs_litemall
def test_the_importer_takes_every_litemall_row() -> None:
    book = AttributeBook({})
    rows = [read_native(row, number, book) for number, row in enumerate(zh_catalog.read_litemall(), start=1)]
    assert len(rows) == zh_catalog.LITEMALL_PRODUCTS
