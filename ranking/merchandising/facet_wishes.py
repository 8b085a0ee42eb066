"""What rules ask of the filters beside the results: which come first, which are left out, and so for their values."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from ranking.contracts import Facet, Filter, RuleOutcome
from ranking.merchandising.actions import FacetsAction
from ranking.merchandising.match import Effect


@dataclass(frozen=True, slots=True)
class FacetWishes:
    """Those of stronger rules come first; what any rule leaves out is left out. `values_first` and `values_hidden` are
    by filter field.
    """

    first: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    values_first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values_hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def arrange(self, facets: Sequence[Facet], filters: Sequence[Filter]) -> tuple[Facet, ...]:
        """A filter or value the shopper has chosen is never left out: it must be possible to take it away again."""
        chosen = {item.field for item in filters}
        shown = [facet for facet in facets if facet.field in chosen or facet.field not in self.hidden]
        place = {name: number for number, name in enumerate(self.first)}
        ordered = sorted(shown, key=lambda facet: place.get(facet.field, len(place)))
        return tuple(self._arrange_values(facet) for facet in ordered)

    def _arrange_values(self, facet: Facet) -> Facet:
        first, hidden = self.values_first.get(facet.field, ()), self.values_hidden.get(facet.field, frozenset())
        opened = facet.field in self.opened
        if not (first or hidden):
            return replace(facet, opened=True) if opened else facet
        place = {key: number for number, key in enumerate(first)}
        kept = [value for value in facet.values if value.selected or value.key not in hidden]
        ordered = sorted(kept, key=lambda value: place.get(value.key, len(place)))
        return replace(facet, values=tuple(ordered), opened=opened)


def resolve_facets(effects: Sequence[tuple[Effect, FacetsAction]]) -> tuple[FacetWishes, list[RuleOutcome]]:
    """The effects are in order of precedence."""
    actions = [action for _effect, action in effects]
    hidden = frozenset(key for action in actions for key in action.hide)
    values = [item for action in actions for item in action.values]
    fields = dict.fromkeys(item.field for item in values)
    hidden_values = {name: frozenset(k for v in values if v.field == name for k in v.hide) for name in fields}
    first_values = {
        name: tuple(dict.fromkeys(k for v in values if v.field == name for k in v.first)) for name in fields
    }
    wishes = FacetWishes(
        first=_without(dict.fromkeys(key for action in actions for key in action.first), hidden),
        hidden=hidden,
        opened=frozenset(key for action in actions for key in action.open) - hidden,
        values_first={name: _without(keys, hidden_values[name]) for name, keys in first_values.items()},
        values_hidden=hidden_values,
    )
    return wishes, _name_losers(effects)


def _without(keys: Collection[str], hidden: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in hidden)


def list_contradictions(one: FacetsAction, two: FacetsAction) -> Iterator[tuple[str, ...]]:
    """What `one` shows first or unfolded and `two` leaves out: (filter,) or (filter, value)."""
    yield from ((key,) for key in dict.fromkeys((*one.first, *one.open)) if key in two.hide)
    for mine in one.values:
        if mine.first and mine.field in two.hide:
            yield (mine.field,)
        for other in two.values:
            if mine.field == other.field:
                yield from ((mine.field, key) for key in mine.first if key in other.hide)


def _name_losers(effects: Sequence[tuple[Effect, FacetsAction]]) -> list[RuleOutcome]:
    losers: dict[tuple[str, str], RuleOutcome] = {}
    for effect, action in effects:
        for winner, other in effects:
            found = next(list_contradictions(action, other), None) if winner.rule.id != effect.rule.id else None
            if found:
                reason = _("“%(rule)s” leaves out %(what)s.")
                told = reason % {"rule": winner.rule.name, "what": " ".join(filter(None, found))}
                key = (effect.rule.id, winner.rule.id)
                losers.setdefault(key, RuleOutcome(effect.rule.id, effect.rule.name, "beaten", told, winner.rule.id))
    return list(losers.values())
