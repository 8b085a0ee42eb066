"""The rule list beside 100,000 rules: words found by index, counted only as far as somebody would count."""

from functools import cached_property
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import StrIndex, Upper
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal
from unfold.paginator import InfinitePage, InfinitePaginator
from unfold.views import ChangeList

from ranking.models import Rule

MOST_COUNTED = 1000
# Shorter words have no trigram: reading the rows is faster than reading a whole index first.
LEAST_INDEXED = 3
QUOTES = ('"', "'")


class RulePaginator(InfinitePaginator):
    """Exact counts and page numbers up to MOST_COUNTED rules; a longer list has only a previous and a next page."""

    @cached_property
    def first_keys(self) -> list[Any]:
        """One read says both what is on the first pages and how many there are."""
        return list(self.object_list.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @property
    def is_counted(self) -> bool:
        return len(self.first_keys) <= MOST_COUNTED

    @property
    def template_name(self) -> str:
        return "" if self.is_counted else InfinitePaginator.template_name

    @cached_property
    def count(self) -> int:
        return len(self.first_keys) if self.is_counted else 9_999_999_999

    def page(self, number: Any) -> Any:
        """Keys first, which stand in the index of the order, then their rows: deep pages read no row they skip."""
        number = self.validate_number(number)
        start, end = (number - 1) * self.per_page, number * self.per_page
        if self.is_counted or end <= len(self.first_keys):
            keys = self.first_keys[start:end]
        else:
            keys = list(self.object_list.values_list("pk", flat=True)[start:end])
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)

    def _get_page(self, *arguments: Any, **options: Any) -> Any:
        return InfinitePage(*arguments, **options)


class RuleChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """One page too comes from the paginator, which has read its keys already."""
        super().get_results(request)
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


class RuleList:
    """Mixed into the admin of rules."""

    paginator = RulePaginator
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[RuleChangeList]:
        return RuleChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Rule], search_term: str
    ) -> tuple[QuerySet[Rule], bool]:
        """Rules in whose name, reason and tags every word stands; a phrase in quotes is one word."""
        for word in smart_split(search_term.replace("\x00", "")):
            quoted = len(word) > 1 and word[0] in QUOTES and word[0] == word[-1]
            queryset = filter_words(queryset, unescape_string_literal(word) if quoted else word)
        return queryset, False


def filter_words(queryset: QuerySet[Rule], word: str) -> QuerySet[Rule]:
    tags = Func(F("tags"), function="ranking_join_tags", output_field=TextField())
    if len(word) >= LEAST_INDEXED:
        named = queryset.alias(joined_tags=tags)
        return named.filter(Q(name__icontains=word) | Q(reason__icontains=word) | Q(joined_tags__contains=word.upper()))
    places = {"in_name": Upper("name"), "in_reason": Upper("reason"), "in_tags": tags}
    found = Q()
    for place in places:
        found |= Q(**{f"{place}__gt": 0})
    wanted = Value(word.upper(), output_field=TextField())
    return queryset.alias(**{place: StrIndex(text, wanted) for place, text in places.items()}).filter(found)
