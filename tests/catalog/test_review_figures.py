"""What a bulk acceptance would cost, and whether machines learn: from people's decisions, with honest intervals."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Product, Proposal
from catalog.proposals import accept_above
from catalog.review.figures import expect_error, learning_curve, precision_by_band, wilson_interval
from tests.catalog.proposed_values import propose
from tests.shop import add_attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_user("mei")


def add_rows(count, confidence, *, right=None, attribute="colour", first=0):
    """Proposals of as many products; with `right` decided one by one, that many accepted and the others rejected."""
    start = timezone.now() - timedelta(days=1)
    for number in range(count):
        product = Product.objects.create(sku=f"{attribute}-{confidence}-{right}-{first + number}", title_en="Black")
        row = propose(product, attribute, "Black", "Black", confidence=confidence)
        if right is not None:
            status = "accepted" if number < right else "rejected"
            moment = start + timedelta(seconds=first + number)
            Proposal.objects.filter(pk=row.pk).update(status=status, decided_at=moment)


def test_nothing_to_accept():
    figures = expect_error("colour", 0.9)
    assert (figures.values, figures.error, figures.decisions) == (0, 0.0, 0)


def test_without_decisions_the_promise_counts_and_the_interval_is_wide():
    add_rows(20, 0.9)
    figures = expect_error("colour", 0.85)
    assert figures.values == 20
    assert figures.error == pytest.approx(0.1)
    assert (figures.low < 0.02, figures.high > 0.2, figures.decisions) == (True, True, 0)


@pytest.mark.parametrize(
    ("right", "low", "high"),
    [
        pytest.param(40, 0.0, 0.03, id="better than promised"),
        pytest.param(20, 0.35, 0.5, id="half of them wrong"),
    ],
)
def test_decisions_at_that_confidence_correct_the_promise(right, low, high):
    add_rows(20, 0.9)
    without = expect_error("colour", 0.85)
    add_rows(40, 0.91, right=right)
    figures = expect_error("colour", 0.85)
    assert figures.decisions == 40
    assert low <= figures.error <= high
    assert figures.low <= figures.error <= figures.high
    assert figures.high - figures.low < 0.3
    assert (figures.error < without.error) == (right == 40)


def test_decisions_about_uncertain_values_say_nothing_about_certain_ones():
    add_rows(20, 0.96)
    before = expect_error("colour", 0.9)
    add_rows(30, 0.4, right=5)
    add_rows(30, 0.96, right=0, attribute="size")
    assert expect_error("colour", 0.9) == before


def test_what_was_accepted_in_bulk_is_no_proof(user):
    add_rows(30, 0.96)
    before = expect_error("colour", 0.9)
    accept_above("colour", 0.9, user=user)
    add_rows(30, 0.96, first=100)
    assert expect_error("colour", 0.9) == before


def test_precision_by_band():
    add_rows(10, 0.4, right=5)
    add_rows(8, 0.96, right=8)
    low, high = precision_by_band("colour")
    assert (low.low, low.high, low.decisions, low.right, low.precision) == (0.3, 0.5, 10, 5, 0.5)
    assert (high.low, high.high, high.precision, high.precision_high) == (0.95, 0.97, 1.0, 1.0)
    assert 0.6 < high.precision_low < 0.7
    assert precision_by_band("size") == []
    assert len(precision_by_band()) == 2


def test_an_edited_value_was_proposed_wrongly():
    add_rows(4, 0.8, right=4)
    Proposal.objects.filter(pk__in=list(Proposal.objects.values_list("pk", flat=True)[:1])).update(edited_value="Grey")
    (band,) = precision_by_band("colour")
    assert (band.decisions, band.right) == (4, 3)


def test_the_learning_curve_is_in_the_order_of_decisions():
    add_attribute("colour")
    add_rows(40, 0.7, right=0)
    add_rows(40, 0.8, right=40, first=40)
    points = learning_curve("colour")
    assert [point.decisions for point in points] == list(range(10, 81, 10))
    assert [point.accepted for point in points] == [0.0] * 4 + [1.0] * 4
    assert points[0].promised == pytest.approx(0.7)
    assert points[-1].promised == pytest.approx(0.8)
    assert learning_curve("size") == []


@pytest.mark.parametrize(
    ("count", "ends"),
    [
        pytest.param(9, [], id="too few"),
        pytest.param(10, [10], id="one point"),
        pytest.param(29, [14, 29], id="uneven"),
        pytest.param(410, [410 * n // 20 for n in range(1, 21)], id="at most twenty"),
    ],
)
def test_a_point_of_the_curve_is_at_least_ten_decisions(count, ends):
    add_rows(count, 0.7, right=count)
    assert [point.decisions for point in learning_curve()] == ends


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        pytest.param(0, 0, 0.0, 1.0, id="nothing known"),
        pytest.param(10, 10, 0.722, 1.0, id="all right"),
        pytest.param(0, 10, 0.0, 0.278, id="all wrong"),
        pytest.param(81, 263, 0.255, 0.366, id="the example of Newcombe 1998"),
    ],
)
def test_wilson(right, total, low, high):
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=1e-3)
