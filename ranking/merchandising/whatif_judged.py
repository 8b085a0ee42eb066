"""nDCG@10 before and after, where people judged which products answer a query; the unjudged are not irrelevant."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ranking.metrics import RELEVANT, bootstrap_interval, condensed_ndcg, judged_share, ndcg, paired_interval

DEPTH = 10
FIGURES = ("ndcg", "condensed", "judged")
# The bootstrap holds rounds × queries numbers at once: 2 million are 32 MB.
MOST_DRAWN = 2_000_000


def judge_pages(
    before: Sequence[str], after: Sequence[str], judgements: Mapping[str, int]
) -> dict[str, list[float]] | None:
    """[before, after] of each figure, from the SKUs in order; None where nothing judged is relevant: no best order."""
    if not any(grade >= RELEVANT for grade in judgements.values()):
        return None
    measures = {"ndcg": ndcg, "condensed": condensed_ndcg, "judged": judged_share}
    return {
        name: [round(measure(ranking, judgements, depth=DEPTH), 6) for ranking in (before, after)]
        for name, measure in measures.items()
    }


def summarise_judged(rows: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, Any] | None:
    """Means over the judged queries, each with its interval, and that of the difference query by query."""
    if not rows:
        return None
    rounds = min(2000, MOST_DRAWN // len(rows))
    told: dict[str, Any] = {"queries": len(rows)}
    for name in FIGURES:
        first, second = ([row[name][side] for row in rows] for side in (0, 1))
        told[name] = {
            "before": asdict(bootstrap_interval(first, rounds=rounds)),
            "after": asdict(bootstrap_interval(second, rounds=rounds)),
            "difference": asdict(paired_interval(second, first, rounds=rounds)),
        }
    return told
