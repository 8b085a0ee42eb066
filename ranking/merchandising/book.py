"""The live rules, compiled and indexed once per process, and loaded again when the rules' live version moves."""

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext as _

from ranking.contracts import RuleOutcome
from ranking.errors import RuleRefused
from ranking.merchandising.book_rows import BookSource, read_changed
from ranking.merchandising.cap_rows import Cap, load_caps
from ranking.merchandising.compile import CompiledRule, compile_rule
from ranking.merchandising.facts import QueryFacts, make_hooks
from ranking.merchandising.schema import DOCUMENT_FIELDS, RuleDocument, parse_rule
from ranking.models import Rule

log = structlog.get_logger(__name__)
_COLUMNS = ("id", *DOCUMENT_FIELDS, "created_at")
# When more of the rules change than this share, the book is built anew.
MOST_REFILED = 0.1
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules in order of precedence; `index` maps a hook to the rules filed under it, `unindexed` are always tried;
    `kinds` are those of the hooks in it, or more.
    """

    version: int = -1
    rules: tuple[CompiledRule, ...] = ()
    index: Mapping[str, tuple[CompiledRule, ...]] = field(default_factory=dict)
    unindexed: tuple[CompiledRule, ...] = ()
    broken: tuple[RuleOutcome, ...] = ()
    source: BookSource = field(default_factory=BookSource)
    kinds: frozenset[str] = field(default=frozenset(), compare=False)
    caps: tuple[Cap, ...] = ()

    def find_candidates(self, facts: QueryFacts) -> set[CompiledRule]:
        """Every rule that could hold; the rest surely do not."""
        found = set(self.unindexed)
        for hook in make_hooks(facts, self.kinds):
            if hook in self.index:
                found.update(self.index[hook])
        return found


def order_of(rule: CompiledRule) -> tuple[int, float, str]:
    return rule.order


def _list_kinds(hooks: Iterable[str]) -> frozenset[str]:
    return frozenset(hook.partition(":")[0] for hook in hooks)


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
    """Only rows that changed are read and compiled, and only their rules filed anew: one save among 50,000 rules costs
    milliseconds, where reading them all takes seconds.
    """
    known = previous or RuleBook()
    changed = read_changed(known.source, columns=_COLUMNS)
    fresh: list[CompiledRule] = []
    broken = [outcome for outcome in known.broken if outcome.rule_id not in changed.gone]
    for row in changed.rows:
        try:
            fresh.append(compile_row(row))
        except RuleRefused as error:
            broken.append(report_broken(row, error))
    gone = [rule for rule in known.rules if rule.id in changed.gone] if changed.gone else []
    if len(gone) + len(fresh) > len(known.rules) * MOST_REFILED:
        left = [rule for rule in known.rules if rule.id not in changed.gone]
        book = build_book([*left, *fresh], version=version, broken=broken)
    else:
        book = revise_book(known, gone, fresh, version=version, broken=broken)
    return replace(book, source=changed.source, caps=load_caps())


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


def build_book(rules: Iterable[CompiledRule], *, version: int = 0, broken: Sequence[RuleOutcome] = ()) -> RuleBook:
    ordered = tuple(sorted(rules, key=order_of))
    index: dict[str, list[CompiledRule]] = {}
    for rule in ordered:
        for hook in rule.hooks or ():
            index.setdefault(hook, []).append(rule)
    filed = {hook: tuple(found) for hook, found in index.items()}
    unindexed = tuple(rule for rule in ordered if rule.hooks is None)
    return RuleBook(version, ordered, filed, unindexed, tuple(broken), kinds=_list_kinds(filed))


def revise_book(
    known: RuleBook,
    gone: Sequence[CompiledRule],
    fresh: Sequence[CompiledRule],
    *,
    version: int,
    broken: Sequence[RuleOutcome] = (),
) -> RuleBook:
    """What build_book makes of the rules without those gone and with the fresh ones."""
    rules, index, unindexed = list(known.rules), dict(known.index), list(known.unindexed)
    for rule in gone:
        del rules[bisect_left(rules, rule.order, key=order_of)]
        if rule.hooks is None:
            unindexed.remove(rule)
        for hook in dict.fromkeys(rule.hooks or ()):
            index[hook] = tuple(other for other in index[hook] if other is not rule)
            if not index[hook]:
                del index[hook]
    for rule in fresh:
        insort(rules, rule, key=order_of)
        if rule.hooks is None:
            insort(unindexed, rule, key=order_of)
        for hook in dict.fromkeys(rule.hooks or ()):
            index[hook] = tuple(sorted((*index.get(hook, ()), rule), key=order_of))
    kinds = known.kinds.union(*(_list_kinds(rule.hooks or ()) for rule in fresh))
    return RuleBook(version, tuple(rules), index, tuple(unindexed), tuple(broken), kinds=kinds)


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
