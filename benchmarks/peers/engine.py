"""Tantivy, a Lucene-class engine in Rust: BM25 over separate stemmed fields, in memory-mapped files of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tantivy

from benchmarks.chorus import ProductText

FIELDS = ("title", "brand", "category", "description", "attributes")
STORED = ("title", "brand")


class TantivyEngine:
    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def build(cls, texts: Sequence[ProductText], folder: Path) -> "TantivyEngine":
        folder.mkdir(parents=True, exist_ok=True)
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("product_id", stored=True, indexed=True, fast=True)
        for field in FIELDS:
            schema.add_text_field(field, stored=field in STORED, tokenizer_name="en_stem")
        index = tantivy.Index(schema.build(), path=str(folder))
        writer = index.writer(heap_size=128_000_000, num_threads=1)
        for text in texts:
            fields = {field: [getattr(text, field)] for field in FIELDS}
            writer.add_document(tantivy.Document(product_id=[text.product_id], **fields))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "TantivyEngine":
        return cls(tantivy.Index.open(str(folder)))

    def search(self, query: str, *, limit: int = 100, boosts: Mapping[str, float] | None = None) -> list[int]:
        """`boosts` weigh whole fields, as a team would set them by hand."""
        return [int(document["product_id"][0]) for document in self._search(query, limit, boosts)]

    def search_cards(self, query: str, *, limit: int) -> list[dict[str, object]]:
        return [
            {"id": document["product_id"][0], "title": document["title"][0], "brand": document["brand"][0]}
            for document in self._search(query, limit)
        ]

    def _search(self, query: str, limit: int, boosts: Mapping[str, float] | None = None) -> list[tantivy.Document]:
        parsed, _ = self._index.parse_query_lenient(query, list(FIELDS), dict(boosts or {}))
        return [self._searcher.doc(address) for _, address in self._searcher.search(parsed, limit).hits]
