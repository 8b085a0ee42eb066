"""The speller's dictionary as the last refresh made it."""

from django.db import models


class WordBook(models.Model):
    """One row: all words with their counts, packed, so that a web process loads them in milliseconds.

    `latin`, `han` and `han_pinyin` are words parted by line feeds; `counts` int32 of latin then han, `pair_keys` uint64
    and `pair_counts` uint16 are little-endian numpy bytes (ranking.language.words.Dictionary says what they mean).
    `version` is the "words" LiveVersion that wrote it; an equal `fingerprint` means that nothing needs to be written.
    """

    version = models.BigIntegerField()
    fingerprint = models.CharField(max_length=32)
    built_at = models.DateTimeField()
    latin = models.TextField()
    han = models.TextField()
    han_pinyin = models.TextField()
    counts = models.BinaryField()
    pair_keys = models.BinaryField()
    pair_counts = models.BinaryField()

    def __str__(self) -> str:
        return str(self.version)
