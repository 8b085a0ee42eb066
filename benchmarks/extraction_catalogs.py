"""A real catalog with a fifth of its products' attributes hidden, read by the shop's own extraction job."""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.extraction_figures import Found, Gold
from benchmarks.harness import report

# Products of these remainders: what is measured, and what confidences and thresholds are fitted on.
HELD_OUT, FITTED = 0, 1
CHUNK = 256
# An attribute counts as stated when this share of its values stands in the texts.
STATED = 0.3


def fold_of(sku: str) -> int:
    """0 to 4, the same in every run; the tagger is never trained on fold 0."""
    return int(hashlib.md5(sku.encode(), usedforsecurity=False).hexdigest(), 16) % 5


@dataclass(frozen=True, slots=True)
class Hidden:
    """`gold` are the attributes that were taken from the catalog, `ids` its products by fold."""

    gold: Gold
    ids: Mapping[int, Sequence[int]]
    texts: Mapping[int, str]


def hide_attributes(folds: Iterable[int] = (HELD_OUT,)) -> Hidden:
    """Takes the attributes of these folds from the catalog in the database, and counts the schema of what is left."""
    from django.db import connection

    from catalog.models import Product
    from catalog.schema.induction import refresh_schemas

    ids: dict[int, list[int]] = defaultdict(list)
    gold: dict[int, Mapping[str, Sequence[Any]]] = {}
    texts: dict[int, str] = {}
    for product in Product.objects.order_by("id"):
        fold = fold_of(product.sku)
        ids[fold].append(product.pk)
        gold[product.pk] = product.attributes
        texts[product.pk] = " ".join(
            (product.title_en, product.title_zh, product.description_en, product.description_zh)
        ).lower()
    hidden = [id_ for fold in folds for id_ in ids[fold]]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_product SET attributes = '{}' WHERE id = ANY(%s)", [hidden])
        cursor.execute("ANALYZE catalog_product")
    report(f"{len(hidden):,} products without attributes; {refresh_schemas():,} rows of schema")
    return Hidden(gold, ids, texts)


def commonest(hidden: Hidden, *, count: int = 10, stated: bool) -> list[str]:
    """The attributes most products of the catalog have; of those whose values stand in the texts, when asked for."""
    counts = Counter(key for attributes in hidden.gold.values() for key in attributes)
    chosen = []
    for key, _ in counts.most_common():
        if not stated or _stated_share(hidden, key) >= STATED:
            chosen.append(key)
        if len(chosen) == count:
            break
    return chosen


def _stated_share(hidden: Hidden, key: str) -> float:
    pairs = [(id_, values[key]) for id_, values in hidden.gold.items() if values.get(key)][:2000]
    written = [any(_is_written(value, hidden.texts[id_]) for value in values) for id_, values in pairs]
    return sum(written) / max(len(written), 1)


def _is_written(value: Any, text: str) -> bool:
    return not isinstance(value, bool) and (f"{value:g}" if isinstance(value, float) else str(value).lower()) in text


def extract(ids: Sequence[int], names: Sequence[str]) -> dict[str, float]:
    """Runs these extractors over these products by the shop's own step; products a second by extractor."""
    from catalog.extractors.loading import get_extractor
    from catalog.steps import extract as step

    rates = {}
    for name in names:
        extractor = get_extractor(name)
        version = step.open_version(extractor)
        step.extract_chunk(version, extractor, ids[:8])  # loads the model
        started, failed = time.perf_counter(), 0
        for start in range(0, len(ids), CHUNK):
            failed += step.extract_chunk(version, extractor, ids[start : start + CHUNK])[1]
        rates[name] = len(ids) / (time.perf_counter() - started)
        report(f"{name}: {rates[name]:.1f} products/s, {failed} failed")
    return rates


def extract_one_by_one(ids: Sequence[int], names: Sequence[str]) -> dict[str, float]:
    """The naive loop: one product a call, nothing stored; products a second by extractor."""
    from catalog.extractors.loading import get_extractor
    from catalog.steps.extract import load_readable

    products, _ = load_readable(ids)
    rates = {}
    for name in names:
        extractor = get_extractor(name)
        started = time.perf_counter()
        for product in products:
            extractor.extract([product])
        rates[name] = len(products) / (time.perf_counter() - started)
    return rates


def read_found(ids: Iterable[int], *, extractor: str = "") -> Found:
    """What one extractor found in these products with its own confidence, or all together as the queue weighs it.

    Read from the evidence: of products that state their attributes the queue shows only what contradicts them.
    """
    from catalog.evidence import read_calibration, read_evidence
    from catalog.extractors.combination import combine
    from catalog.models import Evidence

    found: dict[int, dict[str, list[tuple[Any, float]]]] = defaultdict(lambda: defaultdict(list))
    if extractor:
        rows = Evidence.objects.filter(version__name=extractor, version__status="live", product_id__in=list(ids))
        for product_id, attribute, value, confidence in rows.values_list(
            "product_id", "attribute", "value", "confidence"
        ):
            found[product_id][attribute].append((value, confidence))
    else:
        book = read_calibration()
        for product_id, findings in read_evidence(list(ids)).items():
            for one in combine(findings, book):
                found[product_id][one.found.name].append((one.found.value, one.confidence))
    return {id_: {key: _best_of_each(values) for key, values in own.items()} for id_, own in found.items()}


def _best_of_each(values: Sequence[tuple[Any, float]]) -> list[tuple[Any, float]]:
    from catalog.effective import value_key

    best: dict[str, tuple[Any, float]] = {}
    for value, confidence in values:
        key = value_key(value)
        if key not in best or confidence > best[key][1]:
            best[key] = (value, confidence)
    return list(best.values())
