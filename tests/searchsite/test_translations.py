"""The shop in Simplified Chinese: every string of ours is translated, and pages show it."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from string import Formatter
from typing import Any

import polib
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog.models import Product, Upload
from catalog.pipeline import receive_upload
from catalog.tasks import check_upload
from ranking.admin.rule_words import WORDS
from searchsite.translations import compile_translations
from tests.ranking.rule_shop import fresh_process, save_rule
from tests.ranking.rule_words import clause, hide, on_query
from tests.searchsite.source_strings import find_messages
from tests.shop import build_bilingual_shop, index_all

FILES = [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).rglob("*.po"))]
OURS = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"
PERCENT = re.compile(r"%(?:\(\w+\))?[sdfg%]")


@pytest.fixture(autouse=True)
def _compiled(settings: Any) -> None:
    compile_translations()
    settings.LOCALE_PATHS = list(settings.LOCALE_PATHS)  # Django forgets what it loaded before


@pytest.fixture(params=FILES, ids=lambda path: path.parts[-4])
def entries(request: pytest.FixtureRequest) -> list[polib.POEntry]:
    return list(polib.pofile(str(request.param), check_for_duplicates=True))


def translations_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> Counter[str]:
    named = (
        [f"{{{name}}}" for _text, name, _spec, _conversion in Formatter().parse(text) if name] if "{" in text else []
    )
    return Counter(PERCENT.findall(text)) + Counter(named)


def ours() -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(OURS))}


def test_every_string_of_the_sources_is_in_the_file() -> None:
    known = ours()
    assert {message: file for message, file in find_messages().items() if message not in known} == {}


def test_the_file_holds_no_string_the_sources_dropped() -> None:
    assert set(ours()) - set(find_messages()) == set()


def test_nothing_is_untranslated_or_uncertain(entries: list[polib.POEntry]) -> None:
    bad = [
        entry.msgid
        for entry in entries
        if entry.obsolete or entry.fuzzy or not all(map(str.strip, translations_of(entry)))
    ]
    assert bad == []


def test_translations_have_one_plural_form(entries: list[polib.POEntry]) -> None:
    assert [entry.msgid for entry in entries if entry.msgid_plural and set(entry.msgstr_plural) != {0}] == []


def test_placeholders_agree(entries: list[polib.POEntry]) -> None:
    wrong = []
    for entry in entries:
        wanted = {tuple(sorted(placeholders(text).items())) for text in (entry.msgid, entry.msgid_plural) if text}
        for text in translations_of(entry):
            if tuple(sorted(placeholders(text).items())) not in wanted:
                wrong.append((entry.msgid, text))
    assert wrong == []


def test_chinese_sentences_end_and_pause_in_chinese(entries: list[polib.POEntry]) -> None:
    wrong = re.compile(r"[一-鿿][,.;:?!](?:\s|$)|[一-鿿]\(|…{2}|\.{3}")
    assert [text for entry in entries for text in translations_of(entry) if wrong.search(text)] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param("Filters", "筛选", id="Filters, which Django calls 过滤器"),
        pytest.param("Catalog", "商品目录", id="app catalog"),
        pytest.param("Ranking", "搜索排序", id="app ranking"),
        pytest.param("Feedback", "行为反馈", id="app feedback"),
        pytest.param("Access", "访问权限", id="app searchsite"),
        pytest.param("Pin", "置顶", id="pin"),
        pytest.param("Bury", "降权", id="bury"),
        pytest.param("Reset filters", "重置筛选", id="a library's word"),
    ],
)
def test_key_words(english: str, chinese: str) -> None:
    with translation.override("zh-hans"):
        assert translation.gettext(english) == chinese
    with translation.override("en"):
        assert translation.gettext(english) == english


def test_the_rule_form_speaks_chinese_throughout() -> None:
    with translation.override("zh-hans"):
        assert [word for word in WORDS if translation.gettext(word) == word] == []


# --- Pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    fresh_process()
    build_bilingual_shop()
    index_all()
    save_rule(hide(clause("in_stock", "false")), when=[on_query("耳机", "headphones")], name="大促")
    Upload.objects.create(filename="a.csv", columns=["sku"], status=Upload.Status.CHECKED, rows=3, refused_count=1)
    yield
    fresh_process()


def visible_text(client: Client, address: str, language: str) -> str:
    response: Any = client.get(address, headers={"Accept-Language": language})
    assert response.status_code == 200, (address, response.status_code)
    page = unescape(response.content.decode())
    shown = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', page)
    page = re.sub(r"<(script|style|svg|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "\n", page) + " " + " \n ".join(shown))


STOREFRONT = [
    pytest.param("/", "Shop by department", "按分类选购", id="home"),
    pytest.param("/search/?q=耳机", "Sort by", "排序方式", id="results"),
    pytest.param(
        "/search/?q=qzxvbn", "Check the spelling, or try a more general word.", "请检查拼写", id="nothing found"
    ),
]
ADMIN = [
    pytest.param("admin:index", "Catalog", "商品目录", id="start"),
    pytest.param("admin:ranking_rule_changelist", "priority", "优先级", id="rules"),
    pytest.param("admin:ranking_rule_add", "At what time", "生效时间", id="rule form"),
    pytest.param("admin:ranking_rankingconfig_changelist", "weights", "权重", id="ranking"),
    pytest.param("admin:ranking_rankingconfig_add", "matching words", "词语匹配", id="ranking form"),
    pytest.param("admin:catalog_product_changelist", "stock", "库存", id="products"),
    pytest.param("admin:catalog_product_add", "Sale, ratings, markets", "促销、评分与市场", id="product form"),
    pytest.param("admin:catalog_category_add", "parent category", "上级类目", id="category form"),
    pytest.param("admin:catalog_attribute_changelist", "shown as a facet", "作为筛选项展示", id="attributes"),
    pytest.param("admin:catalog_upload_changelist", "rows read", "已读行数", id="uploads"),
    pytest.param("admin:catalog_upload_add", "Upload and look into it", "上传并查看", id="upload form"),
    pytest.param("admin:feedback_event_changelist", "Events", "行为事件", id="events"),
    pytest.param("admin:searchsite_apikey_add", "Allowed to", "权限", id="key form"),
]
# English that a Chinese page shows on purpose: names, and what is typed into files and requests.
PROPER = re.compile(r"^(SKU|API|JSON|CSV|XLSX|Searchsite|EN|Switch to English)$")


def english_of_ours(text: str) -> list[str]:
    """Our English strings of more than one word that still stand on a Chinese page."""
    sentences = {message for _context, message in find_messages() if " " in message.strip() and "%" not in message}
    return sorted(message for message in sentences if not PROPER.match(message) and message in text)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("address", "english", "chinese"), STOREFRONT)
def test_storefront_in_both_languages(client: Client, address: str, english: str, chinese: str) -> None:
    assert english in visible_text(client, address, "en")
    text = visible_text(client, address, "zh-CN,zh;q=0.9")
    assert chinese in text
    assert english_of_ours(text) == []


@pytest.mark.usefixtures("shop")
def test_product_page_in_both_languages(client: Client) -> None:
    address = reverse("storefront:product", args=[Product.objects.earliest("id").sku])
    assert "Item number" in visible_text(client, address, "en")
    text = visible_text(client, address, "zh-CN")
    assert "商品编号" in text
    assert english_of_ours(text) == []


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("view", "english", "chinese"), ADMIN)
def test_admin_in_both_languages(admin_client: Client, view: str, english: str, chinese: str) -> None:
    assert english.lower() in visible_text(admin_client, reverse(view), "en").lower()
    text = visible_text(admin_client, reverse(view), "zh-hans")
    assert chinese in text
    assert english_of_ours(text) == []


@pytest.mark.usefixtures("shop")
def test_an_upload_in_both_languages(admin_client: Client) -> None:
    address = reverse("admin:catalog_upload_change", args=[Upload.objects.get().pk])
    assert "This was a check." in visible_text(admin_client, address, "en")
    text = visible_text(admin_client, address, "zh-hans")
    assert "这是试运行" in text
    assert english_of_ours(text) == []


@pytest.mark.parametrize(("language", "reason"), [("zh-hans", "该行没有 SKU"), ("en", "The row has no SKU")])
def test_reasons_are_written_in_the_language_of_whoever_asked(
    db: None, settings: Any, tmp_path: Path, language: str, reason: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    lamps = ContentFile("SKU,标题\nA1,台灯\n,无编号\n".encode(), name="lamps.csv")
    upload = receive_upload(lamps, filename="lamps.csv")
    check_upload(str(upload.pk), language)
    assert reason in upload.refused_rows.get().message
