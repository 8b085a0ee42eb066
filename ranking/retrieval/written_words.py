"""A text as the words people write, in order: unlike search terms they are not stemmed and can be shown again."""

import re
from collections.abc import Iterable
from functools import lru_cache

from catalog.text import analyse

HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"\w+(?:['+.-]\w+)*|[^\s\w]")


@lru_cache(maxsize=100_000)
def split_han(run: str) -> tuple[str, ...]:
    """The longest search tokens that cover the run: the analyser's own segmentation, read as words."""
    tokens = set(analyse(run))
    longest = max(map(len, tokens), default=1)
    words: list[str] = []
    at = 0
    while at < len(run):
        size = next((n for n in range(min(longest, len(run) - at), 1, -1) if run[at : at + n] in tokens), 1)
        words.append(run[at : at + size])
        at += size
    return tuple(words)


def split_words(folded: str) -> list[str]:
    """The words of a normalised text as people write them, in order; unlike search tokens they are not stemmed."""
    words: list[str] = []
    for piece in re.split(f"({HAN_RUN.pattern})", folded):
        if HAN_RUN.fullmatch(piece):
            words.extend(split_han(piece))
        else:
            words.extend(_WORD.findall(piece))
    return words


def join_words(words: Iterable[str]) -> str:
    """Words as one reads them: a space between Latin words, none inside Chinese."""
    text = ""
    for word in words:
        text += (" " if text and (text[-1].isascii() or word[0].isascii()) else "") + word
    return text
