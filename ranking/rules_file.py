"""Rules as code: all rules as one YAML file that a repository can keep, and the difference a file would make.

Writing and reading back is the identity: every field of every rule stands in the file, those at their default left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import yaml
from django.utils.translation import gettext as _

from ranking.errors import RuleRefused
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule

FORMAT = "searchsite-rules"
FORMAT_VERSION = 1
MAX_BYTES = 50_000_000
MAX_RULES = 100_000
MOST_NESTED = 50
# libyaml's, where it is there: a file of 10,000 rules is read in seconds instead of minutes.
_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FastDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
ChangeKind = Literal["create", "change", "unchanged", "delete"]
# What a stored rule has beside its document.
_NOT_WRITTEN = frozenset({"schema_version", "version"})


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would do to one rule: `fields` maps a field to its value before and after."""

    kind: ChangeKind
    rule_id: str
    name: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


class _Loader(_FastLoader):  # type: ignore[valid-type,misc]
    """Plain data only, and nothing said twice: of two equal keys the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                details = {"line": key.start_mark.line + 1, "key": key.value[:60]}
                raise yaml.YAMLError(_("Line %(line)d: “%(key)s” stands here twice.") % details)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        plain: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return plain


def _check_events(text: str) -> None:
    """An alias could blow a small file up to any size, a tag make other things than plain data, and lists within lists
    without end exhaust the stack.
    """
    depth = 0
    for event in yaml.parse(text, _Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(_("Line %d: aliases (*name) are not read.") % line)
        if getattr(event, "tag", None):
            raise yaml.YAMLError(_("Line %d: tags (!name) are not read.") % line)
        if depth > MOST_NESTED:
            raise yaml.YAMLError(_("Line %d: nested too deeply.") % line)


# Moments stay text: the document's own reader knows which need an offset and which must not have one.
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def write_rules(rules: Iterable[Rule]) -> str:
    """All rules in order of precedence; the same rules give the same text."""
    listed = [_plain(to_document(rule)) for rule in rules]
    whole = {"format": FORMAT, "version": FORMAT_VERSION, "rules": listed}
    text: str = yaml.dump(whole, Dumper=_FastDumper, allow_unicode=True, sort_keys=False, width=120)
    return text


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as plain values; one that is not valid is written as it is stored, so that nothing is lost."""
    try:
        plain = parse_rule(document).model_dump(mode="json", by_alias=True)
    except RuleRefused:
        plain = dict(document) | {"expires_at": document["expires_at"] and document["expires_at"].isoformat()}
    usual = {name: info.get_default() for name, info in RuleDocument.model_fields.items() if not info.is_required()}
    kept = {name: value for name, value in plain.items() if name not in _NOT_WRITTEN and name not in ("conditions",)}
    trimmed = {name: value for name, value in kept.items() if name not in usual or value != _as_json(usual[name])}
    trimmed["conditions"] = plain["conditions"]
    order = ("id", "name", "status", "priority", "conditions", "actions")
    return {name: trimmed[name] for name in (*order, *sorted(set(trimmed) - set(order))) if name in trimmed}


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def read_rules(text: str) -> list[RuleDocument]:
    """Every rule of a file, or RuleRefused that names each wrong field as `rules.3.actions.0.sku`."""
    if len(text.encode()) > MAX_BYTES:
        raise _refuse(_("The file is larger than %d MB.") % (MAX_BYTES // 1_000_000))
    try:
        _check_events(text)
        loaded = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError) as error:  # a ValueError: thousands of digits are no number
        raise _refuse(_("This is not YAML: %s") % str(error)[:300]) from error
    if not isinstance(loaded, dict) or loaded.get("format") != FORMAT:
        raise _refuse(_("This is not a file of rules: it must begin with “format: %s”.") % FORMAT)
    if loaded.get("version") != FORMAT_VERSION:
        raise _refuse(_("Files of version %s are not known here.") % loaded.get("version"))
    listed = loaded.get("rules")
    if not isinstance(listed, list) or len(listed) > MAX_RULES:
        raise _refuse(_("“rules” must be a list of at most %d rules.") % MAX_RULES)
    return _parse_all(listed)


def _parse_all(listed: Sequence[Any]) -> list[RuleDocument]:
    documents: list[RuleDocument] = []
    errors: dict[str, str] = {}
    seen: set[UUID] = set()
    for number, item in enumerate(listed):
        if not isinstance(item, dict):
            errors[f"rules.{number}"] = _("Not an object.")
            continue
        try:
            document = parse_rule(item)
        except RuleRefused as error:
            errors |= {f"rules.{number}.{path}": message for path, message in error.extra["errors"].items()}
            continue
        if document.id in seen:
            errors[f"rules.{number}.id"] = _("Two rules have this id.")
        if document.id:
            seen.add(document.id)
        documents.append(document)
    if errors:
        raise RuleRefused(_("Nothing was changed: some rules of the file are not valid."), errors=errors)
    return documents


def _refuse(message: str) -> RuleRefused:
    return RuleRefused(message, errors={"file": message})


def find_changes(documents: Sequence[RuleDocument], stored: Iterable[Rule], *, prune: bool) -> list[Change]:
    """What the file would do. With `prune` rules that it does not name are deleted: the file holds all there are."""
    before = {rule.pk: rule for rule in stored}
    changes = [_compare(document, before.get(document.id) if document.id else None) for document in documents]
    named = {document.id for document in documents}
    if prune:
        changes += [Change("delete", str(id_), rule.name) for id_, rule in before.items() if id_ not in named]
    return changes


def _compare(document: RuleDocument, stored: Rule | None) -> Change:
    after = _plain(document.model_dump(mode="json", by_alias=True))
    if stored is None:
        return Change("create", str(document.id or ""), document.name)
    before = _plain(to_document(stored))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    fields = {name: (before.get(name), after.get(name)) for name in names}
    return Change("change" if fields else "unchanged", str(document.id), document.name, fields)
