"""What the catalog itself suggests: spellings, shared names, titles; and what it must leave alone."""

import pytest

from catalog.models import Brand, Product
from ranking.language.catalog_mining import (
    Name,
    find_initials,
    find_shared_names,
    find_spellings,
    fold_brand,
    fold_spelling,
    mine_catalog,
)
from ranking.language.concept_source import read_dictionary
from ranking.language.concepts import build_concepts, load_concepts
from ranking.language.title_mining import find_compounds, find_dictionary_words, find_parallel_words
from ranking.models import Synonym
from ranking.registry import live_state
from tests.shop import add_attribute, add_product, index_all


def pairs(found) -> list[set[str]]:
    return [{item.first, item.second} for item in found]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("Grey", "Gray", True, id="grey"),
        pytest.param("Light grey", "light gray", True, id="in a phrase"),
        pytest.param("Multicolour", "Multicolor", True, id="colour"),
        pytest.param("Carbon fibre", "Carbon fiber", True, id="fibre"),
        pytest.param("Aluminium", "Aluminum", True, id="aluminium"),
        pytest.param("Rack-mount", "Rackmount", True, id="compound"),
        pytest.param("深 灰", "深灰", True, id="zh blank"),
        pytest.param("Red", "Rod", False, id="other word"),
        pytest.param("1.6", "16", False, id="numbers"),
        pytest.param("HD", "HD+", False, id="plus"),
        pytest.param("浅灰", "深灰", False, id="zh other word"),
    ],
)
def test_spellings_of_a_value(one, other, alike):
    found = list(find_spellings([Name("colour", one, "", 7), Name("colour", other, "", 5)], fold_spelling, reason="x"))
    assert len(found) == alike
    assert all(item.support == 12 and item.evidence["group"] == "colour" for item in found)


def test_values_of_two_attributes_are_not_compared():
    names = [Name("colour", "Grey", ""), Name("finish", "Gray", "")]
    assert list(find_spellings(names, fold_spelling, reason="x")) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("TP-LINK", "Tplink", True, id="dash"),
        pytest.param("Acme Inc.", "ACME", True, id="company form"),
        pytest.param("小 米", "小米", True, id="zh"),
        pytest.param("Sony", "Sonos", False, id="other brand"),
    ],
)
def test_spellings_of_a_brand(one, other, alike):
    names = [Name("brand", one, "", 3), Name("brand", other, "", 2)]
    assert bool(list(find_spellings(names, fold_brand, reason="x"))) is alike


def test_a_brand_and_its_initials():
    brands = [Name("brand", "Hewlett-Packard", "", 9), Name("brand", "HP", "", 40), Name("brand", "Canon", "", 5)]
    [found] = find_initials(brands)
    assert {found.first, found.second} == {"hp", "hewlett-packard"}
    assert found.evidence["products"] == [40, 9]


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        pytest.param([("Sneakers", "运动鞋"), ("Trainers", "运动鞋")], {"sneakers", "trainers"}, id="en"),
        pytest.param([("Sweater", "毛衣"), ("Sweater", "针织衫")], {"毛衣", "针织衫"}, id="zh"),
    ],
)
def test_names_that_share_a_translation(names, pair):
    found = list(find_shared_names(Name("category", en, zh, 4) for en, zh in names))
    assert pairs(found) == [pair]
    assert found[0].support == 8


def test_names_without_a_translation_share_nothing():
    assert list(find_shared_names([Name("c", "Sneakers", ""), Name("c", "Trainers", "")])) == []


def test_words_together_and_apart():
    titles = ["Wireless headset"] * 4 + ["Gaming head set"] * 2 + ["set head"]
    [found] = find_compounds(titles)
    assert (found.first, found.second, found.evidence["products"]) == ("headset", "head set", [4, 2])


def test_words_of_one_concept_that_titles_both_use():
    titles = ["External hard drive"] * 6 + ["Portable hard disk 2tb"] * 3 + ["机械硬盘 2TB"] * 2 + ["laptop"] * 9
    found = list(find_dictionary_words(titles, build_concepts(read_dictionary())))
    assert {"external hard drive", "portable hard drive"} not in pairs(found)
    titles = ["Hard drive 1tb"] * 6 + ["Hard disk 2tb"] * 3
    [found] = find_dictionary_words(titles, build_concepts(read_dictionary()))
    assert (found.first, found.second, found.evidence["products"]) == ("hard drive", "hard disk", [6, 3])


def test_words_that_stand_side_by_side_in_both_titles():
    titles = [(f"Zorgo ice cream {n}", f"佐果冰淇淋{n}号") for n in range(6)] + [
        (f"Ice bucket {n}", f"水桶{n}") for n in range(6)
    ]
    found = {frozenset((item.first, item.second)) for item in find_parallel_words(titles, names={"zorgo", "佐果"})}
    assert frozenset(("ice cream", "冰淇淋")) in found
    assert not any("zorgo" in pair for pair in found)


@pytest.mark.django_db
def test_a_whole_catalog():
    for key, name in (("acme", "ACME"), ("acme-inc", "Acme-Tool Inc."), ("acmetool", "AcmeTool")):
        Brand.objects.create(key=key, name_en=name)
    add_attribute("tone", name_zh="色调")
    for number, tone in enumerate(["Dove grey", "Dove gray"] * 3):
        add_product(f"P{number}", f"Hard {'drive' if number % 2 else 'disk'} {number}", attributes={"tone": [tone]})
    index_all()
    found = mine_catalog(concepts=load_concepts(live_state().snapshot.vocabulary))
    by_reason = {item.reason: {item.first, item.second} for item in found}
    assert by_reason["brand_spelling"] == {"acme-tool inc.", "acmetool"}
    assert by_reason["value_spelling"] == {"dove grey", "dove gray"}
    assert by_reason["dictionary"] == {"hard drive", "hard disk"}
    assert not Synonym.objects.exists()
    assert Product.objects.count() == 6
