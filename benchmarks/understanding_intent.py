"""Intent of queries: the shipped head on the judged sets, zh and en, on queries of other data sets, and its cost."""

import csv
import gzip
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import ROOT, report, setup_django, write_result

if TYPE_CHECKING:
    from catalog.encoder import Encoder

JUDGEMENTS = ROOT / "benchmarks" / "judgements"
SHARED = ROOT.parent / "shared" / "data"
BINS = 10  # of the expected calibration error
RESAMPLES, SEED = 2000, 7
ROUNDS = 20
MOST = 1000  # queries taken of one data set
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Judged:
    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Guessed:
    """`labels` as search uses them, after the threshold; `best` and `confidence` before it: those are calibrated."""

    labels: tuple[str, ...]
    best: tuple[str, ...]
    confidence: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """One language's judged queries, with what the head says of them as search runs it and on the words alone."""

    intents: tuple[str, ...]
    texts: tuple[str, ...]
    guessed: Guessed
    words_only: Guessed


def measure() -> dict[str, float]:
    """Figures of the shipped head; {} where there is none. Without its encoder it is measured on the words alone."""
    from ranking.language.intent import load_head

    if load_head() is None:
        report("intent skipped: no head can be read; run manage.py train_intent")
        return {}
    sets = {language: read_set(language) for language in LANGUAGES}
    figures: dict[str, float] = {"intent_with_vector": float(find_encoder() is not None)}
    for language, judged in sets.items():
        found = {**measure_judged(judged), **measure_unseen(judged, language)}
        figures |= {f"intent_{key}_{language}": value for key, value in found.items()}
        report(f"intent {language}: rows are judged, columns guessed\n{print_confusion(judged)}")
    both = [*sets.values()]
    figures["intent_ece"] = calibration_error(
        [intent for judged in both for intent in judged.intents], join_guesses([judged.guessed for judged in both])
    )
    return figures | measure_elsewhere() | measure_cost([text for judged in both for text in judged.texts])


@cache
def find_encoder() -> "Encoder | None":
    """The encoder of the settings, where the head was trained for it."""
    from catalog.encoder import get_encoder
    from catalog.errors import EncoderUnavailable
    from ranking.language.intent import load_head

    head = load_head()
    try:
        encoder = get_encoder()
    except EncoderUnavailable as error:
        report(f"intent on the words alone: {error.message}")
        return None
    if head is None or head.encoder_name != encoder.model_name:
        report("intent on the words alone: the head is of another encoder; run manage.py train_intent")
        return None
    return encoder


@cache
def read_set(language: str) -> JudgedSet:
    judged = read_judged(JUDGEMENTS / f"intent_{language}.tsv")
    texts = tuple(query.text for query in judged)
    intents = tuple(query.intent for query in judged)
    return JudgedSet(intents, texts, guess(texts), guess(texts, with_vector=False))


def read_judged(path: Path) -> list[Judged]:
    """Query and intent a line; lines from "#" on are the guideline."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Judged(row["query"], row["intent"]) for row in rows]


def guess(texts: Sequence[str], *, with_vector: bool = True) -> Guessed:
    from catalog.text import normalise
    from ranking.language.intent import guess_intent

    encoder = find_encoder() if with_vector else None
    normalised = [normalise(text) for text in texts]
    vectors = encoder.encode_queries(normalised) if encoder else [None] * len(normalised)
    guesses = [
        found
        for text, vector in zip(normalised, vectors, strict=True)
        if (found := guess_intent(text, vector, model_name=encoder.model_name if encoder else ""))
    ]
    best = tuple(max(found.probabilities, key=lambda intent: found.probabilities[intent]) for found in guesses)
    confidence = np.array([max(found.probabilities.values()) for found in guesses])
    return Guessed(tuple(found.label for found in guesses), best, confidence)


def measure_judged(judged: JudgedSet) -> dict[str, float]:
    wanted, guessed, words_only = judged.intents, judged.guessed, judged.words_only
    low, high = macro_f1_interval(wanted, guessed.labels)
    gain_low, gain_high = macro_f1_interval(wanted, guessed.labels, other=words_only.labels)
    searches = [label for label, intent in zip(guessed.labels, wanted, strict=True) if intent == "search"]
    return {
        "macro_f1": macro_f1(wanted, guessed.labels),
        "macro_f1_low": low,
        "macro_f1_high": high,
        "accuracy": share_equal(wanted, guessed.labels),
        # Without the threshold that favours search: what the head knows, whatever a mistake costs.
        "macro_f1_argmax": macro_f1(wanted, guessed.best),
        "macro_f1_words_only": macro_f1(wanted, words_only.labels),
        "vector_gain_low": gain_low,
        "vector_gain_high": gain_high,
        "ece": calibration_error(wanted, guessed),
        "false_nonsearch": 1 - share_equal(["search"] * len(searches), searches),
        "queries": len(wanted),
    }


def measure_unseen(judged: JudgedSet, language: str) -> dict[str, float]:
    """The same without the queries that the training templates happen to write too ("cart", "退货")."""
    from catalog.text import normalise
    from feedback.trainers.intent_data import LOCALES, make_queries

    locale = next(locale for locale in LOCALES if locale == language)
    trained = {query.text for query in make_queries(locale)}
    triples = zip(judged.texts, judged.intents, judged.guessed.labels, strict=True)
    unseen = [(intent, label) for text, intent, label in triples if normalise(text) not in trained]
    wanted, labels = zip(*unseen, strict=True)
    return {"seen_share": 1 - len(unseen) / len(judged.texts), "macro_f1_unseen": macro_f1(wanted, labels)}


def measure_elsewhere() -> dict[str, float]:
    """Share labelled rightly in data sets of one intent each; a set that is not there is left out and says so."""
    figures: dict[str, float] = {}
    for name, (intent, texts) in read_elsewhere().items():
        if texts:
            labels = guess(texts).labels
            figures[f"intent_{name}_{intent}_share"] = share_equal([intent] * len(labels), labels)
            figures[f"intent_{name}_queries"] = len(texts)
        else:
            report(f"intent: {name} is not at ../shared/data beside the project, left out")
    return figures


def read_elsewhere() -> dict[str, tuple[str, list[str]]]:
    """Distinct queries by data set, and the one intent all of them have."""
    sets: dict[str, tuple[str, Path, str, str]] = {
        "chorus": ("search", SHARED / "chorus_icecat" / "queries.tsv", "query", "\t"),
        "wands": ("search", SHARED / "wands_queries" / "query.csv", "query", "\t"),
        "typos": ("search", SHARED / "spelling" / "spelling.tsv", "query", "\t"),
        "relevance_zh": ("search", JUDGEMENTS / "zh_queries.tsv", "query", "\t"),
        "pqa": ("ask", SHARED / "pqa" / "semiPQA" / "attribute_ranking__testunseen.csv.gz", "question", "\t"),
        "bitext": ("support", SHARED / "intents" / "bitext_customer_service.csv.gz", "utterance", ","),
    }
    return {name: (intent, _read_column(path, column, mark)) for name, (intent, path, column, mark) in sets.items()}


def _read_column(path: Path, column: str, delimiter: str) -> list[str]:
    """Evenly chosen distinct values of one column; none where there is no such file."""
    if not path.exists():
        return []
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    values = list(dict.fromkeys(row[column] for row in rows))
    return values[:: -(-len(values) // MOST) or 1]


def measure_cost(texts: Sequence[str]) -> dict[str, float]:
    """Microseconds a query that the search adds, its vector being there already; median of rounds."""
    from catalog.text import normalise
    from ranking.language.intent import guess_intent

    encoder = find_encoder()
    name = encoder.model_name if encoder else ""
    normalised = [normalise(text) for text in texts]
    vectors = encoder.encode_queries(normalised) if encoder else [None] * len(normalised)
    rounds = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        for text, vector in zip(normalised, vectors, strict=True):
            guess_intent(text, vector, model_name=name)
        rounds.append((time.thread_time() - started) / len(texts))
    hostile = []
    for text in ("是不是 what " * 1250, "x" * 10_000, "1 " * 5000):
        started = time.thread_time()
        guess_intent(text, vectors[0], model_name=name)
        hostile.append(time.thread_time() - started)
    return {
        "intent_microseconds": float(np.median(rounds)) * 1e6,
        "intent_microseconds_10000_characters": max(hostile) * 1e6,
    }


def count_pairs(wanted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Confusion matrix [6, 6] in the order of INTENTS: rows are judged, columns guessed."""
    from ranking.contracts import INTENTS

    place: dict[str, int] = {intent: at for at, intent in enumerate(INTENTS)}
    counts = np.zeros((len(INTENTS), len(INTENTS)), np.int64)
    for judged, label in zip(wanted, labels, strict=True):
        counts[place[judged], place[label]] += 1
    return counts


def macro_f1(wanted: Sequence[str], labels: Sequence[str]) -> float:
    """Mean over the judged intents of each one's F1."""
    return float(_macro_f1_of(count_pairs(wanted, labels)))


def _macro_f1_of(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of confusion matrices [..., 6, 6]; an intent that no query is judged to have is left out."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    judged, guessed = counts.sum(axis=-1), counts.sum(axis=-2)
    scores = 2 * hits / np.maximum(judged + guessed, 1)
    return np.asarray((scores * (judged > 0)).sum(axis=-1) / np.maximum((judged > 0).sum(axis=-1), 1))


def macro_f1_interval(
    wanted: Sequence[str], labels: Sequence[str], *, other: Sequence[str] | None = None
) -> tuple[float, float]:
    """Percentile bootstrap, 95 %, over queries; with `other` of the paired difference, ours less theirs."""
    chance = np.random.default_rng(SEED)
    drawn = chance.multinomial(len(wanted), [1 / len(wanted)] * len(wanted), size=RESAMPLES)
    scores = _resample(wanted, labels, drawn)
    if other is not None:
        scores = scores - _resample(wanted, other, drawn)
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def _resample(wanted: Sequence[str], labels: Sequence[str], drawn: NDArray[np.int64]) -> NDArray[np.float64]:
    """Macro F1 of each resample; `drawn` [rounds, queries] says how often each query is in it."""
    single = np.stack([count_pairs([judged], [label]) for judged, label in zip(wanted, labels, strict=True)])
    return _macro_f1_of(np.tensordot(drawn, single, axes=1))


def share_equal(wanted: Sequence[str], labels: Sequence[str]) -> float:
    return sum(judged == label for judged, label in zip(wanted, labels, strict=True)) / len(wanted)


def calibration_error(wanted: Sequence[str], guessed: Guessed) -> float:
    """Expected calibration error over equally wide bins of the best intent's probability (Guo et al. 2017)."""
    right = np.array([judged == best for judged, best in zip(wanted, guessed.best, strict=True)], float)
    bins = np.minimum((guessed.confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[bins == place].mean() - guessed.confidence[bins == place].mean()) * (bins == place).sum()
        for place in np.unique(bins)
    ]
    return float(sum(gaps) / len(right))


def join_guesses(parts: Sequence[Guessed]) -> Guessed:
    return Guessed(
        tuple(label for part in parts for label in part.labels),
        tuple(best for part in parts for best in part.best),
        np.concatenate([part.confidence for part in parts]),
    )


def print_confusion(judged: JudgedSet) -> str:
    from ranking.contracts import INTENTS

    lines = [" " * 14 + "".join(f"{intent:>10}" for intent in INTENTS)]
    for intent, row in zip(INTENTS, count_pairs(judged.intents, judged.guessed.labels), strict=True):
        lines.append(f"    {intent:<10}" + "".join(f"{count:>10}" for count in row))
    return "\n".join(lines)


def describe_data() -> dict[str, object]:
    """What the figures are of, with the confusion matrices: rows are judged, columns guessed."""
    from ranking.contracts import INTENTS

    confusions = {}
    for language in LANGUAGES:
        judged = read_set(language)
        confusions[language] = count_pairs(judged.intents, judged.guessed.labels).tolist()
    return {"intent_judged": "benchmarks/judgements/intent_*.tsv", "intents": INTENTS, "intent_confusion": confusions}


def main() -> None:
    setup_django()
    figures = measure()
    if figures:
        write_result("understanding_intent", figures=figures, data=describe_data())


if __name__ == "__main__":
    main()
