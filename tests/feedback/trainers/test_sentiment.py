"""Training learns praise from blame in both languages, stays undecided without words, and reads its sources."""

import csv
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from catalog.opinions.features import read_features
from catalog.opinions.sentiment import SentimentModel, read_model, write_model
from feedback.trainers.sentiment import build_table, calibrate, cross_validate, fit, select, train_sentiment
from feedback.trainers.sentiment_data import LabelledReview, hold_out, read_demo, read_magento, read_neutral, read_vader

GOOD = {"en": "splendid gadget, works nicely", "zh": "用着很顺手，特别满意"}
BAD = {"en": "dreadful gadget, broke soon", "zh": "用着很别扭，特别失望"}


def make_reviews() -> list[LabelledReview]:
    return [
        LabelledReview(f"{texts[language]} {number}", target, language, "test", f"{language} {number}")
        for number in range(30)
        for language in ("en", "zh")
        for texts, target in ((GOOD, 1.0), (BAD, 0.0))
    ]


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    return train_sentiment(make_reviews())[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_praise_is_told_from_blame(model: SentimentModel, language: str) -> None:
    good, bad = (model.logit(read_features(texts[language]), language) for texts in (GOOD, BAD))
    assert good > 1 > -1 > bad


@pytest.mark.parametrize("text", ["", "qwertz", "囍囍囍", "12345"])
def test_a_text_without_known_words_is_undecided(model: SentimentModel, text: str) -> None:
    assert model.logit(read_features(text), "en") == pytest.approx(0, abs=0.05)


def test_the_file_keeps_what_was_trained(model: SentimentModel, tmp_path: Path) -> None:
    write_model(model, tmp_path / "model.npz")
    stored = read_model(tmp_path / "model.npz")
    assert stored.version == model.version
    features = read_features(GOOD["en"])
    assert stored.logit(features, "en") == pytest.approx(model.logit(features, "en"), abs=0.01)
    assert (tmp_path / "model.npz").stat().st_size < 4_000_000


def test_a_fold_is_judged_by_a_model_that_did_not_see_it() -> None:
    """One text only its own fold could explain stays undecided."""
    reviews = [*make_reviews(), LabelledReview("zyx", 1.0, "en", "test", "alone")]
    features = [read_features(review.text) for review in reviews]
    logits = cross_validate(reviews, features)
    assert abs(logits[-1]) < 0.05
    assert calibrate(reviews, logits).shape == (2,)


def test_a_part_of_a_table_is_the_table_of_the_part() -> None:
    reviews = make_reviews()[:6]
    features = [read_features(review.text) for review in reviews]
    whole = build_table(reviews, features)
    weights = fit(whole)
    assert select(whole, np.array([1, 4])).logits(weights).tolist() == pytest.approx(
        whole.logits(weights)[[1, 4]].tolist()
    )


def test_groups_are_held_out_whole() -> None:
    learnt, held_out = hold_out(make_reviews())
    assert held_out
    assert not {review.group for review in learnt} & {review.group for review in held_out}


def test_the_demos_phrases_and_the_neutral_ones_are_in_both_languages() -> None:
    for reviews in (list(read_demo()), list(read_neutral())):
        assert {review.language for review in reviews} == {"en", "zh"}
        assert not any("{noun}" in review.text or review.text.startswith("[") for review in reviews)
    assert all(review.target == 0.5 for review in read_neutral())


def test_rated_reviews_are_read_by_their_stars(tmp_path: Path) -> None:
    path = tmp_path / "magento" / "csv" / "reviews" / "products_reviews.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(
            [["sku", "rating_value", "review"], ["A", "5", "Good"], ["A", "3", "So so"], ["B", "1", "Bad"]]
        )
    assert [(review.text, review.target) for review in read_magento(tmp_path)] == [
        ("Good", 1),
        ("So so", 0.5),
        ("Bad", 0),
    ]
    assert list(read_magento(tmp_path / "nowhere")) == []


def test_labelled_sentences_are_read_out_of_the_archive(tmp_path: Path) -> None:
    lines = "1_1\t2.5\tLove it\n1_2\t-0.1\tA box\n2_1\t-3\tTerrible\n"
    inner = pack({"hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt": lines.encode(),
                  "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt": b"9\t1.5\tFine film\n"})  # fmt: skip
    path = tmp_path / "vader.tar.gz"
    path.write_bytes(pack({"v/additional_resources/hutto_ICWSM_2014.tar.gz": inner}))
    found = [(review.text, review.target, review.source) for review in read_vader(path)]
    assert found == [
        ("Love it", 1, "amazon"), ("A box", 0.5, "amazon"), ("Terrible", 0, "amazon"), ("Fine film", 1, "movies"),
    ]  # fmt: skip
    assert list(read_vader(None)) == []


def pack(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
