"""Words nobody knows are nonsense; rare words, codes, slips and pinyin are not; in both languages."""

import pytest

from catalog.text import analyse, normalise
from ranking.contracts import Correction, Expansion, NumberNeed, Understanding
from ranking.language.nonsense import has_no_known_word
from ranking.language.numbers import read_numbers
from ranking.language.pinyin import read_words
from ranking.language.words import Dictionary, build_dictionary
from ranking.retrieval.word_counts import everyday_words
from tests.ranking.language.small_words import HAN, LATIN, PAIRS

NONSENSE = (
    "sdfsdf", "qwpoeiru", "xjkdfg wrtq", "hhhhhhhh", "mnbvcxz", "zzyzx qqp", "dfgdfg hjkhjk", "trelbix", "aaaaaa",
    "vbnvbn", "wxwxwx", "kjhgfdsa", "rtyfgh", "blixotrapf", "yyyyy uuuuu", "77777 zzzqx", "oooooo", "asdfgh",
    "jjjj kkkk llll", "wqeiuy zmxn", "呜呜呜呜", "嘿嘿嘿", "嘟嘟嘟嘟嘟", "㗊㗊㗊", "啊啊啊啊啊", "咕叽咕叽咕叽",
    "喵喵喵喵", "噗噗噗 嘎嘎", "的的的的", "呃呃呃呃", "嗯嗯啊啊哦哦", "哈哈哈哈哈", "吖吖吖",
)  # fmt: skip
SENSE = (
    "helicopter", "saxophone", "gramophone", "dulcimer", "kimchi", "trampoline", "kettlebell", "mascara", "tripod",
    "ukulele", "thinkpad x1 carbon", "wh-1000xm4", "dv7-1211ea", "hp 302xl", "sm-g991b", "b08n5wrwnw", "lc1d09",
    "i7-12700k", "lianyiqun", "xiyiji", "bijiben diannao", "shouji", "kongqi zhaguo", "refridgerator", "hedphones",
    "moniter", "bluetoth speeker", "laptopp", "keybord", "helikopter", "55寸", "16gb ram", "500g", "gift for mom",
    "yoga mat", "usb-c hub", "lightning to hdmi", "the who", "what is it", "walkie-talkie", "office 2021", "直升机",
    "萨克斯", "床", "伞", "鞋", "茶", "酒", "猫粮", "蹦床", "古筝", "二胡", "空气炸锅", "榴莲", "拼图", "妈妈装",
    "娃娃", "哈哈镜", "充电宝", "送妈妈的礼物", "给爸爸买个按摩椅", "耳机 降噪", "不锈钢 保温杯",
)  # fmt: skip


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    readings = {word: "".join(syllables) for word, syllables in read_words(HAN).items()}
    words = build_dictionary({**LATIN, **HAN}, PAIRS, readings=readings, everyday=everyday_words())
    return words.warm_up()


def is_nonsense(text: str, dictionary: Dictionary, **found) -> bool:
    text = normalise(text)
    found.setdefault("numbers", read_numbers(text).needs)
    understanding = Understanding(text, "en", tuple(analyse(text)), **found)
    return has_no_known_word(understanding, dictionary, count=lambda term: int(term in LATIN or term in HAN))


@pytest.mark.parametrize("text", NONSENSE)
def test_nobody_knows_a_word_of_it(text: str, dictionary: Dictionary) -> None:
    assert is_nonsense(text, dictionary)


@pytest.mark.parametrize("text", SENSE)
def test_somebody_knows_a_word_of_it(text: str, dictionary: Dictionary) -> None:
    assert not is_nonsense(text, dictionary)


def test_what_a_merchandiser_wrote_is_known(dictionary: Dictionary) -> None:
    written = Expansion(("zzyzx",), ("lamp",), 0.8)
    assert not is_nonsense("zzyzx", dictionary, expansions=(written,))


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        pytest.param("lenovvvo", "lenovo", False, id="en, a long word"),
        pytest.param("洗衣鸡", "洗衣机", False, id="zh"),
        pytest.param("wwwww", "www", True, id="one letter five times"),
        pytest.param("fdsq", "fda", True, id="four letters are near to anything"),
    ],
)
def test_an_applied_correction_is_believed_for_words(typed, meant, expected, dictionary) -> None:
    correction = Correction(typed, meant, ((typed, meant),), 0.9, applied=True)
    assert is_nonsense(meant if not expected else typed, dictionary, correction=correction) is expected


def test_a_number_is_asked_for(dictionary: Dictionary) -> None:
    need = NumberNeed("price", "USD", "under 50", 0, 8, maximum=50.0, fields=("price",))
    assert not is_nonsense("under 50", dictionary, numbers=(need,))


@pytest.mark.parametrize("text", ["zxq " * 2500, "呃" * 10_000, "qx" * 5000])
def test_hostile_queries_end(text: str, dictionary: Dictionary) -> None:
    assert is_nonsense(text, dictionary)
