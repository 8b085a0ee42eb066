"""What customers say of the demo's products: reviews in both languages that agree with the product's rating."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from catalog.contracts import Locale
from catalog.demo.dice import Dice
from catalog.demo.material import read_toml
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
    used: set[str] = set()
    for _ in range(min(dice.number(2, MOST_REVIEWS), count)):
        rating = draw_rating(average, dice)
        locale: Locale = "zh" if dice.chance(0.5) else "en"
        body = write_body(product, mood_of(rating), locale, dice)
        if body in used:
            continue
        used.add(body)
        phrases = read_phrases()
        yield {
            "sku": product.row["sku"],
            "author": dice.pick(phrases[f"authors_{locale}"]),
            "rating": rating,
            "title": dice.pick(phrases["general"][f"{mood_of(rating)}_{locale}"]["titles"]),
            "body": body,
            "locale": locale,
            "created_at": f"2025-{dice.number(1, 12):02d}-{dice.number(1, 28):02d}"
            f"T{dice.number(7, 22):02d}:{dice.number(0, 59):02d}:{dice.number(0, 59):02d}Z",
        }


def write_body(product: DemoProduct, mood: str, locale: Locale, dice: Dice) -> str:
    phrases = read_phrases()
    noun: str = getattr(product.type.nouns, locale)
    own = phrases[product.department.key][f"{mood}_{locale}"]
    general = phrases["general"][f"{mood}_{locale}"]["lines"]
    lines = [dice.pick(own)] + ([dice.pick(general)] if dice.chance(0.6) else [])
    if locale == "en":
        return " ".join(lines).replace("{noun}", noun)
    return "".join(lines).replace("{noun}", noun)
