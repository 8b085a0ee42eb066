"""Step 1: what the words mean and which rules hold."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from catalog.text import analyse, detect_language, normalise
from ranking.contracts import Query, SearchRequest, Understanding
from ranking.language.keywords import keyword_text
from ranking.language.nonsense import is_nonsense
from ranking.language.reading import read_literally, read_query
from ranking.merchandising.facts import make_facts
from ranking.merchandising.match import match_rules
from ranking.registry import LiveState, encode_query

# What compares vectors; without a weight on any of them the query is not encoded.
VECTOR_PARTS = ("dense", "pseudo_relevance", "keyword_cosine", "intent_attention")
# How many rules that did not match an explained search lists with their reason.
EXPLAINED_MISSES = 50


def understand(request: SearchRequest, live: LiveState) -> Query:
    now: datetime = request.now or timezone.now()
    normalised = " ".join(normalise(request.query).split())
    terms = tuple(analyse(normalised))
    understanding = _read(request, normalised, live) if normalised else None
    facts = make_facts(request, normalised=normalised, terms=terms)
    rules = match_rules(
        live.book,
        facts,
        now=now,
        drafts=request.draft_rules,
        without=request.without_rules,
        explain_limit=EXPLAINED_MISSES if request.explain else 0,
    )
    vector, note = _encode(understanding, live) if understanding else (None, "")
    return Query(
        request=request,
        normalised=normalised,
        terms=terms,
        language=understanding.language if understanding else detect_language(normalised),
        now=now,
        rules=rules,
        understanding=understanding,
        vector=vector,
        notes=(note,) if note else (),
    )


def _encode(understanding: Understanding, live: LiveState) -> tuple[Any, str]:
    """The vector of the query's keywords, or None and why nothing is compared by meaning."""
    if not any(live.config.weights.get(name) for name in VECTOR_PARTS):
        return None, ""
    if live.generation is None:
        return None, "dense leg off: no product is embedded yet"
    if is_nonsense(understanding, live.snapshot, versions=live.versions):
        return None, "dense leg off: no word of the query is known"
    return encode_query(keyword_text(understanding), live.generation)


def _read(request: SearchRequest, normalised: str, live: LiveState) -> Understanding:
    if request.literal:
        return read_literally(normalised)
    return read_query(normalised, live.snapshot, versions=live.versions, locale=request.locale)
