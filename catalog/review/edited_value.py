"""Reads a value that a person typed in for an attribute: text trimmed, numbers in the attribute's unit, yes and no."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.contracts import Scalar
from catalog.effective import value_key
from catalog.errors import ShopError
from catalog.models import Attribute
from catalog.schema.merges import read_scalar
from catalog.units import canonical_unit, parse_quantity
from catalog.values import clean_text, is_blank, parse_bool, parse_number, plain_number

MOST_CHARACTERS = 200


class ValueRefused(ShopError):
    """A value or a threshold that cannot be used; nothing was changed."""

    code = "value_refused"


def read_value(attribute: Attribute, value: Any) -> Scalar:
    """The value as products state it; raises `ValueRefused` with the remedy.

    A number may come with any unit of the attribute's dimension ("1.7 L", "55 英寸") or bare, in the attribute's unit.
    """
    if isinstance(value, list | dict) or is_blank(value):
        raise ValueRefused(_("Write a value, or reject what is proposed."), field="value")
    try:
        if attribute.kind == Attribute.Kind.NUMBER:
            return _read_number(attribute, value)
        if attribute.kind == Attribute.Kind.BOOLEAN:
            return parse_bool(value)
    except ValueError as error:
        raise ValueRefused(str(error), field="value") from error
    return _read_text(attribute, value)


def fits_kind(kind: str, value: Any) -> bool:
    """Whether a stored value is of this attribute kind."""
    if kind == Attribute.Kind.BOOLEAN or isinstance(value, bool):
        return kind == Attribute.Kind.BOOLEAN and isinstance(value, bool)
    return isinstance(value, str) if kind == Attribute.Kind.TEXT else isinstance(value, int | float)


def _read_number(attribute: Attribute, value: Any) -> float:
    text = value if isinstance(value, str) else ""
    quantity = parse_quantity(text.strip()) if text else None
    if quantity is None:
        return _bare_number(attribute, value)
    if quantity.unit != (canonical_unit(attribute.unit) or attribute.unit):
        told = _("“%(value)s” is not in a unit of this attribute. It is counted in: %(unit)s")
        raise ValueRefused(told % {"value": text, "unit": attribute.unit or _("pieces, without a unit")}, field="value")
    return plain_number(quantity.value)


def _bare_number(attribute: Attribute, value: Any) -> float:
    text = str(value).strip()
    # A unit that is not in the unit system is part of the attribute ("42 码"): it may be repeated, and says nothing.
    if attribute.unit and text.lower().endswith(attribute.unit.lower()):
        text = text[: -len(attribute.unit)].strip()
    return plain_number(parse_number(text))


def _read_text(attribute: Attribute, value: Any) -> Scalar:
    """A value the shop has already, by any of its names ("白色" is White), is that value."""
    text = clean_text(value)
    key = value_key(text)
    if not any(map(str.isalnum, text)) or max(len(text), len(key)) > MOST_CHARACTERS:
        raise ValueRefused(
            _("Write a value of at most %(most)d characters, with a letter or a digit in it.")
            % {"most": MOST_CHARACTERS},
            field="value",
        )
    named = Q(key=key) | Q(name_en__iexact=text) | Q(name_zh__iexact=text)
    rows = attribute.values.filter(named).values_list("key", "name_en", "name_zh", "number").order_by("pk")[:10]
    known = next(iter(sorted(rows, key=lambda row: row[0] != key)), None)
    return read_scalar(*known) if known else text
