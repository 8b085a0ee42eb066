"""The picture step: only what is stale, failures counted and tried again, one file for many products."""

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from catalog.models import PictureEmbedding, Product
from catalog.pictures.errors import PictureRefused
from catalog.steps import picture
from catalog.steps.picture import (
    MOST_ATTEMPTS,
    PictureCounts,
    count_pictures,
    embed_pictures,
    load_colours,
    stale_batches,
)
from tests.shop import add_product

pytestmark = pytest.mark.django_db


class Model:
    """Mean colour as the vector."""

    def __init__(self, name: str = "mean") -> None:
        self.model_name = name

    def encode_pictures(self, pictures: Any) -> Any:
        means = np.array([pixels.reshape(-1, 3).mean(0) + 1 for pixels in pictures], np.float32)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Addresses and what they give: a colour, or the error they fail with."""
    pages: dict[str, Any] = {"red": (255, 0, 0), "blue": (0, 0, 255)}

    def fetch(address: str) -> bytes:
        pages.setdefault("asked", []).append(address)
        given = pages.get(address, PictureRefused("The host answered 404."))
        if isinstance(given, PictureRefused):
            raise given
        pixels = np.full((40, 40, 3), 255, np.uint8)
        pixels[10:30, 10:30] = given
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue()

    monkeypatch.setattr(picture, "fetch_picture", fetch)
    return pages


def stale(model: Model) -> list[int]:
    return [product_id for batch in stale_batches(model) for product_id in batch]


def run(model: Model) -> PictureCounts:
    return sum((embed_pictures(batch, model) for batch in stale_batches(model)), PictureCounts())


def test_first_pictures_are_embedded_once(web):
    red, blue = add_product("R", "r", images=["red", "x"]), add_product("B", "b", images=["blue"])
    add_product("N", "none")
    Product.objects.filter(pk=add_product("D", "d", images=["red"]).pk).update(status="draft")
    model = Model()
    assert stale(model) == [red.pk, blue.pk]
    assert run(model) == PictureCounts(2, 0)
    assert stale(model) == []
    row = PictureEmbedding.objects.get(product=red)
    assert (row.colours[0][0], row.error) == ("red", "")
    vector = np.array(row.vector.to_list() if hasattr(row.vector, "to_list") else row.vector)
    assert vector[0] > vector[1]
    seen = load_colours([red.pk, blue.pk], "mean")
    assert {product_id: colours[0][0] for product_id, colours in seen.items()} == {red.pk: "red", blue.pk: "blue"}
    assert count_pictures("mean") == PictureCounts(2, 0)


def test_another_address_or_another_model_makes_it_stale(web):
    product = add_product("R", "r", images=["red"])
    run(Model())
    Product.objects.filter(pk=product.pk).update(images=["blue"])
    assert stale(Model()) == [product.pk]
    run(Model())
    assert PictureEmbedding.objects.get().colours[0][0] == "blue"
    assert stale(Model("other")) == [product.pk]
    run(Model("other"))
    assert PictureEmbedding.objects.count() == 2


def test_a_file_that_many_products_share_is_fetched_once(web):
    for number in range(5):
        add_product(f"R{number}", "r", images=["red"])
    assert run(Model()) == PictureCounts(5, 0)
    assert web["asked"] == ["red"]


def test_a_final_failure_is_kept_with_its_reason_and_not_tried_again(web):
    product = add_product("X", "x", images=["gone"])
    assert run(Model()) == PictureCounts(0, 1)
    row = PictureEmbedding.objects.get(product=product)
    assert (row.vector, row.error, row.attempts) == (None, "The host answered 404.", MOST_ATTEMPTS)
    PictureEmbedding.objects.update(made_at=timezone.now() - timedelta(days=9))
    assert stale(Model()) == []
    assert count_pictures("mean") == PictureCounts(0, 1)


def test_a_slow_host_is_tried_again_later_and_later_and_then_no_more(web):
    product = add_product("X", "x", images=["slow"])
    web["slow"] = PictureRefused("The host is too slow.", retriable=True)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert stale(Model()) == [product.pk]
        run(Model())
        assert PictureEmbedding.objects.get().attempts == attempt
        assert stale(Model()) == []
        PictureEmbedding.objects.update(made_at=timezone.now() - picture.FIRST_PAUSE * 2 ** (attempt - 1) * 1.01)
    assert stale(Model()) == []


def test_a_host_that_answers_again_gives_its_vector(web):
    add_product("X", "x", images=["slow"])
    web["slow"] = PictureRefused("The host is too slow.", retriable=True)
    run(Model())
    PictureEmbedding.objects.update(made_at=timezone.now() - timedelta(hours=1))
    web["slow"] = (255, 0, 0)
    assert run(Model()) == PictureCounts(1, 0)
    assert PictureEmbedding.objects.get().error == ""


def test_ids_that_are_gone_are_no_error(web):
    assert embed_pictures([10**9], Model()) == PictureCounts()
    assert embed_pictures([], Model()) == PictureCounts()
