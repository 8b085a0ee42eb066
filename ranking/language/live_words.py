"""The dictionary of the live catalog in this process, and whether the index finds a word that it does not have."""

import threading
from collections.abc import Collection, Sequence
from hashlib import blake2b

import numpy as np
from django.db import connection
from django.utils import timezone

from catalog.live_versions import bump_version
from catalog.text import analyse
from ranking.language.words import Dictionary
from ranking.models import WordBook

EMPTY = Dictionary(0, (), (), (), np.empty(0, np.int32), np.empty(0, np.uint64), np.empty(0, np.uint16))
_lock = threading.Lock()
_current: Dictionary = EMPTY


def current_dictionary(version: int) -> Dictionary:
    """The dictionary at this "words" version, loaded once per process and build; empty before the first build.

    While one thread loads, the others go on with the one before: a correction can be minutes old.
    """
    global _current  # noqa: PLW0603 - one dictionary a process is the point
    if _current.version == version:
        return _current
    if not _lock.acquire(blocking=_current is EMPTY):
        return _current
    try:
        if _current.version != version:
            _current = load_dictionary()
    finally:
        _lock.release()
    return _current


def held_dictionary() -> Dictionary:
    """What this process has loaded already, as reading the query does; never goes to the database."""
    return _current


def forget_words() -> None:
    """Drop what this process holds (after a fork, and between tests)."""
    global _current  # noqa: PLW0603
    with _lock:
        _current = EMPTY


def load_dictionary() -> Dictionary:
    book = WordBook.objects.order_by("-version").first()
    if book is None:
        return EMPTY
    return Dictionary(
        version=book.version,
        latin=_split(book.latin),
        han=_split(book.han),
        han_pinyin=_split(book.han_pinyin),
        counts=np.frombuffer(book.counts, "<i4"),
        pair_keys=np.frombuffer(book.pair_keys, "<u8"),
        pair_counts=np.frombuffer(book.pair_counts, "<u2"),
    ).warm_up()


def save_dictionary(dictionary: Dictionary) -> bool:
    """Writes it for every process, inside the caller's transaction; False when it says what is there already."""
    texts = {name: "\n".join(getattr(dictionary, name)) for name in ("latin", "han", "han_pinyin")}
    arrays = {
        "counts": dictionary.counts.astype("<i4").tobytes(),
        "pair_keys": dictionary.pair_keys.astype("<u8").tobytes(),
        "pair_counts": dictionary.pair_counts.astype("<u2").tobytes(),
    }
    said = (*(text.encode() for text in texts.values()), *arrays.values())
    fingerprint = blake2b(b"\0".join(said), digest_size=16).hexdigest()
    if WordBook.objects.filter(fingerprint=fingerprint).exists():
        return False
    version = bump_version("words")
    WordBook.objects.all().delete()
    WordBook.objects.create(version=version, fingerprint=fingerprint, built_at=timezone.now(), **texts, **arrays)
    return True


def find_indexed(words: Collection[str], segment_ids: Sequence[int]) -> set[str]:
    """Which of these words the index finds: all terms of Latin ones, a Chinese one as a term of its own.

    One look-up in the primary key of the postings; for `has_hits` of ranking.language.spelling.correct.
    """
    terms = {word: set(analyse(word)) if word.isascii() else {word} for word in words}
    wanted = sorted({term for each in terms.values() for term in each})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT term FROM catalog_posting WHERE segment_id = ANY(%s) AND term = ANY(%s)",
            [list(segment_ids), wanted],
        )
        found = {row[0] for row in cursor.fetchall()}
    return {word for word, each in terms.items() if each and each <= found}


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
