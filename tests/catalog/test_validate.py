"""Validate: rows become typed products, or refusals that say why and what to do."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog.contracts import Empty, ProductRow, RawRow, Refusal
from catalog.mapping import parse_mapping
from catalog.steps.validate import Validator
from tests.catalog.catalog_files import native

COLUMNS = {
    "sku": "sku",
    "parent": "parent",
    "title": "title.en",
    "标题": "title.zh",
    "text": "description.en",
    "brand": "brand.en",
    "category": "category.en",
    "price": "price",
    "sale": "sale_price",
    "cost": "cost",
    "stock": "stock",
    "ean": "barcode",
    "image": "images",
    "rating": "rating",
    "reviews": "rating_count",
    "market": "markets",
    "from": "sale_from",
    "until": "sale_until",
    "status": "status",
    "deleted": "deleted",
    "note": "extra:note",
    "weight": {"target": "attribute", "key": "Weight", "kind": "number", "unit": "g"},
    "material": {"target": "attribute", "key": "Material", "kind": "text"},
    "waterproof": {"target": "attribute", "key": "Waterproof", "kind": "boolean"},
    "size": "option:Size",
    "colour": "option:Colour",
}


def validate(*rows, known=None, columns=COLUMNS, **mapping):
    validator = Validator(parse_mapping({"columns": columns, **mapping}), known or {})
    return list(validator.validate(RawRow(number, cells) for number, cells in enumerate(rows, start=2)))


def validate_one(known=None, **cells):
    return validate({"sku": "A", "title": "Kettle", **cells}, known=known)[0]


def validate_native(*rows, known=None):
    validator = Validator(parse_mapping({"native": True}), known or {})
    return list(validator.validate(RawRow(number, row) for number, row in enumerate(rows, start=1)))


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("1,299.00", "1299.00"),
        ("¥1299", "1299.00"),
        ("￥１２９９", "1299.00"),
        ("1 299,50", "1299.50"),
        ("$ 5", "5.00"),
        (19.9, "19.90"),
        ("12.345", "12.35"),
        ("1.299.000,50", "1299000.50"),
        ("0", "0.00"),
        ("99元", "99.00"),
    ],
)
def test_prices_are_read_as_people_write_them(written, price):
    assert validate_one(price=written).variants[0].price == Decimal(price)


def test_scale_and_decimal_comma_belong_to_the_column():
    columns = {"sku": "sku", "p": {"target": "price", "scale": "0.01"}, "c": {"target": "cost", "decimal": ","}}
    (row,) = validate({"sku": "A", "p": 4995, "c": "1.299"}, columns=columns)
    assert (row.variants[0].price, row.variants[0].cost) == (Decimal("49.95"), Decimal("1299.00"))


@pytest.mark.parametrize(
    ("cells", "code", "column", "words"),
    [
        ({"sku": ""}, "missing_sku", "sku", "no SKU"),
        ({"sku": "x" * 101}, "wrong_sku", "sku", "100"),
        ({"title": "x" * 1001}, "too_long", "title", "1001 characters"),
        ({"text": "x" * 100_001}, "too_long", "text", "at most"),
        ({"price": "-5"}, "wrong_price", "price", "negative"),
        ({"price": "cheap"}, "wrong_price", "price", "not a number"),
        ({"price": "999999999999"}, "wrong_price", "price", "beyond"),
        ({"price": "NaN"}, "wrong_price", "price", "not a number"),
        ({"price": "10", "sale": "12"}, "sale_above_price", "sale_price", "above"),
        ({"stock": "many"}, "wrong_stock", "stock", "not a number"),
        ({"rating": "9"}, "wrong_number", "rating", "between 0 and 5"),
        ({"until": "tomorrow"}, "wrong_date", "until", "Write 2026-11-28"),
        ({"until": "2026-13-45"}, "wrong_date", "until", "not a date"),
        ({"until": "9999-01-01"}, "wrong_date", "until", "2100"),
        ({"weight": "heavy"}, "wrong_attribute", "weight", "known unit"),
        ({"weight": "5 m"}, "wrong_attribute", "weight", "cannot be compared"),
        ({"waterproof": "perhaps"}, "wrong_attribute", "waterproof", "neither yes nor no"),
        ({"image": "javascript:alert(1)"}, "wrong_image", "image", "https://"),
        ({"image": " java\tscript:alert(1)"}, "wrong_image", "image", "https://"),
        ({"image": "//evil.example/x.png"}, "wrong_image", "image", "https://"),
        ({"status": "sleeping"}, "wrong_status", "status", "active"),
        ({"deleted": "maybe"}, "wrong_value", "deleted", "neither"),
        ({"category": "/".join("abcdefghijklm")}, "wrong_category", "category", "levels"),
    ],
)
def test_a_wrong_cell_refuses_its_row_with_column_and_remedy(cells, code, column, words):
    refusal = validate_one(**cells)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.column, refusal.row_number) == (code, column, 2)
    assert words in refusal.message


def test_a_refused_row_does_not_stop_the_next():
    first, second = validate({"sku": "A", "price": "-1"}, {"sku": "B", "price": "1"})
    assert isinstance(first, Refusal)
    assert isinstance(second, ProductRow)


def test_the_second_row_with_a_sku_is_refused_and_names_the_first():
    rows = validate({"sku": "A"}, {"sku": "B"}, {"sku": "A"})
    (refusal,) = (row for row in rows if isinstance(row, Refusal))
    assert (refusal.code, refusal.row_number) == ("duplicate_sku", 4)
    assert "row 2" in refusal.message


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<b>Kettle</b> &amp; pan", "Kettle & pan"),
        ("Kettle<script>alert(1)</script>", "Kettle"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Kettle", "Kettle"),
        ("Ket\x00tle\u2028 now", "Ket tle now"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("  电热   水壶 ", "电热 水壶"),
        ("3 < 5 cm", "3 < 5 cm"),
    ],
)
def test_titles_are_one_line_of_plain_text(written, title):
    assert validate_one(title=written).titles["en"] == title


def test_descriptions_keep_their_lines_and_lose_their_markup():
    row = validate_one(text="<p>Boils <b>fast</b>.</p><ul><li>1.7 l</li></ul><script>steal()</script><img onerror=x>")
    assert row.descriptions["en"].split("\n") == ["Boils fast.", "1.7 l"] or "steal" not in row.descriptions["en"]
    assert "<" not in row.descriptions["en"]


def test_blank_cells_clear_what_may_be_cleared_and_leave_the_rest():
    row = validate_one(price="", sale="", stock="", brand="", category="", text="", until="", image="", material="N/A")
    variant = row.variants[0]
    assert (variant.price, variant.sale_price, variant.stock) == (None, Empty.EMPTY, None)
    assert (row.brand, row.category, row.images, row.sale_until) == ({}, (), (), Empty.EMPTY)
    assert row.attributes == {"material": ()}


def test_columns_the_file_lacks_say_nothing():
    row = validate({"sku": "A", "title": "Kettle"}, columns={"sku": "sku", "title": "title.en"})[0]
    assert (row.brand, row.category, row.variants, row.attributes, row.images) == (None,) * 5


def test_a_sale_price_equal_to_the_price_is_no_sale():
    assert validate_one(price="10", sale="10.00").variants[0].sale_price is Empty.EMPTY


def test_attributes_are_typed_and_in_canonical_units():
    validator = Validator(parse_mapping({"columns": COLUMNS}), {})
    cells = {"sku": "A", "weight": "1500", "material": "Wool|Silk", "waterproof": "是"}
    (row,) = validator.validate([RawRow(2, cells)])
    assert row.attributes == {"weight": (1.5,), "material": ("Wool", "Silk"), "waterproof": (True,)}
    weight = validator.book.specs["weight"]
    assert (weight.kind, weight.unit, weight.names) == ("number", "kg", {"en": "Weight"})


def test_values_with_units_of_their_own_are_converted():
    assert validate_one(weight="2 公斤").attributes["weight"] == (2,)


def test_the_kind_the_shop_knows_wins():
    assert validate_one(known={"waterproof": ("text", "")}, waterproof="yes").attributes["waterproof"] == ("yes",)
    row = validate_one(known={"waterproof": ("number", "")}, waterproof="yes")
    assert row.attributes == {"waterproof-boolean": (True,)}


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("Kitchen > Kettles", ["Kitchen", "Kettles"]),
        ("厨房/水壶", ["厨房", "水壶"]),
        ("Kitchen|Kettles", ["Kitchen", "Kettles"]),
        (["Kitchen", "Kettles"], ["Kitchen", "Kettles"]),
        ("Default Category/Men/Tops,Default Category/Sale", ["Men", "Tops"]),
        ("Gear\nBags", ["Gear", "Bags"]),
        ("Toys_and_Games", ["Toys and Games"]),
    ],
)
def test_category_paths_in_every_usual_form(written, levels):
    assert [level["en"] for level in validate_one(category=written).category] == levels


@pytest.mark.parametrize(
    ("written", "status"),
    [("上架", "active"), ("下架", "archived"), ("draft", "draft"), ("1", "active"), ("no", "archived"), ("", None)],
)
def test_status_words(written, status):
    assert validate_one(status=written).status == status


def test_dates_of_a_sale_last_through_the_named_day():
    row = validate_one(**{"from": "2026年11月1日", "until": "2026/11/28"})
    assert row.sale_from == datetime(2026, 11, 1, tzinfo=UTC)
    assert row.sale_until == datetime(2026, 11, 29, tzinfo=UTC)


def test_consecutive_variant_rows_become_one_product():
    rows = validate(
        {"sku": "A-S", "parent": "A", "title": "Shirt", "size": "S", "colour": "Red", "price": "10", "brand": "Sonar"},
        {"sku": "A-M", "parent": "A", "title": "", "size": "M", "colour": "Red", "price": "11", "brand": ""},
        {"sku": "B", "parent": "", "title": "Kettle", "size": "", "colour": "", "price": "5", "brand": ""},
    )
    assert [row.sku for row in rows] == ["A", "B"]
    assert [(variant.sku, variant.options) for variant in rows[0].variants] == [
        ("A-S", {"Size": "S", "Colour": "Red"}),
        ("A-M", {"Size": "M", "Colour": "Red"}),
    ]
    assert rows[0].brand == {"en": "Sonar"}


def test_unknown_columns_are_reported():
    validator = Validator(parse_mapping({"columns": {"sku": "sku"}}), {})
    list(validator.validate([RawRow(2, {"sku": "A", "colour": "Red", "备注": "新"})]))
    assert validator.unknown_columns == ["colour", "备注"]


def test_products_without_a_sku_column_get_a_number_that_stays():
    columns = {"name": "title.en", "image": "images"}
    first, again = (
        validate({"name": "Kettle", "image": "https://a/1.jpg"}, columns=columns, sku_from=["name", "image"])[0].sku
        for _ in range(2)
    )
    assert first == again
    assert first.startswith("gen-")


def test_a_native_row_is_read_whole():
    (row,) = validate_native(
        native(
            "TV-1",
            brand={"en": "Mi", "zh": "小米"},
            category=[{"en": "Audio and video", "zh": "影音"}, {"en": "TVs", "zh": "电视"}],
            attributes=[
                {"key": "colour", "names": {"en": "Colour", "zh": "颜色"}, "values": [{"en": "Black", "zh": "黑色"}]},
                {"key": "screen", "kind": "number", "unit": "in", "values": [55]},
                {"key": "smart", "kind": "boolean", "values": [True]},
            ],
            variants=[{"sku": "TV-1-B", "options": {"colour": "Black"}, "price": 2999, "sale_price": None, "stock": 3}],
            markets=["us", "cn"],
            rating_average=4.5,
        )
    )
    assert row.complete
    assert row.attributes == {"colour": ("Black",), "screen": (139.7,), "smart": (True,)}
    assert row.specs[0].value_names == {"Black": {"en": "Black", "zh": "黑色"}}
    assert row.variants[0].sale_price is Empty.EMPTY


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"colour": "red"}, "unknown_field"),
        ({"titles": {"fr": "Bouilloire"}}, "unknown_locale"),
        ({"titles": "Kettle"}, "wrong_type"),
        ({"variants": []}, "wrong_variants"),
        ({"variants": [{"sku": "V"}, {"sku": "V"}]}, "duplicate_sku"),
        ({"variants": [{"price": 1}]}, "missing_sku"),
        ({"attributes": [{"key": "a", "kind": "number", "unit": "parsec", "values": [1]}]}, "wrong_attribute"),
        ({"attributes": [{"values": [1]}]}, "wrong_attribute"),
        ({"category": [{"en": ""}]}, "wrong_category"),
    ],
)
def test_native_rows_with_faults_are_refused(fields, code):
    assert validate_native(native("A", **fields))[0].code == code


def test_a_row_with_a_giant_cell_is_cut_in_the_refusal():
    refusal = validate_one(text="x" * 2_000_000)
    assert refusal.code == "too_long"
    assert len(refusal.raw["text"]) < 1000
    assert "2000000" in refusal.raw["text"]
