"""Brings suggestions and the speller's dictionary up to the live catalog: only what differs is written, and readers
never see a gap.
"""

import time
from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from catalog.models import LiveVersion
from ranking.language.live_words import save_dictionary
from ranking.models import SuggestionBuild
from ranking.retrieval.phrases import Phrase, collect_phrases
from ranking.retrieval.pinyin_tails import PINYIN_LOCALE
from ranking.retrieval.word_counts import WordCounts, count_values, make_dictionary

# A catalog that changes all day is read again at most a tenth of the time.
REST_FACTOR = 10
BATCH = 5000
_LOCK = 0x5E4C_0001  # any number, the same in every process

_STAGE = """
CREATE TEMP TABLE staged_phrase (LIKE ranking_suggestionphrase) ON COMMIT DROP;
CREATE TEMP TABLE staged_tail (LIKE ranking_suggestiontail) ON COMMIT DROP;
"""
_SWAP = """
ANALYZE staged_phrase; ANALYZE staged_tail;
DELETE FROM ranking_suggestiontail t WHERE NOT EXISTS
    (SELECT 1 FROM staged_tail s WHERE s.phrase_id = t.phrase_id AND s.tail = t.tail);
DELETE FROM ranking_suggestionphrase p WHERE NOT EXISTS (SELECT 1 FROM staged_phrase s WHERE s.id = p.id);
INSERT INTO ranking_suggestionphrase AS p (id, locale, kind, key, text, phrase, count, weight)
SELECT id, locale, kind, key, text, phrase, count, weight FROM staged_phrase
ON CONFLICT (id) DO UPDATE SET text = excluded.text, count = excluded.count, weight = excluded.weight
WHERE (p.text, p.count, p.weight) IS DISTINCT FROM (excluded.text, excluded.count, excluded.weight);
INSERT INTO ranking_suggestiontail AS t (phrase_id, tail, locale, weight)
SELECT phrase_id, tail, locale, weight FROM staged_tail
ON CONFLICT (phrase_id, tail) DO UPDATE SET weight = excluded.weight WHERE t.weight <> excluded.weight;
DROP TABLE staged_phrase, staged_tail;
"""


def suggestions_are_due() -> bool:
    """Whether the index has changed since the last build and that build has been left to rest; one cheap query."""
    version = LiveVersion.objects.values_list("version", flat=True).filter(name="index").first() or 0
    build = SuggestionBuild.objects.order_by("-pk").first()
    if build is None:
        return True
    rested = timezone.now() - build.built_at >= timedelta(seconds=REST_FACTOR * build.seconds)
    return build.index_version != version and rested


def rebuild_suggestions() -> int:
    """Makes the tables say what the live catalog says now; how many phrases, -1 if another process is at it."""
    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return -1
        version = LiveVersion.objects.values_list("version", flat=True).filter(name="index").first() or 0
        cursor.execute(_STAGE)
        words = WordCounts()
        count = _stage_phrases(collect_phrases(words))
        cursor.execute(_SWAP)
        words.add_values(count_values())
        save_dictionary(make_dictionary(words))
        SuggestionBuild.objects.all().delete()
        SuggestionBuild.objects.create(
            index_version=version, built_at=timezone.now(), seconds=time.monotonic() - started
        )
    return count


def _stage_phrases(phrases: Iterable[Phrase]) -> int:
    """Copies them in batches: a COPY and the reading of the catalog take turns on the one connection."""
    seen: set[int] = set()
    phrases = iter(phrases)
    while batch := list(islice(phrases, BATCH)):
        fresh = {_identify(phrase): phrase for phrase in batch}
        fresh = {phrase_id: phrase for phrase_id, phrase in fresh.items() if phrase_id not in seen}
        seen.update(fresh)
        _copy_rows(
            "COPY staged_phrase (id, locale, kind, key, text, phrase, count, weight) FROM STDIN",
            ((n, p.locale, p.kind, p.key, p.text, p.phrase, p.count, p.weight) for n, p in fresh.items()),
        )
        _copy_rows(
            "COPY staged_tail (phrase_id, tail, locale, weight) FROM STDIN",
            (row for phrase_id, phrase in fresh.items() for row in _weigh_tails(phrase_id, phrase)),
        )
    return len(seen)


def _copy_rows(statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _weigh_tails(phrase_id: int, phrase: Phrase) -> Iterable[tuple[int, str, str, float]]:
    """A phrase that begins with the letters typed goes before one that has them inside."""
    written = dict.fromkeys(phrase.tails)
    for place, tail in enumerate(written):
        yield phrase_id, tail, phrase.locale, phrase.weight - (1.0 if place else 0.0)
    first = set(phrase.sounds[:2])  # in full and in initials
    for sound in dict.fromkeys(phrase.sounds):
        if sound not in written:
            yield phrase_id, sound, PINYIN_LOCALE, phrase.weight - (0.0 if sound in first else 1.0)


def _identify(phrase: Phrase) -> int:
    named = "\0".join((phrase.locale, phrase.kind, phrase.key, phrase.phrase))
    return int.from_bytes(blake2b(named.encode(), digest_size=8).digest(), "big", signed=True)
