"""The address of a result page, and how each click changes it: every link works without JavaScript."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from ranking.contracts import LAYOUTS, MAX_QUERY_CHARACTERS, MAX_RESULTS, SORTS, Filter, Layout, Sort
from ranking.storefront.filter_fields import read_filters, write_filters

PAGE_SIZE = 24
# The parameter that names the rule which sent the shopper to this address.
SENT_BY = "by"
_RULE_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
LAST_PAGE = MAX_RESULTS // PAGE_SIZE


@dataclass(frozen=True, slots=True)
class ResultsUrl:
    query: str = ""
    category: str = ""
    filters: tuple[Filter, ...] = ()
    sort: Sort = "relevance"
    sort_chosen: bool = False  # best match chosen by the shopper is not the same as nothing chosen: a rule may sort
    page: int = 1
    explain: bool = False
    literal: bool = False
    collapse: bool = True  # offers of the same thing show as one
    layout: Layout | None = None  # the view the shopper chose
    sent_by: str = ""  # the rule that sent the shopper here: no rule sends them on

    def __str__(self) -> str:
        pairs = self.fields()
        return f"{self.path()}?{urlencode(pairs)}" if pairs else self.path()

    def path(self) -> str:
        return reverse("storefront:category", args=[self.category]) if self.category else reverse("storefront:results")

    def fields(self, *, without: str = "") -> list[tuple[str, str]]:
        """What a form must carry along to change one thing only: `without` is a filter's field, "sort" or "q"."""
        pairs: list[tuple[str, str]] = []
        if self.query and without != "q":
            pairs.append(("q", self.query))
        pairs += write_filters(item for item in self.filters if item.field != without)
        if (self.sort_chosen or self.sort != "relevance") and without != "sort":
            pairs.append(("sort", self.sort))
        if self.page > 1 and not without:
            pairs.append(("page", str(self.page)))
        if self.explain:
            pairs.append(("explain", "1"))
        if self.literal and without != "q":
            pairs.append(("literal", "1"))
        if not self.collapse and without != "q":
            pairs.append(("collapse", "0"))
        if self.layout and without != "layout":
            pairs.append(("layout", self.layout))
        if self.sent_by and without != "q":
            pairs.append((SENT_BY, self.sent_by))
        return pairs

    def selection(self, field: str) -> Filter | None:
        return next((item for item in self.filters if item.field == field), None)

    def toggle(self, field: str, value: str) -> "ResultsUrl":
        chosen = self.selection(field)
        values = chosen.values if chosen else ()
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.choose(field, kept)

    def choose(self, field: str, values: Sequence[str]) -> "ResultsUrl":
        """Exactly these values of a field (none: the filter goes)."""
        return self._with(Filter(field=field, values=tuple(values)) if values else None, field)

    def between(self, field: str, minimum: float | None, maximum: float | None) -> "ResultsUrl":
        empty = minimum is None and maximum is None
        return self._with(None if empty else Filter(field=field, minimum=minimum, maximum=maximum), field)

    def cleared(self) -> "ResultsUrl":
        return replace(self, filters=(), page=1)

    def at_page(self, page: int) -> "ResultsUrl":
        return replace(self, page=page)

    def sorted_by(self, sort: Sort) -> "ResultsUrl":
        return replace(self, sort=sort, sort_chosen=True, page=1)

    def laid_out(self, layout: Layout) -> "ResultsUrl":
        return replace(self, layout=layout)

    def in_category(self, key: str) -> "ResultsUrl":
        return replace(self, category=key, page=1).choose("category", ())

    def with_all_offers(self) -> "ResultsUrl":
        """On the same page of the results: what stands there now stands there or a little later."""
        return replace(self, collapse=False)

    def with_one_offer(self) -> "ResultsUrl":
        return replace(self, collapse=True, page=1)

    def _with(self, item: Filter | None, field: str) -> "ResultsUrl":
        others = [other for other in self.filters if other.field != field]
        if item is not None:
            others.append(item)
        return replace(self, filters=tuple(sorted(others, key=lambda f: f.field)), page=1)


def read_results_url(params: Mapping[str, Sequence[str]], *, category: str = "") -> ResultsUrl:
    """A shopper's address is never refused: a bad page is the first, an unknown sort the best match."""

    def last(name: str) -> str:
        given = params.get(name) or [""]
        return given[-1].strip()

    sort = last("sort")
    page = last("page")
    return ResultsUrl(
        query=last("q").replace("\x00", "")[:MAX_QUERY_CHARACTERS],
        category=category,
        filters=read_filters(params),
        sort=next((known for known in SORTS if known == sort), "relevance"),
        sort_chosen=sort in SORTS,
        page=min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
        explain=last("explain") == "1",
        literal=last("literal") == "1",
        collapse=last("collapse") != "0",
        layout=next((known for known in LAYOUTS if known == last("layout")), None),
        sent_by=last(SENT_BY) if _RULE_ID.fullmatch(last(SENT_BY)) else "",
    )
