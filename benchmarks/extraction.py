"""Attributes read out of texts: precision, recall and F1 by extractor and combined, what it buys, and how fast it is.

English: the OA-Mine test split, and a fifth of the judged catalog whose attributes were hidden; Chinese: litemall the
same way, and the titles annotated for this project. `--quick` leaves relevance before and after enrichment out.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import chorus, extraction_oa_mine, extraction_zh, harness
from benchmarks.extraction_catalogs import (
    FITTED,
    HELD_OUT,
    Hidden,
    commonest,
    extract,
    extract_one_by_one,
    hide_attributes,
    read_found,
)
from benchmarks.extraction_figures import (
    best_threshold,
    errors_by_attribute,
    judge,
    precise_threshold,
    reliability,
    same_key,
    score,
)
from benchmarks.harness import bench_database, report, setup_django, write_result

EXTRACTORS = ("patterns", "dictionary", "tagger")
DATABASE = "bench_extraction"
NAIVE_PRODUCTS = 300


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without relevance before and after")
    options = parser.parse_args(arguments)
    chorus.require_data()
    setup_django()
    harness.BENCH_DATABASE = DATABASE
    figures, notes = extraction_oa_mine.measure()
    figures |= extraction_zh.measure()
    with bench_database(fresh=True):
        catalog, said = measure_chorus()
    figures, notes = figures | catalog, notes | said
    if not options.quick:
        from benchmarks.extraction_gain import measure_gain

        figures |= measure_gain()
    write_result("extraction", figures=figures, data={**chorus.DATA, **notes, "extractors": list(EXTRACTORS)})


def measure_chorus() -> tuple[dict[str, float], dict[str, Any]]:
    """The judged catalog with the attributes of a fifth of its products hidden."""
    from benchmarks.catalog_in_database import import_catalog, receive_catalog
    from catalog import enrichment

    import_catalog(receive_catalog())
    hidden = hide_attributes()
    fitted, held_out = hidden.ids[FITTED], hidden.ids[HELD_OUT]
    rates = extract([*fitted, *held_out], EXTRACTORS)
    alone = extract_one_by_one(held_out[:NAIVE_PRODUCTS], EXTRACTORS)
    judged = enrichment.refresh_confidences()
    report(f"{judged:,} findings judged by what the catalog says itself")
    stated, literal = commonest(hidden, stated=True), commonest(hidden, stated=False)
    figures = {f"products_per_s_{name}": rate for name, rate in rates.items()}
    figures |= {f"products_per_s_{name}_one_by_one": rate for name, rate in alone.items()}
    figures["products_per_s_cpu"] = 1 / sum(1 / rate for rate in rates.values())
    for name in (*EXTRACTORS, ""):
        figures |= score_extractor(hidden, stated, name)
    figures["patterns_f1"] = figures["chorus_f1_patterns"]
    figures |= {f"chorus_all_{key}": value for key, value in score_keys(hidden, literal).items()}
    figures |= measure_coverage(hidden, stated)
    return figures, {"attributes_stated": stated, "attributes_commonest": literal}


def score_extractor(hidden: Hidden, keys: Sequence[str], extractor: str) -> dict[str, float]:
    """F1 at the threshold that was best on the fitted fold; for the combination also the precise operating point."""
    name = extractor or "combined"
    fitted = judge(pick(hidden, FITTED), read_found(hidden.ids[FITTED], extractor=extractor), keys)
    found = read_found(hidden.ids[HELD_OUT], extractor=extractor)
    held_out = judge(pick(hidden, HELD_OUT), found, keys)
    figures = {f"chorus_{key}_{name}": value for key, value in score(held_out, best_threshold(fitted)).items()}
    exact = judge(pick(hidden, HELD_OUT), found, keys, agree=same_key)
    figures[f"chorus_f1_exact_{name}"] = score(exact, best_threshold(fitted))["f1"]
    if not extractor:
        point = score(held_out, precise_threshold(fitted))
        figures |= {"chorus_precision_at_op": point["precision"], "chorus_recall_at_op": point["recall"]}
        figures |= {f"chorus_{key}": value for key, value in reliability(held_out).items()}
        figures |= {f"chorus_calibration_error_{key}": error for key, error in errors_by_attribute(held_out).items()}
        figures["chorus_values_not_judged"] = held_out.unjudged
    return figures


def score_keys(hidden: Hidden, keys: Sequence[str]) -> dict[str, float]:
    fitted = judge(pick(hidden, FITTED), read_found(hidden.ids[FITTED]), keys)
    held_out = judge(pick(hidden, HELD_OUT), read_found(hidden.ids[HELD_OUT]), keys)
    return score(held_out, best_threshold(fitted))


def pick(hidden: Hidden, fold: int) -> Mapping[int, Mapping[str, Sequence[Any]]]:
    return {id_: hidden.gold[id_] for id_ in hidden.ids[fold]}


def measure_coverage(hidden: Hidden, keys: Sequence[str]) -> dict[str, float]:
    """Share of (product, attribute) cells of the hidden fifth that are filled without review, of those it had."""
    from catalog.effective import merge_attributes
    from catalog.models import Product

    rows = Product.objects.filter(id__in=hidden.ids[HELD_OUT]).values_list("id", "attributes", "extracted")
    had = sum(len(set(keys) & set(hidden.gold[id_])) for id_, _, _ in rows)
    filled = sum(
        len(set(keys) & set(merge_attributes(attributes, extracted)) & set(hidden.gold[id_]))
        for id_, attributes, extracted in rows
    )
    return {"facet_coverage_before": 0.0, "facet_coverage_after": filled / max(had, 1)}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    main()
