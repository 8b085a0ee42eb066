"""Groups to read: the query's own product first, near ones and look-alikes after it, each with its share."""

import random

from feedback.trainers.facts import OTHER_KIND
from feedback.trainers.pairs import SIZE, make_group, reading_versions, stuff
from tests.feedback.trainers.small_shop import PRODUCTS, make_book

TEXTS = [next(iter(product.titles.values())) for product in PRODUCTS]


def test_a_group_starts_with_what_was_asked_for_and_holds_less_fitting_products():
    random_ = random.Random(2)
    groups = [make_group(make_book(), TEXTS, ("en",), random_) for _ in range(30)]
    assert all(len(group.texts) == len(group.grades) == SIZE for group in groups)
    assert all(group.grades[0] == 1 for group in groups)
    assert sum(min(group.grades) < 0.5 for group in groups) > 25


def test_a_stuffed_title_repeats_the_query_and_is_graded_as_another_kind():
    random_ = random.Random(4)
    groups = [make_group(make_book(), TEXTS, ("en", "zh"), random_) for _ in range(200)]
    stuffed = [group for group in groups if group.texts[-1] not in TEXTS]
    assert 4 <= len(stuffed) <= 40
    assert all(group.query in group.texts[-1] and group.grades[-1] <= OTHER_KIND for group in stuffed)
    assert "鼠标" in stuff("desk lamp", "鼠标", random_)


def test_every_product_is_read_once_a_language():
    assert [len(version) for version in reading_versions(PRODUCTS)] == [len(PRODUCTS)]
    assert reading_versions(PRODUCTS)[0][2] == "HP Notebook case Black"
