"""Reads attribute values out of texts with trained token classifiers, an English and a Chinese one.

Which label inventory, from which sources, and how they were trained: docs/adr/0012-attribute-tagger.md.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from catalog.contracts import (
    CategorySchema,
    Extracted,
    ExtractionFault,
    FoundAttribute,
    KnownAttribute,
    ReadableProduct,
    Scalar,
    TextField,
)
from catalog.errors import EncoderUnavailable
from catalog.extractors.findings import Finding, Reader, keep_best
from catalog.extractors.masking import ReadText, read_text
from catalog.extractors.schema_index import SchemaCache
from catalog.extractors.tagger_file import read_tagger
from catalog.extractors.tagger_labels import match_attributes
from catalog.extractors.tagger_model import TaggedValue, TaggerModel
from catalog.extractors.tagger_pieces import cut_windows
from catalog.text import HAN, normalise
from catalog.units import parse_quantity

SHIPPED = Path(__file__).parent / "models"
ARTIFACTS = (SHIPPED / "tagger_en.npz", SHIPPED / "tagger_zh.npz")
Script = Literal["en", "zh"]
_HAN = re.compile(f"[{HAN}]")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# Words behind a plain number: "1,200 pieces".
_COUNTS = frozenset({"pcs", "pack"})
# Below this a value is one reading among many.
LEAST_CONFIDENCE = 0.05


@dataclass(frozen=True, slots=True)
class Fitting:
    """The category's attribute that a label means, and its known values by their folded words."""

    attribute: KnownAttribute
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class _Window:
    """One run of text of one product, from `start` on."""

    product: int
    field: TextField
    text: ReadText
    start: int
    end: int


class TaggerExtractor:
    """The models load when they first read. `artifacts` are the English and the Chinese tagger; a shop's own replace
    them. `version` is the digest of both, so any other training is another version.
    """

    name = "tagger"

    def __init__(self, artifacts: tuple[Path, Path] = ARTIFACTS) -> None:
        self._artifacts = dict(zip(("en", "zh"), artifacts, strict=True))
        self._models: dict[str, TaggerModel] = {}
        self._lock = threading.Lock()
        self._version = ""
        self._matched = SchemaCache(self._match)

    @property
    def version(self) -> str:
        """Raises EncoderUnavailable, with the remedy, when a file is missing or damaged."""
        if not self._version:
            named = "+".join(read_tagger(path).identity for path in self._artifacts.values())
            self._version = hashlib.sha256(named.encode()).hexdigest()[:12]
        return self._version

    def extract(self, products: Sequence[ReadableProduct]) -> list[Extracted]:
        """Values of every product, in order; its title is read whole, of a description the beginning. Where a model
        cannot be loaded, the products that need it are faults to be tried again.
        """
        windows = [window for place, product in enumerate(products) for window in _cut(place, product)]
        found: list[list[FoundAttribute]] = [[] for _ in products]
        faults: dict[int, ExtractionFault] = {}
        for script in ("en", "zh"):
            own = [window for window in windows if script_of(window) == script]
            if not own:
                continue
            try:
                model = self._load(script)
            except EncoderUnavailable as error:
                faults |= {window.product: ExtractionFault("model_unavailable", error.message) for window in own}
                continue
            for window, values in zip(own, self._tag(model, own, products), strict=True):
                found[window.product] += values
        return [faults.get(place) or keep_best(values) for place, values in enumerate(found)]

    def _tag(
        self, model: TaggerModel, windows: Sequence[_Window], products: Sequence[ReadableProduct]
    ) -> Iterator[list[FoundAttribute]]:
        reader = Reader(self.name, self.version)
        schemas = [products[window.product].schema for window in windows]
        texts = [window.text.plain[window.start : window.end] for window in windows]
        contexts = [context_of_key(schema.category) for schema in schemas]
        tagged = model.tag(list(zip(contexts, texts, strict=True)))
        for window, schema, values in zip(windows, schemas, tagged, strict=True):
            matched = self._matched.get(schema)
            read = [read_value(window.text, window.start, value, matched.get(value.label)) for value in values]
            records = [reader.record(window.field, window.text, finding) for finding in read if finding]
            yield [record for record in records if record]

    def _load(self, script: str) -> TaggerModel:
        with self._lock:
            if script not in self._models:
                self._models[script] = TaggerModel(self._artifacts[script])
            return self._models[script]

    def _match(self, schema: CategorySchema) -> dict[str, Fitting]:
        labels = {label for path in self._artifacts.values() for label in read_tagger(path).labels}
        return {
            label: Fitting(
                one, {normalise(word): known.value for known in reversed(one.values) for word in known.words}
            )
            for label, one in match_attributes(labels, schema).items()
        }


def _cut(place: int, product: ReadableProduct) -> list[_Window]:
    windows = []
    for field, stored in product.texts.items():
        text = read_text(stored)
        for start, end in cut_windows(text.plain, is_title=field.startswith("title")):
            windows.append(_Window(place, field, text, start, end))
    return windows


def script_of(window: _Window) -> Script:
    """By what is written, not by the field: shops put either language into both."""
    return "zh" if _HAN.search(window.text.plain, window.start, window.end) else "en"


def context_of_key(category_key: str) -> str:
    """The category's own name, the last level of its key, as training has it: "tea/green-tea" is "green tea"."""
    return re.sub(r"[-_]+", " ", re.split(r"[/>]", category_key)[-1]).strip().lower()


def read_value(text: ReadText, offset: int, value: TaggedValue, fitting: Fitting | None) -> Finding | None:
    """The tagged words as a value of the category's attribute, in its spelling and unit; without one, under the label.

    None where the words are no value of the attribute's kind.
    """
    if value.confidence < LEAST_CONFIDENCE:
        return None
    start, end = offset + value.start, offset + value.end
    written = " ".join(text.quote(start, end).split())
    if fitting is None:
        return Finding(value.label, written, "", start, end, value.confidence)
    read = _read_kind(written, fitting)
    return None if read is None else Finding(fitting.attribute.key, read[0], read[1], start, end, value.confidence)


def _read_kind(written: str, fitting: Fitting) -> tuple[Scalar, str] | None:
    if fitting.attribute.kind == "boolean":
        return None
    if fitting.attribute.kind == "number":
        return _read_number(written, fitting.attribute)
    return fitting.values.get(normalise(written), written), ""


def _read_number(written: str, attribute: KnownAttribute) -> tuple[float, str] | None:
    """A bare number of an attribute with a unit may be in any unit, so it is no value."""
    quantity = parse_quantity(written[:60])
    if quantity is not None and not (quantity.unit in _COUNTS and not attribute.unit):
        return (quantity.value, quantity.unit) if quantity.unit == attribute.unit else None
    match = _NUMBER.search(written)
    if match is None or attribute.unit or len(match[0]) > 15:
        return None
    return float(match[0].replace(",", "")), ""
