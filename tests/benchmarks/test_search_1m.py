"""The million-product benchmark at a few hundred products: its catalog, index, vectors and queries."""

from collections import Counter

import numpy as np
import pytest

from benchmarks import million_catalog, million_index, million_queries, million_vectors
from catalog.documents import load_documents
from catalog.models import Embedding, Posting, Product, SearchDocument, Segment
from catalog.postings import FIELD_BITS, weigh_terms
from ranking.contracts import SearchRequest
from ranking.pipeline import search

BASES, COPIES = 48, 3


def read_terms(product_id: int) -> set[str]:
    """The terms of one product in the stored postings, but for those of its codes alone."""
    document = SearchDocument.objects.get(product_id=product_id)
    found = set()
    for row in Posting.objects.filter(segment_id=document.segment_id):
        at = np.flatnonzero(np.frombuffer(row.ordinals, "<i4") == document.ordinal)
        if len(at) and row.fields[at[0]] != FIELD_BITS["code"]:
            found.add(row.term)
    return found


def build_terms(product_id: int) -> set[str]:
    (document,) = load_documents([product_id])
    return {term for term, (_, mask) in weigh_terms(document.fields).items() if mask != FIELD_BITS["code"]}


@pytest.mark.django_db
def test_the_catalog_is_varied_indexed_and_found() -> None:
    million_catalog.import_bases(BASES)
    million_catalog.vary_products(COPIES)
    million_index.index_bases()
    million_index.index_copies(COPIES)
    million_index.learn_words()

    titles = set(Product.objects.values_list("title_en", flat=True))
    assert len(titles) == Product.objects.count() == BASES * COPIES
    assert Product.objects.values("brand").distinct().count() > BASES
    assert SearchDocument.objects.filter(live=True, segment_id__isnull=False).count() == BASES * COPIES
    alive = Segment.objects.filter(retired_at=None).values_list("document_count", flat=True)
    assert sum(alive) == BASES * COPIES

    varied = Product.objects.order_by("-id")[:4]
    for product in varied:
        # A name that was a common word of the base may be missing.
        built, stored = build_terms(product.pk), read_terms(product.pk)
        assert len(built & stored) / len(built | stored) > 0.9
        found = search(SearchRequest(query=f"{product.attributes['line'][0]} {product.title_en}")).hits
        assert product.pk in [hit.product_id for hit in found]

    lines = Counter(product.attributes["line"][0] for product in Product.objects.filter(attributes__has_key="line"))
    (facet,) = search(SearchRequest(facets=("line",))).facets
    assert {value.label: value.count for value in facet.values}.items() <= lines.items()


@pytest.mark.django_db
def test_vectors_are_of_length_one_and_one_a_product() -> None:
    million_catalog.import_bases(20)
    million_catalog.vary_products(2)
    encoded = np.random.default_rng(1).standard_normal((4, 16)).astype(np.float32)
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    million_vectors.load_vectors("none|1||", encoded)
    vectors = np.array([list(row.vector) for row in Embedding.objects.all()])
    assert len(vectors) == 40
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=0.01)


@pytest.mark.parametrize(
    ("products", "shape"), [(1, (1, 1)), (300, (75, 4)), (1_000_000, (20_000, 50))], ids=["one", "few", "million"]
)
def test_products_are_split_into_bases_and_copies(products: int, shape: tuple[int, int]) -> None:
    assert million_catalog.split_products(products) == shape


def test_queries_are_the_same_for_a_seed_and_in_both_languages() -> None:
    queries = million_queries.make_queries(200, seed=3)
    assert queries == million_queries.make_queries(200, seed=3)
    assert {query.language for query in queries} == {"en", "zh"}
    assert {query.group for query in queries} == set(million_queries.GROUPS)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in query.text) for query in queries
               if query.language == "zh" and query.group == "kind")  # fmt: skip


def test_names_are_distinct() -> None:
    names = million_catalog.make_names(500, seed=1)
    assert len({english for english, _ in names}) == 500
