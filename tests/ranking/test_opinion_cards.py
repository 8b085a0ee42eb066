"""The product page says what customers say: shares, counts and quotes in the shopper's language, safely."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from catalog.models import AspectSummary, Product, Review, ReviewOpinion
from catalog.opinions.fingerprint import opinion_fingerprint, opinion_version
from ranking.retrieval.opinion_cards import load_opinion_cards
from tests.shop import add_attribute, add_product

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = "The battery is <b>great</b>.", "续航很棒！"


def add_review(product: Product, body: str, locale: str, end: int) -> Review:
    review = Review.objects.create(product=product, rating=5, body=body, locale=locale, created_at=timezone.now())
    ReviewOpinion.objects.create(
        review=review,
        fingerprint=opinion_fingerprint("", body, opinion_version()),
        sentiment=0.9,
        aspects=[["battery", 0.9, 0, end]],
    )
    return review


@pytest.fixture
def lamp() -> Product:
    lamp = add_product("LAMP", "Lamp")
    reviews = [add_review(lamp, ENGLISH, "en", 27), add_review(lamp, CHINESE, "zh", 4)]
    quotes = [
        {"review": review.pk, "start": 0, "end": end, "positive": True}
        for review, end in zip(reviews, (27, 4), strict=True)
    ]
    rows = [("", 30, 12, []), ("battery", 36, 6, quotes), ("noise", 1, 0, [])]
    for aspect, positive, negative, own in rows:
        AspectSummary.objects.create(product=lamp, aspect=aspect, positive=positive, negative=negative, quotes=own)
    return lamp


@pytest.mark.parametrize(
    ("locale", "name", "first"), [("en", "Battery", ENGLISH[:27]), ("zh-hans", "续航", "续航很棒")]
)
def test_cards_speak_the_shoppers_language(lamp: Product, locale: str, name: str, first: str) -> None:
    cards = load_opinion_cards(lamp.pk, locale=locale)
    (battery,) = cards.aspects
    assert (battery.name, battery.percent, battery.reviews) == (name, 86, 42)
    assert battery.quotes[0].text == first
    assert len(battery.quotes) == 2
    assert cards.whole is not None
    assert (cards.whole.percent, cards.whole.reviews) == (71, 42)


def test_a_review_edited_since_is_not_quoted(lamp: Product) -> None:
    Review.objects.filter(locale="en").update(body="Something else entirely, longer than before.")
    (battery,) = load_opinion_cards(lamp.pk, locale="en").aspects
    assert [quote.text for quote in battery.quotes] == ["续航很棒"]


def test_the_shops_own_attributes_have_their_names(lamp: Product) -> None:
    add_attribute("suction", name_en="Suction power", name_zh="吸力")
    AspectSummary.objects.create(product=lamp, aspect="suction", positive=2, negative=0)
    AspectSummary.objects.create(product=lamp, aspect="gone", positive=9, negative=0)
    assert [card.name for card in load_opinion_cards(lamp.pk, locale="zh").aspects] == ["续航", "吸力"]


def test_no_reviews_show_nothing() -> None:
    cards = load_opinion_cards(add_product("NEW", "New").pk, locale="en")
    assert not cards
    assert not render_to_string("storefront/_opinions.html", {"opinions": cards}).strip()


def test_the_section_escapes_what_customers_write(lamp: Product) -> None:
    with translation.override("en"):
        page = render_to_string("storefront/_opinions.html", {"opinions": load_opinion_cards(lamp.pk, locale="en")})
    assert "86% positive, 42 reviews" in page
    assert "&lt;b&gt;great&lt;/b&gt;" in page
    assert "<b>great" not in page
    assert 'lang="zh"' in page
    assert 'width="86"' in page


def test_two_queries_for_a_page(lamp: Product, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        load_opinion_cards(lamp.pk, locale="en")
