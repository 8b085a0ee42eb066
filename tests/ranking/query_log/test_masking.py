"""What may name a person does not reach the log; what names a product does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.query_log.masking import MASK, MOST, fit, mask_query


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Red  LAMP", "red lamp"),
        ("耳機", "耳机"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", MASK),
        ("order for anna@example.com please", f"order for {MASK} please"),
        ("联系我 zhang.wei@qq.com", f"联系我 {MASK}"),
        ("13812345678", MASK),
        ("我的电话 138 1234 5678", f"我的电话 {MASK}"),
        ("+86 138-1234-5678", MASK),
        ("06 12 34 56 78", MASK),
        ("4111 1111 1111 1111 refund", f"{MASK} refund"),
        ("身份证 110101199003078515", f"身份证 {MASK}"),
        ("１３８１２３４５６７８", MASK),
    ],
)
def test_queries_are_folded_and_persons_masked(typed: str, kept: str) -> None:
    assert mask_query(typed) == kept


@pytest.mark.parametrize(
    "query",
    ["iphone 12 13 14 15 16", "hp dv7-1211ea", "1920x1080 monitor", "2026-11-11", "toner 12345678", "55寸 4k 电视"],
)
def test_products_sizes_and_dates_are_kept(query: str) -> None:
    assert mask_query(query) == query


@given(st.text(max_size=600))
def test_any_text_fits_its_column(text: str) -> None:
    characters, size = MOST["query"]
    kept = mask_query(text)
    assert len(kept) <= characters
    assert len(kept.encode()) <= size
    assert "\0" not in kept


@pytest.mark.parametrize("text", ["a\0b", "\ud800x", "x" * 999, "🛋" * 400], ids=["null", "surrogate", "long", "wide"])
def test_what_postgres_refuses_is_left_out(text: str) -> None:
    for name, (characters, size) in MOST.items():
        kept = fit(name, text)
        assert len(kept) <= characters
        assert len(kept.encode()) <= size
