"""Conflicts of a rule with the live ones, told to whoever writes it: what collides, who wins, and an example."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ranking.merchandising.actions import Action, PinAction, list_clauses
from ranking.merchandising.choice_words import say_example_values, say_field
from ranking.merchandising.clauses import SKU_FIELD, Clause, to_filters
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.conflicts import Conflict, find_conflicts
from ranking.merchandising.meeting_words import OTHER_WORDS
from ranking.merchandising.rivals import Sieve
from ranking.merchandising.schedule import load_zone
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.targets import Targets, find_product_ids
from ranking.models import Rule
from ranking.registry import LiveState, live_state
from ranking.rule_word_books import WordBooks, open_books

# More would not be read; the first ones are with the strongest rules.
MOST_TOLD = 20


@dataclass
class ConflictCheck:
    """`is_complete` is False when time ran out before every live rule was compared."""

    conflicts: list[dict[str, Any]] = field(default_factory=list)
    is_complete: bool = True


def check_conflicts(document: RuleDocument) -> list[dict[str, Any]]:
    """What this rule, saved as it is and live, would collide with; at most MOST_TOLD entries."""
    return look_for_conflicts(document, seconds=float("inf")).conflicts


def look_for_conflicts(document: RuleDocument, *, seconds: float) -> ConflictCheck:
    """As check_conflicts, for somebody who is still writing: what is found by then, the strongest rules first."""
    live = live_state()
    age = Rule.objects.filter(pk=document.id).values_list("created_at", flat=True).first() if document.id else None
    rule = compile_rule(document, created_at=age)
    check = ConflictCheck()
    limit = partial(_until, deadline=time.monotonic() + seconds, check=check)
    found = list_conflicts(rule, live, most=MOST_TOLD, limit=limit)
    check.conflicts += [describe_conflict(conflict, zone=_zone_of(document)) for conflict in found]
    return check


def _zone_of(document: RuleDocument) -> str:
    """The clocks that its author has in mind."""
    return next((window.timezone for window in document.windows), settings.TIME_ZONE)


def list_conflicts(
    rule: CompiledRule,
    live: LiveState,
    *,
    most: int,
    limit: Callable[[Iterable[CompiledRule]], Iterable[CompiledRule]] = iter,
) -> list[Conflict]:
    """The first conflicts of a rule with the live ones (`limit` may leave some out), with the strongest rules first."""
    rivals, words = _find_rivals(rule, live)
    membership = _Membership(live, timezone.now())
    membership.learn(list_named_skus([rule, *rivals]))
    found = find_conflicts(
        rule,
        limit(rivals),
        now=timezone.now(),
        holds=membership.holds,
        read=cache(words.read),
        same=words.find_same(),
    )
    return list(islice(found, most))


def _until(rules: Iterable[CompiledRule], *, deadline: float, check: ConflictCheck) -> Iterator[CompiledRule]:
    for rule in rules:
        if time.monotonic() > deadline:
            check.is_complete = False
            return
        yield rule


class _Shelf:
    """The sieve remembers the rules it has read, with the readings of then."""

    words: WordBooks | None = None
    sieve: Sieve
    lock = threading.Lock()


def _find_rivals(rule: CompiledRule, live: LiveState) -> tuple[list[CompiledRule], WordBooks]:
    words = open_books(live)
    with _Shelf.lock:
        if _Shelf.words is None or not _Shelf.words.are_same(words):
            _Shelf.words, _Shelf.sieve = words, Sieve(words.read)
        return _Shelf.sieve.find_rivals(rule, live.book), words


def list_named_skus(rules: Iterable[CompiledRule]) -> set[str]:
    """What must be looked up to tell whether one rule takes away what another pins."""
    return {sku for rule in rules for action in rule.actions for sku in _list_skus(action)}


def _list_skus(action: Action) -> Iterator[str]:
    if isinstance(action, PinAction):
        yield action.sku
    for clause in list_clauses(action)[1]:
        if clause.field == SKU_FIELD:
            yield from clause.values


class _Membership:
    """Whether a product is one that a rule's clauses mean, as the index knows it now."""

    def __init__(self, live: LiveState, now: datetime) -> None:
        self._live, self._now = live, now
        self._ordinals: dict[str, int] = {}
        self._members: dict[tuple[Clause, ...], frozenset[int]] = {}

    def holds(self, sku: str, clauses: Sequence[Clause]) -> bool | None:
        """None for a product that is not in the index."""
        named = {sku, *(value for clause in clauses if clause.field == "sku" for value in clause.values)}
        self.learn(named)
        if self._ordinals[sku] < 0:
            return None
        if tuple(clauses) not in self._members:
            self._members[tuple(clauses)] = self._list_members(clauses)
        return self._ordinals[sku] in self._members[tuple(clauses)]

    def learn(self, skus: Iterable[str]) -> None:
        """Where these SKUs stand in the index, read in one statement."""
        unknown = [name for name in skus if name not in self._ordinals]
        if unknown:
            found = find_product_ids(unknown)
            ordinals = self._live.snapshot.ordinals(list(found.values())).tolist() if found else []
            self._ordinals |= dict.fromkeys(unknown, -1) | dict(zip(found, ordinals, strict=True))
            self._members.clear()

    def _list_members(self, clauses: Sequence[Clause]) -> frozenset[int]:
        """Those among the products looked up; the mask of the whole catalog would be too large to keep for each."""
        if all(clause.field == SKU_FIELD and not clause.exclude for clause in clauses):
            sets = [{self._ordinals[value] for value in clause.values} for clause in clauses]
            return frozenset(set.intersection(*sets) - {-1})
        mask = Targets(self._live.snapshot, self._now, self._ordinals).mask(to_filters(clauses))
        return frozenset(ordinal for ordinal in self._ordinals.values() if ordinal >= 0 and mask[ordinal])


def describe_conflict(conflict: Conflict, *, zone: str = "") -> dict[str, Any]:
    """The moment of the example is told by the clocks of `zone`; of the shop where none is given."""
    witness, zone = conflict.witness, zone or settings.TIME_ZONE
    request = witness.request
    return {
        "kind": conflict.kind,
        "about": conflict.about,
        "message": f"{_say(conflict)} {_say_example(conflict, zone)}",
        "sentence": _say(conflict),
        "when": _say_example(conflict, zone),
        "winner": {"id": conflict.winner.id, "name": conflict.winner.name, "priority": conflict.winner.priority},
        "loser": {"id": conflict.loser.id, "name": conflict.loser.name, "priority": conflict.loser.priority},
        "example": {
            "q": request.query,
            "category": request.category,
            "filters": [{"field": item.field, "values": list(item.values)} for item in request.filters],
            "sort": request.sort,
            "market": request.market,
            "locale": request.locale,
            "any_words": request.query == OTHER_WORDS,
            "any_locale": not any(_asks_locale(rule) for rule in (conflict.winner, conflict.loser)),
            "segments": list(request.segments),
            "device": request.device,
            "found": witness.found,
            "now": witness.at.isoformat(),
        },
    }


def _say(conflict: Conflict) -> str:
    sentences = {
        "position": _("Both want position %(about)s; “%(winner)s” gets it."),
        "product": _("Both pin %(about)s, at different positions; that of “%(winner)s” counts."),
        "removed": _("One pins %(about)s, the other takes it away; “%(winner)s” wins."),
        "opposed": _("One lifts what the other lowers (%(about)s); together they cancel out."),
        "redirect": _("Both send the shopper elsewhere; “%(winner)s” does."),
        "sort": _("They sort differently; the order is that of “%(winner)s”."),
        "layout": _("They lay the page out differently; the layout is that of “%(winner)s”."),
        "facet": _("One puts %(about)s first, the other leaves it out; it is left out."),
        "words": _("They say different things about “%(about)s”; what “%(winner)s” says counts."),
        "variety": _("They mix products differently; it is done as “%(winner)s” says."),
        "stopped": _("“%(winner)s” says that no later rule applies, so “%(loser)s” does nothing there."),
    }
    details = {"about": conflict.about, "winner": conflict.winner.name, "loser": conflict.loser.name}
    return sentences[conflict.kind] % details


def _asks_locale(rule: CompiledRule) -> bool:
    return bool(rule.locales) or any(condition.type == "locale" for condition in rule.conditions)


def _say_query(query: str) -> str:
    """The word that stands for any other is for machines."""
    if query == OTHER_WORDS:
        return _("any words")
    return _("“%s”") % query if query else _("no words")


def _say_example(conflict: Conflict, zone: str) -> str:
    request = conflict.witness.request
    at = conflict.witness.at.astimezone(load_zone(zone))
    parts = [_say_query(request.query)]
    parts += [f"{say_field(item.field)} {say_example_values(item.values)}" for item in request.filters]
    parts += [_("nothing is found")] if conflict.witness.found == 0 else []
    market = _("another market") if request.market == OTHER_WORDS else request.market
    category = request.category.removesuffix(f"/{OTHER_WORDS}")
    parts += [value for value in (category, market, *request.segments) if value]
    details = {"search": ", ".join(parts), "at": f"{at:%Y-%m-%d %H:%M} {zone}"}
    return _("For example: %(search)s, on %(at)s.") % details
