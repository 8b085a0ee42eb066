"""Step 1: what the words mean and which rules hold; a second time where rules wait for how little is found."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone

from catalog.text import analyse, detect_language, normalise
from ranking.contracts import NO_KNOWN_WORD, IntentGuess, Query, SearchRequest, Understanding
from ranking.language.concepts import current_concepts
from ranking.language.intent import guess_intent
from ranking.language.keywords import keyword_text
from ranking.language.nonsense import is_nonsense
from ranking.language.reading import read_literally, read_query
from ranking.language.synonyms import current_synonyms
from ranking.language.word_rules import NO_WORD_RULES, WordRules
from ranking.merchandising.facts import QueryFacts, Reading, make_facts
from ranking.merchandising.match import match_rules
from ranking.merchandising.page_wishes import resolve_wishes, rewrite
from ranking.merchandising.readings import read_otherwise, read_same
from ranking.registry import LiveState, encode_query

# What compares vectors; without a weight on any of them the query is not encoded.
VECTOR_PARTS = ("dense", "pseudo_relevance", "keyword_cosine", "intent_attention")
# From this share of the characters on, the keywords' vector says as much of the intent as that of all words.
MOSTLY_KEPT = 0.7
# How many rules that did not match an explained search lists with their reason.
EXPLAINED_MISSES = 50


def understand(request: SearchRequest, live: LiveState) -> Query:
    normalised = " ".join(normalise(request.query).split())
    meaning = _find_meaning(request, normalised, live)
    understanding = meaning.understanding
    facts = make_facts(
        request,
        normalised=normalised,
        terms=analyse(normalised),
        readings=_read_otherwise(request, understanding, live),
        understanding=understanding,
        find_same=cache(lambda: _read_same(request, understanding, live)),
    )
    return _decide(request, live, TypedWords(request.now or timezone.now(), normalised, meaning, facts))


def understand_found(query: Query, live: LiveState, *, found: int) -> Query:
    """The same search once it is known how little it finds: rules that wait for that are matched with all others."""
    typed: TypedWords = query.typed
    return _decide(query.request, live, replace(typed, facts=replace(typed.facts, found=found)))


def _decide(request: SearchRequest, live: LiveState, typed: "TypedWords") -> Query:
    """Which rules hold, and what is searched because of them."""
    rules = match_rules(
        live.book,
        typed.facts,
        now=typed.now,
        drafts=request.draft_rules,
        without=request.without_rules,
        explain_limit=EXPLAINED_MISSES if request.explain else 0,
    )
    wishes = resolve_wishes(rules)
    rules = replace(rules, outcomes=(*rules.outcomes, *wishes.outcomes))
    # Rules hold for the words as typed; what they search for instead is read anew, and matches no further rule.
    replaces = wishes.replacements and not request.literal
    searched = rewrite(typed.normalised, wishes.replacements) if replaces else typed.normalised
    is_rewritten = searched != typed.normalised
    words = NO_WORD_RULES if request.literal else wishes.words
    meaning = _find_meaning(request, searched, live, words) if is_rewritten or words else typed.meaning
    understanding = meaning.understanding
    return Query(
        request=request,
        normalised=searched,
        terms=tuple(analyse(searched)),
        language=understanding.language if understanding else detect_language(searched),
        now=typed.now,
        rules=rules,
        wishes=wishes,
        sort=request.sort if request.sort_chosen or request.sort != "relevance" else wishes.sort or request.sort,
        rewritten=searched if is_rewritten else "",
        understanding=understanding,
        vector=meaning.vector,
        notes=(meaning.note,) if meaning.note else (),
        typed=typed,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A text as it is understood, and the vector of its keywords, or why there is none."""

    understanding: Understanding | None = None
    vector: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TypedWords:
    """The words as typed, before any rule changes them: their meaning, and what rules may ask about the search."""

    now: datetime
    normalised: str
    meaning: _Meaning
    facts: QueryFacts


def _find_meaning(
    request: SearchRequest, normalised: str, live: LiveState, words: WordRules = NO_WORD_RULES
) -> _Meaning:
    if not normalised:
        return _Meaning()
    understanding = _read(request, normalised, live, words)
    asked = keyword_text(understanding)
    vector, note = _encode(understanding, asked, live)
    guess = _guess_intent(understanding, asked, live, vector)
    return _Meaning(replace(understanding, intent=guess), vector, note)


def _read_otherwise(
    request: SearchRequest, understanding: Understanding | None, live: LiveState
) -> tuple[Reading, ...]:
    """Rules hold for the corrected words and for the same words in the other language, too."""
    if understanding is None or request.literal:
        return ()
    return read_otherwise(understanding, current_concepts(live.snapshot.vocabulary))


def _read_same(request: SearchRequest, understanding: Understanding | None, live: LiveState) -> tuple[Reading, ...]:
    """What the live synonym list says is the same, for rules that hold for synonyms too."""
    if understanding is None:
        return ()
    return read_same(understanding, current_synonyms(live.versions.get("synonyms", 0)), request.locale)


def _encode(understanding: Understanding, asked: str, live: LiveState) -> tuple[Any, str]:
    """The vector of the query's keywords (`asked`), or None and why nothing is compared by meaning."""
    if not any(live.config.weights.get(name) for name in VECTOR_PARTS):
        return None, ""
    if live.generation is None:
        return None, "dense leg off: no product is embedded yet"
    if is_nonsense(understanding, live.snapshot, versions=live.versions):
        return None, NO_KNOWN_WORD
    return encode_query(asked, live.generation)


def _guess_intent(understanding: Understanding, asked: str, live: LiveState, vector: Any) -> IntentGuess | None:
    """What is wanted stands in the words that name no product ("does it work with …"), so all of them are read, unless
    hardly any were left out.
    """
    kept = len(asked) / max(len(understanding.text), 1)
    if vector is not None and live.generation and kept < MOSTLY_KEPT:
        vector, _ = encode_query(understanding.text, live.generation)
    return guess_intent(understanding.text, vector, model_name=live.generation.model if live.generation else "")


def _read(request: SearchRequest, normalised: str, live: LiveState, words: WordRules) -> Understanding:
    if request.literal:
        return read_literally(normalised)
    return read_query(normalised, live.snapshot, versions=live.versions, locale=request.locale, rules=words)
