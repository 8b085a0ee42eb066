"""Conflicts of a rule with the live ones, told to whoever writes it: what collides, who wins, and an example."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ranking.merchandising.choice_words import say_example_values, say_field
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.conflicts import Conflict
from ranking.merchandising.meeting_words import OTHER_WORDS
from ranking.merchandising.schedule import load_zone
from ranking.merchandising.schema import RuleDocument
from ranking.models import Rule
from ranking.registry import live_state
from ranking.rule_rivals import ConflictFinder

# More would not be read; the first ones are with the strongest rules.
MOST_TOLD = 20
_SENTENCES = {
    "position": gettext_noop("Both want position %(about)s; “%(winner)s” gets it."),
    "product": gettext_noop("Both pin %(about)s, at different positions; that of “%(winner)s” counts."),
    "removed": gettext_noop("One pins %(about)s, the other takes it away; “%(winner)s” wins."),
    "opposed": gettext_noop("One lifts what the other lowers (%(about)s); together they cancel out."),
    "redirect": gettext_noop("Both send the shopper elsewhere; “%(winner)s” does."),
    "sort": gettext_noop("They sort differently; the order is that of “%(winner)s”."),
    "layout": gettext_noop("They lay the page out differently; the layout is that of “%(winner)s”."),
    "facet": gettext_noop("One puts %(about)s first, the other leaves it out; it is left out."),
    "words": gettext_noop("They say different things about “%(about)s”; what “%(winner)s” says counts."),
    "variety": gettext_noop("They mix products differently; it is done as “%(winner)s” says."),
    "stopped": gettext_noop("“%(winner)s” says that no later rule applies, so “%(loser)s” does nothing there."),
}


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
    limit = partial(_take_for, seconds=seconds, check=check)
    found = islice(ConflictFinder(live).find(rule, limit=limit), MOST_TOLD)
    check.conflicts += [describe_conflict(conflict, zone=_zone_of(document)) for conflict in found]
    return check


def _zone_of(document: RuleDocument) -> str:
    """The clocks that its author has in mind."""
    return next((window.timezone for window in document.windows), settings.TIME_ZONE)


def _take_for(rules: Iterable[CompiledRule], *, seconds: float, check: ConflictCheck) -> Iterator[CompiledRule]:
    """Counted from the first rule: what a fresh process reads before it looks at any is not taken off."""
    deadline = time.monotonic() + seconds
    for rule in rules:
        if time.monotonic() > deadline:
            check.is_complete = False
            return
        yield rule


def describe_conflict(conflict: Conflict, *, zone: str = "") -> dict[str, Any]:
    """The moment of the example is told by the clocks of `zone`; of the shop where none is given."""
    witness, zone = conflict.witness, zone or settings.TIME_ZONE
    request, sentence, when = witness.request, _say(conflict), _say_example(conflict, zone)
    return {
        "kind": conflict.kind,
        "about": conflict.about,
        "message": f"{sentence} {when}",
        "sentence": sentence,
        "when": when,
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
    details = {"about": conflict.about, "winner": conflict.winner.name, "loser": conflict.loser.name}
    return _(_SENTENCES[conflict.kind]) % details


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
