"""Words searched in long admin lists: every word must stand somewhere in a row's texts, and an index finds it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal

QUOTES = ('"', "'")


class WordSearch:
    """Mixed into an admin before ModelAdmin; `listed_texts` are the columns of its index of pieces (migration 0014),
    in that order. Columns that are lists of texts are named in `listed_arrays` too.
    """

    listed_texts: tuple[str, ...] = ()
    listed_arrays: frozenset[str] = frozenset()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A phrase in quotes is one word."""
        for word in smart_split(search_term.replace("\x00", "")):
            quoted = len(word) > 1 and word[0] in QUOTES and word[0] == word[-1]
            queryset = self.find_word(queryset, unescape_string_literal(word) if quoted else word)
        return queryset, False

    def find_word(self, queryset: QuerySet[Any], word: str) -> QuerySet[Any]:
        return self.alias_texts(queryset).filter(self.has_pieces(word), self.has_word(word))

    def alias_texts(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        texts = {name: join_texts(name) if name in self.listed_arrays else F(name) for name in self.listed_texts}
        joined = {f"joined_{name}": texts[name] for name in self.listed_arrays}
        return queryset.alias(listed_pieces=make_pieces(*texts.values()), **joined)

    def has_pieces(self, word: str) -> Q:
        return Q(listed_pieces__contains=make_pieces(Value(word, output_field=TextField())))

    def has_word(self, word: str) -> Q:
        found = Q()
        for name in self.listed_texts:
            if name in self.listed_arrays:
                found |= Q(**{f"joined_{name}__contains": word.upper()})
            else:
                found |= Q(**{f"{name}__icontains": word})
        return found


def make_pieces(*texts: Any) -> Func:
    return Func(*texts, function="ranking_pieces", output_field=ArrayField(TextField()))


def join_texts(name: str) -> Func:
    """In capitals, with spaces between them."""
    return Func(F(name), function="ranking_join_tags", output_field=TextField())
