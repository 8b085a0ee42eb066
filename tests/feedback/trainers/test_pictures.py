"""Training the picture network: drawings, views, and that it learns what a colour histogram cannot."""

import numpy as np
import pytest

from feedback.trainers.pictures import (
    SIDE,
    Gallery,
    draw_gallery,
    histogram_vectors,
    hold_out,
    make_views,
    recall_at,
    train_network,
)

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    return draw_gallery(limit=24)


def test_the_gallery_is_every_silhouette_in_its_colours(gallery):
    assert gallery.pictures.shape == (24, SIDE, SIDE, 3)
    assert len(set(zip(gallery.shapes, gallery.colours, strict=True))) == 24
    assert len(np.unique(gallery.pictures.reshape(24, -1), axis=0)) == 24


def test_held_out_silhouettes_are_out_in_every_colour(gallery):
    kept = hold_out(gallery)
    assert 0 < kept.sum() < len(kept)
    chosen, rest = gallery.choose(kept), gallery.choose(~kept)
    assert not set(chosen.shapes) & set(rest.shapes)


def test_views_differ_from_the_drawing_and_are_the_same_for_a_seed(gallery):
    views = make_views(gallery.pictures, seed=1)
    assert (views == make_views(gallery.pictures, seed=1)).all()
    assert (views != make_views(gallery.pictures, seed=2)).any()
    assert views.shape == gallery.pictures.shape
    assert np.abs(views.astype(int) - gallery.pictures).mean() > 5


def test_training_lowers_the_loss_and_gives_unit_vectors(gallery):
    lines: list[str] = []
    network = train_network(gallery, steps=51, batch=24, report=lines.append)
    losses = [float(line.rpartition(" ")[2]) for line in lines]
    assert losses[-1] < losses[0]
    vectors = network.encode_pictures(list(gallery.pictures))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(24), abs=1e-5)


def test_recall_counts_who_is_nearer():
    gallery = np.eye(3, dtype=np.float32)
    queries = np.array([[1, 0, 0], [0.9, 0.5, 0.1], [0.5, 0.4, 0.3]], np.float32)
    wanted = np.array([0, 1, 2])
    assert [recall_at(queries, gallery, wanted, within=k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])


def test_histograms_are_unit_vectors_of_colours(gallery):
    vectors = histogram_vectors(list(gallery.pictures))
    assert vectors.shape == (24, 64)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(24))
