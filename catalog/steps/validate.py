"""Validate: a row as read becomes a typed `ProductRow`, or a `Refusal` that says why and what to do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_book import AttributeBook
from catalog.contracts import ProductRow, RawRow, Refusal
from catalog.mapping import ColumnMap
from catalog.native import read_native
from catalog.row_builder import RowBuilder
from catalog.row_fields import MAX_CELL, RowFault
from catalog.row_groups import merge_rows
from catalog.seen_keys import SeenKeys
from catalog.values import storable

# Consecutive rows of one product are put together up to this many variants.
MAX_GROUP = 2_000
MAX_RAW_CELL = 32_000
MAX_RAW_ROW = 256_000


class Validator:
    """Validates the rows of one upload in order; memory grows by 12 bytes a row (the SKUs it has seen).

    With `remember_listed` it also remembers every product and variant the file lists, refused rows included.
    """

    def __init__(
        self,
        column_map: ColumnMap,
        known_attributes: Mapping[str, tuple[str, str]],
        *,
        remember_listed: bool = False,
    ) -> None:
        self._remember_listed = remember_listed
        self.book = AttributeBook(known_attributes)
        self.listed = SeenKeys()
        self.unreadable_rows = 0
        self._map = column_map
        self._builder = RowBuilder(column_map, self.book)
        self._seen = SeenKeys()

    @property
    def unknown_columns(self) -> list[str]:
        """Columns the mapping does not name; they were left out."""
        return sorted(self._builder.unknown_columns)[:200]

    def validate(self, rows: Iterable[RawRow]) -> Iterator[ProductRow | Refusal]:
        """Rows in their order; consecutive variant rows of one product come as one, refused rows between first."""
        held: ProductRow | None = None
        for raw in rows:
            result = self._validate_row(raw)
            if isinstance(result, Refusal):
                yield result
            elif held is not None and _belong_together(held, result):
                held = merge_rows(held, result)
            else:
                if held is not None:
                    yield held
                held = result
        if held is not None:
            yield held

    def _validate_row(self, raw: RawRow) -> ProductRow | Refusal:
        if raw.code:
            self.unreadable_rows += 1
            return _refuse(raw, raw.code, raw.message)
        try:
            row = self._read(raw)
            self._check_duplicates(row)
        except RowFault as fault:
            self._note_refused(raw)
            return _refuse(raw, fault.code, fault.message, column=fault.column, sku=self._sku_of(raw))
        return row

    def _read(self, raw: RawRow) -> ProductRow:
        for value in raw.cells.values():
            if type(value) is str and len(value) > MAX_CELL:
                raise _too_long(raw.cells)
        if self._map.native:
            return read_native(raw.cells, raw.row_number, self.book)
        return self._builder.build(raw)

    def _check_duplicates(self, row: ProductRow) -> None:
        """The second row with a SKU is refused: which one should count cannot be known."""
        # A row of a native file gives all its variants; one of a table stands for its own SKU and may list others.
        own = dict.fromkeys(_skus_of(row)) if row.complete else (self._builder.last_sku,)
        for sku in own:
            first = self._seen.find(sku)
            if first is not None:
                message = _("The SKU %(sku)s is already in row %(row)d of this file. Remove one of the two rows.")
                raise RowFault("duplicate_sku", message % {"sku": sku, "row": first}, "sku")
        for sku in own:
            self._seen.add(sku, row.row_number)
        for sku in _skus_of(row) if self._remember_listed else ():
            self.listed.add(sku, row.row_number)

    def _note_refused(self, raw: RawRow) -> None:
        """A refused row still lists its product: a typing error in a price must not archive it."""
        sku = self._sku_of(raw)
        if sku:
            self.listed.add(sku, raw.row_number)
        else:
            self.unreadable_rows += 1

    def _sku_of(self, raw: RawRow) -> str:
        try:
            return self._builder.find_sku(raw.cells) if not self._map.native else str(raw.cells.get("sku") or "")[:200]
        except RowFault:
            return ""


def _skus_of(row: ProductRow) -> list[str]:
    return [row.sku, *(variant.sku for variant in row.variants or ())]


def _too_long(cells: Mapping[str, Any]) -> RowFault:
    column, value = next((c, v) for c, v in cells.items() if type(v) is str and len(v) > MAX_CELL)
    message = _("The cell holds %(length)d characters; at most %(limit)d are possible. Shorten it.")
    return RowFault("too_long", message % {"length": len(value), "limit": MAX_CELL}, str(column))


def _belong_together(held: ProductRow, row: ProductRow) -> bool:
    same = held.sku == row.sku and not held.complete and not row.complete
    return same and not held.deleted and not row.deleted and len(held.variants or ()) < MAX_GROUP


def _refuse(raw: RawRow, code: str, message: str, *, column: str = "", sku: str = "") -> Refusal:
    return Refusal(raw.row_number, sku[:200], code, message, column[:200], shorten_raw(raw.cells))


def shorten_raw(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The row for the download; a cell no spreadsheet can hold is cut and says so."""
    kept: dict[str, Any] = {}
    size = 0
    for column, value in cells.items():
        shown = storable(value if isinstance(value, str | int | float | bool | type(None)) else str(value))
        if isinstance(shown, str):
            if len(shown) > MAX_RAW_CELL or size > MAX_RAW_ROW:
                shown = _("%(start)s… (cut: %(length)d characters)") % {"start": shown[:500], "length": len(shown)}
            size += len(shown)
        kept[storable(str(column))] = shown
    return kept
