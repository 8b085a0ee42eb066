"""The live rules, compiled and indexed once per process, and loaded again when the rules' live version moves."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext as _

from ranking.contracts import RuleOutcome
from ranking.errors import RuleRefused
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.facts import QueryFacts, make_hooks
from ranking.merchandising.schema import DOCUMENT_FIELDS, RuleDocument, parse_rule
from ranking.models import Rule

log = structlog.get_logger(__name__)
_COLUMNS = ("id", *DOCUMENT_FIELDS, "created_at")
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules in order of precedence; `index` maps a hook to positions in `rules`, `unindexed` are tried every time;
    `kinds` are those of the hooks in it.
    """

    version: int = -1
    rules: tuple[CompiledRule, ...] = ()
    index: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unindexed: tuple[int, ...] = ()
    broken: tuple[RuleOutcome, ...] = ()
    sources: Mapping[Any, tuple[Any, ...]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()

    def find_candidates(self, facts: QueryFacts) -> list[CompiledRule]:
        """Every rule that could hold, in order of precedence; the rest surely do not."""
        positions = set(self.unindexed)
        for hook in make_hooks(facts, self.kinds):
            found = self.index.get(hook)
            if found:
                positions.update(found)
        return [self.rules[position] for position in sorted(positions)]


class _Shelf:
    book = RuleBook()


def current_book(version: int) -> RuleBook:
    """The book of this version or a later one. Threads that meet a new version wait for the one that loads it."""
    book = _Shelf.book
    if book.version >= version:
        return book
    with _lock:
        if _Shelf.book.version < version:
            _Shelf.book = load_book(version, previous=_Shelf.book)
        return _Shelf.book


def forget_book() -> None:
    """For tests, whose database goes back in time."""
    with _lock:
        _Shelf.book = RuleBook()


def load_book(version: int, *, previous: RuleBook | None = None) -> RuleBook:
    """Reads the live rules; those whose row did not change are not compiled again (10,000 take seconds otherwise)."""
    rows = {row[0]: row for row in Rule.objects.filter(status=Rule.Status.LIVE).order_by().values_list(*_COLUMNS)}
    compiled = {rule.id: rule for rule in previous.rules} if previous else {}
    sources = previous.sources if previous else {}
    rules: list[CompiledRule] = []
    broken: list[RuleOutcome] = []
    for key, row in rows.items():
        known = compiled.get(str(key)) if sources.get(key) == row else None
        try:
            rules.append(known or compile_row(row))
        except RuleRefused as error:
            broken.append(report_broken(row, error))
    return build_book(rules, version=version, broken=broken, sources=rows)


def compile_row(row: Sequence[Any]) -> CompiledRule:
    values = dict(zip(_COLUMNS, row, strict=True))
    created_at: datetime = values.pop("created_at")
    return compile_rule(parse_rule(values), created_at=created_at)


def report_broken(row: Sequence[Any], error: RuleRefused) -> RuleOutcome:
    """A rule stored by other means than our doors may be wrong: it is skipped and named, and search goes on."""
    errors = error.extra["errors"]
    log.warning("rule_skipped", rule=str(row[0]), errors=errors)
    path, message = next(iter(errors.items()))
    reason = _("Skipped, because it is not valid: %(path)s: %(message)s") % {"path": path, "message": message}
    return RuleOutcome(str(row[0]), str(row[1]), "inactive", reason)


def build_book(
    rules: Iterable[CompiledRule],
    *,
    version: int = 0,
    broken: Sequence[RuleOutcome] = (),
    sources: Mapping[Any, tuple[Any, ...]] | None = None,
) -> RuleBook:
    ordered = tuple(sorted(rules, key=lambda rule: rule.order))
    index: dict[str, list[int]] = {}
    unindexed: list[int] = []
    for position, rule in enumerate(ordered):
        if rule.hooks is None:
            unindexed.append(position)
        for hook in rule.hooks or ():
            index.setdefault(hook, []).append(position)
    filed = {hook: tuple(positions) for hook, positions in index.items()}
    kinds = frozenset(hook.partition(":")[0] for hook in filed)
    return RuleBook(version, ordered, filed, tuple(unindexed), tuple(broken), sources or {}, kinds)


def compile_drafts(drafts: Sequence[Any]) -> list[CompiledRule]:
    """Rules of this request only. A draft of a stored rule keeps its age, so a preview ranks as the saved rule will.

    What is compiled already is taken as it is: a simulation asks thousands of searches with the same drafts.
    """
    documents = [draft if isinstance(draft, CompiledRule) else parse_rule(draft) for draft in drafts]
    ids = [document.id for document in documents if isinstance(document, RuleDocument) and document.id]
    ages = dict(Rule.objects.filter(pk__in=ids).values_list("pk", "created_at")) if ids else {}
    return [
        document
        if isinstance(document, CompiledRule)
        else compile_rule(document, created_at=ages.get(document.id) if document.id else None)
        for document in documents
    ]
