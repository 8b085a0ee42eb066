"""Finding products listed twice: the matcher on published test pairs beside two baselines, and the step in a shop.

`python -m benchmarks.duplicates` encodes the texts of the valid and test pairs first, about ten minutes on two cores.
"""

import random
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks.harness import ROOT, bench_database, report, setup_django, write_result

FOLDER = ROOT.parent / "shared" / "data" / "product_matching"
SHOP_PRODUCTS = 1500
LISTED_TWICE = 300
Figures = dict[str, float]


def require_data() -> None:
    if not FOLDER.is_dir():
        sys.stdout.write("Skipped: the labelled pairs are not at ../shared/data/product_matching beside the project.\n")
        raise SystemExit(0)


def main() -> None:
    require_data()
    setup_django()
    figures: Figures = {}
    figures |= measure_pairs()
    with bench_database(fresh=True):
        figures |= measure_shop()
    data = {
        "sets": "product_matching: Abt-Buy, Amazon-Google, Walmart-Amazon, published test splits",
        "demo-zh": "pairs made of the demo's products by rules (feedback/trainers/matching_data.py): not real sellers",
        "threshold": "one for all sets, and one for each baseline, chosen on the valid splits",
    }
    write_result("duplicates", figures=figures, data=data)


def measure_pairs(vectors: Mapping[str, Any] | None = None) -> Figures:
    """Precision, recall and F1 per set with a 95 % interval of F1, beside title Jaccard and cosine alone."""
    from catalog.duplicates.matching import read_model
    from catalog.encoder import get_encoder
    from feedback.trainers.matching import choose_threshold, encode_offers, hide_cosines, tabulate
    from feedback.trainers.matching_data import SETS, SPLITS, make_pairs, read_pairs

    pairs = {
        split: [*(pair for name in SETS for pair in read_pairs(FOLDER, name, split)), *make_pairs(split)]
        for split in SPLITS
    }
    everything = [pair for split in SPLITS for pair in pairs[split]]
    if vectors is None:
        report("encoding the offers")
        vectors = encode_offers([*pairs["valid"], *pairs["test"]], get_encoder())
    valid, test = (tabulate(pairs[split], vectors, counted_in=everything) for split in ("valid", "test"))
    model = read_model()
    started = time.perf_counter()
    scored = model.predict(test.features)
    figures: Figures = {
        "suggest_at": model.suggest_at,
        "score_pairs_per_s": len(scored) / (time.perf_counter() - started),
    }
    no_vectors = model.predict(hide_cosines(test.features, share=1.0, seed=0))
    systems = {
        "matcher": (scored, model.suggest_at),
        "matcher_without_cosine": (no_vectors, model.suggest_at),
        "title_jaccard": (test.jaccard, choose_threshold(valid, valid.jaccard)),
        "cosine": (test.cosine, choose_threshold(valid, valid.cosine)),
    }
    for name in sorted(set(test.sources)):
        rows = test.sources == name
        figures[f"{name}_pairs"] = float(rows.sum())
        for system, (scores, at) in systems.items():
            figures |= _figures_of(f"{name}_{system}", test.labels[rows], scores[rows] >= at)
    return figures


def _figures_of(key: str, labels: Any, found: Any) -> Figures:
    from feedback.trainers.matching import f1_interval, measure

    measured, (low, high) = measure(labels, found), f1_interval(labels, found)
    return {
        f"{key}_precision": measured.precision,
        f"{key}_recall": measured.recall,
        f"{key}_f1": measured.f1,
        f"{key}_f1_low": low,
        f"{key}_f1_high": high,
    }


def measure_shop() -> Figures:
    """A shop of demo products, some of which another seller lists again in Chinese: what the step finds, and its time.

    Barcodes are left out, which would make it easy; the texts are not embedded, so candidates come by words alone.
    """
    from catalog.duplicates.candidates import find_candidates, pair_up
    from catalog.duplicates.loading import load_offers
    from catalog.models import DuplicateSuggestion, Product
    from catalog.pipeline import index_stale
    from catalog.steps.find_duplicates import every_batch, find_duplicates

    report("filling a shop")
    twins = _fill_shop()
    index_stale()
    batches = list(every_batch())
    compared = [pair for ids in batches for pair in pair_up(find_candidates(load_offers(ids)))]
    started = time.perf_counter()
    for ids in batches:
        find_duplicates(ids)
    seconds = time.perf_counter() - started
    found = set(DuplicateSuggestion.objects.values_list("first_id", "second_id"))
    right = len(found & twins)
    return {
        "shop_products": float(Product.objects.count()),
        "shop_twins": float(len(twins)),
        "shop_pairs_compared_per_product": len(compared) / sum(map(len, batches)),
        "shop_twins_among_candidates": len(twins & set(compared)) / len(twins),
        "shop_recall": right / len(twins),
        "shop_precision": right / max(len(found), 1),
        "shop_products_per_s": sum(map(len, batches)) / seconds,
    }


def _fill_shop() -> set[tuple[int, int]]:
    """Ids of the pairs that are one product."""
    from catalog.demo.products import make_products
    from catalog.models import Brand, Product
    from feedback.trainers.matching_data import demo_offer, tell_anew

    dice = random.Random(9)
    made = list(make_products(SHOP_PRODUCTS))
    brands: dict[str, Any] = {}
    for product in made:
        names = product.row["brand"] or {}
        if names and names["en"] not in brands:
            brands[names["en"]] = Brand.objects.create(
                key=names["en"].lower(), name_en=names["en"], name_zh=names["zh"]
            )
    listed = [(product, demo_offer(product)) for product in made]
    again = [(product, replace(tell_anew(product, dice), codes=())) for product in dice.sample(made, LISTED_TWICE)]
    rows = [
        Product(
            sku=f"{product.row['sku']}{'-again' if place >= len(listed) else ''}",
            title_zh=offer.titles["zh"],
            description_zh=offer.descriptions.get("zh", ""),
            attributes={key: list(values) for key, values in offer.attributes.items()},
            brand=brands.get((product.row["brand"] or {}).get("en", "")) if offer.brand else None,
        )
        for place, (product, offer) in enumerate([*listed, *again])
    ]
    stored = {row.sku: row.pk for row in Product.objects.bulk_create(rows)}
    return {(stored[sku.removesuffix("-again")], id_) for sku, id_ in stored.items() if sku.endswith("-again")}


if __name__ == "__main__":
    main()
