"""Vectors of the catalog's attribute values, encoded once per value and read from a mapped file by every process.

A thing of this machine, made anew from the catalog whenever it is missing; 50,000 values of 768 numbers take 77 MB,
once for all processes.
"""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from catalog.encoder import get_encoder
from ranking.retrieval.dense import LiveGeneration
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import value_labels

MAX_VALUES = 50_000
# Longer "values" are sentences or lists of standards: nobody's need.
MAX_CHARACTERS = 40
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class ValueVectors:
    """`ids` int64[n], ascending, are AttributeValue ids; `vectors` float16[n, d] of length 1."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]

    def places(self, ids: NDArray[np.integer]) -> NDArray[np.int64]:
        """Where these values stand; -1 for those without a vector."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, at, -1)


_lock = threading.Lock()
_current: tuple[Path, int, ValueVectors] | None = None


def current_value_vectors(generation: LiveGeneration | None) -> ValueVectors | None:
    """Those of this generation's encoder, mapped once per process and change; None where none were made."""
    global _current  # noqa: PLW0603 - one mapped file a process
    if generation is None:
        return None
    path = _path(generation.model)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    known = _current
    if known is None or known[:2] != (path, changed):
        with _lock:
            table = np.load(path, mmap_mode="r")
            known = _current = (path, changed, ValueVectors(table["id"].copy(), table["vector"]))
    return known[2]


def embed_values(snapshot: IndexSnapshot, generation: LiveGeneration, *, seconds: float) -> int:
    """Encodes values that have no vector yet, the most used first, for at most this long; how many it encoded."""
    known = current_value_vectors(generation)
    wanted = choose_values(snapshot)
    missing = wanted if known is None else wanted[known.places(wanted) < 0]
    encoder = get_encoder(generation.model)
    texts = _value_texts(snapshot, missing.tolist())
    deadline = time.monotonic() + seconds
    made: list[NDArray[np.float32]] = []
    for start in range(0, len(texts), _CHUNK):
        if time.monotonic() >= deadline:
            break
        made.append(encoder.encode_documents(texts[start : start + _CHUNK]))
    count = sum(len(part) for part in made)
    if count:
        _store(_path(generation.model), known, missing[:count], np.concatenate(made))
    return count


def choose_values(snapshot: IndexSnapshot) -> NDArray[np.int64]:
    """Ids of the values worth a vector: short texts, the most held first, at most MAX_VALUES."""
    vocabulary = snapshot.vocabulary
    size = len(vocabulary.value_attribute)
    counts = np.bincount(snapshot.facet_values[snapshot.facet_values < size], minlength=size)
    textual = np.isin(
        vocabulary.value_attribute, [node.id for node in vocabulary.attributes.values() if node.kind == "text"]
    )
    held = np.flatnonzero(textual & (counts > 0))
    ranked = held[np.argsort(-counts[held], kind="stable")][: 2 * MAX_VALUES]
    labels = value_labels(vocabulary, ranked.tolist())
    short = [id_ for id_ in ranked.tolist() if any(0 < len(name) <= MAX_CHARACTERS for name in labels[id_][1:])]
    return np.array(short[:MAX_VALUES], np.int64)


def _value_texts(snapshot: IndexSnapshot, ids: Sequence[int]) -> list[str]:
    """A value with the name of its attribute, in both languages where they differ: "colour black 颜色 黑色"."""
    vocabulary = snapshot.vocabulary
    labels = value_labels(vocabulary, ids)
    texts = []
    for id_ in ids:
        node = vocabulary.attribute_by_id[int(vocabulary.value_attribute[id_])]
        names = ((node.name_en, labels[id_][1]), (node.name_zh, labels[id_][2]))
        texts.append(" ".join(dict.fromkeys(f"{name} {value}".strip() for name, value in names if value)))
    return texts


def _path(model: str) -> Path:
    named = f"{model} {connection.settings_dict['NAME']} {_database_id(str(connection.settings_dict['NAME']))}"
    return Path(settings.MODEL_DIR) / f"values-{hashlib.sha256(named.encode()).hexdigest()[:16]}.npy"


@cache
def _database_id(_name: str) -> int:
    """Value ids mean something in one database only, and one made again under its old name is another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::bigint FROM pg_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _store(path: Path, known: ValueVectors | None, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    """One file, replaced whole: who has the old one mapped keeps it."""
    halves = vectors.astype(np.float16)
    if known is not None:
        ids, halves = np.concatenate([known.ids, ids]), np.concatenate([known.vectors, halves])
    order = np.argsort(ids)
    table = np.empty(len(ids), [("id", "<i8"), ("vector", "<f2", (halves.shape[1],))])
    table["id"], table["vector"] = ids[order], halves[order]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npy")
    np.save(unfinished, table)
    unfinished.replace(path)
