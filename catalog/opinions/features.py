"""What the sentiment model reads of a text: hashed n-grams, and counts of the lexicon's words where they weigh most."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
from numpy.typing import NDArray

from catalog.opinions.lexicon import Opinion, Token, find_opinions, tokenise, word_book

BUCKETS = 1 << 18  # about 200,000 n-grams occur twice in the training texts
LONGEST_ZH, LONGEST_EN = 3, 2
# A text's n-grams together have this length, so that a long review does not shout louder than a short one.
NGRAM_NORM = 3.0
COUNTS = 10
LANGUAGES = ("en", "zh")
_NEGATION_WORDS = 4
_ENDS = frozenset(".。!！?？;；,，、…:：")


@dataclass(frozen=True, slots=True)
class Features:
    """`buckets` [N] with `values` [N] are the n-grams, `counts` [2 · COUNTS] the lexicon's, English first."""

    buckets: NDArray[np.int64]
    values: NDArray[np.float32]
    counts: NDArray[np.float32]


def read_features(text: str) -> Features:
    return features_of(tokenise(text))


def features_of(tokens: Sequence[Token]) -> Features:
    words = [token.text for token in tokens]
    found = list(word_book().scan(words))
    buckets = np.array(sorted({hash_bucket(gram) for gram in _list_ngrams(tokens, found)}), np.int64)
    value = NGRAM_NORM / max(len(buckets), 1) ** 0.5
    counts = np.zeros(len(LANGUAGES) * COUNTS, np.float32)
    start = COUNTS * LANGUAGES.index(main_language(tokens))
    counts[start : start + COUNTS] = _count(tokens, found)
    return Features(buckets, np.full(len(buckets), value, np.float32), counts)


def main_language(tokens: Sequence[Token]) -> str:
    """The script that says more; a Chinese character says about half of what an English word does."""
    chinese = sum(token.kind == "zh" for token in tokens)
    return "zh" if chinese > 2 * sum(token.kind == "en" for token in tokens) else "en"


def hash_bucket(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS


def _list_ngrams(tokens: Sequence[Token], found: Sequence[tuple[str, int, int]]) -> Iterator[str]:
    negators = {first: last for meaning, first, last in found if meaning == "negators"}
    contrasts = {first for meaning, first, _ in found if meaning == "contrasts"}
    negated_until = -1
    for at, token in enumerate(tokens):
        if token.kind == "zh":
            yield from _chinese_ngrams(tokens, at)
            continue
        if token.text in _ENDS or at in contrasts:
            negated_until = -1
        word = "0" if token.kind == "number" else token.text
        yield f"not {word}" if at < negated_until and token.kind == "en" else word
        if at + 1 < len(tokens) and token.kind == "en" and tokens[at + 1].kind in {"en", "mark", "number"}:
            yield f"{word}_{'0' if tokens[at + 1].kind == 'number' else tokens[at + 1].text}"
        if at in negators:
            negated_until = negators[at] + _NEGATION_WORDS


def _chinese_ngrams(tokens: Sequence[Token], at: int) -> Iterator[str]:
    gram = ""
    for token in tokens[at : at + LONGEST_ZH]:
        if token.kind != "zh":
            return
        gram += token.text
        yield gram


def _count(tokens: Sequence[Token], found: Sequence[tuple[str, int, int]]) -> NDArray[np.float32]:
    """How much praise and blame, what stands after the last contrast, and in the last part of the text."""
    opinions = find_opinions(tokens, found)
    contrasts = [first for meaning, first, _ in found if meaning == "contrasts"]
    marks = [at for at, token in enumerate(tokens[:-1]) if token.text in _ENDS]
    good = [opinion for opinion in opinions if opinion.value > 0]
    bad = [opinion for opinion in opinions if opinion.value < 0]
    after = [opinion for opinion in opinions if contrasts and opinion.first > contrasts[-1]]
    last = [opinion for opinion in opinions if marks and opinion.first > marks[-1]]
    return np.array(
        [
            log1p(len(good)),
            log1p(len(bad)),
            balance(opinions),
            balance(after),
            balance(last),
            balance(opinions[:1]),
            log1p(sum(opinion.turned for opinion in good)),
            log1p(sum(opinion.turned for opinion in bad)),
            float(bool(contrasts)) * balance(opinions),
            balance([opinion for opinion in opinions if tokens[opinion.first].kind in {"smiley", "mark"}]),
        ],
        np.float32,
    )


def balance(opinions: Sequence[Opinion]) -> float:
    """From -1 (all blame) to 1 (all praise); 0 for none."""
    return sum(opinion.value for opinion in opinions) / len(opinions) if opinions else 0.0
