"""Which encoder makes vectors, and the one name under which vectors are comparable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from catalog.errors import EncoderUnavailable

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Vectors are float32, of length 1; those of queries and documents are compared by their dot product.

    Vectors of different `model_name` are never compared.
    """

    @property
    def model_name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors: ...


class TextModel(Protocol):
    """What a loaded model does: texts, prefix included, to normalised vectors; `adapted`: with its adapter, if any."""

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: list[str], *, adapted: bool = False) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """Everything that decides what a text's vector is. `model_name` holds all of it, so an old generation of vectors
    says which encoder its queries need, and a changed setting starts a new generation.
    """

    name: str
    max_tokens: int
    query_prefix: str
    document_prefix: str

    @property
    def model_name(self) -> str:
        return "|".join((self.name, str(self.max_tokens), self.query_prefix, self.document_prefix))

    @classmethod
    def parse(cls, model_name: str) -> "EncoderSpec":
        parts = model_name.split("|")
        if len(parts) != 4 or not parts[1].isdigit():
            raise EncoderUnavailable(f"Vectors of “{model_name}” cannot be searched; embed the catalog again.")
        return cls(parts[0], int(parts[1]), parts[2], parts[3])

    @classmethod
    def from_settings(cls, name: str) -> "EncoderSpec":
        return cls(
            name,
            settings.MODEL_MAX_TOKENS,
            settings.MODEL_ENCODER_QUERY_PREFIX,
            settings.MODEL_ENCODER_DOCUMENT_PREFIX,
        )
