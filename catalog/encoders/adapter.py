"""A fine-tuned model as its difference to the packaged weights: low-rank matrices, and for a reranker its head.

LoRA (Hu et al. 2021): a layer's weight W becomes W + up·down. Trained by feedback/trainers/, kept as float16 in one
.npz file of a megabyte or two, small enough to live in the repository.
"""

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.errors import EncoderUnavailable

Floats = NDArray[np.float32]
SHIPPED = Path(__file__).parent / "adapters"


@dataclass(frozen=True)
class Adapter:
    """`layers`: how many of the encoder's layers it uses; `pairs` maps "l0.q" (graph.py's names) to down [rank, inputs]
    and up [outputs, rank], the scale folded in. `head` (weights [hidden], bias []) turns the mean token into one score.
    """

    identity: str
    layers: int
    pairs: Mapping[str, tuple[Floats, Floats]]
    head: tuple[Floats, Floats] | None = None
    notes: Mapping[str, float] = field(default_factory=dict)


def find_adapter(name: str) -> Path:
    """A shipped adapter by its name, or a file by its path."""
    path = Path(name)
    return path if path.suffix == ".npz" else SHIPPED / f"{name}.npz"


def read_adapter(path: Path) -> Adapter:
    """Raises EncoderUnavailable, with the remedy, when the file is missing or is no adapter."""
    try:
        return _read_cached(path, path.stat().st_mtime_ns)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EncoderUnavailable(
            f"The adapter {path.name} cannot be read ({error}); restore it, train it again or set it to nothing."
        ) from error


@lru_cache(maxsize=8)
def _read_cached(path: Path, _changed: int) -> Adapter:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = sorted({name.rpartition(".")[0] for name in arrays if name.endswith(".down")})
    head = (_floats(arrays["head.weight"]), _floats(arrays["head.bias"])) if "head.weight" in arrays else None
    return Adapter(
        identity=f"{path.stem}-{_digest(arrays)}",
        layers=int(arrays["layers"]),
        pairs={name: (_floats(arrays[f"{name}.down"]), _floats(arrays[f"{name}.up"])) for name in names},
        head=head,
        notes={name.removeprefix("note."): float(arrays[name]) for name in arrays if name.startswith("note.")},
    )


def write_adapter(path: Path, adapter: Adapter) -> None:
    """The file's name is the first part of the identity that it is read back with, a digest of the numbers the rest."""
    arrays: dict[str, NDArray[np.generic]] = {"layers": np.array(adapter.layers, np.int32)}
    for name, (down, up) in adapter.pairs.items():
        arrays[f"{name}.down"], arrays[f"{name}.up"] = down.astype(np.float16), up.astype(np.float16)
    if adapter.head is not None:
        arrays["head.weight"], arrays["head.bias"] = (part.astype(np.float16) for part in adapter.head)
    arrays |= {f"note.{name}": np.array(value, np.float64) for name, value in adapter.notes.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez_compressed(unfinished, allow_pickle=False, **arrays)
    unfinished.replace(path)


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float32)


def _digest(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Of the numbers that decide a score, not of the file: zip archives hold dates."""
    digest = hashlib.sha256()
    for name in sorted(name for name in arrays if not name.startswith("note.")):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:8]
