"""The intent head's training queries: enough, of every kind, the same every time, apart from the judged ones."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from catalog.text import detect_language, normalise
from feedback.trainers.intent_data import LOCALES, make_queries, read_held_out, read_table
from ranking.contracts import INTENTS

JUDGEMENTS = Path(__file__).parents[3] / "benchmarks" / "judgements"


@pytest.fixture(scope="module", params=LOCALES)
def locale(request):
    return request.param


@pytest.fixture(scope="module")
def queries(locale):
    return make_queries(locale)


def test_there_are_thousands_of_distinct_queries_and_most_are_plain_search(queries):
    assert len({query.text for query in queries}) == len(queries) >= 6000
    counts = Counter(query.intent for query in queries)
    assert counts["search"] > len(queries) / 2
    assert all(counts[intent] >= 600 for intent in INTENTS)


def test_the_same_queries_come_out_every_time(locale, queries):
    assert make_queries(locale) == queries


def test_nothing_of_a_template_is_left_over(queries):
    left = [query.text for query in queries if re.search(r"[{}\[\]|()]", query.text)]
    assert not left


def test_queries_are_normalised_as_searched(queries):
    assert all(query.text == normalise(query.text) for query in queries)


def test_queries_are_of_their_language(locale, queries):
    languages = Counter(detect_language(query.text) for query in queries)
    assert languages["en" if locale == "en" else "zh"] > 0.7 * len(queries)
    assert locale == "en" or languages["mixed"] > 0.05 * len(queries)


@pytest.mark.parametrize(
    ("locale", "trap"),
    [("en", "comparison"), ("en", "invoice"), ("en", "order"), ("zh", "退热贴"), ("zh", "比较好"), ("zh", "客服")],
)
def test_words_of_other_intents_occur_in_plain_searches(locale, trap):
    assert any(trap in query.text for query in make_queries(locale) if query.intent == "search")


def test_every_intent_is_held_out_and_none_of_it_is_in_a_template(locale):
    held_out = read_held_out(locale)
    assert set(INTENTS) == {query.intent for query in held_out}
    templates = {text for text, _ in read_table(f"intent_templates_{locale}.tsv")}
    assert not templates & {query.text for query in held_out}


def test_the_judged_queries_are_apart(locale, queries):
    """Whole sentences must not be shared; a shop's plainest words ("cart", "退货") cannot be avoided."""
    lines = (JUDGEMENTS / f"intent_{locale}.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="\t")
    judged = {normalise(row["query"]) for row in rows}
    assert not judged & {query.text for query in read_held_out(locale)}
    shared = judged & {query.text for query in queries}
    assert len(shared) <= 0.15 * len(judged)


@pytest.mark.parametrize(
    "name", [f"intent_{kind}_{locale}.tsv" for kind in ("templates", "heldout") for locale in LOCALES]
)
def test_every_line_of_a_table_names_an_intent(name):
    rows = read_table(name)
    assert {intent for _, intent in rows} == set(INTENTS)
    assert all(text.strip() for text, _ in rows)
