"""Synonyms as files: what CSV and Solr lines mean, what is refused, and that an export comes back the same."""

import pytest

from ranking.models import Synonym
from ranking.synonyms_file import decode, guess_format, parse_file, write_csv, write_solr


def read(text: str, format_: str = "solr") -> list[tuple[int, str, list[str], list[str]]]:
    lines = list(parse_file(text, format_))
    assert not any(line.error for line in lines), lines
    return [(line.number, *(line.values[name] for name in ("kind", "words", "alternatives"))) for line in lines]


def refused(text: str, format_: str = "solr") -> list[tuple[int, str]]:
    return [(line.number, line.error) for line in parse_file(text, format_) if line.error]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("sofa, couch , divan", [(1, "two_way", ["sofa", "couch", "divan"], [])], id="two-way"),
        pytest.param("沙发,长椅", [(1, "two_way", ["沙发", "长椅"], [])], id="two-way zh"),
        pytest.param("pram => stroller, 婴儿车", [(1, "one_way", ["pram"], ["stroller", "婴儿车"])], id="one-way"),
        pytest.param("a1, b1 => c1", [(1, "one_way", ["a1", "b1"], ["c1"])], id="one-way, several"),
        pytest.param("tv => tv, television", [(1, "one_way", ["tv"], ["television"])], id="keeps the typed word"),
        pytest.param("television, tv => tv", [(1, "one_way", ["television"], ["tv"])], id="makes one word of two"),
        pytest.param("sofa, sofas, couch", [(1, "two_way", ["sofa", "couch"], [])], id="plurals fall away"),
        pytest.param("耳机, 耳機, 耳塞", [(1, "two_way", ["耳机", "耳塞"], [])], id="zh traditional falls away"),
        pytest.param("# all of it\n\nsofa, couch # why\n", [(3, "two_way", ["sofa", "couch"], [])], id="comments"),
        pytest.param(r"1\,5 l, bottle", [(1, "two_way", ["1,5 l", "bottle"], [])], id="comma in a word"),
        pytest.param("\ufeffsofa,  big   couch\r\n", [(1, "two_way", ["sofa", "big couch"], [])], id="mark and blanks"),
        pytest.param("", [], id="empty"),
    ],
)
def test_lines_of_solr_and_elasticsearch(text, lines):
    assert read(text) == lines


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("sofa", "at least two", id="alone"),
        pytest.param("sofa, sofas", "at least two", id="one word twice"),
        pytest.param("=> couch", "shoppers type", id="nothing left"),
        pytest.param("sofa =>", "found too", id="nothing right"),
        pytest.param("sofa, ！！", "no letter", id="zh no letter"),
        pytest.param("sofa, " + "x" * 101, "at most 100", id="too long"),
        pytest.param(", ".join(f"wrd{n}" for n in range(60)), "at most 50", id="too many"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(text, told):
    [(number, error)] = refused(f"lamp, light\n{text}")
    assert number == 2
    assert told in error


def test_csv_names_its_columns_in_any_order():
    text = "weight,words,locale,note,alternatives\n0.5,sofa|couch,en,why,\n,鞋子,,,运动鞋|跑鞋\n"
    first, second = parse_file(text, "csv")
    assert first.values == {
        "kind": "two_way", "words": ["sofa", "couch"], "alternatives": [], "locale": "en", "note": "why",
        "weight": 0.5,
    }  # fmt: skip
    assert (second.number, second.values["kind"], second.values["alternatives"]) == (3, "one_way", ["运动鞋", "跑鞋"])
    assert "weight" not in second.values


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("sofa|couch,heavy,,", "no number", id="weight"),
        pytest.param("sofa|couch,nan,,", "no number", id="weight nan"),
        pytest.param("sofa|couch,2,,", "no number", id="weight above one"),
        pytest.param("sofa|couch,1,fr,", "not one of: en, zh", id="language"),
        pytest.param("sofa|couch,1,,gone", "not one of: suggested", id="status"),
        pytest.param("沙发,1,,", "at least two", id="zh alone"),
    ],
)
def test_a_csv_line_that_cannot_be_used_says_why(line, told):
    [(number, error)] = refused(f"words,weight,locale,status\n{line}\n", "csv")
    assert number == 2
    assert told in error


def test_csv_without_words_is_refused():
    assert refused("name,value\na,b\n", "csv")[0][0] == 1


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        pytest.param("kind,words,alternatives\n", "csv", id="csv"),
        pytest.param("\ufeffWords;Weight\n", "csv", id="csv with mark"),
        pytest.param("sofa, couch\n", "solr", id="solr"),
        pytest.param("词, 单词\n", "solr", id="solr zh"),
    ],
)
def test_the_format_is_seen_from_the_first_line(text, format_):
    assert guess_format(text) == format_


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_files_of_chinese_tools_are_read(encoding):
    assert decode("沙发, 长椅".encode(encoding)) == "沙发, 长椅"


ROWS = [
    Synonym(words=["sofa", "couch, big"], weight=0.5, locale="en", note="=cmd()"),
    Synonym(kind="one_way", words=["鞋子", "鞋"], alternatives=["运动鞋"]),
    Synonym(words=["a1", "b1"], status="suggested", enabled=False),
    Synonym(words=["tablet", "pill"], weight=0),
]


def test_an_export_comes_back_the_same():
    lines = list(parse_file("".join(write_csv(ROWS)), "csv"))
    names = ("kind", "words", "alternatives", "weight", "locale", "status", "enabled", "note")
    assert [line.values for line in lines] == [{name: getattr(row, name) for name in names} for row in ROWS]


def test_no_cell_is_run_by_a_spreadsheet():
    assert ",'=cmd()" in "".join(write_csv(ROWS))


def test_the_solr_export_keeps_the_typed_word_and_leaves_out_what_has_no_effect():
    assert "".join(write_solr(ROWS)) == "sofa, couch\\, big\n鞋子 => 鞋子, 运动鞋\n鞋 => 鞋, 运动鞋\n"
