"""Judging words are found where they stand, turned round by negation, and places count in the text as written."""

import pytest

from catalog.opinions.lexicon import READ_CHARACTERS, find_opinions, fold, tokenise


def judged(text: str) -> list[tuple[str, int]]:
    tokens = tokenise(text)
    return [(text[tokens[o.first].start : tokens[o.last - 1].end], o.value) for o in find_opinions(tokens)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It is comfortable", [("comfortable", 1)], id="praise"),
        pytest.param("It is not comfortable", [("comfortable", -1)], id="negated"),
        pytest.param("It doesn’t break", [("break", 1)], id="negated blame, curly quote"),
        pytest.param("not cheap. Great!", [("Great", 1)], id="a negation ends with its sentence"),
        pytest.param("no comfort but great", [("great", 1)], id="a negation ends at a contrast"),
        pytest.param("not only pretty", [("pretty", 1)], id="not only"),
        pytest.param("NO PROBLEMS AT ALL", [("NO PROBLEMS", 1)], id="capitals, an entry of two words"),
        pytest.param("looks like wood", [], id="neutral words cover what they hold"),
        pytest.param("很舒服", [("舒服", 1)], id="praise zh"),
        pytest.param("穿着一点也不怎么舒服", [("舒服", -1)], id="negated zh"),
        pytest.param("不会掉色", [("掉色", 1)], id="negated blame zh"),
        pytest.param("没有，很舒服", [("舒服", 1)], id="a negation ends at a comma zh"),
        pytest.param("非常舒服", [("舒服", 1)], id="非常 does not negate"),
        pytest.param("不锈钢，特别結實", [("結實", 1)], id="traditional; 不 in steel, 别 in very"),
        pytest.param("没有想象中好", [("没有想象中好", -1)], id="the longest entry wins"),
        pytest.param("👍 but :(", [("👍", 1), (":(", -1)], id="emoji and smileys"),
        pytest.param("", [], id="empty"),
    ],
)
def test_opinions(text: str, expected: list[tuple[str, int]]) -> None:
    assert judged(text) == expected


@pytest.mark.parametrize("text", ["ＡＢＣ！，", "İstanbul ÇOK", "這個檯燈很好", "a\ud800b", "👍🏽❤️ x", ""])
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("text", ["好" * 200_000, "great " * 40_000, "不" * 200_000, "<b>" * 70_000])
def test_a_hostile_text_is_read_in_part(text: str) -> None:
    assert all(token.end <= READ_CHARACTERS for token in tokenise(text))
