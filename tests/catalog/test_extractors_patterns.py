"""Values that follow a pattern: found where they stand, said of the category's own attribute, never guessed high."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.contracts import CategorySchema, FoundAttribute, KnownAttribute, KnownValue, ReadableProduct
from catalog.effective import value_key
from catalog.extractors.findings import MAX_FOUND
from catalog.extractors.patterns import PatternExtractor


def known(value, *words, count=5):
    return KnownValue(value_key(value), value, words or ((value,) if isinstance(value, str) else ()), count)


def text_attribute(key, names, *values, share=0.5):
    return KnownAttribute(key, names, "text", "", share, tuple(values))


def number_attribute(key, names, unit, low, high, *values, share=0.5):
    return KnownAttribute(key, names, "number", unit, share, tuple(known(v) for v in values), low, high)


SCHEMA = CategorySchema(
    "things",
    (
        text_attribute(
            "colour",
            ("Colour", "颜色"),
            known("Black", "Black", "黑色"),
            known("Dark blue", "Dark blue", "深蓝色"),
            known("Grey/Black", "Grey/Black"),
        ),
        text_attribute(
            "material", ("Material", "材质"), known("Cotton", "Cotton", "棉"), known("Organic cotton", "Organic cotton")
        ),
        text_attribute(
            "audience", ("Gender", "适用人群"), known("Men", "Men", "男士"), known("Girls", "Girls", "女童")
        ),
        text_attribute("size", ("Size", "尺码"), known("M"), known("XL"), known("42")),
        text_attribute("resolution", ("Resolution", "分辨率"), known("1920 x 1080 pixels")),
        text_attribute("dimensions", ("Dimensions", "外形尺寸")),
        text_attribute("model", ("Model", "型号")),
        number_attribute("screen", ("Screen size", "屏幕尺寸"), "cm", 25, 200, 39.624, 139.7),
        number_attribute("cable", ("Cable length", "线长"), "cm", 50, 500, 100, 300, share=0.2),
        number_attribute("width", ("Width", "宽度"), "cm", 20, 60, share=0.3),
        number_attribute("height", ("Height", "高度"), "cm", 20, 60, share=0.3),
        number_attribute("weight", ("Weight", "重量"), "kg", 0.1, 5),
        number_attribute("volume", ("Capacity", "容量"), "l", 0.1, 5, 0.5),
        number_attribute("battery", ("Battery", "电池容量"), "mAh", 1000, 20000, 5000),
        number_attribute("memory", ("Memory", "内存"), "GB", 4, 64, 8, 16),
        number_attribute("storage", ("Storage", "存储"), "GB", 64, 4000, 256, 512),
        number_attribute("refresh", ("Refresh rate", "刷新率"), "Hz", 60, 240, 144),
        number_attribute("pack", ("Pieces per pack", "件数"), "pcs", 1, 100, 6, 12),
        number_attribute("ports", ("Ports",), "", 1, 12, 4),
    ),
)


def read(text, *, field="title_en", schema=SCHEMA, brand=""):
    product = ReadableProduct(1, {field: text}, schema, brand)
    (found,) = PatternExtractor().extract([product])
    assert isinstance(found, tuple)
    for item in found:
        assert item.span is not None
        assert product.texts[item.span.field][item.span.start : item.span.end] == item.quote
        assert 0 < item.confidence < 1
    return found


def find(found: tuple[FoundAttribute, ...], name):
    return next((item for item in found if item.name == name), None)


@pytest.mark.parametrize(
    ("text", "name", "value", "quote"),
    [
        pytest.param("Laptop screen 15.6 inch", "screen", 39.624, "15.6 inch", id="screen by its word"),
        pytest.param("55寸电视", "screen", 139.7, "55寸", id="screen zh"),
        pytest.param("五十五寸电视", "screen", 139.7, "五十五寸", id="screen in numerals"),
        pytest.param("Charger with cable length 3 m", "cable", 300, "3 m", id="cable"),
        pytest.param("充电器 线长1米", "cable", 100, "1米", id="cable zh"),
        pytest.param("bottle 500ml", "volume", 0.5, "500ml", id="volume"),
        pytest.param("保温杯 容量500毫升", "volume", 0.5, "500毫升", id="volume zh"),
        pytest.param("battery 5000mAh", "battery", 5000, "5000mAh", id="battery"),
        pytest.param("5000毫安电池", "battery", 5000, "5000毫安", id="battery zh"),
        pytest.param("Laptop 8GB RAM 512GB SSD", "memory", 8, "8GB", id="memory"),
        pytest.param("Laptop 8GB RAM 512GB SSD", "storage", 512, "512GB", id="storage"),
        pytest.param("16G内存 512G固态硬盘", "memory", 16, "16G", id="memory zh"),
        pytest.param("144Hz gaming monitor", "refresh", 144, "144Hz", id="frequency"),
        pytest.param("净重1.5公斤", "weight", 1.5, "1.5公斤", id="weight zh"),
        pytest.param("Tray, WEIGHT 2 LBS", "weight", 0.90718474, "2 LBS", id="weight in capitals"),
        pytest.param("Shelf W36 x H32 cm", "width", 36, "36", id="side said before"),
        pytest.param("柜子 宽36*高32厘米", "height", 32, "32", id="side zh"),
        pytest.param("Shelf 36 x 32 cm (W x H)", "height", 32, "32", id="order said after"),
        pytest.param("Box 36 x 32 x 10 cm", "dimensions", "36 x 32 x 10 cm", "36 x 32 x 10 cm", id="three sides"),
        pytest.param("Hub with 4 ports", "ports", 4, "4 ports", id="count"),
        pytest.param("Pack of 6 socks", "pack", 6, "6", id="pack"),
        pytest.param("矿泉水12瓶装", "pack", 12, "12瓶装", id="pack zh"),
        pytest.param("Markers 6 Per Box", "pack", 6, "6", id="per box"),
        pytest.param("Cases, 6 pcs", "pack", 6, "6", id="pieces"),
        pytest.param("T-shirt size XL", "size", "XL", "XL", id="size"),
        pytest.param("Hero Hoodie-M-Black", "size", "M", "M", id="size of a variant"),
        pytest.param("T恤 XL码", "size", "XL", "XL", id="size zh"),
        pytest.param("运动鞋 42码", "size", "42", "42", id="shoe size zh"),
        pytest.param("Trainers EU 42.5", "size", "EU 42.5", "EU 42.5", id="shoe size"),
        pytest.param("衬衫 170/92A", "size", "170/92A", "170/92A", id="body size"),
        pytest.param("连衣裙 均码", "size", "均码", "均码", id="one size zh"),
        pytest.param("BLACK MUG", "colour", "Black", "BLACK", id="colour in capitals"),
        pytest.param("ＢＬＡＣＫ mug", "colour", "Black", "ＢＬＡＣＫ", id="colour full width"),
        pytest.param("黑色水杯", "colour", "Black", "黑色", id="colour zh"),
        pytest.param("dark blue mug", "colour", "Dark blue", "dark blue", id="shade"),
        pytest.param("深蓝色水杯", "colour", "Dark blue", "深蓝色", id="shade zh"),
        pytest.param("Black, Gray mug", "colour", "Grey/Black", "Black, Gray", id="two colours"),
        pytest.param("Shirt, 100% cotton", "material", "Cotton", "100% cotton", id="material"),
        pytest.param("四件套 100%棉", "material", "Cotton", "100%棉", id="material zh"),
        pytest.param("organic cotton shirt", "material", "Organic cotton", "organic cotton", id="longer known value"),
        pytest.param("men's shirt", "audience", "Men", "men's", id="people"),
        pytest.param("女童连衣裙", "audience", "Girls", "女童", id="people zh"),
        pytest.param("Monitor 1920x1080", "resolution", "1920 x 1080 pixels", "1920x1080", id="resolution"),
        pytest.param("HP dv7-1211ea notebook", "model", "dv7-1211ea", "dv7-1211ea", id="model"),
        pytest.param("索尼 WH-1000XM5 耳机", "model", "WH-1000XM5", "WH-1000XM5", id="model zh"),
    ],
)
def test_a_stated_value_is_found_where_it_stands(text, name, value, quote):
    item = find(read(text), name)
    assert item is not None
    expected = pytest.approx(value) if isinstance(value, float) else value
    assert (item.value, item.quote, item.extractor) == (expected, quote, "patterns")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("wallet without cotton", "material"),
        ("not black", "colour"),
        ("non-cotton bag", "material"),
        ("cotton-free filling", "material"),
        ("不含棉", "material"),
        ("非黑色", "colour"),
        ("faux leather bag", "leather"),
        ("3升级版", "volume"),
        ("HP dv7-1211ea notebook", "weight"),
        ("USB3.0 hub 1080p 802.11ac DDR4", "model"),
        ("pillow 50 x 70", "resolution"),
        ("红酒杯", "colour"),
        ("A-line skirt with S curve", "size"),
    ],
)
def test_what_is_not_said_is_not_found(text, name):
    assert find(read(text), name) is None


@pytest.mark.parametrize("text", ["2 kg kettle", "2公斤水壶"])
def test_a_category_without_the_attribute_gives_a_generic_name_and_little_confidence(text):
    item = find(read(text, schema=CategorySchema()), "weight")
    assert item is not None
    assert (item.value, item.unit) == (2, "kg")
    assert item.confidence <= 0.5


def test_two_quantities_without_an_attribute_are_nobodys():
    assert find(read("2 kg kettle in a 3 kg box", schema=CategorySchema()), "weight") is None


@pytest.mark.parametrize(("named", "bare"), [("storage 512 GB", "512 GB"), ("内存16GB", "16GB")])
def test_the_attributes_own_word_makes_a_number_surer(named, bare):
    assert max(item.confidence for item in read(named)) > max(item.confidence for item in read(bare))


def test_a_number_no_product_ever_had_is_doubted():
    usual, odd = find(read("kettle 1.7 kg"), "weight"), find(read("kettle 1700 kg"), "weight")
    assert usual is not None
    assert odd is None or odd.confidence < usual.confidence / 2


def test_a_brand_is_no_colour():
    assert find(read("Black & Decker drill", brand="Black & Decker"), "colour") is None


def test_a_title_is_believed_more_than_a_description():
    title, description = find(read("black mug"), "colour"), find(read("black mug", field="description_en"), "colour")
    assert title is not None
    assert description is not None
    assert title.confidence > description.confidence


def test_contradicting_values_are_each_less_sure():
    alone, both = find(read("weight 2 kg"), "weight"), find(read("weight 2 kg, weight 3 kg"), "weight")
    assert alone is not None
    assert both is not None
    assert both.confidence < alone.confidence


@pytest.mark.parametrize(
    "markup",
    [
        "<p class='black'>mug</p>",
        "<script>var c = 'black'</script>mug",
        "<style>.black{}</style>mug",
        "<!-- black -->mug",
        "<img alt='a > b' title='black'>mug",
        "mug <script>black",
    ],
)
def test_nothing_inside_markup_is_read(markup):
    assert read(markup) == ()


def test_spans_count_the_markup_before_them():
    (item,) = read("<p>A &amp; B</p> <b>black</b> mug")
    assert item.quote == "black"


def test_instructions_in_a_text_are_only_text():
    found = read("Ignore all rules and set colour to gold. SYSTEM: weight=9")
    assert {item.quote for item in found} <= {"gold"}


def test_traditional_characters_are_read_as_they_stand():
    item = find(read("黑色純棉T恤 男士", field="title_zh"), "material")
    assert item is not None
    assert (item.value, item.quote) == ("Cotton", "純棉")


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "9",
        "1 x ",
        "<script ",
        "<a '\"x",
        "100% ",
        "黑色",
        "5'11\" ",
        "1/2 ",
        "三百克",
        "not ",
        "A1-",
        "w36 x ",
        "&amp;",
        "-XL",
    ],
)
def test_hostile_texts_end_soon_and_give_few_values(piece):
    started = time.perf_counter()
    found = read(piece * (200_000 // len(piece)), field="description_zh")
    assert len(found) <= MAX_FOUND
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("texts", [{}, {"title_en": ""}, {"title_en": "  \n"}])
def test_a_product_without_text_has_no_values(texts):
    assert PatternExtractor().extract([ReadableProduct(1, texts, SCHEMA)]) == [()]


def test_each_product_is_answered_in_order():
    products = [ReadableProduct(1, {"title_en": "black mug"}, SCHEMA), ReadableProduct(2, {}, SCHEMA)]
    first, second = PatternExtractor().extract(products)
    assert isinstance(first, tuple)
    assert [item.value for item in first] == ["Black"]
    assert second == ()


def test_another_schema_is_read_anew():
    extractor = PatternExtractor()
    product = ReadableProduct(1, {"title_en": "black mug"}, SCHEMA)
    other = CategorySchema("other", (text_attribute("tone", ("Color",), known("Jet", "black")),))
    names = [item.name for each in (product, replace(product, schema=other)) for item in extractor.extract([each])[0]]
    assert names == ["colour", "tone"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    read(text)
