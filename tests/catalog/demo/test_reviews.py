"""Reviews exist in both languages, agree with the product's rating and fit the product."""

import re
from collections import Counter
from typing import Any

import pytest

from catalog.demo.material import parse_sentence, read_departments
from catalog.demo.products import DemoProduct
from catalog.demo.reviews import make_reviews, read_phrases

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def reviews(demo_products: list[DemoProduct]) -> list[tuple[DemoProduct, dict[str, Any]]]:
    return [(product, review) for product in demo_products for review in make_reviews(product)]


def test_a_good_share_of_products_is_reviewed(
    demo_products: list[DemoProduct], reviews: list[tuple[DemoProduct, dict[str, Any]]]
) -> None:
    reviewed = Counter(review["sku"] for _, review in reviews)
    assert len(reviewed) > len(demo_products) / 2
    assert max(reviewed.values()) <= 8


def test_a_review_is_in_the_language_it_says(reviews: list[tuple[DemoProduct, dict[str, Any]]]) -> None:
    assert {review["locale"] for _, review in reviews} == {"en", "zh"}
    for _, review in reviews:
        for text in (review["title"], review["body"]):
            assert bool(HAN.search(text)) == (review["locale"] == "zh"), review


def test_stars_follow_the_average(reviews: list[tuple[DemoProduct, dict[str, Any]]]) -> None:
    loved = [review["rating"] for product, review in reviews if product.row["rating_average"] >= 4.6]
    mixed = [review["rating"] for product, review in reviews if product.row["rating_average"] <= 3.7]
    assert sum(loved) / len(loved) > sum(mixed) / len(mixed) + 0.6


def test_there_are_never_more_reviews_than_ratings(reviews: list[tuple[DemoProduct, dict[str, Any]]]) -> None:
    counts = Counter(product.row["sku"] for product, _ in reviews)
    for product, _ in reviews:
        assert counts[product.row["sku"]] <= product.row["rating_count"]


def test_no_placeholder_is_left(reviews: list[tuple[DemoProduct, dict[str, Any]]]) -> None:
    assert not [review for _, review in reviews if "{" in review["body"]]


def test_the_same_product_gets_the_same_reviews(demo_products: list[DemoProduct]) -> None:
    assert list(make_reviews(demo_products[7])) == list(make_reviews(demo_products[7]))


def test_no_customer_repeats_another_of_the_same_product(reviews: list[tuple[DemoProduct, dict[str, Any]]]) -> None:
    bodies = Counter((review["sku"], review["body"]) for _, review in reviews)
    assert max(bodies.values()) == 1


def test_lines_name_product_types_of_their_department() -> None:
    keys = {department.key: {type_.key for type_ in department.types} for department in read_departments()}
    phrases = read_phrases()
    for department, known in keys.items():
        for lines in phrases[department].values():
            for line in lines:
                for condition in parse_sentence(line).conditions:
                    assert set(condition.values) <= known, line
