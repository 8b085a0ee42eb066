"""The mapping page: one line a column with what it is taken for, and examples read from the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.errors import MappingRefused
from catalog.mapping import KINDS, SCALED, TARGETS, ColumnTarget, parse_mapping
from catalog.models import Upload
from catalog.values import is_blank, parse_price

SHOWN_VALUES = 3
SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One column on the page. `reading` shows what its first price becomes, so that cents are noticed."""

    index: int
    column: str
    values: tuple[str, ...]
    target: str
    key: str
    kind: str
    unit: str
    cents: bool
    comma: bool
    reading: str


class MappingForm:
    """Reads and shows a mapping. Not a Django form: its lines are the file's columns."""

    def __init__(self, upload: Upload, data: Mapping[str, Any] | None) -> None:
        self.upload = upload
        self.error = ""
        self._data = data
        self.native = bool(upload.mapping.get("native"))
        self.targets = list(TARGETS.items())
        self.kinds = list(KINDS.items())
        self.sku_from = list(upload.mapping.get("sku_from") or ())

    @property
    def lines(self) -> list[MappingLine]:
        stored = self.read() if self._data is not None else self.upload.mapping
        try:
            columns: Mapping[str, ColumnTarget] = parse_mapping({**stored, "sku_from": ["-"]}).columns
        except MappingRefused:
            columns = parse_mapping({**self.upload.mapping, "sku_from": ["-"]}).columns
        return [self._line(index, column, columns) for index, column in enumerate(self.upload.columns)]

    def read(self) -> dict[str, Any]:
        """The mapping as posted, in the form that is stored."""
        data = self._data or {}
        if self.native:
            return {"native": True, "columns": {}}
        columns = {column: self._read_line(index, data) for index, column in enumerate(self.upload.columns)}
        has_sku = any(target["target"] == "sku" for target in columns.values())
        return {"columns": columns, "sku_from": [] if has_sku else self.sku_from}

    def _read_line(self, index: int, data: Mapping[str, Any]) -> dict[str, Any]:
        target = str(data.get(f"target-{index}", "ignore"))
        line: dict[str, Any] = {"target": target}
        if target in ("attribute", "option", "extra"):
            line["key"] = str(data.get(f"key-{index}", "")).strip()
        if target == "attribute":
            line["kind"] = str(data.get(f"kind-{index}", ""))
            line["unit"] = str(data.get(f"unit-{index}", "")).strip()
        if target in SCALED:
            line["scale"] = "0.01" if data.get(f"cents-{index}") else "1"
            line["decimal"] = "," if data.get(f"comma-{index}") else "."
        return line

    def _line(self, index: int, column: str, columns: Mapping[str, ColumnTarget]) -> MappingLine:
        target = columns.get(column, ColumnTarget("ignore"))
        values = self._values(column)
        return MappingLine(
            index, column, tuple(_shorten(value) for value in values[:SHOWN_VALUES]), target.target, target.key,
            target.kind, target.unit, target.scale != 1, target.decimal_comma, _read_price(target, values),
        )  # fmt: skip

    def _values(self, column: str) -> list[Any]:
        """Examples of a column; of a family, its columns' names with one value each."""
        if not column.endswith("*"):
            return [row[column] for row in self.upload.samples if not is_blank(row.get(column))]
        prefix = column[:-1]
        found = {name: value for row in self.upload.samples for name, value in row.items()
                 if name.startswith(prefix) and name not in self.upload.columns and not is_blank(value)}  # fmt: skip
        return [f"{name.removeprefix(prefix)}: {value}" for name, value in found.items()]


def _read_price(target: ColumnTarget, values: list[Any]) -> str:
    if target.target not in SCALED or not values:
        return ""
    try:
        price = parse_price(values[0], scale=target.scale, decimal_comma=target.decimal_comma)
    except ValueError as error:
        return str(error)
    return _("%(written)s is read as %(price)s") % {"written": values[0], "price": f"{price:,.2f}"}


def _shorten(value: Any) -> str:
    text = " ".join((", ".join(map(str, value)) if isinstance(value, list) else str(value)).split())
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
