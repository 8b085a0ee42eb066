"""The demo catalog is the same on every run, and every product is what a shop would sell."""

import re
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from catalog.demo.products import DemoProduct, make_products
from catalog.units import known_unit

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")


def attributes_of(row: dict[str, Any]) -> dict[str, list[Any]]:
    return {attribute["key"]: attribute["values"] for attribute in row["attributes"]}


def test_it_is_large_enough_to_look_like_a_shop(demo_products: list[DemoProduct]) -> None:
    departments = Counter(product.row["category"][0]["en"] for product in demo_products)
    assert len(demo_products) >= 2200
    assert len(departments) >= 10
    assert min(departments.values()) >= 100
    assert len({product.type.key for product in demo_products}) >= 120


@pytest.mark.parametrize("count", [0, 1, 130, 500])
def test_any_number_of_products_can_be_asked_for(count: int) -> None:
    assert len(list(make_products(count))) == count


def test_two_runs_make_the_same(demo_products: list[DemoProduct]) -> None:
    again = [product.row for product in make_products()]
    assert again == [product.row for product in demo_products]


def test_skus_of_products_and_variants_are_unique(demo_products: list[DemoProduct]) -> None:
    skus = [product.row["sku"] for product in demo_products]
    variant_skus = [variant["sku"] for product in demo_products for variant in product.row["variants"]]
    assert len(set(skus)) == len(skus)
    assert len(set(variant_skus)) == len(variant_skus)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_titles_and_descriptions_hardly_repeat(demo_products: list[DemoProduct], locale: str) -> None:
    titles = {product.row["titles"][locale] for product in demo_products}
    descriptions = {product.row["descriptions"][locale] for product in demo_products}
    assert len(titles) >= 0.99 * len(demo_products)
    assert len(descriptions) >= 0.99 * len(demo_products)


def test_english_texts_are_english_and_of_a_readable_length(demo_products: list[DemoProduct]) -> None:
    for product in demo_products:
        description = product.row["descriptions"]["en"]
        assert not HAN.search(product.row["titles"]["en"] + description), product.row["sku"]
        assert 60 <= len(description.split()) <= 140, product.row["sku"]


def test_chinese_texts_are_chinese_and_of_a_readable_length(demo_products: list[DemoProduct]) -> None:
    for product in demo_products:
        title, description = product.row["titles"]["zh"], product.row["descriptions"]["zh"]
        assert HAN.search(title), product.row["sku"]
        assert len(HAN.findall(description)) > 3 * len(LATIN_WORD.findall(description)), product.row["sku"]
        assert 110 <= len(description) <= 255, product.row["sku"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_no_placeholder_or_separator_is_left(demo_products: list[DemoProduct], locale: str) -> None:
    for product in demo_products:
        text = product.row["titles"][locale] + product.row["descriptions"][locale]
        assert not re.search(r"[{}|\[\]]|  ", text), product.row["sku"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("waterproof", ("waterproof", "防水")),
        ("noise_cancelling", ("noise cancelling takes", "主动降噪滤掉")),
        ("grain_free", ("grain free", "无谷配方")),
        ("sugar_free", ("no added sugar", "无添加糖")),
        ("induction", ("works on induction", "电磁炉、燃气灶都能用")),
        ("wireless_charging", ("charge it without a cable", "无线充电")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_text_never_claims_what_the_attributes_deny(
    demo_products: list[DemoProduct], key: str, words: tuple[str, ...]
) -> None:
    for product in demo_products:
        text = " ".join([*product.row["titles"].values(), *product.row["descriptions"].values()]).lower()
        if attributes_of(product.row).get(key) != [True]:
            assert not any(word in text for word in words), product.row["sku"]


def test_numbers_in_titles_are_the_attributes_numbers(demo_products: list[DemoProduct]) -> None:
    for product in demo_products:
        inches = re.search(r"([\d.]+)-inch", product.row["titles"]["en"])
        if inches:
            attributes = attributes_of(product.row)
            [measured] = attributes.get("screen") or attributes["wheel"]
            assert measured == pytest.approx(float(inches.group(1)) * 2.54, abs=0.01), product.row["sku"]


def test_variant_options_are_listed_among_the_attributes(demo_products: list[DemoProduct]) -> None:
    for product in demo_products:
        labels = {key: {value["en"] for value in values if isinstance(value, dict)}
                  for key, values in attributes_of(product.row).items()}  # fmt: skip
        for variant in product.row["variants"]:
            for option, label in variant["options"].items():
                assert label in labels[option], variant["sku"]
        assert len({tuple(v["options"].items()) for v in product.row["variants"]}) == len(product.row["variants"])


def test_a_label_means_the_same_in_every_department(demo_products: list[DemoProduct]) -> None:
    translations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for product in demo_products:
        for key, values in attributes_of(product.row).items():
            for value in values:
                if isinstance(value, dict):
                    translations[key, value["en"]].add(value["zh"])
    assert {label: found for label, found in translations.items() if len(found) > 1} == {}


def test_units_are_known_to_the_unit_system(demo_products: list[DemoProduct]) -> None:
    units = {attribute.get("unit", "") for product in demo_products for attribute in product.row["attributes"]} - {""}
    assert {unit for unit in units if not known_unit(unit)} == set()


def test_prices_costs_and_sales_make_sense(demo_products: list[DemoProduct]) -> None:
    for product in demo_products:
        for variant in product.row["variants"]:
            price, cost = Decimal(variant["price"]), Decimal(variant["cost"])
            assert 0 < cost < price, variant["sku"]
            if variant["sale_price"]:
                assert 0 < Decimal(variant["sale_price"]) < price, variant["sku"]
                assert product.row["sale_from"] < product.row["sale_until"], variant["sku"]


def test_some_sales_are_over_some_run_and_some_are_to_come(demo_products: list[DemoProduct]) -> None:
    windows = Counter(product.row["sale_from"][:4] for product in demo_products if product.row["sale_from"])
    assert windows["2025"] > 300
    assert windows["2023"] + windows["2024"] > 50
    assert windows["2031"] > 30


def test_some_variants_are_sold_out_and_most_are_not(demo_products: list[DemoProduct]) -> None:
    stocks = [variant["stock"] for product in demo_products for variant in product.row["variants"]]
    assert 0.03 < stocks.count(0) / len(stocks) < 0.25


def test_barcodes_are_unique_in_store_ean13_with_valid_check_digits(demo_products: list[DemoProduct]) -> None:
    barcodes = [variant["barcode"] for product in demo_products for variant in product.row["variants"]]
    assert len(set(barcodes)) == len(barcodes)
    for barcode in barcodes:
        assert re.fullmatch(r"2\d{12}", barcode)
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(barcode)) % 10 == 0


def test_popular_products_are_rated_more_often(demo_products: list[DemoProduct]) -> None:
    ranked = sorted((product.row for product in demo_products), key=lambda row: row["popularity"])
    quarter = len(ranked) // 4
    seldom, often = (sum(row["rating_count"] for row in rows) for rows in (ranked[:quarter], ranked[-quarter:]))
    assert often > 10 * seldom
    for row in ranked:
        assert (row["rating_average"] is None) == (row["rating_count"] == 0)
        assert row["rating_average"] is None or 1 <= row["rating_average"] <= 5


def test_most_products_are_sold_everywhere_and_some_only_in_one_market(demo_products: list[DemoProduct]) -> None:
    markets = Counter(tuple(product.row["markets"]) for product in demo_products)
    assert markets[()] > len(demo_products) / 2
    assert markets[("cn",)] > 50
    assert markets[("us", "eu")] > 50
