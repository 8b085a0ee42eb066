"""Catalogs made ready for the two trainers: read, their facts found, their texts and vectors made."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from catalog.encoder import Encoder
from feedback.trainers.bi_encoder import TrainingCatalog
from feedback.trainers.catalogs import TrainingProduct
from feedback.trainers.cross_encoder import ReadingCatalog
from feedback.trainers.document_vectors import encode_texts, text_versions
from feedback.trainers.facts import FactBook
from feedback.trainers.lexicon import Lexicon
from feedback.trainers.pairs import reading_versions

Report = Callable[[str], None]
# Of the batches. The other catalogs that feedback/trainers/catalogs.py reads are too small, or name no kinds.
SHARES: Mapping[str, float] = {"chorus_icecat": 0.5, "demo": 0.33, "bestbuy": 0.1, "litemall": 0.07}
# What queries are written in: the concepts say the kinds of an English catalog in Chinese. Twice is twice as often.
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "chorus_icecat": ("en", "en", "zh"), "demo": ("en", "zh"), "bestbuy": ("en", "zh"), "litemall": ("zh",),
}  # fmt: skip
Catalogs = Mapping[str, Sequence[TrainingProduct]]


def find_facts(catalogs: Catalogs, lexicon: Lexicon, report: Report) -> dict[str, FactBook]:
    books = {}
    for name in SHARES:
        if name in catalogs:
            report(f"{name}: facts of {len(catalogs[name]):,} products")
            books[name] = FactBook(catalogs[name], lexicon)
    return books


def for_bi_encoder(
    catalogs: Catalogs, books: Mapping[str, FactBook], encoder: Encoder, folder: Path, report: Report
) -> list[TrainingCatalog]:
    """Vectors are kept in `folder`, so that a second run starts at once."""
    ready = []
    for name, book in books.items():
        vectors = []
        for languages, texts in text_versions(catalogs[name]).items():
            report(f"{name}: vectors of {len(texts):,} texts ({' and '.join(languages)})")
            vectors.append(encode_texts(encoder, texts, folder))
        ready.append(TrainingCatalog(book, vectors, LANGUAGES[name], SHARES[name]))
    return ready


def for_cross_encoder(catalogs: Catalogs, books: Mapping[str, FactBook]) -> list[ReadingCatalog]:
    return [
        ReadingCatalog(book, reading_versions(catalogs[name]), LANGUAGES[name], SHARES[name])
        for name, book in books.items()
    ]
