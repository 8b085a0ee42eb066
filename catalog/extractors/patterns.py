"""Reads what follows a pattern: quantities, sizes, packs, model numbers, colours, materials; Chinese and English."""

from collections.abc import Iterator, Sequence

from catalog.contracts import TEXT_FIELDS, Extracted, FoundAttribute, ReadableProduct
from catalog.extractors.codes import read_models, read_resolutions
from catalog.extractors.findings import Finding, Reader, drop_covered, keep_best
from catalog.extractors.masking import ReadText, read_text
from catalog.extractors.quantities import read_quantities
from catalog.extractors.schema_index import SchemaCache, SchemaIndex, index_schema
from catalog.extractors.sizes import read_packs, read_sizes
from catalog.extractors.words import read_table_words


class PatternExtractor:
    """Values come in the category's own words where it has them, numbers in the attribute's canonical unit.

    A value of a category without a fitting attribute gets one of few generic names (weight, volume, color, material,
    size, gender, pack_size, model_number, resolution, power, voltage, battery_capacity, noise, area), at no more than
    half the confidence. Times and lengths without an attribute are left alone: they can mean too much.
    """

    name = "patterns"
    version = "1"

    def __init__(self) -> None:
        self._schemas = SchemaCache(index_schema)
        self._reader = Reader(self.name, self.version)

    def extract(self, products: Sequence[ReadableProduct]) -> list[Extracted]:
        return [keep_best(self._read(product)) for product in products]

    def _read(self, product: ReadableProduct) -> Iterator[FoundAttribute]:
        index = self._schemas.get(product.schema)
        for field in TEXT_FIELDS:
            stored = product.texts.get(field, "")
            if not stored or stored.isspace():
                continue
            text = read_text(stored)
            is_title = field.startswith("title")
            for finding in drop_covered(list(_read_text(text, index, brand=product.brand, is_title=is_title))):
                found = self._reader.record(field, text, finding)
                if found is not None:
                    yield found


def _read_text(text: ReadText, index: SchemaIndex, *, brand: str, is_title: bool) -> Iterator[Finding]:
    yield from read_quantities(text, index)
    yield from read_table_words(text, index, brand=brand)
    yield from read_sizes(text, index)
    yield from read_packs(text, index)
    yield from read_resolutions(text, index)
    if is_title:  # a description names the models of others
        yield from read_models(text, index, brand=brand)
