"""Model numbers by their shape, and what the catalog says of them."""

import pytest

from ranking.language.model_numbers import find_models, looks_like_model
from ranking.language.pieces import split_pieces


@pytest.mark.parametrize("word", ["dv7-1211ea", "wh-1000xm4", "tn-2110", "rv-197", "ux305ca", "mz-76e500", "b07xyz12"])
def test_model_numbers_are_recognised(word: str) -> None:
    assert looks_like_model(word)


@pytest.mark.parametrize(
    "word",
    [
        "1080p", "4k", "5g", "ddr4", "usb3", "usb-c", "mp3", "a4", "wifi6", "802.11ac", "h.264", "iphone15", "3xl",
        "2-in-1", "4-pack", "18x18", "s23+", "ip67", "cat6", "70s", "spf50", "ps5", "keyboard", "2024",
    ],
)  # fmt: skip
def test_standards_and_sizes_are_none(word: str) -> None:
    assert not looks_like_model(word)


def confidences(text: str, counts: dict[str, int] | None) -> list[float]:
    count = None if counts is None else lambda term: counts.get(term, 0)
    return [
        model.confidence for model in find_models(split_pieces(text), document_count=1000, document_frequency=count)
    ]


def test_the_catalog_makes_a_model_sure() -> None:
    held, unknown = confidences("sonar rv-197", {"rv197": 1}), confidences("sonar rv-197", {})
    assert held > confidences("sonar rv-197", None) > unknown
    assert held == [0.95]


def test_a_code_that_many_products_share_is_no_model() -> None:
    assert confidences("xq77z", {"xq77z": 400}) == []
