"""Two products side by side for a reviewer: every fact a row, what differs marked, words that only one has apart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.effective import value_key
from catalog.models import Attribute, AttributeValue, Product, Variant
from catalog.text import HAN
from catalog.units import format_quantity

_HAN = re.compile(f"[{HAN}]")
_SHOWN = 1200  # characters of a description
_MAX_WORDS = 400  # SequenceMatcher is quadratic where texts differ much


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `alone` where only this side has it."""

    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of both products; `kind` is "same", "differs" or "missing" (one of the two says nothing)."""

    name: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    kind: str


def compare_products(first: Product, second: Product) -> list[Row]:
    """All rows with something to say, in the order a person reads a product."""
    offers = {each.pk: _describe_offers(each) for each in (first, second)}
    rows = [
        _text_row(_("Title (English)"), first.title_en, second.title_en),
        _text_row(_("Title (Chinese)"), first.title_zh, second.title_zh),
        _plain_row(_("Brand"), str(first.brand or ""), str(second.brand or "")),
        _plain_row(_("Category"), str(first.category or ""), str(second.category or "")),
        _plain_row(_("Price"), offers[first.pk]["price"], offers[second.pk]["price"]),
        _plain_row(_("Stock"), offers[first.pk]["stock"], offers[second.pk]["stock"]),
        _plain_row(_("Barcodes"), offers[first.pk]["barcodes"], offers[second.pk]["barcodes"]),
        _plain_row(_("Variants"), offers[first.pk]["variants"], offers[second.pk]["variants"]),
        *_attribute_rows(first, second),
        _text_row(_("Description (English)"), first.description_en[:_SHOWN], second.description_en[:_SHOWN]),
        _text_row(_("Description (Chinese)"), first.description_zh[:_SHOWN], second.description_zh[:_SHOWN]),
    ]
    return [row for row in rows if row.left or row.right]


def _describe_offers(product: Product) -> dict[str, str]:
    variants: Sequence[Variant] = list(product.variants.all())
    prices = sorted(each.price for each in variants if each.price is not None)
    counted = [each.stock for each in variants if each.stock is not None]
    span = f"{prices[0]:,.2f}" + (f" – {prices[-1]:,.2f}" if prices[-1] != prices[0] else "") if prices else ""
    return {
        "price": span,
        "stock": str(sum(counted)) if counted else "",
        "barcodes": ", ".join(sorted({each.barcode for each in variants if each.barcode})[:6]),
        "variants": ", ".join(each.sku for each in variants[:12]),
    }


def _attribute_rows(first: Product, second: Product) -> list[Row]:
    keys = sorted({*first.attributes, *second.attributes})
    known = {each.key: each for each in Attribute.objects.filter(key__in=keys)}
    words = _load_words(known.values(), (first.attributes, second.attributes))
    rows = []
    for key in keys:
        attribute = known.get(key)
        left, right = (
            ", ".join(sorted(_show(attribute, value, words) for value in side.attributes.get(key, ())))
            for side in (first, second)
        )
        rows.append(_plain_row(str(attribute or key), left, right))
    return rows


def _load_words(attributes: Iterable[Attribute], sides: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    by_key = {each.key: each for each in attributes}
    wanted = {
        value_key(value) for side in sides for key, values in side.items() if key in by_key for value in values
    }  # fmt: skip
    found = AttributeValue.objects.filter(attribute__in=by_key.values(), key__in=wanted)
    return {(each.attribute_id, each.key): str(each) for each in found}


def _show(attribute: Attribute | None, value: Any, words: Mapping[tuple[int, str], str]) -> str:
    if attribute is not None and isinstance(value, int | float) and not isinstance(value, bool):
        locale = "zh" if (get_language() or "").startswith("zh") else "en"
        return format_quantity(float(value), attribute.unit, locale=locale)  # type: ignore[arg-type]
    return words.get((attribute.pk, value_key(value)), str(value)) if attribute is not None else str(value)


def _plain_row(name: str, left: str, right: str) -> Row:
    differs = left != right
    return Row(
        name,
        (Piece(left, differs and bool(right)),) if left else (),
        (Piece(right, differs and bool(left)),) if right else (),
        _kind(left, right),
    )


def _text_row(name: str, left: str, right: str) -> Row:
    one, two = split_difference(left, right) if left and right else (_whole(left), _whole(right))
    return Row(name, one, two, _kind(left, right))


def _kind(left: str, right: str) -> str:
    return "same" if left == right else "differs" if left and right else "missing"


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, False),) if text else ()


def split_difference(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut where they part, at words or Chinese characters; put together again they are the texts."""
    one, two = _cut(left), _cut(right)
    if max(len(one), len(two)) > _MAX_WORDS:
        return _whole(left), _whole(right)
    folded_one, folded_two = ([word.strip().lower() for word in words] for words in (one, two))
    blocks = SequenceMatcher(None, folded_one, folded_two, autojunk=False).get_opcodes()
    pieces_one = [Piece("".join(one[start:end]), tag != "equal") for tag, start, end, _, _ in blocks]
    pieces_two = [Piece("".join(two[start:end]), tag != "equal") for tag, _, _, start, end in blocks]
    return tuple(piece for piece in pieces_one if piece.text), tuple(piece for piece in pieces_two if piece.text)


def _cut(text: str) -> list[str]:
    """Words with the blanks behind them; Han characters one by one."""
    words: list[str] = []
    current = ""
    for character in text:
        if character.isspace():
            words.append(current + character)
            current = ""
        elif _is_han(character):
            words += [current, character]
            current = ""
        else:
            current += character
    return [word for word in (*words, current) if word]


def _is_han(character: str) -> bool:
    return bool(_HAN.match(character))
