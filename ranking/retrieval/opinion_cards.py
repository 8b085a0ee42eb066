"""What customers say of one product, aspect by aspect, for its page: counts, shares and quotes, in two queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.models import AspectSummary, Attribute, ReviewOpinion
from catalog.opinions.aspects import name_aspect, read_inventory
from catalog.opinions.fingerprint import opinion_fingerprint, opinion_version
from catalog.opinions.summary import WHOLE

ASPECTS_SHOWN = 8
# One review is an anecdote; two say something of the product.
LEAST_REVIEWS = 2


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A clause of a review as its writer wrote it."""

    text: str
    positive: bool
    locale: str


@dataclass(frozen=True, slots=True)
class AspectCard:
    """`reviews` is how many praise or blame the aspect, `percent` how many of them praise it."""

    aspect: str
    name: str
    positive: int
    negative: int
    quotes: tuple[QuoteCard, ...]

    @property
    def reviews(self) -> int:
        return self.positive + self.negative

    @property
    def percent(self) -> int:
        return round(100 * self.positive / self.reviews)


@dataclass(frozen=True, slots=True)
class OpinionCards:
    """The whole product (None where too few reviews say anything) and its aspects, the most mentioned first."""

    whole: AspectCard | None
    aspects: tuple[AspectCard, ...]

    def __bool__(self) -> bool:
        return bool(self.aspects)


def load_opinion_cards(product_id: int, *, locale: str) -> OpinionCards:
    """The cards in this language, quotes in it first; a review that changed since it was read is not quoted."""
    rows = [
        row
        for row in AspectSummary.objects.filter(product_id=product_id)
        if row.positive + row.negative >= LEAST_REVIEWS
    ]
    rows.sort(key=lambda row: (-row.positive - row.negative, row.aspect))
    aspects = [row for row in rows if row.aspect != WHOLE][:ASPECTS_SHOWN]
    names = _load_names(aspects, locale)
    quotes = _load_quotes(aspects)
    cards = tuple(_make_card(row, names.get(row.aspect, ""), quotes, locale) for row in aspects)
    whole = next((row for row in rows if row.aspect == WHOLE), None)
    return OpinionCards(
        _make_card(whole, "", {}, locale) if whole else None, tuple(card for card in cards if card.name)
    )


def _make_card(
    row: AspectSummary, name: str, quotes: Mapping[tuple[int, int, int], QuoteCard], locale: str
) -> AspectCard:
    found = [quotes[place] for place in map(_place, _own_quotes(row)) if place in quotes]
    found.sort(key=lambda quote: (not quote.positive, quote.locale[:2] != locale[:2]))
    return AspectCard(row.aspect, name, row.positive, row.negative, tuple(found))


def _load_quotes(rows: Iterable[AspectSummary]) -> dict[tuple[int, int, int], QuoteCard]:
    """A quote is shown while the review's words are those that were read."""
    version = opinion_version()
    wanted = {_place(quote): bool(quote["positive"]) for row in rows for quote in _own_quotes(row)}
    opinions = ReviewOpinion.objects.filter(review_id__in={place[0] for place in wanted}).select_related("review")
    cards = {}
    for opinion in opinions:
        review = opinion.review
        if opinion.fingerprint != opinion_fingerprint(review.title, review.body, version):
            continue
        for _aspect, _sentiment, start, end in opinion.aspects:
            place = (review.pk, start, end)
            if place in wanted:
                cards[place] = QuoteCard(" ".join(review.body[start:end].split()), wanted[place], review.locale)
    return cards


def _own_quotes(row: AspectSummary) -> Sequence[Mapping[str, Any]]:
    return [quote for quote in row.quotes if "review" in quote]


def _place(quote: Mapping[str, Any]) -> tuple[int, int, int]:
    return quote["review"], quote["start"], quote["end"]


def _load_names(rows: Iterable[AspectSummary], locale: str) -> dict[str, str]:
    """The inventory's names, and for a shop's own attributes theirs."""
    keys = {row.aspect for row in rows}
    names = {key: name_aspect(key, locale) for key in keys if key in read_inventory()}
    for attribute in Attribute.objects.filter(key__in=keys - names.keys()):
        own = [attribute.name_en, attribute.name_zh]
        names[attribute.key] = next(filter(None, reversed(own) if locale.startswith("zh") else own), "")
    return names
