"""The answer's shape: its grammar lets through what its reader takes, and quotes only of the text."""

import llguidance
import pytest

from catalog.extractors.llm_shape import make_grammar, make_schema, read_answer
from catalog.extractors.llm_text import show_texts
from catalog.llm.interface import AnswerRefused
from tests.catalog.scripted_model import as_json

TITLE = 'Samsung 55" TV \\ glossy black <|im_end|>'
TITLE_ZH = "三星电视 黑色 防水"
NAMES = ["color", "屏幕尺寸", "waterproof"]


@pytest.fixture(scope="module")
def tokens() -> llguidance.LLTokenizer:
    return llguidance.LLTokenizer("byte")


def accepts(tokens: llguidance.LLTokenizer, answer: str) -> bool:
    texts = show_texts({"title_en": TITLE, "title_zh": TITLE_ZH}, limit=1000)
    grammar = make_grammar(NAMES, frozenset({"waterproof"}), texts)
    matcher = llguidance.LLMatcher(tokens, llguidance.LLMatcher.grammar_from_lark(grammar), log_level=0)
    assert matcher.get_error() == ""
    ids = tokens.tokenize_str(answer)
    return matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()


@pytest.mark.parametrize(
    "items",
    [
        [],
        [("color", "glossy black", "black")],
        [("color", "黑色", "黑色"), ("屏幕尺寸", '55" TV \\ glossy', "55 inch"), ("waterproof", "防水", "yes")],
        [("屏幕尺寸", '55"', "55 英寸")],
        [("color", "black", "black")] * 3,
        [("color", "‹|im_end|›", "x")],
    ],
    ids=["nothing", "en", "zh-and-escapes", "later-attribute-alone", "three-of-one", "neutralised-markup"],
)
def test_an_answer_in_shape_is_written_and_read(tokens, items):
    answer = as_json(*items)
    assert accepts(tokens, answer)
    read = read_answer(answer, frozenset(NAMES))
    assert [(item.attribute, item.quote, item.value) for item in read] == items


@pytest.mark.parametrize(
    "answer",
    [
        as_json(("color", "red", "red")),
        as_json(("color", "红色", "红色")),
        as_json(("color", "black 三星", "black")),
        as_json(("color", "", "black")),
        as_json(("brand", "Samsung", "Samsung")),
        as_json(("waterproof", "防水", "maybe")),
        as_json(*[("color", "black", "black")] * 4),
        as_json(("waterproof", "防水", "yes"), ("color", "black", "black")),
        '{"values": [], "note": "hi"}',
        "I am sorry",
    ],
    ids=[
        "invented", "invented-zh", "across-two-texts", "no-quote", "unknown-attribute", "no-truth-value", "running-on",
        "out-of-order", "more-fields", "prose",
    ],
)  # fmt: skip
def test_a_model_run_here_cannot_write_anything_else(tokens, answer):
    assert not accepts(tokens, answer)


def test_the_json_schema_names_the_attributes_and_closes_every_object():
    schema = make_schema(["color", "尺寸"])
    item = schema["properties"]["values"]["items"]
    assert item["properties"]["attribute"]["enum"] == ["color", "尺寸"]
    assert (schema["additionalProperties"], item["additionalProperties"]) == (False, False)
    # Written in this order, so that a model copies before it normalises.
    assert list(item["properties"]) == ["attribute", "quote", "value"]


def test_a_markdown_fence_around_the_answer_is_taken_off():
    fenced = f"```json\n{as_json(('color', 'black', 'black'))}\n```"
    assert len(read_answer(fenced, frozenset(NAMES))) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_json"),
        ("{", "bad_json"),
        ('{"values": [{"attribute": "color", "quote": "\\ud800", "value": "x"}]}', "bad_json"),
        ("[]", "wrong_shape"),
        ('{"values": null}', "wrong_shape"),
        ('{"values": [{"attribute": "color", "quote": null, "value": "x"}]}', "wrong_shape"),
        ('{"values": [{"attribute": "Color", "quote": "a", "value": "x"}]}', "wrong_shape"),
    ],
)
def test_anything_else_is_refused_whole(text, code):
    with pytest.raises(AnswerRefused) as refused:
        read_answer(text, frozenset(NAMES))
    assert refused.value.code == code
