"""Reviews are counted once an aspect, quotes are few and of both languages, and few reviews weigh little."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.opinions.aspects import AspectOpinion
from catalog.opinions.summary import WHOLE, JudgedReview, product_sentiment, summarise

START = datetime(2026, 1, 1, tzinfo=UTC)


def review(
    number: int, sentiment: float, *aspects: tuple[str, float], rating: int = 3, locale: str = "en"
) -> JudgedReview:
    said = tuple(AspectOpinion(key, value, 10 * at, 10 * at + 9) for at, (key, value) in enumerate(aspects))
    return JudgedReview(number, rating, locale, START + timedelta(days=number), sentiment, said)


def test_a_review_counts_once_an_aspect() -> None:
    found = summarise(
        [
            review(1, 0.9, ("battery", 0.9), ("battery", 0.8), ("screen", 0.1)),
            review(2, 0.2, ("battery", 0.1)),
            review(3, 0.9, ("battery", 0.95), ("battery", 0.05)),
        ]
    )
    assert [(part.aspect, part.positive, part.negative) for part in found] == [
        (WHOLE, 2, 1),
        ("battery", 1, 1),
        ("screen", 0, 1),
    ]


@pytest.mark.parametrize(
    ("sentiment", "rating", "feeling"),
    [(0.9, 1, 1), (0.1, 5, -1), (0.5, 5, 1), (0.5, 2, -1), (0.5, 3, 0), (0.5, 0, 0)],
)
def test_stars_decide_where_the_text_does_not(sentiment: float, rating: int, feeling: int) -> None:
    assert review(1, sentiment, rating=rating).feeling == feeling


def test_quotes_are_three_of_a_kind_one_a_review_in_both_languages() -> None:
    english = [review(number, 0.9, ("fit", 0.9), ("fit", 0.95)) for number in range(1, 7)]
    chinese = [review(20, 0.9, ("fit", 0.9), locale="zh")]
    (_, fit) = summarise([*english, *chinese, review(30, 0.1, ("fit", 0.1))])
    good = [quote.review_id for quote in fit.quotes if quote.positive]
    assert len(good) == len(set(good)) == 3
    assert 20 in good
    assert [quote.review_id for quote in fit.quotes if not quote.positive] == [30]


def test_no_reviews_give_the_whole_with_nothing() -> None:
    assert [(part.aspect, part.positive, part.negative) for part in summarise([])] == [(WHOLE, 0, 0)]


def test_few_reviews_stay_near_the_shops_mean() -> None:
    assert product_sentiment(0, 0, 0.8) == 0.8
    assert 0.8 < product_sentiment(1, 0, 0.8) < product_sentiment(100, 0, 0.8) < 1
    assert product_sentiment(0, 1, 0.8) > product_sentiment(0, 100, 0.8) > 0
