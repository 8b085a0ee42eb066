"""Colour names in both languages show a colour; what is no colour shows its name."""

import pytest

from ranking.storefront.swatches import colour_of


@pytest.mark.parametrize(
    ("one", "other"),
    [("Black", "黑色"), ("Navy", "藏青色"), ("Sage", "鼠尾草绿"), ("Lilac", "丁香紫"), ("rose-gold", "玫瑰金")],
)
def test_the_same_colour_in_both_languages(one: str, other: str) -> None:
    assert colour_of(one) == colour_of(other) != ""


@pytest.mark.parametrize("name", ["", "256 GB", "Paisley"])
def test_other_names_have_no_colour(name: str) -> None:
    assert colour_of(name) == ""
