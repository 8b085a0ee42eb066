"""The rule list beside 100,000 rules: words found by index."""

from typing import Any

from django.db.models import QuerySet

from catalog.long_lists import LongList
from ranking.admin.listed_words import WordSearch

# Shorter words have no trigram.
LEAST_INDEXED = 3


class RuleList(LongList, WordSearch):
    """Mixed into the admin of rules, which are found in name, reason and tags."""

    listed_texts = ("name", "reason", "tags")
    listed_arrays = frozenset({"tags"})

    def find_word(self, queryset: QuerySet[Any], word: str) -> QuerySet[Any]:
        if len(word) < LEAST_INDEXED:
            return super().find_word(queryset, word)
        return self.alias_texts(queryset).filter(self.has_word(word))
