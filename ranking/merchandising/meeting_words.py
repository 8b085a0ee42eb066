"""Queries worth trying when two rules' words should hold at once, from what each condition asks for.

They are only candidates: the tests that run in searches decide. So nothing here must be right, only inventive enough.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from rapidfuzz.distance import Levenshtein

from catalog.text import normalise
from ranking.language.pinyin import readings, spell_characters
from ranking.merchandising.conditions import QueryCondition
from ranking.merchandising.expressions import AllOf, Expression, Not, Phrase, parse_expression
from ranking.merchandising.misspellings import read_pieces

# A word no rule names: it shows that a rule holds for any other words.
OTHER_WORDS = "qzvx"
MOST_VALUES = 40
MOST_CLAUSES = 60
MOST_PHRASES = 4  # of which every order is tried
MOST_STEPS = 6  # between two phrases that one query may be near to
# What the synonym list says also means this phrase: the words behind a rule that holds for synonyms.
Same = Callable[[str], Sequence[str]]
_Clause = tuple[Phrase, ...]
_PLACE = {"starts": 0, "contains": 1, "prefix": 1, "is": 1, "ends": 2}


def list_queries(conditions: Sequence[QueryCondition], *, same: Same = lambda phrase: ()) -> Iterator[str]:
    """Any other words, nothing, each wish alone and beside others, then wishes of all conditions together."""
    yield OTHER_WORDS
    yield ""
    wishes = [clauses for condition in conditions if (clauses := list_wishes(condition))]
    phrases = list(dict.fromkeys(phrase.text for clauses in wishes for clause in clauses for phrase in clause))
    yield from phrases
    is_lenient = any(condition.forgives_typos or condition.synonyms for condition in conditions)
    said = _find_between(phrases) if is_lenient else []
    dodges = is_lenient and any(map(_excludes_words, conditions))
    if dodges:
        said += [other for phrase in phrases[:MOST_VALUES] for other in _vary(phrase, same)]
    yield from said
    if any(map(_are_whole, wishes)):
        return  # the query is one of these phrases and nothing else
    yield from (f"{text} {OTHER_WORDS}" for text in (*phrases[:MOST_VALUES], *said))
    yield from (f"{OTHER_WORDS} {text}" for text in (*phrases[:MOST_VALUES], *said))
    for together in _join(wishes):
        yield from _arrange(together)
    if not dodges:
        return
    exchanged = {text: _vary(text, same) for text in phrases[:MOST_VALUES]}
    for together in _join(wishes):
        for at, phrase in enumerate(together):
            for other in exchanged.get(phrase.text, ()):
                yield from _arrange((*together[:at], Phrase(other, phrase.match), *together[at + 1 :]))


def _are_whole(clauses: Sequence[_Clause]) -> bool:
    return all(clause and all(phrase.match == "is" for phrase in clause) for clause in clauses)


def _excludes_words(condition: QueryCondition) -> bool:
    """Whether words must be absent: then the others are worth saying in other letters."""
    if condition.match != "expression":
        return condition.negate and bool(condition.values)
    return condition.negate or _holds_not(parse_expression(condition.values[0]))


def _holds_not(tree: Expression) -> bool:
    if isinstance(tree, Phrase):
        return False
    return isinstance(tree, Not) or any(map(_holds_not, tree.parts))


def _join(wishes: Sequence[Sequence[_Clause]]) -> Iterator[_Clause]:
    """One clause of every condition; a query that is one phrase has no room for others."""
    for chosen in itertools.product(*wishes):
        together = tuple(phrase for clause in chosen for phrase in clause)
        if not any(phrase.match == "is" for phrase in together):
            yield together


def list_wishes(condition: QueryCondition) -> list[_Clause]:
    """What may be typed so that the condition holds, as far as words are wanted: one clause is enough."""
    if condition.match == "expression":
        return _list_clauses(parse_expression(condition.values[0]), wanted=not condition.negate)
    if condition.negate or not condition.values:
        return []
    match = "is" if condition.match == "fuzzy" else condition.match
    return [(Phrase(value, match),) for value in condition.values[:MOST_VALUES]]  # type: ignore[arg-type]


def _list_clauses(tree: Expression, *, wanted: bool) -> list[_Clause]:
    """The disjunctive form, without the words that must be absent."""
    if isinstance(tree, Phrase):
        if not wanted:
            return [()]
        longer = Phrase(tree.text + OTHER_WORDS)
        return [(tree,), (longer,)] if tree.match == "prefix" else [(tree,)]
    if isinstance(tree, Not):
        return _list_clauses(tree.part, wanted=not wanted)
    parts = [_list_clauses(part, wanted=wanted) for part in tree.parts]
    if isinstance(tree, AllOf) is wanted:
        joined = (tuple(phrase for clause in chosen for phrase in clause) for chosen in itertools.product(*parts))
        return list(itertools.islice(joined, MOST_CLAUSES))
    return [clause for clauses in parts for clause in clauses][:MOST_CLAUSES]


def _arrange(phrases: Sequence[Phrase]) -> Iterator[str]:
    """The phrases where they want to stand, side by side and apart, without and with other words."""
    kept = _drop_covered(phrases)
    for chosen in (kept, phrases) if len(kept) < len(phrases) else (phrases,):
        middle = [phrase.text for phrase in chosen if _PLACE[phrase.match] == 1]
        before = sorted((phrase.text for phrase in chosen if _PLACE[phrase.match] == 0), key=len, reverse=True)
        after = sorted((phrase.text for phrase in chosen if phrase.match == "ends"), key=len)
        orders = itertools.permutations(middle) if len(middle) <= MOST_PHRASES else (middle, middle[::-1])
        for order in orders:
            words = [*before, *order, *after]
            yield " ".join(words)
            yield f" {OTHER_WORDS} ".join(words)
            yield " ".join((*words, OTHER_WORDS))
            yield " ".join((OTHER_WORDS, *words))
            yield "".join(words)


def _drop_covered(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Without those that another one says already."""
    kept: list[Phrase] = []
    for phrase in sorted(phrases, key=lambda item: len(item.text), reverse=True):
        if not any(phrase.text in other.text for other in kept):
            kept.append(phrase)
    return [phrase for phrase in phrases if phrase in kept]


def _find_between(phrases: Sequence[str]) -> list[str]:
    """What lies between two phrases that are near each other, and those of which one is run together in the other."""
    found: list[str] = []
    for one, two in itertools.permutations(phrases[:MOST_VALUES], 2):
        found += [*_walk(normalise(one), normalise(two)), *_cut_apart(one, two)]
    return found


def _vary(phrase: str, same: Same) -> list[str]:
    """The phrase by its synonyms, mistyped, in pinyin, and with characters that sound alike."""
    text = normalise(phrase)
    varied = [*same(phrase), *_mistype(text)]
    if any(piece.sounds for piece in read_pieces(text)):
        letters = "".join(_spell(character) for character in text)
        varied += [letters, "".join(_find_homophone(character) for character in text)]
    return list(dict.fromkeys(varied))


def _mistype(text: str) -> Iterator[str]:
    words = text.split()
    for at, word in enumerate(words):
        for typed in (f"{word[:-1]}x", f"{word}x", f"{word[:-2]}xx"):
            yield " ".join((*words[:at], typed, *words[at + 1 :]))


def _walk(one: str, two: str) -> Iterator[str]:
    """The texts on the way from one to the other, letter by letter."""
    steps = list(Levenshtein.editops(one, two))
    if len(steps) > MOST_STEPS:
        return
    for size in range(1, len(steps)):
        for chosen in itertools.combinations(steps, size):
            letters = list(one)
            for step in reversed(chosen):
                at, to = step.src_pos, step.dest_pos
                letters[at : at + (step.tag != "insert")] = two[to : to + (step.tag != "delete")]
            yield "".join(letters)


def _cut_apart(one: str, two: str) -> Iterator[str]:
    """The first phrase with blanks around the second: a fuzzy rule also holds for words run together or cut apart."""
    squeezed, inner = one.replace(" ", ""), two.replace(" ", "")
    before, found, after = squeezed.partition(inner)
    if found and (before or after):
        yield " ".join(part for part in (before, two, after) if part)


def _spell(character: str) -> str:
    return next(iter(spell_characters(character)), character)


def _find_homophone(character: str) -> str:
    same = _characters_by_reading().get(_spell(character), ())
    return next((other for other in same if other != character), character)


@cache
def _characters_by_reading() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for character, spoken in readings().items():
        found[spoken[0]].append(character)
    return {reading: tuple(characters[:2]) for reading, characters in found.items()}


def split_same(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """From (typed terms, what they also mean): by meaning, the typed words."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for typed, meant in pairs:
        found[tuple(meant)].append(" ".join(typed))
    return {meant: tuple(typed) for meant, typed in found.items()}
