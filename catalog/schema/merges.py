"""The merges that merchandisers accepted, ready to apply: which value or attribute is shown as which other one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from catalog.contracts import Scalar
from catalog.effective import value_key
from catalog.models import Attribute, AttributeValue, SchemaSuggestion

Merges = tuple[dict[str, dict[str, Scalar]], dict[str, str]]


def read_merges() -> Merges:
    """Value merges (attribute key → value key → the value shown) and attribute merges (attribute key → attribute key).

    Chains are resolved (a → b, b → c gives a → c and b → c). Both belong to the attribute as the catalog has it: where
    "colour" is shown as "color", a value of "colour" also takes the merges of "color". A merge into an attribute that
    is gone changes nothing.
    """
    values: dict[str, dict[str, str]] = defaultdict(dict)
    attributes: dict[str, str] = {}
    for kind, key, source, target in _read_accepted():
        if kind == SchemaSuggestion.Kind.SAME_ATTRIBUTE:
            attributes[source] = target
        else:
            values[key][source] = target
    same_keys = _without_missing(resolve_chains(attributes))
    resolved = {key: resolve_chains(pairs) for key, pairs in values.items()}
    for source, target in same_keys.items():
        if target in resolved:
            resolved[source] = _compose(resolved.get(source, {}), resolved[target])
    return _show_values(resolved, same_keys), same_keys


def resolve_chains(pairs: Mapping[str, str]) -> dict[str, str]:
    """Each source with the end of its chain. Sources in a circle (none can be accepted, but rows can be written by
    other hands) are left out.
    """
    resolved: dict[str, str] = {}
    for source in pairs:
        seen, end = {source}, pairs[source]
        while end in pairs and end not in seen:
            seen.add(end)
            end = pairs[end]
        if end not in seen:
            resolved[source] = end
    return resolved


def _read_accepted() -> Iterable[tuple[str, str, str, str]]:
    accepted = SchemaSuggestion.objects.filter(status=SchemaSuggestion.Status.ACCEPTED)
    return accepted.values_list("kind", "attribute__key", "source", "target")


def _without_missing(same_keys: Mapping[str, str]) -> dict[str, str]:
    known = set(Attribute.objects.filter(key__in=set(same_keys.values())).values_list("key", flat=True))
    return {source: target for source, target in same_keys.items() if target in known}


def _compose(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    composed = {**then, **{source: then.get(target, target) for source, target in first.items()}}
    return {source: target for source, target in composed.items() if source != target}


def _show_values(
    resolved: Mapping[str, Mapping[str, str]], same_keys: Mapping[str, str]
) -> dict[str, dict[str, Scalar]]:
    """Each target as the catalog writes it; a value of a merged attribute may be known at either attribute."""
    shown = _read_scalars({(key, target) for key, pairs in resolved.items() for target in pairs.values()}, same_keys)
    return {
        key: {source: shown[key, target] for source, target in pairs.items()}
        for key, pairs in resolved.items()
        if pairs
    }


def _read_scalars(wanted: set[tuple[str, str]], same_keys: Mapping[str, str]) -> dict[tuple[str, str], Scalar]:
    attributes = {name for key, _ in wanted for name in (key, same_keys.get(key, key))}
    rows = AttributeValue.objects.filter(
        attribute__key__in=attributes, key__in={value for _, value in wanted}
    ).values_list("attribute__key", "key", "name_en", "name_zh", "number")
    known = {(attribute, key): read_scalar(key, en, zh, number) for attribute, key, en, zh, number in rows}
    return {
        (key, value): known.get((same_keys.get(key, key), value), known.get((key, value), value))
        for key, value in wanted
    }


def read_scalar(key: str, name_en: str, name_zh: str, number: float | None) -> Scalar:
    """A value as products state it: its value key is `key`. A name that was translated since is no spelling of it."""
    if number is not None:
        return key == "true" if key in {"true", "false"} else number
    return next((name for name in (name_en, name_zh) if name and value_key(name) == key), key)
