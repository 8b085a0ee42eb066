"""What is live in this process: index, vocabulary, rules, configuration and the query encoder, one load of each.

Every search reads all live versions in one query and gets objects that match them; what did not change is not loaded.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import structlog
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from catalog.encoder import encoder_loaded, get_encoder
from catalog.errors import EncoderUnavailable
from ranking.errors import BadSearch
from ranking.language.concepts import current_concepts, forget_concepts
from ranking.language.intent import load_head
from ranking.language.lexicon import current_lexicon, forget_lexicon
from ranking.language.live_words import current_dictionary, forget_words
from ranking.language.synonyms import current_synonyms, forget_synonyms
from ranking.language.term_counts import forget_term_counts
from ranking.merchandising.book import RuleBook, current_book, forget_book
from ranking.models import RankingConfig
from ranking.reranker import forget_reranker, get_reranker
from ranking.retrieval.dense import LiveGeneration, forget_generation, live_generation
from ranking.retrieval.postings_memory import forget_postings
from ranking.retrieval.snapshot import IndexSnapshot, current_snapshot, forget_snapshot
from ranking.retrieval.vocabulary import forget_vocabulary

logger = structlog.get_logger(__name__)
_VECTOR_CACHE_SIZE = 2048

# Chosen by cross-validation on judged queries: benchmarks/tune_fusion.py, docs/log.md.
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "bm25": 0.7, "dense": 0.3, "pseudo_relevance": 0.2, "head": 0.15, "stuffing": 0.2,
    "in_stock": 0.02, "popularity": 0.02, "rating": 0.01,
}  # fmt: skip
DEFAULT_PARAMETERS: Mapping[str, float] = {
    "k1": 1.2,
    "minimum_coverage": 0.3,  # share of the query's idf a lexical match must hold
    "dense_limit": 200,  # nearest vectors asked for
    "dense_most": 400,  # … and when all of these are near; the vector index gives 1,000 at most
    "dense_margin": 0.03,  # a dense-only hit may be this much less similar than the best
    "dense_floor": 0.0,  # … and never below this cosine
    "window": 200,  # lexical hits whose cosine is fetched although the dense leg missed them
    "ef_search": 200,
    "fresh_half_life_days": 90,
    "collapse_duplicates": 1,  # offers of the same thing show as one; 0: never
    "diversity": 0.0,  # share of unlikeness to what stands above (MMR); on judged queries it only costs
    "rerank_top": 20,  # candidates the cross-encoder reads, where it has a weight
    "rerank_budget_ms": 80,
}


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """A RankingConfig row with every default filled in; `id` is None when no row is live."""

    id: int | None
    name: str
    weights: Mapping[str, float]
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LiveState:
    """Everything one search works on; taken once, at its start."""

    versions: Mapping[str, int]
    snapshot: IndexSnapshot
    book: RuleBook
    config: LiveConfig
    generation: LiveGeneration | None


def live_state(*, config_id: int | None = None, draft_weights: Mapping[str, float] | None = None) -> LiveState:
    versions = read_versions()
    config = _named_config(config_id) if config_id else _live_config(versions.get("config", 0))
    if draft_weights is not None:
        config = replace(config, weights={**config.weights, **draft_weights})
    snapshot = current_snapshot(
        index_version=versions.get("index", 0), vocabulary_version=versions.get("vocabulary", 0)
    )
    return LiveState(
        versions=versions,
        snapshot=snapshot,
        book=current_book(versions.get("rules", 0)),
        config=config,
        generation=live_generation(versions.get("embedding", 0)),
    )


def read_versions() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, version FROM catalog_liveversion")
        return dict(cursor.fetchall())


_config: tuple[int, LiveConfig] | None = None


def _live_config(version: int) -> LiveConfig:
    global _config  # noqa: PLW0603 - one configuration a process, replaced whole
    if _config is None or _config[0] != version:
        row = RankingConfig.objects.filter(is_live=True).first()
        _config = (version, _fill(row) if row else LiveConfig(None, "default", DEFAULT_WEIGHTS, DEFAULT_PARAMETERS))
    return _config[1]


def _named_config(config_id: int) -> LiveConfig:
    row = RankingConfig.objects.filter(pk=config_id).first()
    if row is None:
        raise BadSearch(f"There is no ranking configuration {config_id}. List them in the admin.")
    return _fill(row)


def _fill(row: RankingConfig) -> LiveConfig:
    return LiveConfig(row.pk, row.name, {**row.weights}, {**DEFAULT_PARAMETERS, **row.parameters})


_vectors: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
_vectors_lock = threading.Lock()


def encode_query(text: str, generation: LiveGeneration) -> tuple[NDArray[np.float32] | None, str]:
    """The query's vector in the live generation's space, or None and why the dense leg is off."""
    key = (generation.model, text)
    with _vectors_lock:
        if key in _vectors:
            _vectors.move_to_end(key)
            return _vectors[key], ""
    try:
        # The generation's own encoder, not the settings': while a new one is being built, vectors must not be mixed.
        vector = get_encoder(generation.model).encode_queries([text])[0]
    except EncoderUnavailable as error:
        logger.warning("query_encoder_unavailable", reason=error.message)
        return None, f"dense leg off: {error.message}"
    with _vectors_lock:
        _vectors[key] = vector
        while len(_vectors) > _VECTOR_CACHE_SIZE:
            _vectors.popitem(last=False)
    return vector, ""


def warm_up() -> None:
    """Load everything a search needs, so that the first shopper after a start does not wait for it."""
    live = live_state()
    current_lexicon(live.snapshot)
    current_dictionary(live.versions.get("words", 0))
    current_concepts(live.snapshot.vocabulary)
    current_synonyms(live.versions.get("synonyms", 0))
    if live.generation:
        encode_query("warm up", live.generation)
    load_head()
    if live.config.weights.get("cross_encoder"):
        get_reranker()


def forget_live() -> None:
    """Drop everything this process holds, as a fresh process would start (after a fork, and between tests)."""
    global _config  # noqa: PLW0603
    _config = None
    forget_snapshot()
    forget_vocabulary()
    forget_book()
    forget_generation()
    forget_lexicon()
    forget_words()
    forget_term_counts()
    forget_concepts()
    forget_synonyms()
    forget_postings()
    forget_reranker()
    with _vectors_lock:
        _vectors.clear()


def models_loaded() -> Mapping[str, bool]:
    """Which models this process holds, by role (for the readiness page)."""
    return {f"encoder {settings.MODEL_ENCODER}": encoder_loaded()}
