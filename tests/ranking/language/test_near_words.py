"""Signatures leave nothing out: the words found are exactly those within so many edits."""

import random

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from ranking.language.near_words import NearWords, sign_words


@pytest.fixture(scope="module")
def words() -> list[str]:
    chooser = random.Random(3)
    made = {"".join(chooser.choices("abcdeghilnorst", k=chooser.randint(2, 12))) for _ in range(4000)}
    return sorted(made, key=lambda word: (len(word), word))


@pytest.mark.parametrize("most_edits", [1, 2, 3])
def test_finds_what_measuring_every_word_finds(words: list[str], most_edits: int) -> None:
    near = NearWords.build(words)
    chooser = random.Random(4)
    for word in chooser.sample(words, 40):
        typed = list(word)
        for _ in range(most_edits):
            typed[chooser.randrange(len(typed))] = chooser.choice("abcdeghilnorst")
        query = "".join(typed)
        found = {words[place]: edits for place, edits in near.find(query, most_edits=most_edits)}
        wanted = {word: OSA.distance(query, word) for word in words if OSA.distance(query, word) <= most_edits}
        assert found == wanted


@pytest.mark.parametrize(
    ("held", "typed", "most_edits"),
    [
        pytest.param([], "word", 2, id="no words"),
        pytest.param(["ab"], "abcdefgh", 2, id="all too short"),
        pytest.param(["abcdefgh"], "ab", 2, id="all too long"),
        pytest.param(["word"], "word", 0, id="no edits"),
    ],
)
def test_finds_nothing_where_nothing_is(held: list[str], typed: str, most_edits: int) -> None:
    assert NearWords.build(held).find(typed, most_edits=most_edits) == []


def test_a_signature_does_not_depend_on_the_words_beside(words: list[str]) -> None:
    lengths = np.array([len(word) for word in words])
    together = sign_words(words, lengths)
    alone = [sign_words([word], np.array([len(word)])) for word in words[:50]]
    assert [int(letters[0]) for letters, _ in alone] == together[0][:50].tolist()
    assert [int(pairs[0]) for _, pairs in alone] == together[1][:50].tolist()
