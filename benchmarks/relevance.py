"""Relevance on the judged queries over the full catalog: ours whole and by part, beside engines and a plain hybrid."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks import relevance_cv
from benchmarks.catalog_in_database import open_catalog
from benchmarks.chorus import DATA, JudgedQuery, ProductText, read_judged, read_texts, require_data
from benchmarks.harness import RESULTS, report, setup_django, write_result
from benchmarks.own_judgements import OwnJudgements, read_own, weighted_kappa
from benchmarks.relevance_figures import (
    FLOOR_LEXICAL,
    Rankings,
    Scores,
    Search,
    find_best,
    judge_with,
    rank_queries,
    rank_systems,
    read_ablation,
    say_what_pays,
    score_rankings,
    summarise_ablation,
    summarise_floor,
    summarise_pairs,
    summarise_systems,
    with_bounds,
)
from benchmarks.relevance_parts import PartTable, collect_parts, split_tuned
from benchmarks.relevance_systems import DEPTH, our_systems, peer_systems
from benchmarks.relevance_variants import make_variants
from ranking.metrics import bootstrap_interval, paired_interval

# Ours, theirs: who is better is told with an interval.
PAIRS = (
    ("bm25", "engine_bm25"), ("bm25", "bm25s"), ("one_text", "engine_one_text"), ("hybrid", "django"),
    ("hybrid", "engine_bm25"), ("hybrid", "bm25"), ("full", "bm25"), ("full", "hybrid"),
)  # fmt: skip
LEXICAL = ("engine_bm25", "engine_boosted", "engine_one_text", "engine_four_fields", "bm25s", "bm25s_four_fields")


def main() -> None:
    require_data()
    setup_django()
    # Where nothing is relevant no ranking is right or wrong.
    queries = [query for query in read_judged() if any(query.judgements.values())]
    texts = read_texts()
    with open_catalog(embedded=True), tempfile.TemporaryDirectory() as folder:
        prepare_words()
        ours, skipped = our_systems()
        peers = peer_systems(texts, Path(folder))
        systems = {**ours, "one_text": make_one_text(texts), **peers}
        rankings = rank_systems(systems, queries, skipped)
        if "full" not in rankings:
            raise SystemExit(f"The live configuration was degraded, its figures would mislead: {skipped['full']}")
        scores = {name: score_rankings(ranked, queries) for name, ranked in rankings.items()}
        variants = measure_variants(systems, find_baselines(scores, list(peers)), queries)
        parts = collect_parts(queries)
    figures, notes = summarise(scores, list(peers), queries, rankings)
    figures |= variants | summarise_held_out(parts, scores, find_best(scores, list(peers), "ndcg10"), notes)
    figures |= read_chinese(RESULTS / "relevance_zh.json")
    data = {
        **DATA,
        "queries_with_a_relevant_product": len(queries),
        "depth": DEPTH,
        "gains": "2^grade - 1, unjudged 0",
        **notes,
        "left_out": skipped,
        "parts_not_computed": list(parts.notes),
    }
    write_result("relevance", figures=figures, data=data)


def prepare_words() -> None:
    """The speller's dictionary, as the shop's own refresh makes it after an import."""
    from ranking.retrieval.suggest_refresh import rebuild_suggestions, suggestions_are_due

    if suggestions_are_due():
        rebuild_suggestions()


def make_one_text(texts: Sequence[ProductText]) -> Search:
    """Our analysis and scorer under the plainest engine's configuration."""
    from benchmarks.peers.one_text import OneTextIndex
    from catalog.models import Product
    from ranking.registry import live_state

    snapshot = live_state().snapshot
    ids = dict(Product.objects.values_list("sku", "pk"))
    return OneTextIndex(texts, snapshot, snapshot.ordinals([ids[str(text.product_id)] for text in texts])).search


def summarise(
    scores: Mapping[str, Scores], peers: Sequence[str], queries: Sequence[JudgedQuery], rankings: Mapping[str, Rankings]
) -> tuple[dict[str, float], dict[str, object]]:
    """Figures, and in words which baseline was best and what each part is worth."""
    told = {name: own for name, own in scores.items() if not read_ablation(name)[0]}
    figures = {**summarise_systems(told), **summarise_pairs(scores, PAIRS), **summarise_floor(scores, peers)}
    best_lexical = find_best(scores, LEXICAL, "ndcg10")
    behind = float(np.mean(scores[best_lexical]["ndcg10"])) - float(np.mean(scores["bm25"]["ndcg10"]))
    figures["bm25_floor_met"] = float(behind <= FLOOR_LEXICAL)
    ablation = summarise_ablation(scores)
    own = read_own()
    figures |= ablation | summarise_own({name: rankings[name] for name in told}, queries, own, peers)
    hybrids = [name for name in peers if name.startswith("rrf_")]
    figures |= {f"over_plain_hybrid_{key}": value for key, value in summarise_floor(scores, hybrids).items()}
    notes: dict[str, object] = {
        **find_baselines(scores, peers),
        "best_condensed_baseline": find_best(scores, peers, "condensed_ndcg10"),
        "best_lexical": best_lexical,
        "parts": say_what_pays(scores, ablation),
        "own_judgements": own.count,
    }
    return figures, notes


def summarise_own(
    rankings: Mapping[str, Rankings], queries: Sequence[JudgedQuery], own: OwnJudgements, peers: Sequence[str]
) -> dict[str, float]:
    """The same with our grades beside the published ones, under names of their own; nothing while there are none."""
    if not own.count:
        return {}
    judged = judge_with(queries, own.final)
    scores = {name: score_rankings(ranked, judged) for name, ranked in rankings.items()}
    figures = summarise_systems({f"{name}_own": own_scores for name, own_scores in scores.items()})
    figures |= {f"own_{key}": value for key, value in summarise_floor(scores, peers).items()}
    return {**figures, "own_judgements": float(own.count), "own_weighted_kappa": weighted_kappa(own.pairs)}


def find_baselines(scores: Mapping[str, Scores], peers: Sequence[str]) -> dict[str, str]:
    """What ours is compared with, by role: the best of all peers, and the best that joins words and vectors."""
    hybrids = [name for name in peers if name.startswith("rrf_")]
    return {
        "best_baseline": find_best(scores, peers, "ndcg10"),
        "best_plain_hybrid": find_best(scores, hybrids, "ndcg10"),
    }


def measure_variants(
    systems: Mapping[str, Search], baselines: Mapping[str, str], queries: Sequence[JudgedQuery]
) -> dict[str, float]:
    """The live configuration and the baselines on the same needs, typed worse."""
    figures: dict[str, float] = {}
    named = {"full": "full", **baselines}
    for kind, typed in make_variants(queries).items():
        found = {
            role: score_rankings(rank_queries(f"{name}, {kind}", systems[name], typed), typed)
            for role, name in named.items()
        }
        for role, own in found.items():
            for metric in ("ndcg10", "condensed_ndcg10"):
                figures |= with_bounds(f"{role}_{kind}_{metric}", bootstrap_interval(own[metric]))
            if role != "full":
                gain = paired_interval(found["full"]["ndcg10"], own["ndcg10"])
                figures |= with_bounds(f"full_gain_over_{role}_{kind}_ndcg10", gain)
    return figures


def summarise_held_out(
    parts: PartTable, scores: Mapping[str, Scores], baseline: str, notes: dict[str, object]
) -> dict[str, float]:
    """Five folds, five seeds: the parts that are on, all parts, and LambdaMART; each beside the best baseline."""
    fixed, tuned = split_tuned(parts)
    judged = [relevance_cv.JudgedCandidates(query) for query in parts.queries]
    everything = {name: tuned.get(name, 0.0) for name in parts.names if name not in fixed}
    off = {name: 0.0 for name in everything if name not in tuned}
    shipped = relevance_cv.LinearBlend(judged, parts.names, {**fixed, **off})
    report(f"cross-validating {', '.join(shipped.free)}")
    held = {"full_cv": relevance_cv.cross_validate_blend(shipped, tuple(tuned.values()))}
    whole = relevance_cv.LinearBlend(judged, parts.names, fixed)
    report(f"cross-validating {', '.join(whole.free)}")
    held["all_parts_cv"] = relevance_cv.cross_validate_blend(whole, tuple(everything.values()))
    learned = relevance_cv.cross_validate_ltr(parts.queries, parts.names, parts.live)
    held |= {f"{name}_cv": own for name, own in learned.items()}
    notes["chosen_over_all_queries"] = {name: dict(own.weights) for name, own in held.items() if own.weights}
    return {
        key: value
        for name, own in held.items()
        for key, value in compare_held_out(name, own, scores[baseline], scores["full"]).items()
    }


def compare_held_out(name: str, held: relevance_cv.HeldOut, baseline: Scores, full: Scores) -> dict[str, float]:
    figures: dict[str, float] = {}
    for metric in relevance_cv.METRICS:
        values = held.metric(metric)
        figures |= with_bounds(f"{name}_{metric}", bootstrap_interval(values))
        if metric != "recall100":
            figures |= with_bounds(f"{name}_gain_{metric}", paired_interval(values, baseline[metric]))
            figures |= with_bounds(f"{name}_minus_full_{metric}", paired_interval(values, full[metric]))
    return figures


def read_chinese(path: Path) -> dict[str, float]:
    """The Chinese figure beside the English ones, from the last run of benchmarks/relevance_zh.py."""
    if not path.exists():
        report("no Chinese figures: run python -m benchmarks.relevance_zh first")
        return {}
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return {key: figures[key] for key in ("zh_full_ndcg10",) if key in figures}


if __name__ == "__main__":
    main()
