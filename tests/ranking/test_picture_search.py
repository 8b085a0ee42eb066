"""Searching by picture: the nearest on sale, by vectors of the live model alone, and clear refusals."""

import io
from typing import Any

import numpy as np
import pytest
from django.core.cache import caches
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from PIL import Image

from catalog.demo.pictures import draw_picture
from catalog.models import PictureEmbedding, Product
from catalog.pictures import model as picture_model
from catalog.pictures.decoding import decode_picture
from catalog.pictures.model import get_picture_model
from catalog.pipeline import product_changed
from catalog.steps.picture import embed_pictures, stale_batches
from ranking.api_pictures import MAX_BYTES, PictureSearchView
from searchsite.urls import urlpatterns as shop_urls
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/search/picture"
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


class MeanColour:
    model_name = "mean-colour"

    def encode_pictures(self, pictures: Any) -> Any:
        means = np.array([pixels.reshape(-1, 3).mean(0) + 1 for pixels in pictures], np.float32)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def picture(colour: tuple[int, int, int], kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((20, 20, 3), colour, np.uint8)).save(file, kind)
    return file.getvalue()


urlpatterns = [path("api/v1/search/picture", PictureSearchView.as_view()), *shop_urls]


@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Product]:
    settings.ROOT_URLCONF = __name__
    settings.SEARCH_API_PUBLIC = True
    settings.MODEL_PICTURES = "mean-colour"
    monkeypatch.setitem(picture_model._loaded, "mean-colour", MeanColour())
    caches["throttle"].clear()
    made = {name: add_product(name.upper(), name, f"{name}色", images=[f"/media/{name}.png"]) for name in COLOURS}
    index_all()
    for name, product in made.items():
        vector = MeanColour().encode_pictures([np.full((2, 2, 3), COLOURS[name])])[0]
        PictureEmbedding.objects.create(product=product, model="mean-colour", fingerprint="f", vector=vector)
    PictureEmbedding.objects.create(product=made["green"], model="older", fingerprint="f", vector=[1, 0, 0, 0])
    return made


def ask(client: Any, body: bytes, kind: str = "image/png", **query: Any) -> Any:
    return client.post(ADDRESS, body, content_type=kind, query_params=query)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_nearest_comes_first(client, shop, kind):
    answer = ask(client, picture((250, 30, 10), kind), f"image/{kind.lower()}")
    assert answer.status_code == 200
    found = answer.json()
    assert [hit["product"]["sku"] for hit in found["hits"]][0] == "RED"
    assert (found["model"], found["compared"], len(found["hits"])) == ("mean-colour", 3, 3)
    assert found["hits"][0]["score"] > 0.98 > found["hits"][1]["score"]


@pytest.mark.parametrize(("locale", "title"), [("en", "red"), ("zh", "red色")])
def test_titles_are_in_the_language_asked_for(client, shop, locale, title):
    found = ask(client, picture((255, 0, 0)), locale=locale, limit=1).json()
    assert [hit["product"]["title"] for hit in found["hits"]] == [title]


def test_a_product_that_lost_its_picture_is_not_found(client, shop):
    Product.objects.filter(sku="RED").update(images=[])
    found = ask(client, picture((255, 0, 0))).json()
    assert "RED" not in [hit["product"]["sku"] for hit in found["hits"]]


def test_what_is_not_on_sale_is_not_found(client, shop):
    Product.objects.filter(sku="RED").update(status="archived")
    product_changed([shop["red"].pk])
    found = ask(client, picture((255, 0, 0))).json()
    assert "RED" not in [hit["product"]["sku"] for hit in found["hits"]]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"", "image/png", 400, id="empty"),
        pytest.param(b"nonsense", "image/png", 400, id="no-picture"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 400, id="drawing"),
        pytest.param(b"x" * (MAX_BYTES + 1), "image/png", 413, id="too-large"),
        pytest.param(b"{}", "application/json", 415, id="json"),
    ],
)
def test_bad_bodies_are_refused(client, shop, body, kind, status):
    assert ask(client, body, kind).status_code == status


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 10**6}, {"limit": "x"}, {"locale": "fr"}])
def test_bad_questions_are_refused(client, shop, query):
    assert ask(client, picture((1, 2, 3)), **query).status_code == 400


def test_without_a_model_it_says_so(client, shop, settings):
    settings.MODEL_PICTURES = ""
    answer = ask(client, picture((255, 0, 0)))
    assert (answer.status_code, answer.json()["code"]) == (503, "picture_model_unavailable")
    assert "MODEL_PICTURES" in answer.json()["message"]


def test_it_is_counted_like_other_searches(client, shop, settings):
    from rest_framework.settings import api_settings  # noqa: PLC0415

    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "public": "2/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    states = [ask(client, picture((255, 0, 0))).status_code for _ in range(3)]
    assert states == [200, 200, 429]


def test_strangers_are_refused_where_search_is_not_public(client, shop, settings):
    settings.SEARCH_API_PUBLIC = False
    assert ask(client, picture((255, 0, 0))).status_code in (401, 403)


def test_the_whole_path_on_the_demos_own_pictures(client, settings, tmp_path):
    """Drawn, stored, fetched, embedded by the shipped network, and found by a turned and darker picture."""
    settings.ROOT_URLCONF, settings.SEARCH_API_PUBLIC, settings.MODEL_PICTURES = __name__, True, "demo"
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "demo").mkdir()
    shapes = ("kettle", "sofa", "headphones", "sneaker", "lamp", "tent")
    for shape in shapes:
        (tmp_path / "demo" / f"{shape}.svg").write_text(draw_picture(shape, "#c0392b"), encoding="utf-8")
        add_product(shape.upper(), shape, images=[f"/media/demo/{shape}.svg"])
    index_all()
    model = get_picture_model()
    counts = [embed_pictures(batch, model) for batch in stale_batches(model)]
    assert [(each.done, each.failed) for each in counts] == [(len(shapes), 0)]
    for shape in shapes:
        seen = Image.fromarray(decode_picture((tmp_path / "demo" / f"{shape}.svg").read_bytes()))
        file = io.BytesIO()
        seen.rotate(10, fillcolor=(255, 255, 255)).point(lambda part: int(part * 0.9)).save(file, "JPEG")
        found = ask(client, file.getvalue(), "image/jpeg").json()
        assert found["hits"][0]["product"]["sku"] == shape.upper()


def test_the_schema_describes_the_picture_and_the_answer():
    schema = SchemaGenerator(patterns=urlpatterns[:1], api_version="v1").get_schema(request=None, public=True)
    operation = schema["paths"][ADDRESS]["post"]
    assert operation["operationId"] == "search_by_picture"
    assert set(operation["requestBody"]["content"]) == {"image/*"}
    assert {"200", "503"} <= set(operation["responses"])
    assert {each["name"] for each in operation["parameters"]} == {"limit", "locale", "market"}
