"""Conditions on the typed words made fast: a test on the facts, and the index hooks under which a rule is filed.

Hooks are sound: a rule whose words could hold is filed under a key that facts.make_hooks gives for the query.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from catalog.text import HAN, analyse, normalise
from ranking.merchandising.conditions import QueryCondition
from ranking.merchandising.expressions import AllOf, AnyOf, Expression, Not, Phrase, parse_expression
from ranking.merchandising.facts import JOINT, RUN, QueryFacts, Wording, read_plain
from ranking.merchandising.misspellings import NEAR_KINDS, Mode, compile_near

Test = Callable[[QueryFacts], bool]
Hooks = tuple[str, ...] | None  # None: the condition cannot be looked up, only tested
HAN_START, HAN_END = "㐀", "鿿"
PAIR = 2
ANYTHING = ("query:any",)

# From the rarest to the most common kind of index key.
_TEXT_KINDS = (
    "atext", "awords", "ptext", "pwords", "stext", "swords", "nearis", *NEAR_KINDS[::-1], "apair", "ppair", "spair",
    "arun", "prun", "srun",
)  # fmt: skip
_KINDS = (*_TEXT_KINDS, "category", "under", "segment", "detected", "filter")
SELECTIVITY = {kind: rank for rank, kind in enumerate(_KINDS)}


class Allowed(NamedTuple):
    """What beside the typed letters counts as the rule's words."""

    use_analysis: bool
    synonyms: bool
    typos: bool


class Value(NamedTuple):
    """A rule's words in one reading; `is_together`: Chinese, whose letters count wherever they stand."""

    text: str
    words: tuple[str, ...]
    is_together: bool


def choose_hooks(candidates: Sequence[Hooks]) -> Hooks:
    """All conditions must hold, so one of them is enough to file the rule under: the most selective."""
    usable = [hooks for hooks in candidates if hooks]
    return min(usable, key=_rate_hooks) if usable else None


def _rate_hooks(hooks: tuple[str, ...]) -> tuple[int, int]:
    """How many searches meet the worst of them, as a rank; then how many there are."""
    return max(SELECTIVITY.get(hook.partition(":")[0], len(SELECTIVITY)) for hook in hooks), len(hooks)


def join_hooks(alternatives: Iterable[Hooks]) -> Hooks:
    """One of several is enough to hold, so the rule is filed under the hooks of all; None as soon as one has none."""
    joined: list[str] = []
    for hooks in alternatives:
        if not hooks:
            return None
        joined += hooks
    return tuple(dict.fromkeys(joined))


def compile_query(condition: QueryCondition) -> tuple[Test, Hooks]:
    options = Allowed(condition.use_analysis, condition.synonyms, condition.forgives_typos)
    if condition.match == "empty":
        return (lambda facts: facts.is_empty), ("query:empty",)
    if condition.match == "any":
        return (lambda facts: not facts.is_empty), ANYTHING
    if condition.match == "expression":
        holds, hooks = _compile_tree(parse_expression(condition.values[0]), options)
        return holds, hooks or ANYTHING
    place: Mode = "is" if condition.match == "fuzzy" else condition.match
    return _compile_words(place, condition.values, options)


def _compile_tree(tree: Expression, options: Allowed) -> tuple[Test, Hooks]:
    """What must hold side by side, each as one of several, and what must not, in flat rows (see _hold_together)."""
    wanted: list[tuple[tuple[Test, ...], Hooks]] = []
    unwanted: list[Test] = []
    for part in tree.parts if isinstance(tree, AllOf) else (tree,):
        inner = part.part if isinstance(part, Not) else part
        compiled = [_compile_part(one, options) for one in (inner.parts if isinstance(inner, AnyOf) else (inner,))]
        tests = tuple(test for test, _hooks in compiled)
        if isinstance(part, Not):
            unwanted += tests
        else:
            wanted.append((tests, join_hooks(hooks for _test, hooks in compiled)))
    chosen = choose_hooks([hooks for _tests, hooks in wanted])
    # Whoever tries the rule has met its hooks, so that the other parts are the likelier ones to fail.
    wanted.sort(key=lambda row: row[1] is chosen)
    return _hold_together([tests for tests, _hooks in wanted], unwanted), chosen


def _compile_part(tree: Expression, options: Allowed) -> tuple[Test, Hooks]:
    return _compile_phrase(tree, options) if isinstance(tree, Phrase) else _compile_tree(tree, options)


def _hold_together(wanted: Iterable[tuple[Test, ...]], unwanted: Iterable[Test]) -> Test:
    """One of each row holds and nothing unwanted. It speaks of words: where nothing is typed, not even NOT holds.

    Thousands of rules share their words: each test runs once a search, and no generator stands between.
    """
    rows, banned = tuple(wanted), tuple(unwanted)

    def hold(facts: QueryFacts) -> bool:
        if not facts.analysed.text:
            return False
        tried = facts.tried
        for row in rows:
            for test in row:
                known = tried.get(test)
                if known is None:
                    known = tried[test] = test(facts)
                if known:
                    break
            else:
                return False
        for test in banned:
            known = tried.get(test)
            if known is None:
                known = tried[test] = test(facts)
            if known:
                return False
        return True

    return hold


@lru_cache(maxsize=20_000)
def _compile_phrase(phrase: Phrase, options: Allowed) -> tuple[Test, Hooks]:
    """Expressions share their words: each phrase is compiled once."""
    if phrase.match == "prefix":
        return _compile_beginning(phrase.text, options)
    return _compile_words(phrase.match, (phrase.text,), options)


def _compile_words(match: Mode, values: Sequence[str], options: Allowed) -> tuple[Test, Hooks]:
    """Whether the query is, begins with, ends with or contains one of the values, in the ways the condition allows."""
    read = tuple(_read_value(value, use_analysis=options.use_analysis) for value in values)
    marks = ("p",) if not options.use_analysis else ("a", "s") if options.synonyms else ("a",)
    hooks = [_hook_value(match, value, mark) for value in read for mark in marks]
    tests = [_compile_comparison(match, read, options)]
    if options.typos:
        near = [compile_near(match, value.text) for value in read]
        tests.append(_compile_nearness([test for test, _keys in near]))
        hooks += [keys for _test, keys in near if keys]
    joined = join_hooks(hooks)
    if len(tests) == 1:
        return tests[0], joined
    exact, nearly = tests
    return (lambda facts: exact(facts) or nearly(facts)), joined


def _compile_comparison(match: Mode, values: Sequence[Value], options: Allowed) -> Test:
    compare = COMPARISONS[match]

    def holds_for(queries: Iterable[Wording]) -> bool:
        for query in queries:
            for value in values:
                if compare(query, value):
                    return True
        return False

    if not options.use_analysis:
        return lambda facts: holds_for((facts.plain,))
    if options.synonyms:
        return lambda facts: holds_for(facts.wordings) or holds_for(facts.same_wordings)
    if match == "is" or not all(value.words and not value.is_together for value in values):
        return lambda facts: holds_for(facts.wordings)
    first = frozenset(value.words[0] for value in values)
    return lambda facts: not first.isdisjoint(facts.vocabulary) and holds_for(facts.wordings)


def _compile_nearness(near: Sequence[Callable[[str], bool]]) -> Test:
    def holds(facts: QueryFacts) -> bool:
        text = facts.analysed.text
        if not (text and facts.forgives):
            return False
        for test in near:  # noqa: SIM110
            if test(text):
                return True
        return False

    return holds


def _compile_beginning(beginning: str, options: Allowed) -> tuple[Test, Hooks]:
    letters = _read_value(beginning, use_analysis=options.use_analysis).text
    pattern = _word_beginning(letters)
    mark = "a" if options.use_analysis else "p"
    hooks = (f"{mark}pair:{letters[:PAIR]}",) if len(letters) >= PAIR else None
    if options.use_analysis:
        return (lambda facts: any(pattern.search(wording.text) for wording in facts.wordings)), hooks
    return (lambda facts: pattern.search(facts.plain.text) is not None), hooks


@lru_cache(maxsize=1024)
def _word_beginning(beginning: str) -> re.Pattern[str]:
    """The letters where a word begins; Chinese has no blanks between words, so its letters may stand anywhere."""
    before = "" if re.match(f"[{HAN}]", beginning) else rf"(?<![^\W_{HAN}])"
    return re.compile(before + re.escape(beginning))


def _read_value(value: str, *, use_analysis: bool) -> Value:
    if not use_analysis:
        plain = read_plain(value)
        return Value(plain.text, plain.words, _is_written_together(plain.text))
    normalised = " ".join(normalise(value).split())
    return Value(normalised, tuple(analyse(normalised)), _is_written_together(normalised))


def _hook_value(match: str, value: Value, mark: str) -> tuple[str, ...]:
    if match == "is":
        return (f"{mark}text:{value.text}", f"{mark}words:{JOINT.join(value.words)}")
    hooks = [f"{mark}run:{JOINT.join(value.words[:RUN])}"] if value.words else []
    if len(value.text) >= PAIR and (value.is_together or not value.words):
        hooks.append(f"{mark}pair:{value.text[:PAIR]}")
    return tuple(hooks)


def _is_written_together(text: str) -> bool:
    """Chinese has no blanks: the segmenter may cut a phrase differently inside a longer query, so letters count too.
    One character alone is left to the segmenter: 米 must not be found in 玉米.
    """
    return len(text) >= PAIR and all(HAN_START <= letter <= HAN_END for letter in text)


def _is_same(query: Wording, value: Value) -> bool:
    return query.text == value.text or (bool(value.words) and query.words == value.words)


def _starts(query: Wording, value: Value) -> bool:
    if value.words and query.words[: len(value.words)] == value.words:
        return True
    return query.text.startswith(value.text) and _may_compare_letters(value, query.text[len(value.text) :][:1])


def _ends(query: Wording, value: Value) -> bool:
    if value.words and query.words[-len(value.words) :] == value.words:
        return True
    return query.text.endswith(value.text) and _may_compare_letters(value, query.text[: -len(value.text)][-1:])


def _may_compare_letters(value: Value, neighbour: str) -> bool:
    return value.is_together or (not value.words and neighbour in ("", " "))


def _contains(query: Wording, value: Value) -> bool:
    if value.words and _has_run(query.words, value.words):
        return True
    if value.is_together:
        return value.text in query.text
    return not value.words and f" {value.text} " in f" {query.text} "


def _has_run(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if wanted[0] not in words:
        return False
    size = len(wanted)
    return size == 1 or any(words[i : i + size] == wanted for i in range(len(words) - size + 1))


COMPARISONS: dict[Mode, Callable[[Wording, Value], bool]] = {
    "is": _is_same,
    "starts": _starts,
    "ends": _ends,
    "contains": _contains,
}
