"""Mapping: columns are guessed from names and values, checked, and collapse into families."""

from decimal import Decimal

import pytest

from catalog.errors import MappingRefused
from catalog.mapping import collapse_families, header_signature, parse_mapping
from catalog.mapping_guess import guess_mapping
from catalog.readers.reading import inspect_file
from tests.catalog.catalog_files import SHARED


def guess(samples, columns=None):
    found = guess_mapping(columns or list(samples[0]), samples)
    return {name: target.target for name, target in found.columns.items()}, found


@pytest.mark.parametrize(
    ("column", "value", "target"),
    [
        ("SKU", "A", "sku"),
        ("商品编码", "A", "sku"),
        ("productId", 7, "sku"),
        ("Parent SKU", "P", "parent"),
        ("title", "Kettle", "title.en"),
        ("标题", "水壶", "title.zh"),
        ("title_zh", "水壶", "title.zh"),
        ("Title (中文)", "水壶", "title.zh"),
        ("Product Name", "Kettle", "title.en"),
        ("name", "电热水壶", "title.zh"),
        ("description en", "It boils.", "description.en"),
        ("商品详情", "烧水快", "description.zh"),
        ("品牌", "美的", "brand.zh"),
        ("Manufacturer", "Calor", "brand.en"),
        ("类目", "厨房/水壶", "category.zh"),
        ("categories", "Kitchen > Kettles", "category.en"),
        ("价格", "199", "price"),
        ("Price", "19.90", "price"),
        ("促销价", "99", "sale_price"),
        ("special_price", "9", "sale_price"),
        ("成本", "50", "cost"),
        ("库存", "12", "stock"),
        ("Qty", 5, "stock"),
        ("条形码", "69012", "barcode"),
        ("图片", "https://a/b.jpg", "images"),
        ("average_rating", 4.5, "rating"),
        ("评论数", 12, "rating_count"),
        ("销量", 300, "popularity"),
        ("market", "us", "markets"),
        ("sale end date", "2026-11-28", "sale_until"),
        ("状态", "上架", "status"),
        ("deleted", "no", "deleted"),
        ("option:Size", "M", "option"),
        ("attr_t_material", "Wool", "attribute"),
        ("attributes.材质", "棉", "attribute"),
        ("url_key", "kettle", "ignore"),
    ],
)
def test_columns_are_known_by_their_names(column, value, target):
    found = guess([{"id": "1", column: value}], [column])[0]
    assert target in found.values()


def test_two_titles_go_to_their_languages():
    found, _map = guess([{"sku": "1", "Title": "Kettle", "标题": "水壶"}])
    assert found == {"sku": "sku", "Title": "title.en", "标题": "title.zh"}


def test_a_number_column_named_stock_that_holds_texts_is_no_stock():
    found, _map = guess([{"sku": str(n), "available": f"in {n} shops near you"} for n in range(5)])
    assert found["available"] != "stock"


@pytest.mark.parametrize(
    ("column", "values", "kind", "unit"),
    [
        ("Weight (kg)", ["1.2", "0.4"], "number", "kg"),
        ("屏幕尺寸(英寸)", ["55", "65"], "number", "英寸"),
        ("Length", ["12 cm", "14 cm"], "number", "cm"),
        ("Waterproof", ["yes", "no"], "boolean", ""),
        ("防水", ["是", "否"], "boolean", ""),
        ("Size", ["42", "44"], "text", ""),
        ("Article code", ["007", "012"], "text", ""),
        ("Material", ["Wool", "Cotton"], "text", ""),
    ],
)
def test_kind_and_unit_are_guessed(column, values, kind, unit):
    _found, column_map = guess([{"sku": f"A{n}", column: value} for n, value in enumerate(values)])
    target = column_map.columns[column]
    assert (target.target, target.kind, target.unit) == ("attribute", kind, unit)


def test_a_list_price_beside_a_price_makes_the_price_a_sale():
    found, _map = guess(
        [{"sku": "1", "list_price": "919", "price": "899"}, {"sku": "2", "list_price": "5", "price": "4"}]
    )
    assert found == {"sku": "sku", "list_price": "price", "price": "sale_price"}


def test_cents_and_decimal_commas_are_seen():
    _found, cents = guess([{"sku": "1", "price_cents": 1990}])
    assert cents.columns["price_cents"].scale == Decimal("0.01")
    _found, comma = guess([{"sku": "1", "price": "1.299,00"}])
    assert comma.columns["price"].decimal_comma


def test_colours_are_options_once_rows_have_a_parent():
    found, _map = guess([{"sku": "A-S", "parent_sku": "A", "Size": "S", "颜色": "红色"}])
    assert (found["Size"], found["颜色"]) == ("option", "option")


def test_without_a_sku_column_products_are_told_apart_by_title_and_picture():
    _found, column_map = guess([{"name": "Kettle", "image": "https://a/b.jpg", "price": 3}])
    assert column_map.sku_from == ("name", "image")


def test_columns_that_never_change_or_say_nothing_are_left_out():
    found, _map = guess([{"sku": f"A{n}", "website": "main", "state": "x", "gap": None} for n in range(30)])
    assert {found["state"], found["gap"]} == {"ignore"}


def test_families_are_one_entry_each():
    columns = ["sku", "attr_t_a", "attr_t_b", "attr_n_c", "attributes.材质", "attr_t_product_type"]
    assert collapse_families(columns, ["attr_t_product_type"]) == [
        "sku",
        "attr_t_*",
        "attr_n_*",
        "attributes.*",
        "attr_t_product_type",
    ]
    column_map = parse_mapping({"columns": {"sku": "sku", "attr_n_*": {"target": "attribute", "kind": "number"}}})
    assert column_map.find("attr_n_never_seen").kind == "number"
    assert column_map.find("other") is None


def test_the_signature_does_not_depend_on_the_order():
    assert header_signature(["a", "b"]) == header_signature(["b", "a"]) != header_signature(["a", "c"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"columns": {"a": "title.en"}}, "No column is the SKU"),
        ({"columns": {"a": "sku", "b": "sku"}}, "several columns"),
        ({"columns": {"a": "sku", "b": "colour"}}, "no target"),
        ({"columns": {"a": "sku", "b": {"target": "price", "scale": "-1"}}}, "above zero"),
        ({"columns": {"a": "sku", "b": {"target": "price", "scale": "x"}}}, "number"),
        ({"columns": {"a": "sku", "b": {"target": "attribute", "kind": "list"}}}, "kind"),
        ({"columns": {"a": "sku", "b": 3}}, "object"),
        ({"columns": []}, "object"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_the_reason(data, words):
    with pytest.raises(MappingRefused, match=words):
        parse_mapping(data)


def test_a_mapping_survives_being_stored():
    _found, column_map = guess([{"sku": "1", "price_cents": 1990, "Weight (kg)": "2"}])
    assert parse_mapping(column_map.as_json()) == column_map


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "chorus_icecat/products.jsonl.gz",
            {
                "id": "sku",
                "title": "title.en",
                "short_description": "description.en",
                "supplier": "brand.en",
                "price": "price",
                "ean": "barcode",
                "attr_t_product_type": "category.en",
                "attr_t_*": "attribute",
                "attr_n_*": "attribute",
                "attr_b_*": "attribute",
                "img_500x500": "images",
            },
        ),
        (
            "litemall/products.jsonl.gz",
            {
                "id": "sku",
                "name": "title.zh",
                "brief": "description.zh",
                "category": "category.zh",
                "list_price": "price",
                "price": "sale_price",
                "attributes.*": "attribute",
                "gallery": "images",
            },
        ),
        (
            "bestbuy/ecommerce.json.gz",
            {"name": "title.en", "categories": "category.en", "brand": "brand.en", "popularity": "popularity"},
        ),
        (
            "amazon_24k/products.jsonl.gz",
            {
                "fields.id": "sku",
                "fields.title": "title.en",
                "fields.price": "price",
                "fields.quantity": "stock",
                "fields.average_rating": "rating",
                "put": "ignore",
            },
        ),
        (
            "magento/csv/configurable/products.csv",
            {
                "sku": "sku",
                "name": "title.en",
                "categories": "category.en",
                "configurable_variations": "variants",
                "additional_attributes": "attributes",
                "qty": "stock",
                "product_type": "ignore",
                "special_price": "sale_price",
            },
        ),
    ],
    ids=["chorus", "litemall", "bestbuy", "amazon", "magento"],
)
def test_real_catalogs_are_understood(file, expected):
    if not (SHARED / file).exists():
        pytest.skip(f"needs ../shared/data/{file}")
    profile = inspect_file(SHARED / file)
    columns = guess_mapping(profile.columns, profile.samples, native=profile.native).columns
    assert {name: columns[name].target for name in expected} == expected
