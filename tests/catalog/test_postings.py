"""Postings: which fields hold a term, merging with segments older than the masks, and keys of equal offers."""

import numpy as np
import pytest

from catalog.documents import ProductDocument
from catalog.postings import ALL_FIELDS, FIELD_BITS, MergePart, build_segment, merge_parts, title_key, weigh_terms


def document(product_id: int, **fields: str) -> ProductDocument:
    return ProductDocument(product_id, "i", "e", fields, (), "")


@pytest.mark.parametrize(
    ("term", "fields"),
    [("kettl", ("title", "category")), ("steel", ("description",)), ("水壶", ("title",)), ("sonar", ("brand",))],
    ids=["english", "description", "chinese", "brand"],
)
def test_a_posting_names_the_fields_that_hold_the_term(term: str, fields: tuple[str, ...]) -> None:
    weights = weigh_terms(
        {"title": "Steelo kettle 水壶", "brand": "Sonar", "category": "kettles", "description": "of steel"}
    )
    assert weights[term][1] == sum(FIELD_BITS[field] for field in fields)


def test_merging_keeps_masks_and_reads_a_segment_without_them_as_all_fields() -> None:
    new = build_segment([document(1, title="red kettle"), document(2, description="kettle")])
    old = build_segment([document(3, title="kettle")])
    rows = [(term, ordinals, frequencies, b"") for term, ordinals, frequencies, _masks in old.postings]
    merged, _moves = merge_parts(
        [
            MergePart(7, new.arrays, np.array([0, 1], np.int32), list(new.postings)),
            MergePart(8, old.arrays, np.array([0], np.int32), rows),
        ]
    )
    masks = {term: list(mask) for term, _ordinals, _frequencies, mask in merged.postings}
    assert masks["kettl"] == [FIELD_BITS["title"], FIELD_BITS["description"], ALL_FIELDS]
    assert merged.arrays.title_keys.tolist() == [*new.arrays.title_keys.tolist(), *old.arrays.title_keys.tolist()]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"title": "Steel kettle 1.5 l"}, {"title": "Kettle, STEEL 1.5 L"}, True),
        ({"title": "不锈钢 电热水壶"}, {"title": "电热水壶 不锈钢"}, True),
        ({"title": "Steel kettle", "brand": "Acme"}, {"title": "Steel kettle", "brand": "Bolt"}, False),
        ({"title": "Kettle 1.5 l"}, {"title": "Kettle 1.7 l"}, False),
    ],
    ids=["order-and-case", "chinese", "other-brand", "other-size"],
)
def test_offers_of_the_same_thing_share_a_key(left: dict[str, str], right: dict[str, str], same: bool) -> None:
    assert (title_key(left) == title_key(right)) is same


def test_a_product_without_a_title_is_nobodys_duplicate() -> None:
    assert title_key({"brand": "Acme"}) == 0
