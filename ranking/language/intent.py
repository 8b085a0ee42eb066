"""What the shopper wants by the query, I(Q): search, compare, ask, browse, support or navigate.

search    a kind of thing, a product, a brand or a need that a list of products answers, questions and wishes included
          ("do you sell lamps", "推荐一款耳机")
compare   two or more alternatives weighed, or their difference asked for
ask       a question about a product's properties, use, fit, care or contents
browse    looking around without a kind of product in mind: what is new, offers, gifts, a whole department
support   a matter with an order, delivery, payment, return, invoice, account or policy; wanting a person's help
navigate  the name of a place: a brand's shop or site, or a page of this shop

The line between the last two: the bare name of a page is navigate ("my orders", "我的订单"); a problem, a process or a
rule is support ("track my order", "return policy", "退货").

A search calls `guess_intent(text, vector, model_name=...)` once the query's vector is there, or without one; 0.1 ms.
The head is trained on vectors of one encoder with one query adapter (none as shipped). An adapter moves queries so far
(cosine 0.42 to the plain vector) that layers over the whole vector took a quarter of all searches for something else.
So under another adapter English queries use the half of the vector that no adapter moves, Chinese ones the words alone,
and nothing has to be trained again. What each loses: docs/adr/0009-reading-the-query.md.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from django.conf import settings
from numpy.typing import NDArray

from ranking.contracts import INTENTS, Intent, IntentGuess

logger = structlog.get_logger(__name__)
Vector = NDArray[np.float32]
HEAD_FILE = Path(__file__).parent / "data" / "intent_head.npz"
BUCKETS = 8192  # of hashed word n-grams; about 20,000 occur in the training queries, most of them once
LONGEST_NGRAM = 3
READ_CHARACTERS = 200  # what wants something says so early; bounds a hostile query
# A vector of length 1 has components near 0.05: too small for a layer that starts at the usual size.
VECTOR_SCALE = 10.0
_TOKEN = re.compile(r"[㐀-鿿]|[a-z]+|\d+|[^\sa-z0-9㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Layers:
    """One trained head, float32; D dimensions of the encoder, H hidden units, six intents in the order of INTENTS.

    `hidden` is [D, H], `hidden_bias` [H], `output` [H, 6]; without a vector all three have no elements. `surface` is
    [BUCKETS, 6], `bias` [6]. `temperature` calibrates (Guo et al. 2017); an intent other than search needs a
    probability of `threshold`.
    """

    hidden: Vector
    hidden_bias: Vector
    output: Vector
    surface: Vector
    bias: Vector
    temperature: float = 1.0
    threshold: float = 0.0

    def logits(self, buckets: NDArray[np.int64], vector: Vector | None) -> Vector:
        found = self.surface[buckets].sum(axis=0) + self.bias
        if vector is not None:
            found = found + np.maximum(vector * VECTOR_SCALE @ self.hidden + self.hidden_bias, 0) @ self.output
        return np.asarray(found, np.float32)

    def probabilities(self, buckets: NDArray[np.int64], vector: Vector | None) -> Vector:
        scaled = self.logits(buckets, vector) / self.temperature
        shares = np.exp(scaled - scaled.max())
        return np.asarray(shares / shares.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class IntentHead:
    """Layers for the vectors of one encoder, and for when they are not what the head was trained on.

    `with_vector` reads the whole vector; `steady_half` its components from `steady_from` on, which no query adapter
    moves (the English half of a pair; none of a single encoder); `words_only` no vector.
    """

    encoder_name: str
    adapter: str
    steady_from: int
    with_vector: Layers
    steady_half: Layers
    words_only: Layers

    def choose_layers(self, vector: Vector | None, model_name: str, adapter: str) -> tuple[Layers, Vector | None]:
        """The layers to ask, and the part of the vector that they read."""
        known = vector is not None and vector.shape == self.with_vector.hidden[:, 0].shape
        if vector is None or not known or model_name != self.encoder_name:
            return self.words_only, None
        if Path(adapter).name == self.adapter:
            return self.with_vector, vector
        steady = vector[self.steady_from :]
        return (self.steady_half, steady) if steady.any() else (self.words_only, None)

    def guess(self, text: str, vector: Vector | None = None, *, model_name: str = "", adapter: str = "") -> IntentGuess:
        layers, read = self.choose_layers(vector, model_name, adapter)
        shares = layers.probabilities(surface_buckets(text), read)
        label: Intent = INTENTS[int(shares.argmax())]
        if label != "search" and shares.max() < layers.threshold:
            label = "search"
        probabilities: dict[str, float] = {intent: float(share) for intent, share in zip(INTENTS, shares, strict=True)}
        return IntentGuess(label, probabilities[label], probabilities)


def surface_buckets(text: str) -> NDArray[np.int64]:
    """Distinct hash buckets, in order, of the text's n-grams of one to three words.

    A Chinese character counts as a word, the beginning and the end are words too, all numbers are one word; CRC-32
    hashes alike on every platform.
    """
    tokens = ("0" if token.isdigit() else token for token in _TOKEN.findall(text[:READ_CHARACTERS]))
    words = ("^", *tokens, "$")
    grams = {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_NGRAM + 1)
        for start in range(len(words) - length + 1)
    }
    return np.array(sorted({zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS for gram in grams}), np.int64)


def guess_intent(text: str, vector: Vector | None = None, *, model_name: str = "") -> IntentGuess | None:
    """I(Q) of a normalised query; `vector` is `encode_queries([text])[0]` of the encoder called `model_name`.

    A vector of another encoder, or none, leaves the decision to the words alone. None when no head can be loaded.
    """
    head = load_head()
    return head.guess(text, vector, model_name=model_name, adapter=settings.MODEL_ENCODER_ADAPTER) if head else None


@cache
def load_head(path: Path = HEAD_FILE) -> IntentHead | None:
    """The shipped head, read once per process; None, with a warning, when its file is missing or not readable."""
    try:
        return read_head(path)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        logger.warning("intent_head_unreadable", reason=str(error), remedy="manage.py train_intent")
        return None


def read_head(path: Path) -> IntentHead:
    """Raises OSError, EOFError, KeyError, ValueError, BadZipFile or zlib.error: no file, or no head of this version."""
    with np.load(path, allow_pickle=False) as stored:
        if tuple(stored["intents"].tolist()) != INTENTS or stored["words_only.surface"].shape[0] != BUCKETS:
            raise ValueError("the head was trained for other intents or features; train it again")
        layers = {name: _read_layers(stored, name) for name in _HEADS}
        return IntentHead(str(stored["encoder_name"]), str(stored["adapter"]), int(stored["steady_from"]), **layers)


def write_head(head: IntentHead, path: Path = HEAD_FILE) -> None:
    """Half precision: the probabilities change by less than 0.01."""
    arrays: dict[str, NDArray[np.generic]] = {
        "intents": np.array(INTENTS),
        "encoder_name": np.array(head.encoder_name),
        "adapter": np.array(head.adapter),
        "steady_from": np.array(head.steady_from),
    }
    for name in _HEADS:
        for entry in fields(Layers):
            value = np.asarray(getattr(getattr(head, name), entry.name))
            arrays[f"{name}.{entry.name}"] = value.astype(np.float16 if value.ndim else np.float64)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


_HEADS = ("with_vector", "steady_half", "words_only")


def _read_layers(stored: "np.lib.npyio.NpzFile", name: str) -> Layers:
    values: dict[str, Any] = {}
    for entry in fields(Layers):
        value = stored[f"{name}.{entry.name}"]
        values[entry.name] = value.astype(np.float32) if value.ndim else float(value)
    return Layers(**values)
