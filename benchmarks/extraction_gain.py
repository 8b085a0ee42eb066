"""Does enrichment buy relevance? The judged catalog with the attributes of four fifths hidden, before and after."""

from benchmarks.chorus import read_judged
from benchmarks.extraction_catalogs import FITTED, fold_of, hide_attributes
from benchmarks.harness import bench_database, report
from ranking.metrics import paired_interval


def measure_gain() -> dict[str, float]:
    """nDCG@10 and recall@100 of the live pipeline, without the attributes and with what the jobs put in their place."""
    from benchmarks.catalog_in_database import embed_catalog, import_catalog, index_catalog, receive_catalog
    from benchmarks.relevance import prepare_words
    from benchmarks.relevance_figures import measure
    from benchmarks.relevance_systems import our_systems
    from catalog import enrichment
    from catalog.models import Product

    queries = [query for query in read_judged() if any(query.judgements.values())]
    with bench_database(fresh=True):
        import_catalog(receive_catalog())
        hide_attributes([fold for fold in range(5) if fold != FITTED])
        index_catalog()
        embed_catalog()
        prepare_words()
        systems, _ = our_systems(only=("full",))
        before = measure("without attributes", systems["full"], queries)
        read, failed, _ = enrichment.extract_stale(seconds=7200)
        enrichment.refresh_confidences()
        report(f"{read:,} readings, {failed} failed; {index_catalog():,} products indexed again")
        prepare_words()
        after = measure("enriched", our_systems(only=("full",))[0]["full"], queries)
        enriched = sum(
            bool(extracted.get("values"))
            for sku, extracted in Product.objects.values_list("sku", "extracted")
            if fold_of(sku) != FITTED
        )
    gain = paired_interval(after["ndcg10"], before["ndcg10"])
    return {
        "ndcg10_without_attributes": sum(before["ndcg10"]) / len(queries),
        "ndcg10_enriched": sum(after["ndcg10"]) / len(queries),
        "ndcg10_gain_low": gain.low,
        "ndcg10_gain_high": gain.high,
        "recall100_without_attributes": sum(before["recall100"]) / len(queries),
        "recall100_enriched": sum(after["recall100"]) / len(queries),
        "products_enriched": enriched,
    }
