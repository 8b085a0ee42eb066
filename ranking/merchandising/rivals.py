"""Which live rules could collide with one rule: those that claim what it claims (claims.py), but for those that words,
category pages, markets or languages keep apart. A sieve before conflicts.py, which decides: of 10,000 rules on words of
their own it leaves a handful.

It reasons with the hooks under which rules are filed (compile.py): whoever holds in a search is filed under one of its
hooks. A rule on whole queries (`is`) holds only for searches whose words are its own, so whoever holds in them too is
filed under hooks of those words. Rules that are filed in any other way always stay.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from catalog.text import analyse, normalise
from ranking.merchandising.book import RuleBook
from ranking.merchandising.claims import ClaimIndex, index_claims
from ranking.merchandising.compile import CompiledRule
from ranking.merchandising.conditions import FilterCondition, QueryCondition
from ranking.merchandising.conflicts import Holds, name_skus
from ranking.merchandising.facts import Reading, Wording, list_word_hooks

Read = Callable[[str], Sequence[Reading]]
_WHOLE = frozenset({"atext", "awords"})
_WORDS = frozenset({"arun", "apair"}) | _WHOLE
_PAGES = frozenset({"category", "under"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What the sieve knows of a rule. `kind`: on `whole` queries, on `words` in them, on `pages`, or `other`; `reach`:
    hooks of the queries it names, as typed and as they are also read; `read`: those of the other readings alone.
    """

    rule: CompiledRule
    kind: str
    reach: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    pages: tuple[str, ...] = ()


@dataclass
class Sieve:
    """The rules of one book by what they claim and by how they are filed; what is known of rules that stay is kept."""

    read: Read
    _outlines: dict[str, Outline] = field(default_factory=dict)
    _index: ClaimIndex = field(default_factory=lambda: index_claims(()))

    def find_rivals(self, rule: CompiledRule, book: RuleBook, *, holds: Holds = name_skus) -> Iterator[CompiledRule]:
        """In order of precedence."""
        index, known = self.index_book(book), self._outlines.get(rule.id)
        own = known if known and known.rule is rule else outline_rule(rule, self.read)
        for place in index.find_candidates(rule, holds):
            other = index.rules[place]
            if may_meet(own, self._outline(other)):
                yield other

    def index_book(self, book: RuleBook) -> ClaimIndex:
        if self._index.rules is not book.rules:
            known = self._outlines
            self._outlines = {
                rule.id: known[rule.id] for rule in book.rules if rule.id in known and known[rule.id].rule is rule
            }
            self._index = index_claims(book.rules)
        return self._index

    def _outline(self, rule: CompiledRule) -> Outline:
        """Of a rule of the book."""
        found = self._outlines.get(rule.id)
        if found is None or found.rule is not rule:
            found = self._outlines[rule.id] = outline_rule(rule, self.read)
        return found


def outline_rule(rule: CompiledRule, read: Read) -> Outline:
    kinds = {hook.partition(":")[0] for hook in rule.hooks or ()}
    if kinds and kinds <= _WORDS and not any(_is_expression(item) for item in rule.conditions):
        texts = list(_list_texts(rule))
        others = [reading.wording for text in texts for reading in read(text)]
        said = frozenset(hook for wording in others for hook in list_word_hooks("a", wording))
        typed = frozenset(hook for text in texts for hook in _list_hooks(text)) if kinds <= _WHOLE else frozenset()
        return Outline(rule, "whole" if kinds <= _WHOLE else "words", typed | said, said)
    if kinds and kinds <= _PAGES and not any(_is_page_filter(item) for item in rule.conditions):
        return Outline(rule, "pages", pages=tuple(hook.partition(":")[2] for hook in rule.hooks or ()))
    return Outline(rule, "other")


def _is_expression(condition: object) -> bool:
    """Its words do not stand in a row, so no query can be made of them here."""
    return isinstance(condition, QueryCondition) and condition.match == "expression"


def _list_texts(rule: CompiledRule) -> Iterator[str]:
    """The words of all its conditions that want some."""
    for condition in rule.conditions:
        if isinstance(condition, QueryCondition) and not condition.negate:
            yield from (" ".join(normalise(value).split()) for value in condition.values)


def _list_hooks(text: str) -> Iterator[str]:
    """Letters without blanks too: two texts of the same words may be set differently."""
    words = tuple(analyse(text))
    yield from list_word_hooks("a", Wording(text, words))
    yield from list_word_hooks("a", Wording("".join(text.split()), words))


def _is_page_filter(condition: object) -> bool:
    """A filter can stand for a page, so two pages may hold at once."""
    return isinstance(condition, FilterCondition) and condition.field == "category"


def may_meet(one: Outline, two: Outline) -> bool:
    """False only for two rules that no search satisfies."""
    if not (_share(one.rule.markets, two.rule.markets) and _share(one.rule.locales, two.rule.locales)):
        return False
    if one.kind == "pages" and two.kind == "pages":
        return any(_is_on_path(first, second) for first in one.pages for second in two.pages)
    if "whole" in (one.kind, two.kind) and {one.kind, two.kind} <= {"whole", "words"}:
        return _reaches(one, two) or _reaches(two, one)
    return True


def _reaches(one: Outline, two: Outline) -> bool:
    """Whether a query that the first names, in some reading, is one for which the second may hold."""
    reach = one.reach if one.kind == "whole" else one.read
    return not reach.isdisjoint(two.rule.hooks or ())


def _share(one: frozenset[str], two: frozenset[str]) -> bool:
    """No markets, or languages, are all."""
    return not (one and two and one.isdisjoint(two))


def _is_on_path(one: str, two: str) -> bool:
    return one == two or one.startswith(f"{two}/") or two.startswith(f"{one}/")
