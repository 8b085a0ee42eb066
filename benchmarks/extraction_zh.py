"""Chinese: litemall with hidden attributes, and what its titles state by our own annotation, two passes.

The annotation (judgements/extraction_zh.tsv, guideline in docs/judging-guideline.md) holds ids and values alone. It
names attributes its own way, so a found value counts where its attribute is one of those listed here for it; it is
right when it or the quoted words are the annotated ones.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import zh_catalog
from benchmarks.extraction_catalogs import FITTED, HELD_OUT, commonest, extract, hide_attributes, read_found
from benchmarks.extraction_figures import Found, best_threshold, judge, precise_threshold, score
from benchmarks.harness import bench_database, report
from benchmarks.zh_catalog import read_table
from catalog.contracts import Scalar
from catalog.extractors.agreement import values_agree

ANNOTATED = Path(__file__).resolve().parent / "judgements" / "extraction_zh.tsv"
EXTRACTORS = ("patterns", "dictionary", "tagger")
# Annotated name → attribute keys (catalog's or generic ones) that say the same.
SAME: Mapping[str, tuple[str, ...]] = {
    "材质": ("材质", "面料", "材料", "面料成分", "填充物", "填充成分", "外层面料", "material"),
    "颜色": ("颜色", "color"),
    "尺寸": ("尺寸", "产品尺寸", "规格", "规格尺寸", "适用床尺寸", "size", "length", "width", "height"),
    "容量": ("容量", "规格", "volume", "capacity"),
    "重量": ("重量", "填充物重量", "净含量", "weight", "net_content"),
    "数量": ("件数", "数量", "规格", "pack_size", "quantity", "count"),
    "适用人群": ("适用人群", "适用对象", "gender", "age_group"),
    "工艺": ("工艺", "craft", "technique"),
    "产地": ("产地", "origin", "country_of_origin"),
}


def measure() -> dict[str, float]:
    if not (zh_catalog.LITEMALL / "products.jsonl.gz").exists():
        sys.stdout.write("Left out: litemall is not at ../shared/data/litemall beside the project.\n")
        return {}
    with bench_database(fresh=True):
        _import_litemall()
        hidden = hide_attributes()
        everything = [id_ for ids in hidden.ids.values() for id_ in ids]
        extract(everything, EXTRACTORS)
        _settle()
        figures: dict[str, float] = {}
        keys = commonest(hidden, stated=True)
        for name in (*EXTRACTORS, ""):
            fitted, held = (
                judge(_gold(hidden.gold, hidden.ids[fold]), read_found(hidden.ids[fold], extractor=name), keys)
                for fold in (FITTED, HELD_OUT)
            )
            scored = score(held, best_threshold(fitted))
            figures |= {f"zh_litemall_{key}_{name or 'combined'}": value for key, value in scored.items()}
        return figures | measure_annotated()


def measure_annotated() -> dict[str, float]:
    """Against the annotation; thresholds are fitted on one half of the products and measured on the other."""
    from catalog.models import Product

    numbers = dict(Product.objects.values_list("sku", "id"))
    gold = {numbers[sku]: values for sku, values in read_annotated().items() if sku in numbers}
    figures: dict[str, float] = {"zh_annotated_products": len(gold)}
    for name in (*EXTRACTORS, ""):
        found = _rename(gold, name)
        halves = [{id_: gold[id_] for number, id_ in enumerate(sorted(gold)) if number % 2 == half} for half in (0, 1)]
        judged = [
            judge(half, {id_: found.get(id_, {}) for id_ in half}, list(SAME), agree=values_agree) for half in halves
        ]
        both = [score(judged[1 - half], best_threshold(judged[half])) for half in (0, 1)]
        label = name or "combined"
        for key in ("precision", "recall", "f1", "f1_low", "f1_high"):
            figures[f"zh_{key}_{label}"] = sum(one[key] for one in both) / 2
        if not name:
            point = [score(judged[1 - half], precise_threshold(judged[half])) for half in (0, 1)]
            figures["zh_precision_at_op"] = sum(one["precision"] for one in point) / 2
            figures["zh_recall_at_op"] = sum(one["recall"] for one in point) / 2
    return figures


def read_annotated(path: Path = ANNOTATED) -> dict[str, dict[str, list[Scalar]]]:
    """SKU → annotated attribute → values as written that both passes gave; only attributes of SAME are measured."""
    gold: dict[str, dict[str, list[Scalar]]] = defaultdict(lambda: defaultdict(list))
    for row in read_table(path):
        if row["attribute"] in SAME and row["passes"] == "12":
            gold[row["product_id"]][row["attribute"]].append(row["value"])
    return gold


def _rename(gold: Mapping[int, Any], extractor: str) -> Found:
    """What was found under the annotation's names: a value both as it is and as it is quoted."""
    names = {key: name for name, keys in SAME.items() for key in keys}
    best: dict[tuple[int, str, str], float] = {}
    for id_, key, quote, confidence in _list_quotes(list(gold), extractor):
        if key in names:
            place = (id_, names[key], quote)
            best[place] = max(best.get(place, 0.0), confidence)
    found: dict[int, dict[str, list[tuple[Scalar, float]]]] = defaultdict(lambda: defaultdict(list))
    for (id_, name, quote), confidence in best.items():
        found[id_][name].append((quote, confidence))
    return found


def _list_quotes(ids: Sequence[int], extractor: str) -> Iterator[tuple[int, str, str, float]]:
    """Product, attribute, quoted words and confidence: of one extractor, or of all as the queue weighs them."""
    from catalog.evidence import read_calibration, read_evidence
    from catalog.extractors.combination import combine
    from catalog.models import Evidence

    if extractor:
        rows = Evidence.objects.filter(version__name=extractor, version__status="live", product_id__in=ids)
        yield from rows.values_list("product_id", "attribute", "quote", "confidence")
        return
    book = read_calibration()
    for id_, findings in read_evidence(ids).items():
        yield from ((id_, one.found.name, one.found.quote, one.confidence) for one in combine(findings, book))


def _gold(gold: Mapping[int, Any], ids: Sequence[int]) -> dict[int, Any]:
    return {id_: gold[id_] for id_ in ids}


def _import_litemall() -> None:
    import json
    import tempfile

    from django.core.files.base import File

    from benchmarks.catalog_in_database import import_catalog
    from catalog import pipeline

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "litemall.jsonl"
        lines = (json.dumps(row, ensure_ascii=False) for row in zh_catalog.read_litemall())
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with path.open("rb") as file:
            upload = pipeline.receive_upload(File(file), filename=path.name)
        import_catalog(upload)


def _settle() -> None:
    from catalog import enrichment

    report(f"{enrichment.refresh_confidences():,} findings judged")


__all__ = ["measure", "read_annotated"]
