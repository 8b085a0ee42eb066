"""Trains the matcher of duplicate offers, gradient-boosted trees over pair features, and measures it on other pairs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.duplicates.likeness import FEATURES, NO_COSINE, Rarity, measure_pairs, title_jaccard
from catalog.duplicates.matching import MatchModel, build_model
from catalog.duplicates.offer import Offer, OfferFacts, read_facts
from catalog.encoder import Encoder
from feedback.trainers.matching_data import LabelledPair, embedded_text, offers_of
from feedback.trainers.trees import flatten_tree

Scores = NDArray[np.float64]
PARAMETERS: Mapping[str, Any] = {
    "objective": "binary", "num_leaves": 12, "learning_rate": 0.06, "min_data_in_leaf": 25, "lambda_l2": 4.0,
    "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "seed": 1, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "use_missing": False, "verbose": -1,
}  # fmt: skip
TREES = 260
# Shops may embed with another encoder, whose cosines mean something else: the trees must do without them as well.
COSINE_HIDDEN = 0.3


@dataclass(frozen=True, slots=True)
class PairTable:
    """Features float32[n, len(FEATURES)], labels bool[n], the set each row is of, and the baselines' scores."""

    features: NDArray[np.float32]
    labels: NDArray[np.bool_]
    sources: NDArray[np.str_]
    jaccard: Scores

    @property
    def cosine(self) -> Scores:
        return self.features[:, FEATURES.index("cosine")].astype(np.float64)

    def choose(self, rows: NDArray[np.bool_]) -> "PairTable":
        return PairTable(self.features[rows], self.labels[rows], self.sources[rows], self.jaccard[rows])


def encode_offers(pairs: Iterable[LabelledPair], encoder: Encoder, *, batch: int = 256) -> dict[str, Any]:
    """Vectors float32[d] by embedded text, each text once, short ones together."""
    texts = sorted({embedded_text(offer) for offer in offers_of(pairs)}, key=len)
    vectors: dict[str, Any] = {}
    for start in range(0, len(texts), batch):
        part = texts[start : start + batch]
        vectors.update(zip(part, encoder.encode_documents(part), strict=True))
    return vectors


def tabulate(
    pairs: Sequence[LabelledPair], vectors: Mapping[str, NDArray[np.float32]] | None = None, *, counted_in: Any = None
) -> PairTable:
    """Measures every pair. Words are counted, source by source, in the offers of `counted_in` (default: these pairs):
    no label is looked at, as in a shop, where the whole catalog is known before the pair.
    """
    facts: dict[int, OfferFacts] = {}
    rarities = {source: _count_words(source, counted_in or pairs) for source in {pair.source for pair in pairs}}

    def read(offer: Offer) -> OfferFacts:
        if id(offer) not in facts:
            vector = vectors.get(embedded_text(offer)) if vectors is not None else None
            facts[id(offer)] = read_facts(replace(offer, vector=vector))
        return facts[id(offer)]

    read_pairs = [(read(pair.first), read(pair.second)) for pair in pairs]
    rows = [measure_pairs([both], rarities[pair.source]) for pair, both in zip(pairs, read_pairs, strict=True)]
    return PairTable(
        np.concatenate(rows) if rows else np.empty((0, len(FEATURES)), np.float32),
        np.array([pair.same for pair in pairs], bool),
        np.array([pair.source for pair in pairs]),
        np.array([title_jaccard(*both) for both in read_pairs]),
    )


def _count_words(source: str, pairs: Sequence[LabelledPair]) -> Rarity:
    counts: dict[str, int] = {}
    seen: set[str] = set()
    for offer in offers_of(pair for pair in pairs if pair.source == source):
        title = " ".join(offer.titles.values())
        if title not in seen:
            seen.add(title)
            for word in frozenset().union(*read_facts(Offer(titles=offer.titles)).words.values()):
                counts[word] = counts.get(word, 0) + 1
    return Rarity(counts, max(len(seen), 1))


def train_matcher(
    train: PairTable,
    valid: PairTable,
    *,
    encoder: str,
    parameters: Mapping[str, Any] = PARAMETERS,
    trees: int = TREES,
    seed: int = 3,
) -> MatchModel:
    """The matcher; its threshold is the one with the best mean F1 over the sets of `valid`."""
    import lightgbm  # noqa: PLC0415 - heavy, and needed for training alone

    hidden = hide_cosines(train.features, share=COSINE_HIDDEN, seed=seed)
    features = np.concatenate([train.features, hidden])
    labels = np.concatenate([train.labels, train.labels])
    weights = np.tile(_balance(train.sources), 2)
    dataset = lightgbm.Dataset(features.astype(np.float64), labels, weight=weights, feature_name=list(FEATURES))
    booster = lightgbm.train(dict(parameters), dataset, num_boost_round=trees)
    grown = [flatten_tree(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]
    counts = {str(name): int((train.sources == name).sum()) for name in sorted(set(train.sources))}
    document = {"suggest_at": 0.5, "encoder": encoder, "about": {"trees": trees, "pairs": counts}}
    model = build_model(document, grown)
    return replace(model, suggest_at=choose_threshold(valid, model.predict(valid.features)))


def hide_cosines(features: NDArray[np.float32], *, share: float, seed: int) -> NDArray[np.float32]:
    hidden = features.copy()
    rows = np.random.default_rng(seed).random(len(features)) < share
    hidden[rows, FEATURES.index("cosine")] = NO_COSINE
    return hidden


def _balance(sources: NDArray[np.str_]) -> NDArray[np.float64]:
    """Every set weighs the same, whatever its size."""
    names, counts = np.unique(sources, return_counts=True)
    share = dict(zip(names, len(sources) / (len(names) * counts), strict=True))
    return np.array([share[name] for name in sources])


def choose_threshold(table: PairTable, scores: Scores) -> float:
    """The likelihood with the best mean F1 over the table's sets."""
    steps = np.arange(0.05, 0.96, 0.01)
    sets = [table.sources == name for name in np.unique(table.sources)]
    means = [np.mean([measure(table.labels[rows], scores[rows] >= at).f1 for rows in sets]) for at in steps]
    return float(steps[int(np.argmax(means))])


@dataclass(frozen=True, slots=True)
class Measured:
    precision: float
    recall: float
    f1: float


def measure(labels: NDArray[np.bool_], found: NDArray[np.bool_]) -> Measured:
    right = float((labels & found).sum())
    precision = right / max(float(found.sum()), 1.0)
    recall = right / max(float(labels.sum()), 1.0)
    return Measured(precision, recall, 2 * precision * recall / max(precision + recall, 1e-12))


def f1_interval(
    labels: NDArray[np.bool_], found: NDArray[np.bool_], *, rounds: int = 1000, seed: int = 7
) -> tuple[float, float]:
    """95 % interval of F1 by resampling pairs."""
    dice = np.random.default_rng(seed)
    drawn = [dice.integers(0, len(labels), len(labels)) for _ in range(rounds)]
    values = [measure(labels[rows], found[rows]).f1 for rows in drawn]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
