"""Phrases of either language are found in texts, longest first."""

import pytest

from feedback.trainers.lexicon import Concept, Lexicon, read_lexicon, split_words

LEXICON = Lexicon(
    [
        Concept("laptop", ("laptop", "notebook computer"), ("笔记本电脑", "笔记本"), True),
        Concept("bag", ("laptop bag",), ("电脑包",), True),
        Concept("red", ("red",), ("红色",), False),
    ]
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Red laptop bags for a Notebook Computer", ["red", "bag", "laptop"]),
        ("红色笔记本电脑 电脑包", ["red", "laptop", "bag"]),
        ("bored of laptopping", []),
        ("", []),
    ],
)
def test_phrases_are_found(text, keys):
    assert [match.concept.key for match in LEXICON.find(split_words(text))] == keys


def test_a_file_of_concepts_is_read_with_its_sections(tmp_path):
    path = tmp_path / "concepts.tsv"
    path.write_text("[electronics]\nlaptop|notebook\t笔记本电脑|笔记本\n[general]\nblack\t黑色|黑\n", encoding="utf-8")
    concepts = {concept.key: concept for concept in read_lexicon(path).concepts}
    assert concepts["electronics/laptop"].is_kind
    assert not concepts["general/black"].is_kind
    assert concepts["general/black"].wordings("zh") == ("黑色", "黑")
    assert read_lexicon(tmp_path / "none.tsv").concepts == []
