"""Boolean expressions: what they mean, and that an error says where it is and what to write instead."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ranking.errors import RuleRefused
from ranking.merchandising.book import build_book
from ranking.merchandising.expressions import ExpressionError, parse_expression, write_expression
from tests.ranking.rule_words import compiled, facts_of, match, on_query


def holds(expression: str, query: str, **options: bool) -> bool:
    return bool(match(compiled(when=[on_query(expression, match="expression", **options)]), query=query).pins)


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [
        pytest.param("smartphone AND NOT (case OR 保护壳)", "smartphones 128gb", "smartphone case", id="querqy"),
        pytest.param("smartphone AND NOT (case OR 保护壳)", "new smartphone", "smartphone 保护壳", id="both languages"),
        pytest.param("red lamp", "lamp with red shade", "red chair", id="words without a sign must all be there"),
        pytest.param('"red lamp"', "big red lamps", "lamp red", id="quotation marks keep them together"),
        pytest.param("red OR blue lamp", "red", "blue", id="and binds closer than or"),
        pytest.param("(red OR blue) lamp", "blue lamp", "red", id="brackets"),
        pytest.param("phone*", "cheap phonecase", "telephone", id="a word that begins so"),
        pytest.param("lamp AND phone*", "lamp for phones", "lamp", id="a beginning and a word"),
        pytest.param("^lamp", "lamp shade", "shade lamp", id="at the beginning"),
        pytest.param("lamp$", "desk lamp", "lamp shade", id="at the end"),
        pytest.param('^"red lamp"$', "Red Lamp", "red lamp shade", id="alone"),
        pytest.param("NOT case", "phone", "phone case", id="not alone"),
        pytest.param("lamp NOT NOT red", "red lamp", "lamp", id="not not"),
        pytest.param("手机 与 非 (壳 或 保护膜)", "华为手机", "手机保护膜", id="zh signs"),
        pytest.param("手机 且 不含 壳", "小米手机", "手机 壳", id="zh other signs"),
        pytest.param("（耳机 或者 音箱） 和 “无线”", "无线音箱", "耳机", id="zh full width"),
        pytest.param("耳機", "蓝牙耳机", "音箱", id="zh traditional"),
        pytest.param("手机*", "智能手机壳", "耳机", id="zh beginning anywhere"),
        pytest.param("“AND gate”", "and gate chip", "gate", id="a sign inside quotation marks is a word"),
    ],
)
def test_what_an_expression_means(expression: str, yes: str, no: str) -> None:
    assert holds(expression, yes)
    assert not holds(expression, no)


def test_where_nothing_is_typed_no_expression_holds() -> None:
    assert not holds("NOT case", "")
    assert not holds("lamp OR NOT lamp", "   ")


def test_exact_letters_count_inside_expressions_too() -> None:
    assert holds("laptop", "laptops")
    assert not holds("laptop", "laptops", use_analysis=False)
    assert holds("laptops", "LAPTOPS", use_analysis=False)


def test_typing_errors_count_inside_expressions_too() -> None:
    assert not holds("headphones AND NOT case", "hedphones")
    assert holds("headphones AND NOT case", "hedphones", typos=True)


@pytest.mark.parametrize(
    ("expression", "position", "remedy"),
    [
        pytest.param("phone AND", 10, "Words are missing behind “AND”", id="nothing behind a sign"),
        pytest.param("AND phone", 1, "Words are missing before “AND”", id="nothing before a sign"),
        pytest.param("phone OR AND case", 10, "behind “OR”", id="two signs"),
        pytest.param("(phone OR case", 1, "put “)” where it ends", id="open bracket"),
        pytest.param("phone) case", 6, "never opened", id="closed bracket"),
        pytest.param("phone ()", 8, "behind “(”", id="empty brackets"),
        pytest.param('phone "red case', 7, "never closed", id="open quotation mark"),
        pytest.param(
            "salt and pepper", 6, "Write AND in capitals, or put the words in quotation marks", id="small and"
        ),
        pytest.param("手机或平板", 3, "Put blanks around 或", id="zh sign without blanks"),
        pytest.param("ph*ne", 1, "“*” stands behind a word", id="star inside"),
        pytest.param("p*", 1, "at least two letters", id="short beginning"),
        pytest.param("phone AND “ ”", 11, "no words here", id="blank quotation"),
        pytest.param("", 1, "phone AND NOT case", id="nothing"),
        pytest.param("(" * 11 + "a" + ")" * 11, 11, "at most 10 brackets", id="deep"),
        pytest.param(" OR ".join(["word"] * 101), 801, "at most 100", id="many words"),
        pytest.param("x" * 1001, 1001, "at most 1000 characters", id="long"),
    ],
)
def test_an_error_says_where_and_what_to_write(expression: str, position: int, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(expression)
    assert caught.value.position == position
    assert remedy in str(caught.value)


def test_the_rule_is_refused_at_its_condition_with_the_position() -> None:
    with pytest.raises(RuleRefused) as caught:
        compiled(when=[on_query("lamp AND (desk", match="expression")])
    assert "at character 10, “(desk”" in caught.value.extra["errors"]["conditions.0"]
    with pytest.raises(RuleRefused) as caught:
        compiled(when=[on_query("lamp", "desk", match="expression")])
    assert "join several by OR" in caught.value.extra["errors"]["conditions.0"]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("red OR blue lamp", "red OR (blue AND lamp)"),
        ("手机 与 非 (壳 或 “屏幕 保护膜”)", '手机 AND NOT (壳 OR "屏幕 保护膜")'),
        ("NOT NOT ^lamp$ phone*", "^lamp$ AND phone*"),
    ],
)
def test_an_expression_is_said_as_it_is_understood(written: str, understood: str) -> None:
    assert write_expression(parse_expression(written)) == understood
    assert write_expression(parse_expression(understood)) == understood


WORDS = st.sampled_from(["lamp", "red", "手机", "壳", "lam*", "^red", "desk$", '"red lamp"'])
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map("NOT {}".format),
    ),
    max_leaves=6,
)
QUERIES = st.lists(st.sampled_from(["lamp", "red", "desk", "手机", "手机壳", "lamps", "hedphones"]), max_size=4)


@hypothesis_settings(deadline=None)
@given(expression=TREES, words=QUERIES, typos=st.booleans())
def test_the_index_never_loses_an_expression_that_holds(expression: str, words: list[str], typos: bool) -> None:
    rule = compiled(when=[on_query(expression, match="expression", typos=typos)])
    facts = facts_of(" ".join(words))
    assert rule in build_book([rule]).find_candidates(facts) or not all(test(facts) for test in rule.tests)


@hypothesis_settings(deadline=None)
@given(text=st.text(alphabet=st.sampled_from(list('ab手或与()"*^$ ANDORNOT')), max_size=40))
def test_any_text_is_either_understood_or_refused_with_a_position(text: str) -> None:
    position, understood = 1, ""
    try:
        understood = write_expression(parse_expression(text))
    except ExpressionError as error:
        position = error.position
    assert 1 <= position <= len(text) + 1
    assert not understood or write_expression(parse_expression(understood)) == understood


def test_errors_speak_the_merchandisers_language() -> None:
    with translation.override("zh-hans"), pytest.raises(ExpressionError) as caught:
        parse_expression("手机 与")
    assert "与" in str(caught.value)
