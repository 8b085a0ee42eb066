"""Names for people: every scorer and parameter has one, and notes become sentences."""

import pytest

from ranking.admin.config_words import EXPLANATIONS, NAMES
from ranking.admin.search_preview_words import INTENTS, describe_move, describe_notes
from ranking.contracts import INTENTS as ALL_INTENTS
from ranking.contracts import Move
from ranking.registry import DEFAULT_PARAMETERS, DEFAULT_WEIGHTS
from ranking.scorers.registry import SCORERS


@pytest.mark.parametrize("name", sorted({*SCORERS, *DEFAULT_WEIGHTS, *DEFAULT_PARAMETERS}))
def test_every_number_of_a_configuration_has_a_name_and_an_explanation(name):
    assert str(NAMES[name])
    assert str(EXPLANATIONS[name]).endswith(".")


def test_no_two_numbers_have_one_name():
    assert len({str(name) for name in NAMES.values()}) == len(NAMES)


def test_every_intent_has_words():
    assert set(INTENTS) == set(ALL_INTENTS)


@pytest.mark.parametrize(
    ("note", "start"),
    [
        ("dense leg off: no product is embedded yet", "No product has been read for its meaning yet"),
        ("dense leg off: no word of the query is known", "No word of the query is known"),
        ("dense leg off: the encoder is not loaded", "Matching by meaning was off"),
        ("learning to rank off: the file is missing", "The learned ranking was off"),
        ("reranker: 10 of 20 products read within 80 ms", "Close reading did not read all"),
        ("something new", "something new"),
    ],
)
def test_notes_become_sentences_and_keep_the_detail(note, start):
    (said,) = describe_notes([note])
    assert said.said.startswith(start)
    assert said.detail == note


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Move("r", "Sale", "pin", position=1, from_position=14), "“Sale”: pinned to 1, by its score it would be 14"),
        (Move("r", "Sale", "pin", position=1), "“Sale”: pinned to 1, the query alone does not find it"),
        (Move("r", "Sale", "boost", points=0.25), "“Sale”: boosted by +0.250"),
        (Move("r", "Sale", "filter"), "“Sale”: kept"),
    ],
)
def test_moves_are_told_in_words(move, said):
    assert describe_move(move) == said
