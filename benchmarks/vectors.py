"""Document vectors kept between runs: encoding the judged catalog takes minutes, its texts and the model rarely change."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import ROOT, report
from catalog.encoder import get_encoder

FOLDER = ROOT / "var" / "bench"
CHUNK = 512


def encode_documents_once(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors in the order of the texts; those not known from an earlier run are encoded and remembered."""
    encoder = get_encoder()
    path = FOLDER / f"vectors-{hashlib.sha256(encoder.model_name.encode()).hexdigest()[:16]}.npz"
    known = _load(path)
    missing = sorted({text for text in texts if _key(text) not in known}, key=len)
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        vectors = encoder.encode_documents(chunk)
        known.update({_key(text): vector.astype(np.float32) for text, vector in zip(chunk, vectors, strict=True)})
        _save(path, known)
        report(f"encoded {start + len(chunk):,} of {len(missing):,} texts")
    return np.stack([known[_key(text)] for text in texts])


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _load(path: Path) -> dict[str, NDArray[np.float32]]:
    if not path.exists():
        return {}
    with np.load(path) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _save(path: Path, known: dict[str, NDArray[np.float32]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    unfinished.replace(path)
