"""Schemas by category: what counts, in which words, with a parent's schema where a category is too small."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from catalog.models import Attribute, AttributeValue, Category, CategoryAttribute, Product, SchemaSuggestion
from catalog.schema.induction import refresh_schemas
from catalog.schema.loading import MAX_ATTRIBUTES, MAX_VALUES, forget_schemas, load_schemas
from catalog.schema.usefulness import measure_usefulness

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_shelf():
    forget_schemas()
    yield
    forget_schemas()


def make_category(key, **names):
    parent = Category.objects.filter(key=key.rpartition("/")[0]).first()
    return Category.objects.create(key=key, parent=parent, **names)


def make_attribute(key, kind="text", **fields):
    return Attribute.objects.create(key=key, kind=kind, **fields)


def make_products(category, count, **attributes):
    """`count` products; each attribute is a list of values that the products take in turn, None for none."""
    start = Product.objects.count()
    Product.objects.bulk_create(
        Product(
            sku=f"P{start + place}",
            category=category,
            attributes={
                key: [values[place % len(values)]]
                for key, values in attributes.items()
                if values[place % len(values)] is not None
            },
        )
        for place in range(count)
    )


@pytest.fixture
def shop():
    """Phones (24, in a deeper category 8 more) and tea (4): colour, screen, water, code."""
    electronics, tea = make_category("electronics"), make_category("tea")
    phones = make_category("electronics/phones")
    rugged = make_category("electronics/phones/rugged")
    make_attribute("colour", name_en="Colour", name_zh="颜色")
    make_attribute("screen", "number", name_en="Screen", unit="cm")
    make_attribute("waterproof", "boolean", name_en="Waterproof", name_zh="防水")
    make_attribute("code")
    codes = [f"C-{place}" for place in range(24)]
    make_products(phones, 24, colour=["Black", "black", "White", "黑色"], screen=[13.0, 15.5, 17], code=codes)
    make_products(rugged, 8, waterproof=[True], colour=["Red", None])
    make_products(tea, 4, colour=["Green"])
    return {"electronics": electronics, "phones": phones, "rugged": rugged, "tea": tea}


def row_of(category, attribute):
    return CategoryAttribute.objects.get(category=category, attribute__key=attribute)


def accept(attribute, source, target, kind="value"):
    SchemaSuggestion.objects.create(
        kind=kind,
        attribute=Attribute.objects.get(key=attribute),
        source=source,
        target=target,
        status="accepted",
        decided_at=timezone.now(),
        decided_by=User.objects.first(),
    )


def test_counts_are_of_the_whole_subtree(shop):
    assert refresh_schemas() == CategoryAttribute.objects.count() > 0
    phones = row_of(shop["phones"], "colour")
    assert (phones.products, phones.coverage) == (28, 28 / 32)
    assert phones.values == [["Black", 12], ["White", 6], ["黑色", 6], ["Red", 4]]
    assert row_of(shop["rugged"], "colour").products == 4
    assert row_of(shop["electronics"], "colour").products == 28
    assert row_of(None, "colour").products == 32
    assert row_of(None, "colour").coverage == 32 / 36


def test_numbers_have_a_range_and_spread_is_in_bits(shop):
    refresh_schemas()
    screen = row_of(shop["phones"], "screen")
    assert (screen.low, screen.high) == (13, 17)
    assert screen.entropy == pytest.approx(1.58496, abs=1e-4)  # three values, equally often: log2(3)
    assert row_of(shop["tea"], "colour").entropy == 0
    assert (row_of(shop["phones"], "code").low, row_of(shop["phones"], "code").entropy) == (
        None,
        pytest.approx(4.585, abs=1e-3),
    )


def test_archived_products_long_texts_and_what_machines_found_do_not_count(shop):
    make_products(shop["tea"], 1, code=["x" * 300])
    Product.objects.filter(category=shop["tea"]).update(extracted={"values": {"waterproof": [[True, "", ""]]}})
    Product.objects.filter(category=shop["rugged"]).update(status="archived")
    refresh_schemas()
    assert row_of(shop["tea"], "code").values == []
    assert not CategoryAttribute.objects.filter(attribute__key="waterproof").exists()
    assert not CategoryAttribute.objects.filter(category=shop["rugged"]).exists()


def test_a_second_run_replaces_the_first_and_an_empty_shop_has_none(shop):
    first = refresh_schemas()
    assert refresh_schemas() == first == CategoryAttribute.objects.count()
    Product.objects.all().delete()
    assert refresh_schemas() == CategoryAttribute.objects.count() == 0
    assert load_schemas(["tea", ""]) == {
        key: type(schema)(category=key) for key, schema in load_schemas(["tea", ""]).items()
    }


def test_a_failing_run_leaves_the_schema_as_it_was(shop, monkeypatch):
    refresh_schemas()
    before = list(CategoryAttribute.objects.order_by("id").values_list("id", "values"))

    def fail(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr("catalog.schema.induction._rank_rows", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        refresh_schemas()
    assert list(CategoryAttribute.objects.order_by("id").values_list("id", "values")) == before


def test_the_most_useful_come_first_and_demand_counts(shop):
    refresh_schemas()
    keys = [known.key for known in load_schemas(["electronics/phones"])["electronics/phones"].attributes]
    assert keys == ["colour", "screen", "waterproof", "code"]
    refresh_schemas(demand={("electronics/phones", "waterproof"): 0.6, ("", "code"): 1.0})
    phones = load_schemas(["electronics/phones"])["electronics/phones"].attributes
    assert [known.key for known in phones][:2] == ["waterproof", "colour"]
    assert row_of(shop["phones"], "waterproof").demand == 0.6
    assert load_schemas([""])[""].attributes[0].key == "code"


def test_an_attribute_is_known_with_its_words_in_both_languages(shop):
    colour = Attribute.objects.get(key="colour")
    AttributeValue.objects.create(attribute=colour, key="white", name_en="White", name_zh="白色")
    refresh_schemas()
    known = load_schemas(["electronics/phones"])["electronics/phones"].attributes[0]
    assert (known.names, known.kind, known.share) == (("Colour", "颜色"), "text", 28 / 32)
    assert [(value.key, value.words, value.count) for value in known.values] == [
        ("black", ("Black",), 12),
        ("white", ("White", "白色"), 6),
        ("黑色", ("黑色",), 6),
        ("red", ("Red",), 4),
    ]
    screen = load_schemas(["electronics/phones"])["electronics/phones"].attributes[1]
    assert (screen.unit, screen.low, screen.high, screen.values[0].words) == ("cm", 13, 17, ())


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("electronics/phones", {"colour", "screen", "waterproof", "code"}),
        ("electronics/phones/rugged", {"colour", "screen", "waterproof", "code"}),
        ("electronics/phones/unknown", {"colour", "screen", "waterproof", "code"}),
        ("tea", {"colour", "screen", "waterproof", "code"}),
        ("茶/绿茶", {"colour", "screen", "waterproof", "code"}),
        ("", {"colour", "screen", "waterproof", "code"}),
    ],
    ids=["large", "small reads its parent", "unknown reads its parent", "small root reads the shop", "zh", "shop"],
)
def test_a_small_category_reads_upwards(shop, asked, read):
    refresh_schemas()
    schema = load_schemas([asked])[asked]
    assert schema.category == asked
    assert {known.key for known in schema.attributes} == read
    colour = next(known for known in schema.attributes if known.key == "colour")
    expected = 28 if asked.startswith("electronics") else 32
    assert sum(value.count for value in colour.values) == expected


def test_accepted_merges_count_together_before_and_after_the_next_run(shop):
    AttributeValue.objects.create(attribute=Attribute.objects.get(key="colour"), key="black", name_en="Black")
    refresh_schemas()
    accept("colour", "黑色", "black")
    for _ in range(2):
        known = load_schemas(["electronics/phones"])["electronics/phones"].attributes[0]
        assert [(value.key, value.words, value.count) for value in known.values][:2] == [
            ("black", ("Black", "黑色"), 18),
            ("white", ("White",), 6),
        ]
        refresh_schemas()
    assert row_of(shop["phones"], "colour").values[0] == ["Black", 18]


def test_a_merged_attribute_gives_its_names_and_products(shop):
    make_attribute("颜色", name_zh="颜色分类")
    make_products(shop["phones"], 4, 颜色=["蓝色"])
    refresh_schemas()
    accept("颜色", "颜色", "colour", kind="attribute")
    known = {known.key: known for known in load_schemas(["electronics/phones"])["electronics/phones"].attributes}
    assert known["colour"].names == ("Colour", "颜色", "颜色分类")
    assert "颜色" not in known
    refresh_schemas()
    colour = load_schemas(["electronics/phones"])["electronics/phones"].attributes[0]
    assert row_of(shop["phones"], "colour").products == 32
    assert "蓝色" in {value.key for value in colour.values}


def test_the_cache_holds_until_something_changes(shop, django_assert_num_queries):
    refresh_schemas()
    first = load_schemas(["tea"])["tea"]
    with django_assert_num_queries(1):
        assert load_schemas(["tea"])["tea"] is first
    Attribute.objects.filter(key="colour").update(name_zh="颜色分类")
    assert load_schemas(["tea"])["tea"].attributes[0].names == ("Colour", "颜色分类")


def test_schemas_are_bounded():
    category = make_category("wide")
    Attribute.objects.bulk_create(Attribute(key=f"a{place}", kind="text") for place in range(MAX_ATTRIBUTES + 5))
    values = [f"v{place % (MAX_VALUES + 30)}" for place in range(2 * (MAX_VALUES + 30))]
    make_products(category, len(values), **{f"a{place}": values for place in range(MAX_ATTRIBUTES + 5)})
    refresh_schemas()
    schema = load_schemas(["wide"])["wide"]
    assert len(schema.attributes) == MAX_ATTRIBUTES
    assert {len(known.values) for known in schema.attributes} == {MAX_VALUES}


def test_what_is_neither_shown_nor_searched_is_left_out(shop):
    Attribute.objects.filter(key="code").update(is_facet=False, is_searchable=False)
    refresh_schemas()
    assert "code" not in {known.key for known in load_schemas([""])[""].attributes}


USEFUL = {"kind": "text", "coverage": 0.8, "entropy": 2.0, "products": 80, "values": [("a", 40), ("b", 40)]}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 0.8 * 2 / 3),
        ({"coverage": 0.4}, 0.4 * 2 / 3),
        ({"entropy": 0.0}, 0.0),
        ({"demand": 0.5}, 0.8 * 2 / 3 + 0.5),
        ({"values": [("a", 40), ("b", 1)]}, 0.8 * 2 / 3 * 0.5),
        ({"values": []}, 0.0),
        ({"kind": "number", "unit": "cm", "values": [(1.0, 1)]}, 0.8 * 2 / 3),
        ({"kind": "number", "values": [(1.0, 1)]}, 0.0),
        ({"kind": "boolean", "coverage": 0.5, "entropy": 0.0, "products": 50, "values": [(True, 50)]}, 0.25),
        ({"kind": "boolean", "coverage": 1.0, "entropy": 0.0, "values": [(True, 80)]}, 0.0),
    ],
    ids=[
        "text", "half have it", "always the same", "asked for", "half are unique", "only long texts", "amount",
        "code", "yes or not said", "always yes",
    ],
)  # fmt: skip
def test_usefulness(changed, expected):
    assert measure_usefulness(**{**USEFUL, **changed}) == pytest.approx(expected)
