"""Reads attribute cells into typed values: one reader an attribute, agreeing with what the shop already knows of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.utils.translation import gettext as _

from catalog.column_names import readable_name, split_unit
from catalog.contracts import AttributeSpec, Scalar
from catalog.text import detect_language, fold_key
from catalog.units import canonical_unit, dimension_of, known_unit, parse_quantity, to_canonical
from catalog.values import clean_text, is_blank, is_clean, parse_bool, parse_number, plain_number, split_list

Kind = Literal["text", "number", "boolean"]
MAX_TEXT = 10_000
MAX_VALUES = 500


@dataclass(frozen=True, slots=True)
class AttributeReader:
    """One attribute of one file: `spec` is what it is in the shop, `source_unit` what the file's numbers are in."""

    spec: AttributeSpec
    source_unit: str = ""

    @property
    def read(self) -> Callable[[Any], tuple[Scalar, ...]]:
        """Turns a cell into typed values; raises ValueError with the reason in plain words."""
        return {"text": self._read_texts, "number": self._read_numbers, "boolean": self._read_boolean}[self.spec.kind]

    def _read_texts(self, value: Any) -> tuple[Scalar, ...]:
        if type(value) is str and "|" not in value:
            if is_clean(value):
                return (value,)
            if "\n" not in value:
                return (self._read_text(value),)
        return tuple(dict.fromkeys(self._read_text(entry) for entry in _entries(value)))

    def _read_boolean(self, value: Any) -> tuple[Scalar, ...]:
        return (value,) if type(value) is bool else (parse_bool(_single(value)),)

    def _read_numbers(self, value: Any) -> tuple[Scalar, ...]:
        if type(value) is float and not self.source_unit and -1e15 < value < 1e15:
            return (int(value) if value.is_integer() else value,)
        return tuple(dict.fromkeys(self._read_number(entry) for entry in _entries(value)))

    def _read_text(self, value: Any) -> str:
        text = clean_text(plain_number(value) if type(value) is float else value)
        if len(text) > MAX_TEXT:
            raise ValueError(_("A text of %(count)d characters is too long for an attribute.") % {"count": len(text)})
        return text

    def _read_number(self, value: Any) -> float:
        try:
            number = plain_number(parse_number(value))
            return plain_number(to_canonical(number, self.source_unit)[0]) if self.source_unit else number
        except ValueError:
            quantity = parse_quantity(str(value)[:60]) if isinstance(value, str) else None
        if quantity is None:
            message = _("“%(value)s” is not a number with a known unit. Mend it or read the column as text.")
            raise ValueError(message % {"value": str(value)[:80]})
        if quantity.unit != self.spec.unit:
            message = _("“%(value)s” cannot be compared with values in %(unit)s.")
            raise ValueError(message % {"value": value, "unit": self.spec.unit or _("plain numbers")})
        return plain_number(quantity.value)


class AttributeBook:
    """The attributes of one upload. `known` is what the shop holds: key → (kind, unit); the shop's kind wins."""

    def __init__(self, known: Mapping[str, tuple[str, str]]) -> None:
        self._known = dict(known)
        self._readers: dict[tuple[str, str, str], AttributeReader] = {}
        self._specs: dict[str, AttributeSpec] = {}

    @property
    def specs(self) -> dict[str, AttributeSpec]:
        """Every attribute the upload has met so far, by key."""
        return dict(self._specs)

    def open(self, name: str, kind: str = "", unit: str = "", *, sample: Any = None) -> AttributeReader:
        """The reader of an attribute by the name a file gives it; without a kind, the first value decides."""
        cache_key = (name, kind, unit)
        reader = self._readers.get(cache_key)
        if reader is None:
            label, bracket = split_unit(name)
            if not unit and known_unit(bracket):
                name, unit = label, bracket
            label = readable_name(name)
            locale = "en" if detect_language(label) == "en" else "zh"
            key = fold_key(label)[:120]
            kind = kind or self._known.get(key, ("", ""))[0] or _kind_of(sample, unit)
            reader = self.open_named(key, {locale: label}, kind, unit)
            self._readers[cache_key] = reader
        return reader

    def open_named(self, key: str, names: Mapping[str, str], kind: str, unit: str) -> AttributeReader:
        """The reader of an attribute with a key of its own; an unknown unit is refused."""
        if unit and not known_unit(unit):
            message = _("The unit “%(unit)s” is not known. Use one such as cm, kg, GB, W or leave it out.")
            raise ValueError(message % {"unit": unit})
        shop_kind, shop_unit = self._known.get(key, ("", ""))
        if shop_kind and shop_kind not in (kind, "text"):
            # A yes/no beside a number of the same name is another attribute, not a spelling of it. Text takes anything.
            return self.open_named(f"{key}-{kind}"[:120], names, kind, unit)
        canonical = canonical_unit(unit) or ""
        if shop_kind == "number" and unit and shop_unit and dimension_of(unit) != dimension_of(shop_unit):
            message = _("“%(name)s” is kept in %(shop)s, which %(unit)s cannot be turned into.")
            raise ValueError(message % {"name": key, "shop": shop_unit, "unit": unit})
        spec = AttributeSpec(
            key=key, names=names, kind=cast(Kind, shop_kind or kind), unit=shop_unit if shop_kind else canonical
        )
        self._known[key] = (spec.kind, spec.unit)
        self._specs[key] = spec
        return AttributeReader(spec, unit if spec.kind == "number" else "")


def _entries(value: Any) -> list[Any]:
    entries = split_list(value)
    if len(entries) > MAX_VALUES:
        raise ValueError(_("More than %(count)d values for one attribute.") % {"count": MAX_VALUES})
    return entries


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _kind_of(sample: Any, unit: str) -> str:
    first = sample[0] if isinstance(sample, list) and sample else sample
    if isinstance(first, bool):
        return "boolean"
    if isinstance(first, int | float) or (unit and not is_blank(first) and _is_number(first)):
        return "number"
    return "text"


def _is_number(value: Any) -> bool:
    try:
        parse_number(value)
    except ValueError:
        return False
    return True
