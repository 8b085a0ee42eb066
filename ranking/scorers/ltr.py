"""Learning to rank: LambdaMART over the parts of all other scorers (0..1), once a shop has trained a model."""

import threading
from collections.abc import Collection
from pathlib import Path

import numpy as np
import structlog
from django.conf import settings
from numpy.typing import NDArray

from ranking.rank_model import ModelRefused, RankModel, check_parts, read_model
from ranking.retrieval.ordering import choose_best
from ranking.scorers import Scoring

logger = structlog.get_logger(__name__)

NAME = "ltr"
# The rest, worse by the sum of its parts, gets 0.
MOST_READ = 300

_lock = threading.Lock()
_current: tuple[tuple[Path, int], RankModel | ModelRefused] | None = None


def current_model(live_parts: Collection[str]) -> tuple[RankModel | None, str]:
    """The model of the settings, or None and why: then the linear blend serves alone.

    `live_parts` are the names of the parts that are, or can be, computed. The file is read once per process and change.
    """
    path = settings.MODEL_LTR
    if not path:
        return None, "learning to rank off: MODEL_LTR names no model. Make one with manage.py train_ltr."
    try:
        model = _load(Path(path))
        check_parts(model, live_parts)
    except ModelRefused as error:
        return None, f"learning to rank off: {error.message}"
    return model, ""


def _load(path: Path) -> RankModel:
    global _current  # noqa: PLW0603 - one model a process
    try:
        key = (path, path.stat().st_mtime_ns)
    except OSError as error:
        raise ModelRefused(f"There is no file {path.name}. Train it with manage.py train_ltr.") from error
    known = _current
    if known is None or known[0] != key:
        with _lock:
            known = _current = (key, _read(path))
    if isinstance(known[1], ModelRefused):
        raise known[1]
    return known[1]


def _read(path: Path) -> RankModel | ModelRefused:
    """A refusal is kept too: the file is not read again at every search."""
    try:
        return read_model(path)
    except ModelRefused as error:
        logger.warning("ranking_model_refused", reason=error.message)
        return error


def score(scoring: Scoring) -> NDArray[np.float32]:
    """Reads `scoring.parts`, so it runs after the scorers the model names; zeros without a model."""
    result = np.zeros(len(scoring.ordinals), np.float32)
    model, _ = current_model(scoring.parts)
    if model is None or not len(result):
        return result
    worth = np.sum([scoring.parts[name] for name in model.features], axis=0)
    read = choose_best(np.arange(len(worth)), worth, MOST_READ)
    result[read] = model.score({name: scoring.parts[name][read] for name in model.features})
    return result
