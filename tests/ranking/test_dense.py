"""The dense leg: exact among few products, as many of HNSW as will be lost, and near by similarity, not by rank."""

import numpy as np
import psycopg
import pytest
from django.db import connection

from catalog.models import Product
from ranking.retrieval import dense
from ranking.retrieval.dense import LiveGeneration, is_cut_short, plan_leg, stored_vector, threshold
from tests.shop import add_product
from tests.vectors import embed_by_hand

SIZE = 20_000


def allow(count: int, *, size: int = SIZE) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[:count] = True
    return mask


@pytest.mark.parametrize(
    ("count", "size", "exact", "limit"),
    [
        pytest.param(100, SIZE, True, 200, id="half a percent is searched exactly"),
        pytest.param(6000, SIZE, True, 200, id="30 percent too"),
        pytest.param(SIZE, SIZE, False, 201, id="the whole shop is not"),
        pytest.param(10_000, SIZE, False, 401, id="half the shop: twice as many are asked for"),
        pytest.param(30_000, 1_000_000, False, 1000, id="too many to scan: the most there is"),
        pytest.param(0, SIZE, True, 200, id="nothing is allowed"),
    ],
)
def test_the_way_is_chosen_by_how_many_are_allowed(count: int, size: int, exact: bool, limit: int) -> None:
    leg = plan_leg(allow(count, size=size), total=size, limit=200, ef_search=200)
    assert (leg.exact, leg.limit) == (exact, limit)
    assert limit <= leg.ef_search <= dense.MAX_NEAREST


def test_an_index_that_waits_to_be_merged_has_more_ordinals_than_products() -> None:
    """Three of four ordinals are dead here: all of the living is not a selective filter."""
    leg = plan_leg(allow(5000), total=5000, limit=200, ef_search=200)
    assert (leg.exact, leg.limit) == (False, 201)


@pytest.mark.parametrize(
    ("cosines", "expected", "cut"),
    [
        pytest.param([0.9, 0.88, 0.5], 0.86, False, id="within the margin of the best"),
        pytest.param([0.9, 0.89, 0.88, 0.87, 0.86], 0.87, True, id="too many are near: that of the last"),
        pytest.param([0.4, 0.39], 0.37, False, id="the floor"),
        pytest.param([], np.inf, False, id="nothing is near"),
    ],
)
def test_near_is_a_similarity(cosines: list[float], expected: float, cut: bool) -> None:
    found = np.array(cosines, np.float32)
    near = {"limit": 4, "margin": 0.04, "floor": 0.37}
    assert threshold(found, **near) == pytest.approx(expected)  # type: ignore[arg-type]
    assert is_cut_short(found, **near) is cut  # type: ignore[arg-type]


def ask(generation: LiveGeneration, vector: np.ndarray, *, limit: int, only_ids: list[int] | None) -> list[int]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        sql, parameters = dense.nearest_statement(generation, vector, limit=limit, only_ids=only_ids)
        return [row[0] for row in cursor.execute(sql, parameters).fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0.005, 0.05, 0.3, 1.0])
def test_a_filter_returns_its_own_nearest(share: float) -> None:
    """Whatever share of the shop passes, its true nearest come, in their order."""
    rng = np.random.default_rng(11)
    vectors = rng.normal(size=(400, 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for number in range(400):
        add_product(f"P-{number}", f"Lamp {number}")
    made = embed_by_hand({f"P-{number}": vector.tolist() for number, vector in enumerate(vectors)})
    generation = LiveGeneration(made.pk, made.model, made.dimension)
    ids = dict(Product.objects.values_list("sku", "id"))
    query = vectors[7].astype(np.float32)
    allowed = rng.choice(400, size=max(round(share * 400), 2), replace=False)
    similarity = vectors[allowed] @ query
    nearest = [ids[f"P-{number}"] for number in allowed[np.argsort(-similarity)][:100]]
    found = ask(generation, query, limit=100, only_ids=[ids[f"P-{number}"] for number in allowed])
    assert np.isin(nearest, found).mean() >= 0.99
    assert found[:5] == nearest[:5]


@pytest.mark.django_db
def test_a_products_own_vector_is_read_back() -> None:
    for sku in ("A", "B"):
        add_product(sku, "Desk lamp")
    made = embed_by_hand({"A": (3, 4)})
    generation = LiveGeneration(made.pk, made.model, made.dimension)
    stored = stored_vector(generation, Product.objects.get(sku="A").pk)
    assert stored is not None
    assert stored.tolist() == pytest.approx([0.6, 0.8], abs=1e-3)
    assert stored_vector(generation, Product.objects.get(sku="B").pk) is None
