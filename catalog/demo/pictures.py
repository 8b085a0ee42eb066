"""Draws a product picture: the type's silhouette (`pictures/*.svg`) in the product's colour on a soft ground."""

import re
from functools import cache
from pathlib import Path
from string import Template

PICTURES_DIR = Path(__file__).parent / "pictures"
FRAME = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600" role="img">'
    '<defs><radialGradient id="ground" cx=".5" cy=".42" r=".75">'
    '<stop offset="0" stop-color="$near"/><stop offset="1" stop-color="$far"/></radialGradient>'
    '<linearGradient id="body" x1="0" y1="0" x2="1" y2="1">'
    '<stop offset="0" stop-color="$l"/><stop offset=".45" stop-color="$c"/><stop offset="1" stop-color="$d"/>'
    "</linearGradient></defs>"
    '<rect width="600" height="600" fill="url(#ground)"/>'
    '<ellipse cx="300" cy="$floor" rx="$spread" ry="20" fill="$shadow" opacity=".35"/>'
    "$shapes</svg>\n"
)
WHITE, BLACK = (255, 255, 255), (18, 22, 30)


def parse_colour(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(code: str, other: tuple[int, int, int], share: float) -> str:
    mixed = (round(own + (to - own) * share) for own, to in zip(parse_colour(code), other, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def shade(code: str) -> dict[str, str]:
    """The colours a silhouette may use: own, lighter, pale, darker, dark, outline, ground and shadow."""
    red, green, blue = parse_colour(code)
    brightness = (299 * red + 587 * green + 114 * blue) // 1000
    bright = brightness > 195
    return {
        "c": code,
        "l": mix(code, WHITE, 0.16 if brightness < 90 else 0.28),
        "p": mix(code, WHITE, 0.55),
        "d": mix(code, BLACK, 0.13 if bright else 0.24),
        "k": mix(code, BLACK, 0.28 if bright else 0.48),
        "near": "#ffffff" if not bright else mix(code, (236, 240, 245), 0.8),
        "far": mix("#e9edf2", parse_colour(code), 0.14) if not bright else "#d3dbe5",
        "shadow": mix("#8a94a3", parse_colour(code), 0.3),
    }


@cache
def read_shapes(picture: str) -> tuple[str, dict[str, str]]:
    """The silhouette and its floor: a first line `<!-- floor 520 spread 150 -->` says where the shadow lies."""
    text = (PICTURES_DIR / f"{picture}.svg").read_text(encoding="utf-8")
    matched = re.match(r"<!-- floor (\d+) spread (\d+) -->\s*", text)
    floor, spread = matched.groups() if matched else ("520", "160")
    shapes = "".join(line.strip() for line in text[matched.end() if matched else 0 :].splitlines())
    return shapes, {"floor": floor, "spread": spread}


def draw_picture(picture: str, colour: str) -> str:
    shapes, ground = read_shapes(picture)
    colours = shade(colour)
    return FRAME.substitute(colours, **ground, shapes=Template(shapes).substitute(colours))
