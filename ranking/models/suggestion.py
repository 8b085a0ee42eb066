"""What a shopper's first letters may become: phrases of the live catalog and the places a typed prefix may start."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Left


class SuggestionPhrase(models.Model):
    """One phrase as shown (`text`) and as compared (`phrase`, folded by catalog.text.normalise).

    The id is a hash of what the phrase is, so a refresh writes only what differs.
    """

    class Kind(models.TextChoices):
        QUERY = "query"
        CATEGORY = "category"
        BRAND = "brand"
        PRODUCT = "product"

    id = models.BigIntegerField(primary_key=True)
    locale = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=300, blank=True)
    text = models.CharField(max_length=300)
    phrase = models.CharField(max_length=300, db_collation="C")
    count = models.IntegerField()
    weight = models.FloatField()

    class Meta:
        indexes = [
            # Typos are looked for among queries, categories and brands only: titles would make it 50 times slower.
            GinIndex(
                OpClass(F("phrase"), "gin_trgm_ops"),
                name="suggestion_phrase_trigrams",
                condition=~models.Q(kind="product"),
            )
        ]

    def __str__(self) -> str:
        return self.text


class SuggestionTail(models.Model):
    """The rest of a phrase from one of its words on: "head" finds "wireless headphones" by the tail "headphones".

    Chinese tails have rows in pinyin as well, in full and in first letters, under the locale "zh-latn".

    Up to three letters match thousands of tails, so they are read in order of weight from an index of their own.
    """

    pk = models.CompositePrimaryKey("phrase_id", "tail")
    phrase = models.ForeignKey(SuggestionPhrase, models.CASCADE, db_constraint=False, db_index=False)
    tail = models.CharField(max_length=80, db_collation="C")
    locale = models.CharField(max_length=8)
    weight = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["locale", "tail"], name="suggestion_tail"),
            models.Index("locale", Left("tail", 1), F("weight").desc(), name="suggestion_tail_1"),
            models.Index("locale", Left("tail", 2), F("weight").desc(), name="suggestion_tail_2"),
            models.Index("locale", Left("tail", 3), F("weight").desc(), name="suggestion_tail_3"),
        ]

    def __str__(self) -> str:
        return self.tail


class SuggestionBuild(models.Model):
    """Which version of the index the phrases were made from and what that cost; one row."""

    index_version = models.BigIntegerField()
    built_at = models.DateTimeField()
    seconds = models.FloatField()

    def __str__(self) -> str:
        return str(self.index_version)
