"""Reads the best candidates together with the query, within a time budget: the cross-encoder in the web process.

Trained by feedback/trainers/cross_encoder.py, served by ONNX Runtime alone (docs/adr/0010-trained-models.md). A search
never fails for it: what is missing or late is a note.
"""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.encoder import PairModel, load_pair_model, prepare_pair_model
from catalog.errors import EncoderUnavailable

ARTIFACT = Path(__file__).parent / "reranker_data" / "cross_encoder.npz"
# What it was trained with; more tokens would cost time and be strange to it.
MAX_TOKENS = 48
QUERY_TOKENS = 20
# Pairs a run: small enough to stop in time, wide enough for the matrix products (5 pairs of 40 tokens: about 10 ms).
CHUNK = 5
# A missing artifact is not looked for at every search.
_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reranker:
    model: PairModel

    def rerank(
        self, query_text: str, texts: Sequence[str], *, budget_ms: float
    ) -> tuple[NDArray[np.float32], tuple[str, ...]]:
        """Logits float32[n] in the order of `texts` (best candidates first); NaN from where the budget ran out.

        The next chunk is begun only when the slowest so far would still fit, so a budget is kept to within one chunk.
        """
        started = time.perf_counter()
        scores = np.full(len(texts), np.nan, np.float32)
        if not texts:
            return scores, ()
        tokens = self.model.tokenise(query_text, texts)
        slowest, done = 0.0, 0
        while done < len(texts):
            begun = time.perf_counter()
            if (begun - started + slowest) * 1000 >= budget_ms:
                note = f"reranker: {done} of {len(texts)} products read within {budget_ms:.0f} ms"
                return scores, (note,)
            scores[done : done + CHUNK] = self.model.score(tokens[done : done + CHUNK])
            done += CHUNK
            slowest = max(slowest, time.perf_counter() - begun)
        return scores, ()


_lock = threading.Lock()
_loaded: Reranker | None = None
_failed: tuple[float, str] | None = None


def get_reranker() -> tuple[Reranker | None, str]:
    """This process's reranker, loaded at the first call; or None and the reason, asked again after a minute."""
    if _loaded is None:
        with _lock:
            _load()
    return (_loaded, "") if _loaded is not None else (None, f"reranker off: {_failed[1] if _failed else ''}")


def _load() -> None:
    global _loaded, _failed  # noqa: PLW0603 - one model a process
    if _loaded is not None or (_failed is not None and time.monotonic() - _failed[0] < _RETRY_SECONDS):
        return
    try:
        reranker = Reranker(load_pair_model(ARTIFACT, max_tokens=MAX_TOKENS, query_tokens=QUERY_TOKENS))
        reranker.rerank("warm up", ["the first run allocates what later ones use"], budget_ms=1000)
        _loaded = reranker
    except EncoderUnavailable as error:
        _failed = (time.monotonic(), error.message)


def prepare_reranker(*, again: bool = False) -> Path:
    """Builds the graph at set-up, so that no search waits for it. Raises EncoderUnavailable with the remedy."""
    return prepare_pair_model(ARTIFACT, again=again)


def text_of_product(title: str, brand: str, category: str) -> str:
    """The text that it was trained to read: brand and category only add what the title does not say."""
    lowered = title.lower()
    return " ".join([title, *(part for part in (brand, category) if part and part.lower() not in lowered)])


def forget_reranker() -> None:
    """A forked child must load its own: thread pools do not survive a fork."""
    global _loaded, _failed  # noqa: PLW0603
    _loaded, _failed = None, None


os.register_at_fork(after_in_child=forget_reranker)
