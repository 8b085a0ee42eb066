"""What live rules name that cannot be shown or is not there: every name is looked up once, no product is scanned."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.models import Product
from ranking.health.finding import Finding
from ranking.health.usage import UNUSED, Usage
from ranking.merchandising.actions import PinAction
from ranking.merchandising.clauses import SKU_FIELD
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.references import KINDS, find_known, list_references
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.targets import find_product_ids
from ranking.models import HealthFinding
from ranking.retrieval.snapshot import IndexSnapshot

BATCH = 20_000
# Names told of one rule; a hundred dead pins are seen by the first of them.
MOST_NAMES = 50
Kind = HealthFinding.Kind


def find_dead_pins(
    rules: Sequence[CompiledRule], snapshot: IndexSnapshot, usage: Mapping[str, Usage]
) -> Iterator[Finding]:
    states = read_states({pin.sku for rule in rules for pin in _list_pins(rule)}, snapshot)
    for rule in rules:
        dead = [
            {"sku": pin.sku, "position": pin.position, "why": state}
            for pin in _list_pins(rule)
            if (state := states[pin.sku]) and (state != "out_of_stock" or pin.obey_stock)
        ]
        if dead:
            weight = 1000 * usage.get(rule.id, UNUSED).matched + len(dead)
            detail = {"pins": dead[:MOST_NAMES], "more": max(len(dead) - MOST_NAMES, 0)}
            yield Finding(Kind.DEAD_PIN, weight, rule.id, detail=detail)


def _list_pins(rule: CompiledRule) -> list[PinAction]:
    return [action for action in rule.actions if isinstance(action, PinAction)]


def read_states(skus: Iterable[str], snapshot: IndexSnapshot) -> dict[str, str]:
    """SKU → missing, archived, draft, not_indexed or out_of_stock; empty when it can be shown."""
    wanted = sorted(skus)
    states = dict.fromkeys(wanted, "missing")
    for first in range(0, len(wanted), BATCH):
        found = find_product_ids(wanted[first : first + BATCH])
        ordinals = snapshot.ordinals(list(found.values())).tolist() if found else []
        absent = [id_ for id_, ordinal in zip(found.values(), ordinals, strict=True) if ordinal < 0]
        status = dict(Product.objects.filter(pk__in=absent).values_list("id", "status"))
        for (sku, id_), ordinal in zip(found.items(), ordinals, strict=True):
            if ordinal >= 0:
                states[sku] = "" if snapshot.in_stock[ordinal] else "out_of_stock"
            elif status.get(id_) == Product.Status.ACTIVE:
                states[sku] = "not_indexed"
            else:
                states[sku] = status.get(id_, "missing")
    return states


@dataclass(frozen=True, slots=True)
class _Named:
    rule: CompiledRule
    names: tuple[tuple[str, str], ...]  # kind of thing, key


def find_unknown_names(rules: Iterable[CompiledRule], usage: Mapping[str, Usage]) -> Iterator[Finding]:
    """Brands, categories, attributes and products of clauses; pins are told of by find_dead_pins."""
    named = [_Named(rule, _list_names(rule)) for rule in rules]
    known = {kind: _find_all_known(kind, named) for kind in KINDS}
    for item in named:
        unknown = [{"kind": kind, "key": key} for kind, key in item.names if key not in known[kind]]
        if unknown:
            weight = 1000 * usage.get(item.rule.id, UNUSED).matched + len(unknown)
            detail = {"names": unknown[:MOST_NAMES], "more": max(len(unknown) - MOST_NAMES, 0)}
            yield Finding(Kind.UNKNOWN_NAME, weight, item.rule.id, detail=detail)


def _list_names(rule: CompiledRule) -> tuple[tuple[str, str], ...]:
    pinned = {pin.sku for pin in _list_pins(rule)}
    document = RuleDocument.model_construct(conditions=rule.conditions, actions=rule.actions)
    found = ((kind, key) for _path, kind, key in list_references(document))
    return tuple(dict.fromkeys(item for item in found if item[0] != SKU_FIELD or item[1] not in pinned))


def _find_all_known(kind: str, named: Iterable[_Named]) -> set[str]:
    keys = sorted({key for item in named for found, key in item.names if found == kind})
    return {key for first in range(0, len(keys), BATCH) for key in find_known(kind, keys[first : first + BATCH])}
