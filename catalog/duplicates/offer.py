"""What an offer says, read once for all its comparisons: words, model numbers, quantities, colours, sizes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.contracts import Scalar
from catalog.effective import value_key
from catalog.text import HAN, analyse, normalise
from catalog.units import find_quantities, quantity_token

# What is compared is what a merchandiser would read; the rest of a pasted page says nothing more.
_TITLE, _DESCRIPTION = 400, 1500
_WORD = re.compile(r"[a-z0-9]+(?:[-./_][a-z0-9]+)*")
_PLAIN = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"(?<![a-z0-9.])\d{1,6}(?:\.\d+)?(?![a-z0-9])")
_COLOUR_KEYS = frozenset({"colour", "color", "颜色", "colour-name", "色"})
_SIZE_KEYS = frozenset({"size", "shoe-size", "shoe_size", "尺码", "尺寸", "bed-size", "bed_size", "鞋码"})
_STORAGE_KEYS = frozenset({"storage", "存储容量"})
_CODE_KEYS = frozenset(
    {"mpn", "model", "model-number", "model_number", "modelno", "part-number", "part_number", "gtin", "ean", "upc",
     "isbn", "型号", "货号"}
)  # fmt: skip
_SIZES = re.compile(r"(?<![a-z0-9-])(?:xxs|xs|s|m|l|xl|xxl|xxxl|[2-5]xl)(?![a-z0-9'-])")
# One key a colour, whatever the language; only words that name nothing else in a shop.
COLOUR_WORDS: Mapping[str, str] = {
    "black": "black 黑色 曜石黑 黑", "white": "white 白色 珍珠白 白", "grey": "grey gray 灰色 灰",
    "silver": "silver 银色 银",
    "red": "red 红色 红", "blue": "blue 蓝色 蓝", "navy": "navy 藏青色 藏青 深蓝",
    "green": "green 绿色 绿",
    "yellow": "yellow 黄色 黄", "orange": "orange 橙色 橙",
    "pink": "pink 粉色 粉红 粉", "purple": "purple violet 紫色 紫",
    "brown": "brown 棕色 棕 褐色 咖啡色", "beige": "beige 米色 杏色",
    "gold": "gold golden 金色", "rose": "rose 玫瑰色 玫红",
    "teal": "teal turquoise 青色 蓝绿", "khaki": "khaki 卡其", "cream": "ivory 奶白 象牙白",
}  # fmt: skip
_BY_COLOUR = {word: key for key, words in COLOUR_WORDS.items() for word in words.split()}
_LATIN_COLOUR = re.compile(rf"(?<![a-z])(?:{'|'.join(w for w in _BY_COLOUR if w.isascii())})(?![a-z])")
# A single character counts only as a whole attribute value: 黑 in 黑芝麻 or 白 in 白菜 is no colour.
_HAN_COLOUR = re.compile("|".join(sorted((w for w in _BY_COLOUR if not w.isascii() and len(w) > 1), key=len)[::-1]))


@dataclass(frozen=True, slots=True)
class Offer:
    """One product as the matcher sees it. `titles` and `descriptions` by language; `brand` in every language that the
    shop has; `price` in the shop's currency; `vector` unit length, by the encoder named in `MatchModel.encoder`.
    """

    product_id: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    brand: str = ""
    price: float | None = None
    attributes: Mapping[str, Sequence[Scalar]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    barcodes: frozenset[str] = frozenset()
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer read. `words` and `texts` by language; `models` are compact ("dscw150r"), `compact` is all Latin text of
    title and codes without separators; `quantities` are tokens by unit; `variants` is what
    the catalog's attributes say of colour, size and storage.
    """

    offer: Offer
    texts: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    described: frozenset[str]
    models: frozenset[str]
    compact: str
    numbers: frozenset[str]
    quantities: Mapping[str, frozenset[str]]
    brand_words: frozenset[str]
    colours: frozenset[str]
    sizes: frozenset[str]
    values: Mapping[str, frozenset[str]]
    variants: Mapping[str, frozenset[str]]


def read_facts(offer: Offer) -> OfferFacts:
    """Reads an offer; total for any text, and bounded however long it is."""
    texts = {language: normalise(title[:_TITLE]) for language, title in offer.titles.items() if title.strip()}
    title = " ".join(texts.values())
    described = " ".join(text[:_DESCRIPTION] for text in offer.descriptions.values())
    codes = [normalise(code[:100]) for code in (*offer.codes, *_values_of(offer.attributes, _CODE_KEYS))]
    return OfferFacts(
        offer=offer,
        texts=texts,
        words={language: frozenset(analyse(text)) for language, text in texts.items()},
        described=frozenset(analyse(described)),
        models=frozenset(_find_models(title)) | frozenset(_compact(code) for code in codes if _compact(code)),
        compact=_compact(f"{title} {' '.join(codes)}"),
        numbers=frozenset(_NUMBER.findall(title)),
        quantities=_find_quantities(title),
        brand_words=frozenset(analyse(offer.brand[:_TITLE])),
        colours=frozenset(_find_colours(title)) | frozenset(_named_colours(offer.attributes)),
        sizes=frozenset(_SIZES.findall(title)) | frozenset(map(normalise, _values_of(offer.attributes, _SIZE_KEYS))),
        values={key: frozenset(map(value_key, values)) for key, values in offer.attributes.items() if values},
        variants={kind: told for kind, told in _tell_variant(offer.attributes) if told},
    )


def _tell_variant(attributes: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, frozenset[str]]]:
    yield "colour", frozenset(_named_colours(attributes))
    # A longer "size" is a measure ("30 x 20 x 10 cm"), written in many ways.
    sizes = frozenset(normalise(value) for value in _values_of(attributes, _SIZE_KEYS) if len(value) <= 8)
    yield "size", sizes
    yield "storage", frozenset(map(normalise, _values_of(attributes, _STORAGE_KEYS)))


def _find_models(title: str) -> Iterator[str]:
    """Letters and digits together, or a long number: what makers number their products by; no quantity."""
    for match in _WORD.finditer(title):
        word = match[0]
        plain = _compact(word)
        mixed = len(plain) >= 4 and any(c.isdigit() for c in plain) and any(c.isalpha() for c in plain)
        long_number = len(plain) >= 5 and plain.isdigit() and "." not in word
        if (mixed or long_number) and not find_quantities(word):
            yield plain


def _find_quantities(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for each in find_quantities(text):
        quantity = each.quantity
        found.setdefault(quantity.unit, set()).add(quantity_token(quantity.value, quantity.unit))
    return {unit: frozenset(tokens) for unit, tokens in found.items()}


def _find_colours(text: str) -> Iterator[str]:
    for pattern in (_LATIN_COLOUR, _HAN_COLOUR):
        yield from (_BY_COLOUR[match[0]] for match in pattern.finditer(text))


def _named_colours(attributes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Colours that the catalog itself names; one without a key of ours keeps its own words."""
    for value in _values_of(attributes, _COLOUR_KEYS):
        text = normalise(value[:100])
        yield _BY_COLOUR.get(text) or next(_find_colours(text), text)


def _values_of(attributes: Mapping[str, Sequence[Any]], keys: Iterable[str]) -> list[str]:
    return [str(value) for key in keys for value in attributes.get(key, ())]


def _compact(text: str) -> str:
    return _PLAIN.sub("", text)


def has_han(text: str) -> bool:
    return bool(re.search(f"[{HAN}]", text))
