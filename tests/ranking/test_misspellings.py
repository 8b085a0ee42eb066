"""Small typing errors are forgiven where a rule says so, by the length of the word, and never lose the rule."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from ranking.merchandising.book import build_book
from ranking.merchandising.misspellings import compile_near, list_near_keys
from tests.ranking.rule_words import compiled, facts_of, match, on_query


def holds(value: str, query: str, *, kind: str = "fuzzy", **fields: object) -> bool:
    rule = compiled(when=[on_query(value, match=kind, typos=kind != "fuzzy")])
    return bool(match(rule, query=query, **fields).pins)


@pytest.mark.parametrize(
    ("value", "query", "expected"),
    [
        pytest.param("lamp", "lamp", True, id="right"),
        pytest.param("lamp", "lamps", True, id="another ending"),
        pytest.param("lamp", "lanp", True, id="one letter wrong of four"),
        pytest.param("lamp", "lapm", True, id="two letters swapped"),
        pytest.param("lamp", "lnap", False, id="two slips of four"),
        pytest.param("lamp", "damp", False, id="the first letter must be right"),
        pytest.param("tea", "tee", False, id="three letters are too short"),
        pytest.param("headphones", "hedphons", True, id="two slips of eight letters and more"),
        pytest.param("headphones", "hdphons", False, id="three slips are too many"),
        pytest.param("gaming laptop", "gamign laptp", True, id="each word has its own"),
        pytest.param("gaming laptop", "laptop gaming", False, id="the order stays"),
        pytest.param("gaming laptop", "laptop", False, id="every word must be there"),
        pytest.param("bluetooth", "blue tooth", True, id="a blank too many"),
        pytest.param("blue tooth", "bluetooth", True, id="a blank missing"),
        pytest.param("iphone 14", "ihpone 14", True, id="a slip beside a number"),
        pytest.param("iphone 14", "iphone 15", False, id="numbers must be right"),
        pytest.param("hp15s", "hp16s", False, id="model numbers must be right"),
        pytest.param("手机壳", "手机客", True, id="zh sounds alike"),
        pytest.param("手机壳", "手机", False, id="zh a character missing"),
        pytest.param("手机壳", "耳机壳", False, id="zh sounds otherwise"),
        pytest.param("手機殼", "手机客", True, id="zh traditional rule"),
        pytest.param("手机壳", "shouji ke", True, id="zh typed as pinyin"),
        pytest.param("手机壳", "shoujike", True, id="zh typed as pinyin in one"),
        pytest.param("衬衫", "趁山", True, id="zh other tones"),
        pytest.param("三星", "山新", True, id="zh san and shan, xing and xin"),
        pytest.param("米", "迷", False, id="zh one character sounds like too many"),
        pytest.param("iphone 手机壳", "ihpone 手机客", True, id="mixed"),
    ],
)
def test_fuzzy(value: str, query: str, expected: bool) -> None:
    assert holds(value, query) is expected


@pytest.mark.parametrize(
    ("kind", "value", "query", "expected"),
    [
        pytest.param("contains", "headphones", "black hedphones wireless", True, id="contains"),
        pytest.param("starts", "headphones", "hedphones wireless", True, id="starts"),
        pytest.param("starts", "headphones", "black hedphones", False, id="starts not inside"),
        pytest.param("ends", "gaming headphones", "cheap gamng hedphones", True, id="ends"),
        pytest.param("is", "headphones", "hedphones", True, id="is"),
        pytest.param("contains", "手机壳", "红色手机客防摔", True, id="zh contains"),
        pytest.param("ends", "保护膜", "手机保护摸", True, id="zh ends"),
        pytest.param("starts", "连衣裙", "连一群夏", True, id="zh starts"),
    ],
)
def test_typing_errors_with_other_matches(kind: str, value: str, query: str, expected: bool) -> None:
    assert holds(value, query, kind=kind) is expected
    assert not holds(value, query, kind=kind, literal=True), "who searches for exactly these words means them"


def test_the_outcome_says_why_it_holds() -> None:
    rule = compiled(when=[on_query("headphones", match="fuzzy")])
    assert match(rule, query="headphones").outcomes[0].reason == ""
    assert match(rule, query="hedphones").outcomes[0].reason == "By words that are nearly the same."


def mistype(word: str, slips: list[tuple[str, int]]) -> str:
    letters = list(word)
    for kind, place in slips:
        at = place % len(letters) if letters else 0
        if kind == "lost":
            del letters[at : at + 1]
        elif kind == "swapped":
            letters[at : at + 2] = letters[at : at + 2][::-1]
        else:
            letters[at : at + (kind == "wrong")] = "e"
    return "".join(letters)


SLIP = st.tuples(st.sampled_from(["lost", "added", "wrong", "swapped"]), st.integers(0, 12))


@hypothesis_settings(deadline=None)
@given(
    word=st.text("abcde", min_size=1, max_size=12), slips=st.lists(SLIP, max_size=2),
    rest=st.sampled_from(["", "mug", "手机"]), kind=st.sampled_from(["is", "starts", "ends", "contains"]),
)  # fmt: skip
def test_the_keys_bring_near_words_together(word: str, slips: list[tuple[str, int]], rest: str, kind: str) -> None:
    """Whatever the letters: where the test holds, rule and query share a key."""
    test, keys = compile_near(kind, f"{word} {rest}".strip())  # type: ignore[arg-type]
    query = f"{mistype(word, slips)} {rest}".strip()
    assert not test(query) or set(keys) & set(list_near_keys(query))


@hypothesis_settings(deadline=None)
@given(word=st.text("abcdefgh", min_size=4, max_size=12), slips=st.lists(SLIP, max_size=3))
def test_nearness_is_the_edit_distance(word: str, slips: list[tuple[str, int]]) -> None:
    test, _keys = compile_near("is", word)
    other = mistype(word, slips)
    if len(other) < 4:
        return
    most = 1 if min(len(word), len(other)) < 8 else 2
    assert test(other) is (word[0] == other[0] and OSA.distance(word, other) <= most)


SLIPS = st.sampled_from(
    ["headphones", "hedphones", "lamp", "lanp", "手机壳", "手机客", "shoujike", "14", "mug", "保护 膜"]
)
PHRASES = st.lists(SLIPS, min_size=1, max_size=3).map(" ".join)


@hypothesis_settings(deadline=None)
@given(value=PHRASES, query=PHRASES, kind=st.sampled_from(["fuzzy", "is", "starts", "ends", "contains"]))
def test_the_index_never_loses_a_forgiving_rule_that_holds(value: str, query: str, kind: str) -> None:
    rule = compiled(when=[on_query(value, match=kind, typos=kind != "fuzzy")])
    facts = facts_of(query)
    assert rule in build_book([rule]).find_candidates(facts) or not all(test(facts) for test in rule.tests)


def test_a_pasted_text_costs_little() -> None:
    long = " ".join(["headphones"] * 60) + " " + "x" * 500
    assert len(list(list_near_keys(long))) < 6000
