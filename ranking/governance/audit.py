"""The audit log: entries sealed by hashes in one chain, written in the transaction of what they tell."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ranking.governance.actors import Actor
from ranking.models import AuditEntry

# An advisory lock of Postgres ("rule"): governed changes go one after another, so the chain never forks, and what a
# change has read of rules and policies is still so when it commits.
_LOCK = 0x72756C65
START = "0" * 64
_SEALED = ("actor", "actor_label", "action", "kind", "object_id", "object_name", "version", "comment", "document_hash")


@contextmanager
def governed() -> Iterator[None]:
    """A transaction in which rules, policies and their audit may change. Take it before any row's lock."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about; `document` is its content after the change."""

    kind: str
    id: str
    name: str
    version: int | None = None
    document: Mapping[str, Any] | None = None


def record(actor: Actor, action: str, subject: Subject, *, comment: str = "") -> AuditEntry:
    """Appends an entry; only inside `governed`."""
    text = write_canonical(subject.document) if subject.document is not None else ""
    last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor.identity,
        actor_label=actor.label[:150],
        action=action,
        kind=subject.kind,
        object_id=subject.id,
        object_name=subject.name[:200],
        version=subject.version,
        comment=comment,
        document=text,
        document_hash=hash_text(text) if text else "",
        previous_hash=last or START,
    )
    entry.hash = seal(entry)
    entry.save(force_insert=True)
    return entry


def write_canonical(value: Any) -> str:
    """One text for equal documents, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def seal(entry: AuditEntry) -> str:
    told = {name: getattr(entry, name) for name in _SEALED}
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hash_text(write_canonical({**told, "at": at, "previous_hash": entry.previous_hash}))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at` is the first entry that does not fit, None when the chain holds; `head` the last hash that does."""

    count: int
    head: str
    broken_at: int | None = None
    problem: str = ""
    seen: bool = True


def verify_chain(*, expected: str = "") -> Verdict:
    """Reads every entry. `expected` is a hash noted earlier that must be in the chain: a cut tail shows nowhere."""
    previous, count, seen = START, 0, not expected
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        problem = _find_problem(entry, previous)
        if problem:
            return Verdict(count, previous, entry.pk, problem, seen)
        previous, count = entry.hash, count + 1
        seen = seen or previous == expected
    return Verdict(count, previous, seen=seen)


def _find_problem(entry: AuditEntry, previous: str) -> str:
    if entry.previous_hash != previous:
        return "an entry before it is missing or was changed"
    if entry.document_hash != (hash_text(entry.document) if entry.document else ""):
        return "its document was changed"
    return "" if entry.hash == seal(entry) else "it was changed"
