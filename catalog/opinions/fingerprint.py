"""The fingerprint of an opinion: of the review's words and of everything that reads them."""

import hashlib

from catalog.opinions.sentiment import model_version

# Raise it when clauses, aspects or the word lists read texts differently: every review is judged again.
READING_VERSION = 1
_MARK = "\x1f"


def opinion_version() -> str:
    """What an opinion depends on beside the text."""
    return f"{READING_VERSION}.{model_version()}"


def opinion_fingerprint(title: str, body: str, version: str) -> str:
    words = f"{title}{_MARK}{body}{_MARK}{version}"
    return hashlib.md5(words.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
