"""Step 1: what the words mean and which rules hold."""

from datetime import datetime

from django.utils import timezone

from catalog.text import analyse, detect_language, normalise
from ranking.contracts import Query, SearchRequest, Understanding
from ranking.language.reading import read_literally, read_query
from ranking.merchandising.facts import make_facts
from ranking.merchandising.match import match_rules
from ranking.registry import LiveState, encode_query

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
    vector, note = None, ""
    if normalised and live.generation and live.config.weights.get("dense"):
        vector, note = encode_query(understanding.text if understanding else normalised, live.generation)
    elif normalised and not live.generation:
        note = "dense leg off: no product is embedded yet"
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


def _read(request: SearchRequest, normalised: str, live: LiveState) -> Understanding:
    if request.literal:
        return read_literally(normalised)
    return read_query(normalised, live.snapshot, versions=live.versions, locale=request.locale)
