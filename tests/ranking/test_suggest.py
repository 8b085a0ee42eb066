"""What a shopper is offered while typing: true completions first, then likely slips; only of what is on sale."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Brand, Category, LiveVersion, Product, SearchDocument
from ranking.models import SuggestionPhrase, SuggestionTail
from ranking.retrieval.phrases import select_runs, word_runs
from ranking.retrieval.suggest import suggest
from ranking.retrieval.suggest_refresh import rebuild_suggestions, suggestions_are_due
from ranking.retrieval.written_words import join_words, split_words
from ranking.tasks import refresh_suggestions
from tests.database_states import put_up_shop

Shop = Callable[..., Product]


@pytest.fixture
def add_product(db: None) -> Shop:
    def add(sku: str, *, en: str = "", zh: str = "", brand: str = "", category: str = "", live: bool = True) -> Product:
        product = Product.objects.create(
            sku=sku,
            title_en=en,
            title_zh=zh,
            brand=Brand.objects.filter(key=brand).first(),
            category=Category.objects.filter(key=category).first(),
        )
        SearchDocument.objects.create(product_id=product.pk, live=live, created_at=timezone.now(), version=1)
        return product

    return add


@pytest.fixture
def shop(add_product: Shop) -> Shop:
    put_up_shop("things to type", lambda: _build_shop(add_product))
    return add_product


def _build_shop(add_product: Shop) -> None:
    audio = Category.objects.create(key="audio", name_en="Audio", name_zh="影音")
    Category.objects.create(key="audio/headphones", parent=audio, name_en="Headphones", name_zh="耳机")
    Category.objects.create(key="empty", name_en="Heating", name_zh="取暖")
    Brand.objects.create(key="sony", name_en="Sony", name_zh="索尼")
    Brand.objects.create(key="huawei", name_en="Huawei", name_zh="华为")
    for number, brand in enumerate(("sony", "sony", "huawei", "huawei")):
        add_product(
            f"h{number}",
            en=f"{brand.title()} wireless headphones black WH-{number}00XM",
            zh=f"蓝牙耳机 WH-{number}00XM 黑色",
            brand=brand,
            category="audio/headphones",
        )
    add_product("gone", en="Zeppelin speaker", category="audio", live=False)
    rebuild_suggestions()


def texts(prefix: str, locale: str = "en", *, limit: int = 8) -> list[str]:
    return [suggestion.text for suggestion in suggest(prefix, locale, limit=limit)]


@pytest.mark.parametrize(
    ("prefix", "locale", "expected"),
    [
        pytest.param("head", "en", "Headphones", id="category by its start"),
        pytest.param("h", "en", "Headphones", id="one letter"),
        pytest.param("HE", "en", "Headphones", id="capitals"),
        pytest.param("wireless h", "en", "wireless headphones", id="phrase of titles"),
        pytest.param("head", "en", "wireless headphones", id="from a word inside the phrase"),
        pytest.param("son", "en", "Sony", id="brand"),
        pytest.param("sony h", "en", "Sony Headphones", id="brand with category"),
        pytest.param("wh-2", "en", "Huawei wireless headphones black WH-200XM", id="model number inside a title"),
        pytest.param("耳", "zh", "耳机", id="one Chinese character"),
        pytest.param("蓝牙", "zh", "蓝牙耳机", id="Chinese phrase of titles"),
        pytest.param("耳机", "zh", "蓝牙耳机", id="from a Chinese word inside the phrase"),
        pytest.param("耳機", "zh", "耳机", id="traditional characters"),
        pytest.param("ｓｏｎｙ", "en", "Sony", id="full width"),
        pytest.param("华为", "en", "华为", id="Chinese typed in the English shop"),
        pytest.param("headp", "zh", "Headphones", id="English typed in the Chinese shop"),
        pytest.param("  wireless   head", "en", "wireless headphones", id="stray blanks"),
    ],
)
def test_completes(shop: Shop, prefix: str, locale: str, expected: str) -> None:
    assert expected in texts(prefix, locale)


@pytest.mark.parametrize(
    ("prefix", "locale", "expected"),
    [
        pytest.param("haedphones", "en", "Headphones", id="letters swapped"),
        pytest.param("hedph", "en", "Headphones", id="letter missing in a start"),
        pytest.param("wireles headf", "en", "wireless headphones", id="two words, two slips"),
        pytest.param("sonny", "en", "Sony", id="letter doubled"),
        pytest.param("蓝呀耳机", "zh", "蓝牙耳机", id="wrong character"),
    ],
)
def test_forgives_slips(shop: Shop, prefix: str, locale: str, expected: str) -> None:
    assert expected in texts(prefix, locale)


@pytest.fixture
def dress_shop(add_product: Shop) -> Shop:
    put_up_shop("dresses to type", lambda: _build_dress_shop(add_product))
    return add_product


def _build_dress_shop(add_product: Shop) -> None:
    _build_shop(add_product)
    Category.objects.create(key="dresses", name_en="Dresses", name_zh="连衣裙")
    Category.objects.create(key="washers", name_en="Washing machines", name_zh="洗衣机")
    Category.objects.create(key="cables", name_en="Cables", name_zh="usb 数据线")
    for key in ("dresses", "washers", "cables"):
        add_product(key, en=f"Plain {key}", category=key)
    rebuild_suggestions()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("lianyiqun", "连衣裙", id="full pinyin"),
        pytest.param("lianyi", "连衣裙", id="start of it"),
        pytest.param("liany", "连衣裙", id="inside a syllable"),
        pytest.param("lian yi", "连衣裙", id="apart by a blank"),
        pytest.param("lian yi qun", "连衣裙", id="all apart"),
        pytest.param("xi yi", "洗衣机", id="short syllables apart"),
        pytest.param("连 yi", "连衣裙", id="character, blank and pinyin"),
        pytest.param("lyq", "连衣裙", id="first letters"),
        pytest.param("连yi", "连衣裙", id="character and pinyin"),
        pytest.param("l衣q", "连衣裙", id="letters around a character"),
        pytest.param("连y", "连衣裙", id="character and first letter"),
        pytest.param("联谊", "连衣裙", id="homophone"),
        pytest.param("ｌｙｑ", "连衣裙", id="full width"),
        pytest.param("xiyiji", "洗衣机", id="another phrase"),
        pytest.param("洗yj", "洗衣机", id="character and two first letters"),
        pytest.param("usb shuju", "usb 数据线", id="English and pinyin"),
        pytest.param("erji", "蓝牙耳机", id="from a word inside the phrase"),
        pytest.param("lany", "蓝牙耳机", id="a syllable and a first letter"),
    ],
)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_completes_pinyin(dress_shop: Shop, typed: str, expected: str, locale: str) -> None:
    assert expected in texts(typed, locale)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("lianyq", "连衣裙", id="syllables and first letters"),
        pytest.param("lyqun", "连衣裙", id="first letters and a syllable"),
        pytest.param("lia", "连衣裙", id="three letters"),
        pytest.param("l", "连衣裙", id="one letter"),
        pytest.param("lyej", "蓝牙耳机", id="a vowel among first letters"),
    ],
)
def test_the_chinese_shop_reads_letters_more_freely(dress_shop: Shop, typed: str, expected: str) -> None:
    assert expected in texts(typed, "zh")


@pytest.mark.parametrize("typed", ["son", "head", "wireless", "a"])
def test_letters_that_are_english_stay_english_in_the_english_shop(dress_shop: Shop, typed: str) -> None:
    assert all(text.isascii() for text in texts(typed))


@pytest.mark.parametrize("typed", ["连xi", "l花q", "lyx", "lianyx"])
def test_offers_no_phrase_of_other_syllables(dress_shop: Shop, typed: str) -> None:
    assert not set(texts(typed, "zh")) & {"连衣裙", "洗衣机"}


def test_characters_as_typed_go_before_homophones(dress_shop: Shop, add_product: Shop) -> None:
    Category.objects.create(key="socials", name_en="Socials", name_zh="联谊用品")
    add_product("socials", en="Plain socials", category="socials")
    rebuild_suggestions()
    assert texts("联谊", "zh")[:2] == ["联谊用品", "连衣裙"]


def test_true_completions_go_before_slips(shop: Shop, add_product: Shop) -> None:
    Brand.objects.create(key="sonny", name_en="Sonny")
    add_product("x", en="Lamp", brand="sonny")
    rebuild_suggestions()
    assert texts("sonny")[:2] == ["Sonny", "Sony"]


def test_names_what_a_suggestion_leads_to_and_how_much_is_there(shop: Shop) -> None:
    found = {(s.kind, s.key): s.count for s in (*suggest("hea", "en"), *suggest("so", "en"))}
    assert found["category", "audio/headphones"] == 4
    assert found["brand", "sony"] == 2
    assert found["query", ""] >= 1


def test_a_category_counts_what_is_below_it(shop: Shop) -> None:
    assert [(s.kind, s.count) for s in suggest("audio", "en")] == [("category", 4)]


@pytest.mark.parametrize("prefix", ["heati", "zepp", "", "   ", "qqqqqq", "取暖", "\x00\u200b", "😀", "%", "'; --"])
def test_offers_nothing_where_nothing_is_on_sale(shop: Shop, prefix: str) -> None:
    assert not set(texts(prefix)) & {"Heating", "取暖", "Zeppelin speaker"}
    if prefix not in ("heati",):
        assert texts(prefix) == []


def test_the_longest_input_is_read_like_any_other(shop: Shop) -> None:
    assert texts("headphones" * 2000) == []


def test_never_offers_the_same_words_twice(shop: Shop) -> None:
    offered = [text.lower() for text in texts("h", limit=50)]
    assert len(offered) == len(set(offered))


def test_limit_is_kept(shop: Shop) -> None:
    assert len(texts("h", limit=2)) == 2
    assert texts("h", limit=0) == []


@pytest.mark.parametrize("prefix", ["h", "headph", "haedphones", "lanya", "lyej", "蓝ya", "兰牙"])
def test_one_round_trip(shop: Shop, prefix: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        suggest(prefix, "en")
    assert len(queries) == 1


def test_what_left_the_shop_is_offered_no_more(shop: Shop) -> None:
    Product.objects.filter(brand__key="huawei").delete()
    rebuild_suggestions()
    assert texts("huawei") == []
    assert "Sony" in texts("son")
    assert not SuggestionTail.objects.exclude(phrase_id__in=SuggestionPhrase.objects.values("id")).exists()


def test_a_second_refresh_writes_nothing(shop: Shop) -> None:
    def row_versions() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, xmin::text FROM ranking_suggestionphrase ORDER BY id")
            return cursor.fetchall()

    before = row_versions()
    rebuild_suggestions()
    assert row_versions() == before


def test_refresh_runs_only_after_the_index_moved(shop: Shop) -> None:
    assert not suggestions_are_due()
    assert refresh_suggestions() == 0
    LiveVersion.objects.filter(name="index").update(version=99_999)
    connection.cursor().execute("UPDATE ranking_suggestionbuild SET seconds = 0")
    assert suggestions_are_due()
    assert refresh_suggestions() > 0
    assert refresh_suggestions(force=True) > 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wireless headphones wh-1000xm5", ["wireless", "headphones", "wh-1000xm5"]),
        ("蓝牙耳机 usb-c 充电", ["蓝牙", "耳机", "usb-c", "充电"]),
        ("15.6 inch", ["15.6", "inch"]),
    ],
)
def test_words_are_kept_as_people_write_them(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["wireless", "headphones"], "wireless headphones"),
        (["蓝牙", "耳机"], "蓝牙耳机"),
        (["usb", "数据线"], "usb 数据线"),
    ],
)
def test_phrases_read_naturally(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_a_run_never_crosses_a_number_or_a_mark() -> None:
    runs = set(word_runs(split_words("hdmi cable, 2 m black")))
    assert ("cable", "black") not in runs
    assert ("hdmi", "cable") in runs


def test_pieces_of_a_longer_phrase_are_left_out() -> None:
    counted = {("disk", "drive"): 10, ("hard", "disk", "drive"): 10, ("drive",): 40}
    kept = dict(select_runs(counted, heads=frozenset({"drive"})))
    assert kept == {("hard", "disk", "drive"): 10, ("drive",): 40}
