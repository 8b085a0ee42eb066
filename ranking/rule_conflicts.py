"""Conflicts of a rule with the live ones, told to whoever writes it: what collides, who wins, and an example."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.text import analyse
from ranking.language.concepts import current_concepts, translate_terms
from ranking.merchandising.clauses import Clause, to_filters
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.conflicts import Conflict, find_conflicts
from ranking.merchandising.facts import Reading, Wording
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.targets import Targets, find_product_ids
from ranking.models import Rule
from ranking.registry import LiveState, live_state

# More would not be read; the first ones are with the strongest rules.
MOST_TOLD = 20


def check_conflicts(document: RuleDocument) -> list[dict[str, Any]]:
    """What this rule, saved as it is and live, would collide with; at most MOST_TOLD entries."""
    live = live_state()
    age = Rule.objects.filter(pk=document.id).values_list("created_at", flat=True).first() if document.id else None
    rule = compile_rule(document, created_at=age)
    return [describe_conflict(conflict) for conflict in list_conflicts(rule, live, most=MOST_TOLD)]


def list_conflicts(rule: CompiledRule, live: LiveState, *, most: int) -> list[Conflict]:
    """The first conflicts of a rule with the live ones, with the strongest rules first."""
    membership = _Membership(live, timezone.now())
    found = find_conflicts(
        rule,
        live.book.rules,
        now=timezone.now(),
        holds=membership.holds,
        read=lambda words: _read_otherwise(words, live),
    )
    return list(islice(found, most))


class _Membership:
    """Whether a product is one that a rule's clauses mean, as the index knows it now."""

    def __init__(self, live: LiveState, now: datetime) -> None:
        self._live, self._now = live, now
        self._ordinals: dict[str, int] = {}

    def holds(self, sku: str, clauses: Sequence[Clause]) -> bool | None:
        """None for a product that is not in the index."""
        named = {sku, *(value for clause in clauses if clause.field == "sku" for value in clause.values)}
        unknown = [name for name in named if name not in self._ordinals]
        if unknown:
            found = find_product_ids(unknown)
            ordinals = self._live.snapshot.ordinals(list(found.values())).tolist() if found else []
            self._ordinals |= dict.fromkeys(unknown, -1) | dict(zip(found, ordinals, strict=True))
        if self._ordinals[sku] < 0:
            return None
        targets = Targets(self._live.snapshot, self._now, self._ordinals)
        return bool(targets.mask(to_filters(clauses))[self._ordinals[sku]])


def _read_otherwise(words: str, live: LiveState) -> tuple[Reading, ...]:
    concepts = current_concepts(live.snapshot.vocabulary)
    return tuple(
        Reading("translated", Wording(text, terms)) for text, terms in translate_terms(tuple(analyse(words)), concepts)
    )


def describe_conflict(conflict: Conflict) -> dict[str, Any]:
    witness = conflict.witness
    request = witness.request
    return {
        "kind": conflict.kind,
        "about": conflict.about,
        "message": _say(conflict),
        "winner": {"id": conflict.winner.id, "name": conflict.winner.name},
        "loser": {"id": conflict.loser.id, "name": conflict.loser.name},
        "example": {
            "q": request.query,
            "category": request.category,
            "filters": [{"field": item.field, "values": list(item.values)} for item in request.filters],
            "sort": request.sort,
            "market": request.market,
            "locale": request.locale,
            "segments": list(request.segments),
            "device": request.device,
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
        "variety": _("They mix products differently; it is done as “%(winner)s” says."),
        "stopped": _("“%(winner)s” says that no later rule applies, so “%(loser)s” does nothing there."),
    }
    details = {"about": conflict.about, "winner": conflict.winner.name, "loser": conflict.loser.name}
    sentence = sentences[conflict.kind] % details
    return f"{sentence} {_say_example(conflict)}"


def _say_example(conflict: Conflict) -> str:
    request = conflict.witness.request
    at = timezone.localtime(conflict.witness.at)
    parts = [_("“%s”") % request.query if request.query else _("no words")]
    parts += [f"{item.field} {'/'.join(item.values)}" for item in request.filters]
    parts += [value for value in (request.category, request.market, *request.segments) if value]
    details = {"search": ", ".join(parts), "at": f"{at:%Y-%m-%d %H:%M}"}
    return _("For example: %(search)s, on %(at)s.") % details
