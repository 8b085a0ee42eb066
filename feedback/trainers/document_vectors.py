"""Vectors of the training catalogs' products, in the languages they are sold in; made once, by the serving encoder."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.encoder import Encoder
from feedback.trainers.catalogs import TrainingProduct, describe, title_language

Vectors = NDArray[np.float32]
BOTH = ("en", "zh")
# Enough for titles, brands and kinds; longer texts take most of the time and teach little more.
MAX_CHARACTERS = 160


def text_versions(products: Sequence[TrainingProduct]) -> dict[tuple[str, ...], list[str]]:
    """The texts of one catalog, one list for each set of languages that it can be sold in."""
    first = products[0]
    versions = [BOTH, ("en",), ("zh",)] if len(first.titles) > 1 else [(title_language(first),)]
    # Icecat's texts are short and a benchmark's: as the shop itself embeds them.
    whole = first.source == "chorus_icecat"
    described, limit = whole or len(products) <= 1000, None if whole else MAX_CHARACTERS
    return {
        languages: [describe(product, languages, description=described)[:limit] for product in products]
        for languages in versions
    }


def encode_texts(encoder: Encoder, texts: Sequence[str], folder: Path) -> Vectors:
    """float32 [texts, dimension]; kept in `folder` under the hash of the texts and the encoder's name."""
    digest = hashlib.sha256("\x00".join([encoder.model_name, *texts]).encode()).hexdigest()[:16]
    path = folder / f"documents-{digest}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp.npy")
        np.save(unfinished, encoder.encode_documents(list(texts)).astype(np.float16))
        unfinished.replace(path)
    vectors: Vectors = np.load(path).astype(np.float32)
    return vectors
