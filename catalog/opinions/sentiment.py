"""How a text sounds: the chance that its writer is contented, from a small linear model; numpy alone, 0.3 ms a review.

The model is logistic regression over hashed n-grams and counts of the lexicon's words (features.py), trained by
`manage.py train_sentiment` on rated reviews. It has no constant: a text without any word that it knows is 0.5.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from catalog.opinions.features import BUCKETS, COUNTS, LANGUAGES, Features, features_of, main_language
from catalog.opinions.lexicon import Token, find_opinions, tokenise

logger = structlog.get_logger(__name__)
MODEL_FILE = Path(__file__).parent / "data" / "sentiment.npz"
# Between the two a text counts as neither; a round choice, not tuned (docs/adr/0013-opinions.md).
NEGATIVE_BELOW, POSITIVE_ABOVE = 0.4, 0.6
UNDECIDED = 0.5
_SPOKEN = frozenset({"en", "zh"})
# Without a model, the odds that one more word of praise than of blame gives.
_LEXICON_LOGIT = 1.0


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """`ngrams` [BUCKETS] and `counts` [2 · COUNTS] are weights; `scales` [2] calibrates the logits by language
    (Platt 1999, without the constant). `version` is part of every opinion's fingerprint.
    """

    ngrams: NDArray[np.float32]
    counts: NDArray[np.float32]
    scales: NDArray[np.float32]

    @property
    def version(self) -> str:
        digest = hashlib.md5(usedforsecurity=False)
        for weights in (self.ngrams, self.counts, self.scales):
            digest.update(np.ascontiguousarray(weights, np.float16).tobytes())
        return digest.hexdigest()[:12]

    def logit(self, features: Features, language: str) -> float:
        raw = self.ngrams[features.buckets] @ features.values + self.counts @ features.counts
        return float(raw) * float(self.scales[LANGUAGES.index(language)])

    def judge(self, tokens: Sequence[Token]) -> float:
        """The chance of contentment, 0..1."""
        return to_chance(self.logit(features_of(tokens), main_language(tokens)))


def judge_text(text: str) -> float:
    """The chance that who wrote this is contented, 0..1; 0.5 where the text has no opinion, or no text."""
    return judge_tokens(tokenise(text))


def judge_tokens(tokens: Sequence[Token]) -> float:
    """The same of a text that is read already. Without a readable model the lexicon alone judges."""
    if not any(token.kind in _SPOKEN for token in tokens) and not find_opinions(tokens):
        return UNDECIDED  # numbers and marks alone: "?????" is no opinion, a thumb is one
    model = load_model()
    if model is not None:
        return model.judge(tokens)
    return to_chance(_LEXICON_LOGIT * sum(opinion.value for opinion in find_opinions(tokens)))


def to_chance(logit: float) -> float:
    return 1 / (1 + exp(-max(min(logit, 30.0), -30.0)))


def to_logit(chance: float) -> float:
    return log(chance / (1 - chance))


def is_positive(sentiment: float) -> bool:
    return sentiment >= POSITIVE_ABOVE


def is_negative(sentiment: float) -> bool:
    return sentiment <= NEGATIVE_BELOW


def model_version() -> str:
    model = load_model()
    return model.version if model else "words"


@cache
def load_model(path: Path = MODEL_FILE) -> SentimentModel | None:
    """The shipped model, read once per process; None, with a warning, when its file is missing or not readable."""
    try:
        return read_model(path)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        logger.warning("sentiment_model_unreadable", reason=str(error), remedy="manage.py train_sentiment")
        return None


def read_model(path: Path) -> SentimentModel:
    """Raises OSError, EOFError, KeyError, ValueError, BadZipFile or zlib.error: no file, or of other features."""
    with np.load(path, allow_pickle=False) as stored:
        model = SentimentModel(*(stored[name].astype(np.float32) for name in ("ngrams", "counts", "scales")))
    if model.ngrams.shape != (BUCKETS,) or model.counts.shape != (len(LANGUAGES) * COUNTS,):
        raise ValueError("the model was trained for other features; train it again")
    return model


def write_model(model: SentimentModel, path: Path = MODEL_FILE) -> None:
    """Half precision: chances change by less than 0.001."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: getattr(model, name).astype(np.float16) for name in ("ngrams", "counts", "scales")}
    np.savez_compressed(path, allow_pickle=False, **weights)
