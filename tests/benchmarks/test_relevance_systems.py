"""The rows of the relevance table follow from the live configuration and the scorers there are."""

from benchmarks.relevance_systems import TRIALS, list_variations

LIVE = {"bm25": 0.7, "dense": 0.3, "pseudo_relevance": 0.1, "rating": 0.01, "title": 0.0}


def test_each_part_is_taken_out_or_put_in() -> None:
    variations, _ = list_variations(LIVE, [*LIVE, "number"], ["diversity"])
    assert variations["full"].weights is None
    assert variations["hybrid"].weights == {"bm25": 0.7, "dense": 0.3}
    assert variations["full_without_dense"].weights == {**LIVE, "dense": 0.0}
    assert variations["full_with_title"].weights == {**LIVE, "title": TRIALS["title"]}
    assert variations["full_with_number"].weights == {**LIVE, "number": TRIALS["number"]}
    assert variations["full_with_diversity"].parameters == {"diversity": 0.1}
    assert "full_with_pseudo_relevance" not in variations
    assert "full_without_title" not in variations


def test_what_is_not_there_is_named() -> None:
    variations, skipped = list_variations(LIVE, list(LIVE), [])
    assert skipped["full_with_number"] == "no such scorer is registered"
    assert skipped["full_with_diversity"] == "no such parameter"
    assert not set(skipped) & set(variations)


def test_a_weight_nothing_computes_is_no_part() -> None:
    variations, _ = list_variations({**LIVE, "unknown": 0.5}, list(LIVE), [])
    assert "full_without_unknown" not in variations
