"""Finds the live rules that a rule collides with. What is read of words and products for one rule serves the next."""

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import dropwhile, takewhile

from django.utils import timezone

from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conflicts import Conflict, compare_rules
from ranking.merchandising.meeting import Meetings
from ranking.merchandising.membership import Membership, Ordinals
from ranking.merchandising.rivals import Sieve
from ranking.registry import LiveState
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.rule_word_books import WordBooks, open_books

Limit = Callable[[Iterable[CompiledRule]], Iterable[CompiledRule]]


class ConflictFinder:
    """For one live state at one moment: one rule of it, or all one after the other."""

    def __init__(self, live: LiveState) -> None:
        self.live = live
        self.words = open_books(live)
        self.sieve = _find_sieve(self.words)
        self._now = timezone.now()

    @cached_property
    def _meetings(self) -> Meetings:
        return Meetings(self._now, self.words.read, self.words.find_same())

    @cached_property
    def _membership(self) -> Membership:
        return Membership(_find_ordinals(self.live.snapshot), self._now)

    def find(self, rule: CompiledRule, *, limit: Limit = iter) -> Iterator[Conflict]:
        """With the strongest rules first; `limit` may leave some out."""
        return self._compare(rule, limit(self._find_rivals(rule)))

    def find_lost(self, rule: CompiledRule) -> Iterator[Conflict]:
        """Those that it loses: with the rules before it in order of precedence."""
        return self._compare(rule, takewhile(lambda other: other.order < rule.order, self._find_rivals(rule)))

    def find_won(self, rule: CompiledRule) -> Iterator[Conflict]:
        return self._compare(rule, dropwhile(lambda other: other.order < rule.order, self._find_rivals(rule)))

    def _compare(self, rule: CompiledRule, rivals: Iterable[CompiledRule]) -> Iterator[Conflict]:
        return compare_rules(rule, rivals, self._meetings, holds=self._membership.holds)

    def _find_rivals(self, rule: CompiledRule) -> Iterator[CompiledRule]:
        self._membership.learn(self.sieve.index_book(self.live.book).list_products(rule))
        return self.sieve.find_rivals(rule, self.live.book, holds=self._membership.holds)


class _Shelf:
    """The sieve remembers the rules it has read, with the readings of then; the ordinals are those of one snapshot."""

    words: WordBooks | None = None
    sieve: Sieve
    ordinals: Ordinals | None = None
    lock = threading.Lock()


def _find_sieve(words: WordBooks) -> Sieve:
    with _Shelf.lock:
        if _Shelf.words is None or not _Shelf.words.are_same(words):
            _Shelf.words, _Shelf.sieve = words, Sieve(words.read)
        return _Shelf.sieve


def _find_ordinals(snapshot: IndexSnapshot) -> Ordinals:
    with _Shelf.lock:
        if _Shelf.ordinals is None or _Shelf.ordinals.snapshot is not snapshot:
            _Shelf.ordinals = Ordinals(snapshot)
        return _Shelf.ordinals
