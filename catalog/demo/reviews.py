"""What customers say of the demo's products: reviews in both languages that agree with the product's rating."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from catalog.contracts import Locale
from catalog.demo.descriptions import is_true
from catalog.demo.dice import Dice
from catalog.demo.material import parse_sentence, read_toml
from catalog.demo.products import DemoProduct

REVIEWED_SHARE = 0.7
MOST_REVIEWS = 8


@cache
def read_phrases() -> dict[str, Any]:
    return read_toml("reviews")


def mood_of(rating: int) -> str:
    return "good" if rating >= 4 else "fair" if rating == 3 else "poor"


def draw_rating(average: float, dice: Dice) -> int:
    """Near the average, and now and then a dissenting voice, as in real shops."""
    rating = int(average + dice.between(0.0, 1.0)) if dice.chance(0.88) else int(average + dice.between(-1.6, 0.6))
    return min(max(rating, 1), 5)


def make_reviews(product: DemoProduct) -> Iterator[dict[str, Any]]:
    count, average = product.row["rating_count"], product.row["rating_average"]
    dice = Dice("reviews", product.row["sku"])
    if not count or not dice.chance(REVIEWED_SHARE):
        return
    said: set[str] = set()
    for _ in range(min(dice.number(2, MOST_REVIEWS), count)):
        rating = draw_rating(average, dice)
        locale: Locale = "zh" if dice.chance(0.5) else "en"
        lines = choose_lines(product, mood_of(rating), locale, said, dice)
        if lines:
            said |= set(lines)
            yield make_review(product, rating, locale, lines, dice)


def fitting_lines(lines: list[str], product: DemoProduct, said: set[str]) -> list[str]:
    sentences = [parse_sentence(line) for line in lines]
    fitting = [sentence.words.en for sentence in sentences if is_true(sentence, product.facts)]
    return [line for line in fitting if line not in said]


def choose_lines(product: DemoProduct, mood: str, locale: Locale, said: set[str], dice: Dice) -> list[str]:
    """A line about the product and perhaps one about the purchase, none that another customer used before."""
    phrases = read_phrases()
    own = fitting_lines(phrases[product.department.key][f"{mood}_{locale}"], product, said)
    general = fitting_lines(phrases["general"][f"{mood}_{locale}"]["lines"], product, said)
    lines = [dice.pick(own)] if own else []
    return [*lines, dice.pick(general)] if general and (not own or dice.chance(0.6)) else lines


def make_review(product: DemoProduct, rating: int, locale: Locale, lines: list[str], dice: Dice) -> dict[str, Any]:
    phrases = read_phrases()
    nouns = product.type.nouns
    body = " ".join(lines) if locale == "en" else "".join(lines)
    return {
        "sku": product.row["sku"],
        "author": dice.pick(phrases[f"authors_{locale}"]),
        "rating": rating,
        "title": dice.pick(phrases["general"][f"{mood_of(rating)}_{locale}"]["titles"]),
        "body": body.replace("{noun}", nouns.en if locale == "en" else nouns.zh),
        "locale": locale,
        "created_at": f"2025-{dice.number(1, 12):02d}-{dice.number(1, 28):02d}"
        f"T{dice.number(7, 22):02d}:{dice.number(0, 59):02d}:{dice.number(0, 59):02d}Z",
    }
