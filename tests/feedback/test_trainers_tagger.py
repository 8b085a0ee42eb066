"""Distant supervision labels what a product states of itself and leaves open what it does not; the trainer learns."""

import numpy as np
import pytest

from catalog.extractors.tagger_words import BUCKETS
from feedback.trainers.tagger_data import (
    StatedProduct,
    TaggedText,
    is_held_out,
    read_demo,
    tag_by_own_values,
    tag_offer,
)
from feedback.trainers.tagger_sources import Sources


def read_spans(text: TaggedText) -> set[tuple[str, str]]:
    return {(text.text[start:end], label) for start, end, label in text.spans}


def read_open(text: TaggedText) -> set[str]:
    return {text.text[start:end] for start, end in text.open_places}


def make_products(*stated: tuple[str, dict]) -> list[StatedProduct]:
    return [StatedProduct("shop", "shirts", (text,), values) for text, values in stated]


@pytest.mark.parametrize(
    ("text", "values", "spans"),
    [
        ("Cotton shirt, dark blue", {"color": ("Dark-Blue",)}, {("dark blue", "color")}),
        ("纯棉衬衫 藏青色", {"color": ("藏青色",)}, {("藏青色", "color")}),
        ("Kettle 1500 ml", {"volume": ((1.5, "l"),)}, {("1500 ml", "volume")}),
        ("电饭煲 5升", {"volume": ((5.0, "l"),)}, {("5升", "volume")}),
        ("Shirt", {"color": ("Red",)}, set()),
        ("Bluetooth speaker", {"color": ("Blue",)}, set()),
        ("Standard shirt", {"fit": ("Standard",)}, set()),
    ],
    ids=["case and hyphen", "Chinese", "unit", "Chinese unit", "not in the text", "half a word", "says nothing"],
)
def test_a_stated_value_labels_its_place(text, values, spans):
    (tagged,) = tag_by_own_values(make_products((text, values)), labels=["color", "volume", "fit"])
    assert read_spans(tagged) == spans


def test_what_only_other_products_state_is_left_open():
    others = [("Red shirt", {"color": ("Red",)})] * 3
    *_, tagged = tag_by_own_values(make_products(*others, ("Red shoe box", {})), labels=["color"])
    assert (read_spans(tagged), read_open(tagged)) == (set(), {"Red"})


def test_a_word_that_is_a_value_of_two_attributes_is_left_open():
    (tagged,) = tag_by_own_values(
        make_products(("Rose soap", {"color": ("Rose",), "scent": ("Rose",)})), labels=["color", "scent"]
    )
    assert (read_spans(tagged), read_open(tagged)) == (set(), {"Rose"})


def test_labels_that_are_not_learnt_are_left_open():
    (tagged,) = tag_by_own_values(
        make_products(("Red wool", {"color": ("Red",), "material": ("Wool",)})), labels=["color"]
    )
    assert (read_spans(tagged), read_open(tagged)) == ({("Red", "color")}, {"wool"})


def test_rare_labels_are_not_learnt():
    many = [("Red wool", {"color": ("Red",)})] * 30
    tagged = tag_by_own_values(make_products(*many, ("Acme mug", {"line": ("Acme",)})))
    assert {label for text in tagged for _, _, label in text.spans} == {"color"}


def test_an_annotated_value_takes_its_own_place():
    row = {
        "input": "10 Count Coffee, Coffee Pods, 100 Count",
        "category": "Coffee",
        "target_scores": {"Net content": {"10 Count": 1}, "Item form": {"Coffee Pods": 1}, "Flavor": {"Coffee": 1}},
    }
    tagged = tag_offer(row)
    assert tagged.spans == ((0, 8, "net_content"), (9, 15, "flavor"), (17, 28, "item_form"))


def test_the_held_out_fifth_is_never_read():
    shares = [is_held_out(str(number)) for number in range(2000)]
    assert 0.17 < np.mean(shares) < 0.23
    assert is_held_out("1") is is_held_out("1")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_demo_labels_its_own_texts(language):
    tagged = tag_by_own_values(read_demo(language))
    labels = {label for text in tagged for _, _, label in text.spans}
    assert {"brand", "material", "volume"} <= labels
    assert all(text.text[start:end].strip() for text in tagged for start, end, _ in text.spans)


def test_the_encoder_reads_annotated_texts_often_and_some_of_the_others():
    one, other = (TaggedText(name, "", name, ()) for name in ("annotated", "distant"))
    sources = Sources([one] * 2, [other] * 10, repeats=3, most=4)
    assert [text.source for text in sources.for_encoder] == ["annotated"] * 6 + ["distant"] * 4
    assert len(sources.all) == 12


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "spans"), [("en", {("Blue", "color")}), ("zh", {("蓝色", "color"), ("2升", "volume")})]
)
def test_the_shop_s_own_products_label_their_texts(language, spans):
    from catalog.models import Attribute, AttributeValue, Category, Product
    from feedback.trainers.tagger_shop import shop_texts

    category = Category.objects.create(key="kitchen/kettles", name_en="Kettles", name_zh="水壶")
    colour = Attribute.objects.create(key="colour", name_en="Colour", name_zh="颜色")
    Attribute.objects.create(key="volume", kind="number", unit="l")
    AttributeValue.objects.create(attribute=colour, key="blue", name_en="Blue", name_zh="蓝色")
    for number in range(30):
        Product.objects.create(
            sku=f"K{number}", category=category, title_en="Kettle Blue", title_zh="水壶 蓝色 2升",
            attributes={"colour": ["blue"], "volume": [2]},
        )  # fmt: skip
    texts = shop_texts(language)
    assert len(texts) == 30
    assert {text.context for text in texts} == {"kettles"}
    assert read_spans(texts[0]) == spans


@pytest.mark.slow
def test_wording_learns_and_keeps_its_largest_weights():
    from catalog.extractors.tagger_words import word_features
    from feedback.trainers.tagger_words import prune, train_words

    texts = [["Red", "shirt"], ["Blue", "shirt"], ["shirt", "Red"], ["mug", "Blue"]]
    rows = [[1, 0], [1, 0], [0, 1], [0, 1]]
    features = [word_features("x", words) for words in texts]
    weights = train_words(features, rows, 3, seed=1)
    again = train_words(features, rows, 3, seed=1)
    assert np.array_equal(weights.weights, again.weights)
    for own, wanted in zip(features, rows, strict=True):
        assert weights.score(own, 3).argmax(1).tolist() == wanted
    dense = np.zeros((BUCKETS, 3), np.float32)
    dense[5], dense[9] = (0.5, 0, -2), (1, 0.1, 0)
    assert prune(dense, most=2).weights.tolist() == [-2, 1]


@pytest.mark.slow
def test_a_small_tagger_learns_and_serves_what_it_learnt(settings, tmp_path):
    from dataclasses import replace

    from catalog.encoders import minilm
    from catalog.extractors.tagger_file import write_tagger
    from catalog.extractors.tagger_model import TaggerModel
    from catalog.extractors.tagger_pieces import PieceReader
    from feedback.trainers.tagger import TaggerRecipe, TaggerTrainer, labels_of, make_lesson

    texts = [
        TaggedText("t", "shirts", f"Acme {colour} shirt", ((5, 5 + len(colour), "color"),))
        for colour in ("red", "dark blue", "green", "sea green")
    ]
    reader = PieceReader(minilm.write_model(settings.MODEL_DIR, print))
    labels = labels_of(texts)
    lessons = [make_lesson(text, labels, reader) for text in texts]
    assert lessons[1].rows == (0, 1, 2, 0)
    recipe = TaggerRecipe(steps=25, batch=4, layers=2, frozen=1, rank=4, learning_rate=5e-3, warm_up=3)
    trainer = TaggerTrainer(recipe, labels)
    tagger = trainer.run(lessons, print)
    assert set(tagger.adapter.pairs) == {f"l1.{part}" for part in ("q", "k", "v", "ao", "fi", "fo")}
    write_tagger(tmp_path / "small.npz", replace(tagger, temperature=1.0))
    served = TaggerModel(tmp_path / "small.npz").tag([(text.context, text.text) for text in texts])
    assert [[text.text[v.start : v.end] for v in found] for text, found in zip(texts, served, strict=True)] == [
        ["red"], ["dark blue"], ["green"], ["sea green"]
    ]  # fmt: skip
