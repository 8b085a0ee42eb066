"""What every extractor is: a name, a version, and texts in, values with their evidence out."""

from collections.abc import Sequence
from typing import Protocol

from catalog.contracts import Extracted, ReadableProduct


class Extractor(Protocol):
    """`version` changes whenever the same text may give other values. `extract` answers one entry a product, in order,
    and touches no database; what cannot be read is an ExtractionFault, never an exception and never a part of it.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def extract(self, products: Sequence[ReadableProduct]) -> list[Extracted]: ...
