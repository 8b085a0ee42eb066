"""Completes what a shopper has typed so far: phrases that start so first, then phrases that nearly do."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from rapidfuzz.distance import OSA

from catalog.contracts import LOCALES
from catalog.text import detect_language, normalise
from ranking.contracts import Suggestion

MAX_TYPED = 80
# Below this many true completions the mistyped ones are looked for as well.
ENOUGH = 3
# Several tails of one phrase may match, and both languages may hold the same words.
READ_AHEAD = 4
NEAR_READ = 40
# Share of letters that must agree for a phrase to count as mistyped: one slip in three letters at worst.
NEAR_ENOUGH = 0.65
OTHER_LANGUAGE_PENALTY = 1.5
LAST_CHARACTER = "\U0010ffff"

_SQL = """
WITH languages AS (SELECT * FROM unnest(%(locales)s::text[]) WITH ORDINALITY AS l (locale, place)),
found AS MATERIALIZED (
    SELECT phrase_id AS id, max(tails.weight - %(penalty)s * (place - 1)) AS weight
    FROM languages, LATERAL (
        SELECT phrase_id, weight FROM ranking_suggestiontail t
        WHERE t.locale = languages.locale AND {matches} ORDER BY weight DESC LIMIT %(most)s
    ) tails GROUP BY phrase_id
),
near AS (
    SELECT id, place FROM languages, LATERAL ranking_similar_phrases(%(typed)s, locale, %(near)s) AS id
    WHERE %(may_be_near)s AND (SELECT count(*) FROM found) < %(enough)s
)
SELECT text, kind, key, count, phrase, found.weight, true FROM found JOIN ranking_suggestionphrase USING (id)
UNION ALL
SELECT text, kind, key, count, phrase, p.weight - %(penalty)s * (place - 1), false
FROM near JOIN ranking_suggestionphrase p USING (id) WHERE id NOT IN (SELECT id FROM found)
"""


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    kind: str
    key: str
    count: int
    phrase: str
    weight: float
    is_prefix: bool


def suggest(prefix: str, locale: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """At most `limit` completions in the shopper's language; none for an empty or unknown start."""
    typed = " ".join(normalise(prefix[: 4 * MAX_TYPED]).split())[:MAX_TYPED]
    if not typed or limit < 1:
        return ()
    candidates = _read_candidates(typed, _languages(typed, locale), limit)
    ordered = _order_prefixes(candidates) + _order_near(typed, candidates)
    distinct = {candidate.phrase: candidate for candidate in reversed(ordered)}
    kept = [candidate for candidate in ordered if distinct[candidate.phrase] is candidate]
    return tuple(Suggestion(c.text, c.kind, c.key, c.count) for c in kept[:limit])  # type: ignore[arg-type]


def _languages(typed: str, locale: str) -> list[str]:
    """The shopper's language first; the other one only where the letters typed belong to it."""
    own = locale[:2] if locale[:2] in LOCALES else LOCALES[0]
    written = detect_language(typed)
    others = [other for other in LOCALES if other != own and written in (other, "mixed")]
    return [own, *others]


def _read_candidates(typed: str, locales: list[str], limit: int) -> list[_Candidate]:
    length = len(typed)
    short = f"LEFT(t.tail, {length}) = %(typed)s"
    matches = short if length <= 3 else "t.tail >= %(typed)s AND t.tail < %(after)s"
    parameters: dict[str, Any] = {
        "locales": locales,
        "typed": typed,
        "after": typed + LAST_CHARACTER,
        "most": limit * READ_AHEAD,
        "penalty": OTHER_LANGUAGE_PENALTY,
        "near": NEAR_READ,
        "enough": ENOUGH,
        "may_be_near": length >= 3 or (length == 2 and not typed.isascii()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(matches=matches), parameters)
        return [_Candidate(*row) for row in cursor.fetchall()]


def _order_prefixes(candidates: list[_Candidate]) -> list[_Candidate]:
    return sorted((c for c in candidates if c.is_prefix), key=lambda c: (-c.weight, len(c.phrase), c.phrase, c.key))


def _order_near(typed: str, candidates: list[_Candidate]) -> list[_Candidate]:
    scored = [(_likeness(typed, c.phrase), c) for c in candidates if not c.is_prefix]
    near = [(likeness, c) for likeness, c in scored if likeness >= NEAR_ENOUGH]
    return [c for _, c in sorted(near, key=lambda pair: (-round(pair[0], 1), -pair[1].weight, pair[1].phrase))]


def _likeness(typed: str, phrase: str) -> float:
    """How well the letters typed agree with the start of the phrase or of one of its words; 1 is a true prefix."""
    starts = [0, *(i + 1 for i, letter in enumerate(phrase) if letter == " " or not phrase[i].isascii())]
    lengths = (len(typed) - 1, len(typed), len(typed) + 1)
    return max(
        (
            OSA.normalized_similarity(typed, phrase[start : start + length])
            for start in starts
            for length in lengths
            if start < len(phrase) and length > 0
        ),
        default=0.0,
    )
