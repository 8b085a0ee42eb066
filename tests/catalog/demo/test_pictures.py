"""Pictures are well-formed SVG in the product's colour, and nothing in them can run or be fetched."""

import re

import pytest
from defusedxml import ElementTree

from catalog.demo.material import read_departments, read_vocabulary
from catalog.demo.pictures import PICTURES_DIR, draw_picture

PICTURES = sorted(path.stem for path in PICTURES_DIR.glob("*.svg"))
ALLOWED = {
    "svg", "defs", "radialGradient", "linearGradient", "stop", "rect", "ellipse", "circle", "path", "g", "text"
}  # fmt: skip


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("colour", ["#2f3238", "#f4f2ee", "#cb3a3f"], ids=["black", "white", "red"])
def test_a_picture_is_harmless_well_formed_svg(picture: str, colour: str) -> None:
    root = ElementTree.fromstring(draw_picture(picture, colour))
    assert root.get("viewBox") == "0 0 600 600"
    for element in root.iter():
        assert element.tag.rpartition("}")[2] in ALLOWED
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name or name == "style"]


def test_there_are_many_silhouettes_and_each_is_used() -> None:
    used = {type_.picture for department in read_departments() for type_ in department.types}
    assert len(PICTURES) >= 40
    assert set(PICTURES) == used


def test_the_colour_shows() -> None:
    red, green = (draw_picture("tshirt", read_vocabulary().colours[key].hex) for key in ("red", "green"))
    assert red != green
    assert "#cb3a3f" in red


def test_no_colour_is_left_to_fill_in() -> None:
    for picture in PICTURES:
        assert not re.search(r"\$\w", draw_picture(picture, "#3f74c8")), picture
