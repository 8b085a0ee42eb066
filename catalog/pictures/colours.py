"""The dominant colours of the thing a picture shows: its ground is what touches the border and looks like it.

Colours are compared in CIELAB, where distance is near to what people see (CIE 1976).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.contracts import FoundAttribute, ReadableProduct
from catalog.effective import value_key
from catalog.pictures.decoding import Pixels, fit_square

EXTRACTOR, VERSION = "pictures", "colours-1"
_SIDE = 48
# Farther than this from the border's colours (ΔE) a pixel belongs to the thing.
_GROUND = 14.0
_LEAST_SHARE = 0.2
_MOST = 3
# Middle values of what shops call by these names, sRGB.
NAMED: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((22, 22, 24), (47, 50, 56)), "white": ((250, 250, 250), (240, 238, 232)),
    "grey": ((128, 130, 134), (160, 164, 168), (95, 98, 102)), "silver": ((200, 204, 208),),
    "red": ((200, 30, 40), (165, 30, 35)), "blue": ((40, 95, 190), (80, 140, 210), (20, 30, 235)),
    "navy": ((30, 45, 85),),
    "green": ((50, 140, 75), (90, 130, 80), (35, 85, 60)), "yellow": ((240, 200, 50),), "orange": ((235, 125, 40),),
    "pink": ((240, 170, 185), (225, 120, 160)), "purple": ((120, 75, 160), (160, 130, 190)),
    "brown": ((115, 75, 45), (140, 100, 70)), "beige": ((220, 200, 170), (205, 185, 150)), "gold": ((205, 165, 85),),
    "teal": ((30, 130, 130),),
}  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {
    "black": ("Black", "黑色"), "white": ("White", "白色"), "grey": ("Grey", "Gray", "灰色"),
    "silver": ("Silver", "银色"),
    "red": ("Red", "红色"), "blue": ("Blue", "蓝色"), "navy": ("Navy", "藏青色"), "green": ("Green", "绿色"),
    "yellow": ("Yellow", "黄色"), "orange": ("Orange", "橙色"), "pink": ("Pink", "粉色"), "purple": ("Purple", "紫色"),
    "brown": ("Brown", "棕色"), "beige": ("Beige", "米色"), "gold": ("Gold", "金色"), "teal": ("Teal", "青色"),
}  # fmt: skip
_ATTRIBUTES = ("colour", "color", "颜色")


def dominant_colours(pixels: Pixels) -> list[tuple[str, float]]:
    """[(colour key, share of the thing), …], the largest first; empty where nothing stands out from the ground."""
    lab = to_lab(fit_square(pixels, _SIDE).reshape(-1, 3)).reshape(_SIDE, _SIDE, 3)
    thing = lab[_find_thing(lab)]
    if len(thing) < 0.02 * _SIDE * _SIDE:
        return []
    keys = [key for key, samples in NAMED.items() for _ in samples]
    samples = to_lab(np.array([sample for each in NAMED.values() for sample in each], np.uint8))
    nearest = ((thing[:, None] - samples[None]) ** 2).sum(-1).argmin(1)
    counts: dict[str, float] = {}
    for place, count in zip(*np.unique(nearest, return_counts=True), strict=True):
        counts[keys[place]] = counts.get(keys[place], 0.0) + float(count) / len(thing)
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return [(key, round(share, 3)) for key, share in ranked[:_MOST] if share >= _LEAST_SHARE]


def _find_thing(lab: NDArray[np.float64]) -> NDArray[np.bool_]:
    """bool[side, side]: what does not look like the border, whose colours are the medians of its four sides."""
    side = len(lab)
    parts = (lab[:3].reshape(-1, 3), lab[-3:].reshape(-1, 3), lab[:, :3].reshape(-1, 3), lab[:, -3:].reshape(-1, 3))
    ground = np.stack([np.median(part, axis=0) for part in parts])
    far = np.sqrt(((lab.reshape(-1, 1, 3) - ground[None]) ** 2).sum(-1)).min(1) > _GROUND
    return far.reshape(side, side)


def to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB uint8[n, 3] to CIELAB float64[n, 3] under D65."""
    part = rgb.astype(np.float64) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])], 1)


@dataclass(frozen=True, slots=True)
class ColourHints:
    """The name and version under which these values are kept as evidence."""

    name: str = EXTRACTOR
    version: str = VERSION


def hint_colours(product: ReadableProduct, colours: Sequence[tuple[str, float]]) -> tuple[FoundAttribute, ...]:
    """The colours as implied values of the product's colour attribute, in the words that its category uses; none where
    the catalog says a colour itself, or the category has none. Without a span they are never accepted by themselves.
    """
    attribute = next((each for each in product.schema.attributes if each.key in _ATTRIBUTES), None)
    if attribute is None or product.attributes.get(attribute.key):
        return ()
    known = {value.key: value.value for value in attribute.values}
    found = []
    for colour, share in colours:
        keys = [value_key(word) for word in WORDS[colour]] if colour in WORDS else []
        value = next((known[key] for key in keys if key in known), None)
        if value is not None:
            found.append(
                FoundAttribute(attribute.key, value, "", None, "", round(0.5 * share, 3), EXTRACTOR, VERSION)
            )  # fmt: skip
    return tuple(found)
