"""How fast a real catalog comes in: rows stored, products indexed, texts embedded, memory held."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.catalog_in_database import import_catalog, index_catalog, receive_catalog
from benchmarks.chorus import DATA, PRODUCTS, require_data
from benchmarks.harness import bench_database, peak_memory_mb, report, setup_django, write_result

# Enough that a chunk holds short and long texts; the whole catalog would say the same and take ten minutes.
SAMPLE = 768
ROUNDS = 3
Encode = Callable[[Sequence[str]], object]


def main() -> None:
    require_data()
    setup_django()
    with bench_database(fresh=True):
        figures = measure_import()
        figures |= measure_index()
        texts = sample_texts()
    figures |= measure_embedding(texts)
    write_result("import", figures=figures, data={**DATA, "embedded_texts": SAMPLE, "max_tokens": _max_tokens()})


def measure_import() -> dict[str, float]:
    """The file once into an empty catalog, and once more when nothing has changed."""
    at_start = peak_memory_mb()
    first = import_catalog(receive_catalog())
    report(f"imported in {first:.1f} s")
    again = import_catalog(receive_catalog())
    return {
        "rows_per_s": PRODUCTS / first,
        "unchanged_rows_per_s": PRODUCTS / again,
        "import_peak_memory_mb": peak_memory_mb(),
        "import_memory_growth_mb": peak_memory_mb() - at_start,
    }


def measure_index() -> dict[str, float]:
    started = time.perf_counter()
    done = index_catalog()
    seconds = time.perf_counter() - started
    report(f"indexed {done:,} products in {seconds:.1f} s")
    return {"index_docs_per_s": done / seconds, "index_peak_memory_mb": peak_memory_mb()}


def sample_texts() -> list[str]:
    from catalog.documents import load_documents
    from catalog.models import Product

    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(3).sample(ids, SAMPLE)
    return [document.embedding_text for document in load_documents(chosen)]


def measure_embedding(texts: Sequence[str]) -> dict[str, float]:
    """Texts a second: each system encodes the same chunk in turn, so that a busy moment hits all of them."""
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as workspace:
        encoders = load_encoders(Path(workspace))
        for encode in encoders.values():
            encode(texts[:32])
        size = len(texts) // ROUNDS
        for start in range(0, size * ROUNDS, size):
            for name, encode in encoders.items():
                started = time.perf_counter()
                encode(texts[start : start + size])
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
    return {name: size * ROUNDS / taken for name, taken in seconds.items()}


def load_encoders(workspace: Path) -> dict[str, Encode]:
    """Ours; sentence-transformers with the same weights; and with MiniLM, half as deep and English only."""
    import torch
    from django.conf import settings

    from benchmarks.peers.sentence_loop import load_minilm, load_same_weights
    from catalog.encoder import get_encoder, prepare_encoder

    torch.set_num_threads(settings.MODEL_THREADS)
    prepared = prepare_encoder()
    same = load_same_weights(prepared, workspace, max_tokens=settings.MODEL_MAX_TOKENS)
    minilm = load_minilm(max_tokens=settings.MODEL_MAX_TOKENS)
    prefix = settings.MODEL_ENCODER_DOCUMENT_PREFIX
    return {
        "embed_docs_per_s": get_encoder().encode_documents,
        "embed_docs_per_s_sentence_transformers": lambda texts: same.encode([prefix + text for text in texts]),
        "embed_docs_per_s_sentence_transformers_minilm": lambda texts: minilm.encode(list(texts)),
    }


def _max_tokens() -> int:
    from django.conf import settings

    return int(settings.MODEL_MAX_TOKENS)


if __name__ == "__main__":
    main()
