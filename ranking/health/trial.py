"""One query that finds nothing, tried again with other words by the search that shoppers get."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from catalog.text import normalise
from ranking.contracts import Page, SearchRequest
from ranking.language.live_words import current_dictionary
from ranking.language.words import Dictionary
from ranking.pipeline import search
from ranking.registry import LiveState

SuggestionKind = Literal["spelling", "synonym", "category", "brand", "fewer_words"]
# Products near in meaning that are looked at.
NEAREST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`total`: how many products it would find. `words` are what it replaces, `by` what with; `key` is of a category
    or brand, `name_en` and `name_zh` its names.
    """

    kind: SuggestionKind
    total: int
    words: str = ""
    by: str = ""
    key: str = ""
    name_en: str = ""
    name_zh: str = ""


@dataclass(frozen=True)
class Trial:
    request: SearchRequest
    live: LiveState
    now: datetime

    @cached_property
    def page(self) -> Page:
        """What the query finds now."""
        return search(replace(self.request, facets=(), page_size=NEAREST))

    @cached_property
    def query(self) -> str:
        return normalise(self.request.query)

    @property
    def dictionary(self) -> Dictionary:
        return current_dictionary(self.live.versions.get("words", 0))

    @property
    def finds_nothing(self) -> bool:
        """Nothing holds all that is asked; a redirect is an answer."""
        return not self.page.redirect and (not self.page.total or bool(self.page.relaxations))

    def count(self, query: str) -> int:
        """How many products hold all of these words; 0 when something had to be let go."""
        page = search(replace(self.request, query=query, facets=(), page_size=1))
        return 0 if page.relaxations else page.total
