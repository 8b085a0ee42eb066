"""Document vectors kept between runs: encoding the judged catalog takes minutes, its texts rarely change."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import ROOT, report
from catalog import encoder as encoders
from catalog.encoder import Encoder

FOLDER = ROOT / "var" / "bench"
CHUNK = 512
Vectors = NDArray[np.float32]


class RememberingEncoder:
    """The shop's encoder; a text it has encoded in an earlier run is not encoded again. Queries always are."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.model_name = encoder.model_name
        self.dimension = encoder.dimension
        self._path = FOLDER / f"vectors-{hashlib.sha256(encoder.model_name.encode()).hexdigest()[:16]}.npz"
        self._known = _load(self._path)
        self._unsaved = 0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_queries(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        missing = sorted({text for text in texts if _key(text) not in self._known}, key=len)
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            vectors = self._encoder.encode_documents(chunk)
            self._known.update({_key(text): vector for text, vector in zip(chunk, vectors, strict=True)})
            self._unsaved += len(chunk)
            if self._unsaved >= CHUNK:
                self.save()
        return np.stack([self._known[_key(text)] for text in texts]).astype(np.float32)

    def save(self) -> None:
        if self._unsaved:
            _save(self._path, self._known)
            self._unsaved = 0
            report(f"{len(self._known):,} vectors known")


def remember_vectors() -> RememberingEncoder:
    """Puts it in the place of this process's encoder, so that the real embedding job runs on top of it."""
    remembering = RememberingEncoder(encoders.get_encoder())
    encoders._loaded[remembering.model_name] = remembering  # noqa: SLF001 - the one place that stands in for it
    return remembering


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _load(path: Path) -> dict[str, Vectors]:
    if not path.exists():
        return {}
    with np.load(path) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _save(path: Path, known: dict[str, Vectors]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    unfinished.replace(path)
