"""What a product's reviews say together: how many praise and blame each aspect, and the clauses that say it best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.opinions.aspects import AspectOpinion
from catalog.opinions.sentiment import is_negative, is_positive

WHOLE = ""  # the aspect key of the product as a whole
QUOTES_OF_A_KIND = 3
# A quote must say something, and fit on two lines.
SHORTEST_QUOTE, LONGEST_QUOTE = 3, 220
# A product without reviews is worth the shop's mean; each review then counts as one against so many.
PRIOR_REVIEWS = 10
# The shop's mean where nothing is judged yet: what shoppers give on average, 4 of 5 stars.
FIRST_MEAN = 0.8


@dataclass(frozen=True, slots=True)
class JudgedReview:
    """`sentiment` is of title and text together; `aspects` count in the text (Review.body) alone."""

    review_id: int
    rating: int
    locale: str
    created_at: datetime
    sentiment: float
    aspects: tuple[AspectOpinion, ...]

    @property
    def feeling(self) -> int:
        """1 contented, -1 not, 0 neither. The text decides; where it does not, the stars do."""
        if is_positive(self.sentiment):
            return 1
        if is_negative(self.sentiment):
            return -1
        return (self.rating >= 4) - (0 < self.rating <= 2)


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters [start, end) of the body of one review."""

    review_id: int
    start: int
    end: int
    positive: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """`positive` and `negative` are reviews, each counted once an aspect; those that say neither are not counted."""

    aspect: str
    positive: int
    negative: int
    quotes: tuple[Quote, ...] = ()


def summarise(reviews: Sequence[JudgedReview]) -> list[Summary]:
    """The whole product first, then its aspects, the most mentioned first."""
    feelings = [review.feeling for review in reviews]
    whole = Summary(WHOLE, feelings.count(1), feelings.count(-1))
    said: dict[str, list[tuple[JudgedReview, AspectOpinion]]] = {}
    for review in reviews:
        for opinion in review.aspects:
            said.setdefault(opinion.aspect, []).append((review, opinion))
    parts = [_summarise_aspect(aspect, pairs) for aspect, pairs in said.items()]
    kept = [part for part in parts if part.positive + part.negative]
    return [whole, *sorted(kept, key=lambda part: (-part.positive - part.negative, part.aspect))]


def _summarise_aspect(aspect: str, said: Sequence[tuple[JudgedReview, AspectOpinion]]) -> Summary:
    of_review: dict[int, list[float]] = {}
    for review, opinion in said:
        of_review.setdefault(review.review_id, []).append(opinion.sentiment)
    means = [sum(found) / len(found) for found in of_review.values()]
    quotes = (quote for positive in (True, False) for quote in choose_quotes(said, positive=positive))
    return Summary(aspect, sum(map(is_positive, means)), sum(map(is_negative, means)), tuple(quotes))


def choose_quotes(said: Iterable[tuple[JudgedReview, AspectOpinion]], *, positive: bool) -> list[Quote]:
    """The clearest, newest clauses, one a review, the languages in turn: shoppers of both find one to read."""
    decided = is_positive if positive else is_negative
    fitting = [
        (review, opinion)
        for review, opinion in said
        if decided(opinion.sentiment) and SHORTEST_QUOTE <= opinion.end - opinion.start <= LONGEST_QUOTE
    ]
    fitting.sort(key=lambda pair: (round(abs(pair[1].sentiment - 0.5), 1), pair[0].created_at), reverse=True)
    places: dict[str, int] = {}
    ranked, used = [], set()
    for review, opinion in fitting:
        if review.review_id not in used:
            used.add(review.review_id)
            language = review.locale[:2]
            places[language] = places.get(language, 0) + 1
            ranked.append((places[language], Quote(review.review_id, opinion.start, opinion.end, positive)))
    ranked.sort(key=lambda pair: pair[0])
    return [quote for _, quote in ranked[:QUOTES_OF_A_KIND]]


def product_sentiment(positive: int, negative: int, shop_mean: float) -> float:
    """The chance that a review of this product is a contented one, with the shop's mean as a Bayesian prior."""
    return (positive + PRIOR_REVIEWS * shop_mean) / (positive + negative + PRIOR_REVIEWS)
