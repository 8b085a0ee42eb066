"""Chinese and English words of one thing: the dictionary, the catalog's own names, and words of several meanings."""

import re

import pytest

from catalog.models import Brand
from catalog.text import HAN, analyse
from ranking.language.concept_source import (
    Concept,
    make_form,
    read_dictionary,
    read_names,
)
from ranking.language.concepts import (
    MAX_ALTERNATIVES,
    MAX_EXPANSIONS,
    ConceptBook,
    build_concepts,
    canonical_terms,
    current_concepts,
    expand_concepts,
    find_concepts,
    forget_concepts,
    load_concepts,
)
from ranking.registry import live_state
from tests.shop import add_attribute, add_category, build_bilingual_shop


@pytest.fixture(autouse=True)
def fresh():
    forget_concepts()
    yield
    forget_concepts()


@pytest.fixture(scope="module")
def dictionary() -> ConceptBook:
    return build_concepts(read_dictionary())


def make_concept(id_: str, english: str, chinese: str, department: str = "") -> Concept:
    sides = (tuple(map(make_form, side.split("|"))) for side in (english, chinese))
    return Concept(id_, department, *sides, 0.9)


def said(query: str, book: ConceptBook, **options) -> dict[str, float]:
    return {item.text: item.weight for item in expand_concepts(analyse(query), book, **options)}


# --- The dictionary -----------------------------------------------------------------------------------------------


def test_the_dictionary_covers_the_departments_with_well_formed_lines():
    concepts = read_dictionary()
    assert len(concepts) >= 1200
    assert {concept.department for concept in concepts} >= {
        "electronics", "office", "clothing", "bags", "home", "appliances", "kitchen", "food", "beauty", "sports",
        "pets", "kids", "general",
    }  # fmt: skip
    assert all(0 < concept.weight <= 1 for concept in concepts)
    assert all(concept.en and concept.zh for concept in concepts)


def test_ids_are_unique_and_say_what_they_are():
    ids = [concept.id for concept in read_dictionary()]
    assert len(ids) == len(set(ids))
    assert {"electronics/printer", "kitchen/knife", "general/black", "pets/cat-litter"} <= set(ids)


def test_no_form_is_empty_twice_in_a_line_or_on_the_wrong_side():
    for concept in read_dictionary():
        terms = [form.terms for form in (*concept.en, *concept.zh)]
        assert all(terms), concept.id
        assert len(terms) == len(set(terms)), concept.id
        assert not any(re.search(f"[{HAN}]", form.text) for form in concept.en), concept.id


def test_most_chinese_forms_are_chinese():
    forms = [form.text for concept in read_dictionary() for form in concept.zh]
    chinese = [text for text in forms if any("\u4e00" <= character <= "\u9fff" for character in text)]
    assert len(chinese) / len(forms) > 0.99


@pytest.mark.parametrize(
    ("query", "word"),
    [
        pytest.param("打印机", "printer", id="zh printer"),
        pytest.param("惠普打印机墨盒", "ink cartridge", id="zh inside a longer query"),
        pytest.param("印表機", "printer", id="zh Taiwan"),
        pytest.param("儿童书包", "school bag", id="zh bag"),
        pytest.param("男士纯棉T恤", "t-shirt", id="zh mixed"),
        pytest.param("不锈钢保温杯", "stainless steel", id="zh material"),
        pytest.param("猫砂", "cat litter", id="zh pets"),
        pytest.param("無線滑鼠", "wireless mouse", id="zh traditional"),
        pytest.param("printers", "打印机", id="en plural"),
        pytest.param("solid-state drive", "固态硬盘", id="en hyphen"),
        pytest.param("women's dress", "连衣裙", id="en dress"),
        pytest.param("rice cooker 5l", "电饭煲", id="en kitchen"),
        pytest.param("grey sofa", "灰色", id="en colour"),
        pytest.param("gray sofa", "灰色", id="en American"),
        pytest.param("Huawei phone", "华为", id="en brand"),
    ],
)
def test_a_word_is_also_looked_for_in_the_other_language(dictionary, query, word):
    found = expand_concepts(analyse(query), dictionary)
    assert word in {item.text for item in found}
    assert {item.source for item in found} == {"concept"}


def test_the_first_form_is_the_closest(dictionary):
    found = said("显示器", dictionary)
    assert found["monitor"] > found["display"]


def test_an_expansion_replaces_exactly_the_words_of_the_phrase(dictionary):
    found = {item.text: item.replaced for item in expand_concepts(analyse("黑色 移动硬盘"), dictionary)}
    assert found["external hard drive"] == ("移动", "硬盘", "移动硬盘")
    assert found["black"] == ("黑色",)


def test_words_of_the_same_language_only_when_asked(dictionary):
    assert "television" not in said("tv", dictionary)
    assert said("tv", dictionary, same_language=True)["television"] < said("tv", dictionary)["电视"]


@pytest.mark.parametrize("query", ["", "qzxv", "iphone 15 pro max 2tb", "。。。"])
def test_unknown_words_become_nothing_more(dictionary, query):
    assert all(item.replaced for item in expand_concepts(analyse(query), dictionary))


def test_the_number_is_bounded(dictionary):
    many = analyse(
        "黑色 白色 手机 耳机 键盘 鼠标 打印机 墨盒 显示器 电视 相机 音箱 沙发 床 桌子 椅子 台灯 书包 鞋子 衬衫"
    )
    found = expand_concepts(many, dictionary)
    assert len(found) == MAX_EXPANSIONS
    assert len(expand_concepts(analyse("耳机"), dictionary)) <= MAX_ALTERNATIVES
    assert len(expand_concepts(["耳机"] * 10_000, dictionary)) <= MAX_EXPANSIONS


# --- Several meanings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "meant", "not_meant"),
    [
        pytest.param("notebook 16gb ram", "笔记本电脑", "记事本", id="notebook, a computer"),
        pytest.param("notebook and pen holder", "记事本", "手提电脑", id="notebook, of paper"),
        pytest.param("小米 手机", "xiaomi", "millet", id="小米, a brand"),
        pytest.param("小米 大米", "millet", "xiaomi", id="小米, millet"),
        pytest.param("钢笔 墨水", "fountain pen ink", "ink", id="墨水, for a pen"),
        pytest.param("打印机 墨水", "ink", "fountain pen ink", id="墨水, for a printer"),
        pytest.param("laser printer toner", "硒鼓", "爽肤水", id="toner, of a printer"),
        pytest.param("facial cleanser and toner", "爽肤水", "硒鼓", id="toner, for the face"),
    ],
)
def test_the_other_words_of_the_query_choose_the_meaning(dictionary, query, meant, not_meant):
    found = said(query, dictionary)
    assert meant in found
    assert not_meant not in found


@pytest.mark.parametrize(("query", "words"), [("notebook", ("笔记本电脑", "记事本")), ("小米", ("xiaomi", "millet"))])
def test_a_word_alone_keeps_all_its_meanings_at_less_weight(dictionary, query, words):
    found = said(query, dictionary)
    assert set(words) <= set(found)
    assert max(found.values()) < max(said("打印机", dictionary).values())


def test_what_two_meanings_share_is_not_said_twice(dictionary):
    texts = [item.text for item in expand_concepts(analyse("苹果"), dictionary)]
    assert len(texts) == len(set(texts))


# --- The catalog's names ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_names_of_the_catalog_link_both_languages():
    build_bilingual_shop()
    add_category("kitchen/qinyu", "Zither stands", "琴架")
    add_attribute("foldaway", "boolean", name_en="Foldaway", name_zh="能叠起来")
    add_attribute("mood", "text", values=[("calm", "Calm sea", "静海色")], name_zh="心情")
    book = load_concepts(live_state().snapshot.vocabulary)
    assert "声纳" in said("sonar speaker", book)
    assert "Sonar" in said("声纳 音箱", book)
    assert "Zither stands" in said("琴架", book)
    assert "静海色" in said("calm sea lamp", book)
    assert "能叠起来" in said("foldaway", book)
    assert "心情" not in said("mood lamp", book)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param("", "索尼卡（SONIKA）", id="brackets"),
        pytest.param("Sonika/索尼卡", "", id="slash"),
        pytest.param("Sonika", "Sonika 索尼卡", id="both in the Chinese name"),
    ],
)
def test_a_brand_that_says_both_scripts_in_one_name(english, chinese):
    Brand.objects.create(key="sonika", name_en=english, name_zh=chinese)
    book = load_concepts(live_state().snapshot.vocabulary)
    assert [text.lower() for text in said("索尼卡", book)] == ["sonika"]
    assert list(said("sonika", book)) == ["索尼卡"]


@pytest.mark.django_db
def test_a_name_of_the_catalog_is_never_uncertain():
    add_category("paper", "Notebooks", "线装本")
    book = load_concepts(live_state().snapshot.vocabulary)
    assert said("notebook 16gb ram", book)["线装本"] > said("notebook 16gb ram", book)["笔记本电脑"]


@pytest.mark.django_db
def test_the_book_is_loaded_once_a_vocabulary_and_names_are_kept(django_assert_num_queries):
    build_bilingual_shop()
    vocabulary = live_state().snapshot.vocabulary
    book = current_concepts(vocabulary)
    with django_assert_num_queries(0):
        assert current_concepts(vocabulary) is book
    again = {concept.id: concept for concept in read_names(vocabulary, known=book.names)}
    assert again["brand:sonar"] is book.names["brand:sonar"]


def test_a_catalog_name_that_repeats_the_dictionary_is_the_dictionarys_concept():
    book = build_concepts(
        [make_concept("kitchen/knife", "knife", "刀", "kitchen"), make_concept("category:k", "Knives", "刀")]
    )
    assert [found.id for found in find_concepts(analyse("knives"), book)] == ["kitchen/knife"]
    assert len(expand_concepts(analyse("刀"), book)) == 1


# --- For rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("printer", "打印机", id="printer"),
        pytest.param("black printer cartridge", "黑色 打印机 墨盒", id="several words"),
        pytest.param("rc car", "遥控车", id="two words for one"),
        pytest.param("headphones", "耳機", id="traditional"),
        pytest.param("hp laptop", "惠普 手提电脑", id="brand and thing"),
    ],
)
def test_two_languages_have_the_same_canonical_terms(dictionary, one, other):
    first, second = (canonical_terms(analyse(text), dictionary) for text in (one, other))
    assert first == second
    assert all(term.startswith("concept:") for term in first)


def test_canonical_terms_keep_unknown_and_uncertain_words(dictionary):
    assert canonical_terms(analyse("qzxv notebook printer"), dictionary) == (
        "qzxv",
        "notebook",
        "concept:electronics/printer",
    )


def test_concepts_are_found_where_they_stand(dictionary):
    found = find_concepts(analyse("惠普 移动硬盘"), dictionary)
    assert [(item.id, item.start, item.end) for item in found] == [
        ("electronics/hp", 0, 1),
        ("electronics/external-hard-drive", 1, 4),
    ]
