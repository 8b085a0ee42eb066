"""A rule's content as plain values: what is approved, compared, audited and restored. Its status is not part of it."""

from collections.abc import Mapping
from typing import Any

from ranking.errors import RuleRefused
from ranking.governance.audit import hash_text, write_canonical
from ranking.merchandising.schema import DOCUMENT_FIELDS, parse_rule

CONTENT_FIELDS = tuple(name for name in DOCUMENT_FIELDS if name != "status")


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every content field as JSON has it, defaults filled in; of a rule that is not valid as it is stored."""
    known = {name: document[name] for name in DOCUMENT_FIELDS if name in document}
    try:
        plain = parse_rule(known).model_dump(mode="json", by_alias=True)
    except RuleRefused:
        plain = {name: _as_plain(value) for name, value in known.items()}
    return {name: plain[name] for name in CONTENT_FIELDS if name in plain}


def _as_plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def hash_content(document: Mapping[str, Any]) -> str:
    return hash_text(write_canonical(content_of(document)))


def content_of_rule(rule: Any) -> dict[str, Any]:
    """Of a stored rule, or of one of its historical rows."""
    return content_of({name: getattr(rule, name) for name in DOCUMENT_FIELDS})


def hash_rule(rule: Any) -> str:
    return hash_text(write_canonical(content_of_rule(rule)))
