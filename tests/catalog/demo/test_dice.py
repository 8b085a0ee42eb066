"""Chance that is the same everywhere."""

from catalog.demo.dice import Dice


def test_the_numbers_are_pinned() -> None:
    """If these change, every demo catalog in the world changes: do it on purpose only."""
    dice = Dice("demo", "kettle", 3)
    assert [dice.number(0, 999) for _ in range(5)] == [762, 594, 17, 27, 969]


def test_different_seeds_differ() -> None:
    assert Dice("a").fraction() != Dice("b").fraction()


def test_ranked_follows_the_tier() -> None:
    dice = Dice("tiers")
    cheap = sum(dice.ranked([1, 2, 3, 4], 0.05) for _ in range(200))
    dear = sum(dice.ranked([1, 2, 3, 4], 0.95) for _ in range(200))
    assert cheap < 300
    assert dear > 600


def test_shuffled_keeps_everything() -> None:
    assert sorted(Dice("x").shuffled(range(50))) == list(range(50))
