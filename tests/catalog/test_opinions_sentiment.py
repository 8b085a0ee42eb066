"""The shipped model: clear praise and blame in both languages, the middle for no opinion, and life without a model."""

from pathlib import Path

import numpy as np
import pytest

from catalog.opinions import sentiment
from catalog.opinions.sentiment import is_negative, is_positive, judge_text, load_model, model_version


@pytest.mark.parametrize(
    "text",
    [
        "I love it, works perfectly",
        "Not bad at all, very happy",
        "The box was torn, but the lamp is excellent",
        "非常满意，会回购",
        "没有异味，很舒服",
        "物流有点慢，但是质量很好",
        "👍👍",
    ],
)
def test_praise(text: str) -> None:
    assert is_positive(judge_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "Terrible quality, do not buy",
        "It is not comfortable at all",
        "Nice colour, but it broke after a week",
        "太差了，千万别买",
        "一点也不好用",
        "样子好看，但是一周就坏了",
        "一般般，有点失望",
        "👎👎",
    ],
)
def test_blame(text: str) -> None:
    assert is_negative(judge_text(text))


@pytest.mark.parametrize("text", ["", " \n ", "...", "?????", "\ud800", "0" * 5000])
def test_nothing_said_is_the_middle(text: str) -> None:
    assert judge_text(text) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        pytest.param("LOVE IT, WORKS PERFECTLY", "love it, works perfectly", id="capitals"),
        pytest.param("質量很好，非常滿意", "质量很好，非常满意", id="traditional"),
    ],
)
def test_how_it_is_written_does_not_matter(text: str, calm: str) -> None:
    assert judge_text(text) == judge_text(calm)


@pytest.mark.parametrize("text", ["great " * 40_000, "很好" * 100_000, "<p>" * 70_000], ids=["en", "zh", "html"])
def test_a_hostile_text_has_a_chance_like_any_other(text: str) -> None:
    assert 0 <= judge_text(text) <= 1


def test_without_a_model_the_words_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentiment, "load_model", lambda: None)
    assert model_version() == "words"
    assert is_positive(judge_text("great"))
    assert is_negative(judge_text("不好用"))
    assert judge_text("a lamp") == 0.5


@pytest.mark.parametrize("content", [b"", b"not an archive"], ids=["empty", "garbage"])
def test_a_file_that_cannot_be_read_is_no_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    assert load_model(path) is None
    assert load_model(tmp_path / "missing.npz") is None


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "old.npz", ngrams=np.zeros(8), counts=np.zeros(2), scales=np.ones(2))
    assert load_model(tmp_path / "old.npz") is None


def test_the_shipped_model_is_small() -> None:
    assert load_model() is not None
    assert sentiment.MODEL_FILE.stat().st_size < 4_000_000
