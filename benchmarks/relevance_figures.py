"""Figures of ranked judged queries: metrics with intervals, paired differences, the floor, the ablation table."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.chorus import JudgedQuery
from benchmarks.harness import report
from ranking.metrics import (
    Interval,
    bootstrap_interval,
    condensed_ndcg,
    judged_share,
    ndcg,
    paired_interval,
    recall,
    reciprocal_rank,
)


def rerank_ndcg(ranking: Sequence[int], judgements: dict[int, int]) -> float:
    """nDCG@10 of the judged products in this ranking's order; those it does not hold come last, the worst first."""
    held = [item for item in ranking if item in judgements]
    missing = sorted(judgements.keys() - set(held), key=lambda item: (judgements[item], item))
    return ndcg([*held, *missing], judgements)


METRICS: dict[str, Callable[[Sequence[int], dict[int, int]], float]] = {
    "ndcg10": ndcg,
    "recall100": recall,
    "mrr": reciprocal_rank,
    "judged10": judged_share,
    "condensed_ndcg10": condensed_ndcg,
    "rerank_ndcg10": rerank_ndcg,
}
Search = Callable[[str], list[int]]
Rankings = list[list[int]]
Scores = dict[str, list[float]]
# What a gain must reach, and its interval must stay off zero.
FLOOR_GAIN, FLOOR_CONDENSED_GAIN, FLOOR_LEXICAL = 0.05, 0.02, 0.01
# A part that moves the mean of nDCG@10 and condensed nDCG@10 by less than this makes no difference.
NOTICEABLE = 0.002


class Degraded(Exception):
    """A search answered without one of its parts; the message says which. Its figures would mislead."""


def measure(name: str, search: Search, queries: Sequence[JudgedQuery]) -> Scores:
    return score_rankings(rank_queries(name, search, queries), queries)


def rank_queries(name: str, search: Search, queries: Sequence[JudgedQuery]) -> Rankings:
    started = time.perf_counter()
    rankings = [search(query.text) for query in queries]
    report(f"{name}: {(time.perf_counter() - started) / len(queries) * 1000:.1f} ms a query")
    return rankings


def rank_systems(
    systems: Mapping[str, Search], queries: Sequence[JudgedQuery], skipped: dict[str, str]
) -> dict[str, Rankings]:
    """By system; a system that answered without one of its parts goes to `skipped`, with the reason."""
    rankings: dict[str, Rankings] = {}
    for name, search in systems.items():
        try:
            rankings[name] = rank_queries(name, search, queries)
        except Degraded as error:
            skipped[name] = str(error)
            report(f"{name} left out: {error}")
    return rankings


def score_rankings(rankings: Rankings, queries: Sequence[JudgedQuery]) -> Scores:
    return {
        metric: [value(ranking, query.judgements) for ranking, query in zip(rankings, queries, strict=True)]
        for metric, value in METRICS.items()
    }


def judge_with(queries: Sequence[JudgedQuery], own: Mapping[str, Mapping[int, int]]) -> list[JudgedQuery]:
    """The queries with our own grades beside the published ones, which are never changed."""
    return [replace(query, judgements={**own.get(query.query_id, {}), **query.judgements}) for query in queries]


def summarise_systems(scores: Mapping[str, Scores]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, metrics in scores.items():
        for metric, values in metrics.items():
            figures |= with_bounds(f"{name}_{metric}", bootstrap_interval(values))
    return figures


def summarise_pairs(scores: Mapping[str, Scores], pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Paired differences of nDCG@10: an advantage is real when its interval does not hold zero."""
    figures: dict[str, float] = {}
    for ours, theirs in pairs:
        difference = paired_interval(scores[ours]["ndcg10"], scores[theirs]["ndcg10"])
        figures |= with_bounds(f"{ours}_minus_{theirs}_ndcg10", difference)
    return figures


def with_bounds(key: str, interval: Interval) -> dict[str, float]:
    return {key: interval.mean, f"{key}_low": interval.low, f"{key}_high": interval.high}


def find_best(scores: Mapping[str, Scores], peers: Sequence[str], metric: str) -> str:
    """The peer with the highest mean; the first of equals."""
    return max(peers, key=lambda name: float(np.mean(scores[name][metric])))


def summarise_floor(scores: Mapping[str, Scores], peers: Sequence[str], *, ours: str = "full") -> dict[str, float]:
    """Ours against the baseline that is best in nDCG@10, and against the one best in the condensed figure."""
    best = find_best(scores, peers, "ndcg10")
    best_condensed = find_best(scores, peers, "condensed_ndcg10")
    gain = paired_interval(scores[ours]["ndcg10"], scores[best]["ndcg10"])
    condensed = paired_interval(scores[ours]["condensed_ndcg10"], scores[best]["condensed_ndcg10"])
    hardest = paired_interval(scores[ours]["condensed_ndcg10"], scores[best_condensed]["condensed_ndcg10"])
    met = gain.mean >= FLOOR_GAIN and gain.low > 0
    condensed_met = condensed.mean >= FLOOR_CONDENSED_GAIN and condensed.low > 0
    return {
        "best_baseline_ndcg10": float(np.mean(scores[best]["ndcg10"])),
        "best_baseline_condensed_ndcg10": float(np.mean(scores[best]["condensed_ndcg10"])),
        **with_bounds(f"{ours}_gain_ndcg10", gain),
        **with_bounds(f"{ours}_gain_condensed_ndcg10", condensed),
        f"{ours}_ci_low_gain": gain.low,
        f"{ours}_ci_low_condensed_gain": condensed.low,
        "best_condensed_baseline_condensed_ndcg10": float(np.mean(scores[best_condensed]["condensed_ndcg10"])),
        **with_bounds(f"{ours}_gain_over_best_condensed_baseline", hardest),
        f"{ours}_floor_ndcg10_met": float(met),
        f"{ours}_floor_condensed_met": float(condensed_met),
    }


def summarise_ablation(scores: Mapping[str, Scores], *, full: str = "full") -> dict[str, float]:
    """What each part gives: full minus full without it; with it minus full for what is off by default."""
    figures: dict[str, float] = {}
    for name, own in scores.items():
        part, is_on = read_ablation(name, full)
        if not part:
            continue
        for metric in ("ndcg10", "condensed_ndcg10", "recall100"):
            pair = (scores[full][metric], own[metric]) if is_on else (own[metric], scores[full][metric])
            figures |= with_bounds(f"ablation_{part}_{metric}", paired_interval(*pair))
    return figures


def read_ablation(name: str, full: str = "full") -> tuple[str, bool]:
    """The part a system's name is about ("" for none), and whether that part is on by default."""
    for infix, is_on in (("_without_", True), ("_with_", False)):
        if name.startswith(full + infix):
            return name.removeprefix(full + infix), is_on
    return "", False


def say_what_pays(scores: Mapping[str, Scores], figures: Mapping[str, float]) -> dict[str, str]:
    """In words, by part: on or off by default, and whether that is what these queries say."""
    said: dict[str, str] = {}
    for name in scores:
        part, is_on = read_ablation(name)
        if not part:
            continue
        gain = (figures[f"ablation_{part}_ndcg10"] + figures[f"ablation_{part}_condensed_ndcg10"]) / 2
        verdict = "pays" if gain >= NOTICEABLE else "costs" if gain <= -NOTICEABLE else "makes no difference"
        said[part] = f"{'on' if is_on else 'off'} by default; {verdict} here"
    return said
