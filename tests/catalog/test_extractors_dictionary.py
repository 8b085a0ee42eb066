"""The values a category knows, found word for word; what several attributes share is doubted."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.contracts import CategorySchema, KnownAttribute, KnownValue, ReadableProduct
from catalog.effective import value_key
from catalog.extractors.dictionary import DictionaryExtractor
from catalog.extractors.findings import MAX_FOUND


def known(value, *words, count=5):
    return KnownValue(value_key(value), value, words or (str(value),), count)


def attribute(key, names, *values, kind="text", share=0.5):
    return KnownAttribute(key, names, kind, "", share, tuple(values))


SCHEMA = CategorySchema(
    "things",
    (
        attribute(
            "connection",
            ("Connectivity", "连接方式"),
            known("USB"),
            known("USB-C", "USB-C", "USB-C接口"),
            known("Bluetooth 5.3"),
        ),
        attribute(
            "pattern", ("Pattern", "图案"), known("Striped", "Striped", "条纹"), known("Floral", "Floral", "碎花")
        ),
        attribute("case_colour", ("Case colour",), known("Midnight"), share=0.1),
        attribute("band_colour", ("Band colour",), known("Midnight"), share=0.5),
        attribute(
            "filling", ("Filling", "填充物"), known("Goose down", "Goose down", "鹅绒"), known("Down", "Down", "羽绒")
        ),
        attribute("craft", ("Craft", "工艺"), known("刺绣"), known("水洗")),
        attribute("answer", ("Answer",), known("Yes"), known("Standard")),
        attribute("waterproof", ("Waterproof", "防水"), kind="boolean"),
        attribute("bluetooth", ("Bluetooth", "蓝牙"), known(True, count=9), known(False, count=1), kind="boolean"),
    ),
)


def read(text, *, field="title_en", schema=SCHEMA):
    product = ReadableProduct(1, {field: text}, schema)
    (found,) = DictionaryExtractor().extract([product])
    assert isinstance(found, tuple)
    for item in found:
        assert item.span is not None
        assert product.texts[item.span.field][item.span.start : item.span.end] == item.quote
        assert 0 < item.confidence < 1
    return found


def values(found):
    return {(item.name, item.value) for item in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("striped shirt", ("pattern", "Striped"), id="word"),
        pytest.param("STRIPED SHIRT", ("pattern", "Striped"), id="capitals"),
        pytest.param("ｓｔｒｉｐｅｄ shirt", ("pattern", "Striped"), id="full width"),
        pytest.param("条纹衬衫", ("pattern", "Striped"), id="zh"),
        pytest.param("刺繡四件套", ("craft", "刺绣"), id="traditional"),
        pytest.param("usb c cable", ("connection", "USB-C"), id="punctuation"),
        pytest.param("Goose Down jacket", ("filling", "Goose down"), id="longest"),
        pytest.param("鹅绒被", ("filling", "Goose down"), id="longest zh"),
        pytest.param("earbuds, Bluetooth 5.3", ("connection", "Bluetooth 5.3"), id="with number"),
        pytest.param("Waterproof jacket", ("waterproof", True), id="boolean"),
        pytest.param("防水夹克", ("waterproof", True), id="boolean zh"),
        pytest.param("蓝牙耳机", ("bluetooth", True), id="boolean with counts zh"),
    ],
)
def test_a_known_value_is_found(text, expected):
    assert expected in values(read(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("unstriped shirt", "pattern"),
        ("usbx cable", "connection"),
        ("not waterproof", "waterproof"),
        ("不防水", "waterproof"),
        ("Bluetooth: no", "bluetooth"),
        ("without goose down", "filling"),
        ("不含鹅绒", "filling"),
        ("yes, the standard edition", "answer"),
        ("goose. down the road", "goose down"),
    ],
)
def test_parts_of_words_and_denials_are_not_values(text, name):
    assert name not in {item.name for item in read(text)}


def test_the_longer_value_hides_the_shorter_inside_it():
    assert values(read("goose down")) == {("filling", "Goose down")}


def test_a_value_of_several_attributes_goes_to_the_likeliest_and_is_doubted():
    (shared,) = read("midnight watch")
    assert shared.name == "band_colour"
    named, *_ = read("case colour midnight")
    assert named.name == "case_colour"
    assert named.confidence > shared.confidence


@pytest.mark.parametrize(("near", "bare"), [("pattern: striped", "striped"), ("图案：条纹", "条纹")])
def test_the_attributes_name_makes_a_value_surer(near, bare):
    assert read(near)[0].confidence > read(bare)[0].confidence


def test_a_title_is_believed_more_than_a_description():
    assert read("striped")[0].confidence > read("striped", field="description_en")[0].confidence


def test_what_a_product_goes_with_is_doubted():
    assert read("bag for striped")[0].confidence < read("bag striped")[0].confidence


@pytest.mark.parametrize("markup", ["<p title='striped'>x</p>", "<script>striped</script>", "a <!-- striped"])
def test_nothing_inside_markup_is_read(markup):
    assert read(markup) == ()


@pytest.mark.parametrize("piece", ["striped ", "条纹", "<script ", "goose ", "x", "不含"])
def test_hostile_texts_end_soon_and_give_few_values(piece):
    started = time.perf_counter()
    assert len(read(piece * (200_000 // len(piece)), field="description_zh")) <= MAX_FOUND
    assert time.perf_counter() - started < 5


def test_a_large_schema_is_made_once_and_read_fast():
    schema = CategorySchema(
        "large",
        tuple(
            attribute(f"a{a}", (f"name{a}",), *(known(f"value{v} of{a} 值{v}号") for v in range(200)))
            for a in range(100)
        ),
    )
    extractor = DictionaryExtractor()
    product = ReadableProduct(
        1, {"title_en": "A striped value7 of3 值7号 shirt", "description_en": "words " * 100}, schema
    )
    extractor.extract([product])
    started = time.process_time()
    found = extractor.extract([product] * 300)
    assert time.process_time() - started < 3
    assert all(isinstance(items, tuple) and items[0].name == "a3" for items in found)


def test_an_empty_schema_finds_nothing():
    assert read("striped", schema=CategorySchema()) == ()


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    read(text)
