"""Vectors come back from the database as they were stored, at the ordinals of their products."""

import numpy as np
import psycopg
import pytest
from django.db import connection
from pgvector import HalfVector

from catalog.models import Embedding, EmbeddingGeneration, Product
from ranking.registry import live_state
from ranking.retrieval.dense import LiveGeneration
from ranking.retrieval.window import read_window, window_statement
from tests.shop import build_bilingual_shop

pytestmark = pytest.mark.django_db


def test_rows_become_vectors_in_the_order_of_the_index() -> None:
    build_bilingual_shop()
    generation = EmbeddingGeneration.objects.create(model="made up", dimension=4, status="live")
    products = list(Product.objects.order_by("-sku"))
    chooser = np.random.default_rng(1)
    stored = {product.pk: chooser.standard_normal(4).astype(np.float32) for product in products}
    for product in products:
        vector = HalfVector(stored[product.pk])
        Embedding.objects.create(product_id=product.pk, generation=generation, vector=vector, fingerprint="x")
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        live = LiveGeneration(generation.pk, generation.model, 4)
        rows = cursor.execute(*window_statement(live, list(stored)[:4]), binary=True).fetchall()
    window = read_window(rows, live_state().snapshot)
    assert window is not None
    assert (np.diff(window.ordinals) > 0).all()
    for ordinal, vector in zip(window.ordinals, window.vectors, strict=True):
        expected = stored[int(live_state().snapshot.product_ids[ordinal])]
        assert vector == pytest.approx(expected, abs=2e-3)
    assert window.similarity(np.array([1, 0, 0, 0], np.float32)) == pytest.approx(window.vectors[:, 0])


def test_places_tell_what_is_outside() -> None:
    build_bilingual_shop()
    snapshot = live_state().snapshot
    head = np.array([4, 0]).astype(">i2").tobytes()
    rows = [(int(snapshot.product_ids[at]), head + np.ones(4, ">f2").tobytes()) for at in (3, 1)]
    window = read_window(rows, snapshot)
    assert window is not None
    assert window.places(np.array([0, 1, 2, 3, 4])).tolist() == [-1, 0, -1, 1, -1]
    assert read_window([], snapshot) is None
    assert read_window([(-5, rows[0][1])], snapshot) is None
