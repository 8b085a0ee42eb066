"""Unwanted and wished-for words in both languages; stated properties are neither."""

import pytest

from catalog.text import normalise
from ranking.language.entities import find_entities
from ranking.language.scopes import find_scopes, split_entities
from tests.ranking.language.small_shop import small_lexicon


def objects(text: str, role: str) -> list[str]:
    text = normalise(text)
    return [
        text[scope.object_start : scope.object_end]
        for scope in find_scopes(text, small_lexicon())
        if scope.role == role
    ]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("laptop without wifi", ["wifi"]),
        ("cookies no sugar", ["sugar"]),
        ("not leather sofa", ["leather"]),
        ("sofa but not leather", ["leather"]),
        ("mouse -usb", ["usb"]),
        ("non leather shoes", ["leather"]),
        ("shampoo with no sulfates or parabens", ["sulfates", "parabens"]),
        ("laptop no dvd drive", ["dvd drive"]),
        ("tv without smart features under", ["smart features"]),
        ("anything but black backpack", ["black"]),
        ("i don't want leather sofa", ["leather"]),
        ("不要皮的", ["皮"]),
        ("不要皮的沙发", ["皮"]),
        ("沙发不要真皮", ["真皮"]),
        ("不带蓝牙的耳机", ["蓝牙"]),
        ("无线 不带线 耳机", ["线"]),
        ("没有味道的香水", ["味道"]),
        ("除了红色以外的连衣裙", ["红色"]),
        ("非真皮钱包", ["真皮"]),
        ("非塑料饭盒", ["塑料"]),
        ("不要红色和黑色的", ["红色", "黑色"]),
    ],
)
def test_what_is_refused(text: str, refused: list[str]) -> None:
    assert objects(text, "negated") == refused


@pytest.mark.parametrize(
    "text",
    [
        "sugar free chocolate", "sugar-free chocolate", "non-stick pan", "non slip shoes", "no show socks",
        "chanel no 5", "no. 7 cream", "not too long dress", "wi-fi router", "t-shirt", "nothing phone",
        "sound of silence",
        "无糖巧克力", "不含酒精的洗发水", "无线鼠标", "不锈钢锅", "不粘锅", "非洲鼓", "非常好的耳机",
        "有没有红色的", "是不是防水", "不要太贵的手机",
    ],
)  # fmt: skip
def test_properties_and_questions_refuse_nothing(text: str) -> None:
    assert objects(text, "negated") == []


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("dress preferably red", ["red"]),
        ("dress, ideally in red", ["red"]),
        ("dog bed large, machine washable if possible", ["machine washable"]),
        ("desk lamp dimmable preferred", ["dimmable"]),
        ("最好是红色的连衣裙", ["红色"]),
        ("耳机 最好有降噪", ["降噪"]),
        ("红色优先 连衣裙", ["红色"]),
        ("最好是黑色或红色的包", ["黑色", "红色"]),
    ],
)
def test_what_is_only_wished_for(text: str, wished: list[str]) -> None:
    assert objects(text, "nice") == wished


@pytest.mark.parametrize("text", ["最好的耳机", "最好用的吸尘器", "best headphones", "性价比最好的手机"])
def test_praise_is_no_wish(text: str) -> None:
    assert objects(text, "nice") == []


def test_refused_entities_are_told_apart() -> None:
    text = "black sofa not leather"
    wanted, unwanted = split_entities(find_entities(text, small_lexicon()), find_scopes(text, small_lexicon()))
    assert [entity.key for entity in wanted] == ["black", "furniture/sofas"]
    assert [entity.key for entity in unwanted] == ["leather"]


@pytest.mark.parametrize("text", ["not " * 2500, "without wifi and " * 600, "最好" * 5000, "不要" * 5000, "- a" * 3000])
def test_hostile_text_gives_few_scopes(text: str) -> None:
    assert len(find_scopes(text)) <= 16
