"""Completes what a shopper has typed so far: phrases that start so, phrases that sound so, phrases that nearly do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from rapidfuzz.distance import OSA

from catalog.contracts import LOCALES
from catalog.text import detect_language, normalise
from ranking.contracts import Suggestion
from ranking.retrieval.pinyin_tails import PINYIN_LOCALE, TypedSounds, may_be_pinyin, read_typed

MAX_TYPED = 80
# Below this many completions the less certain ones are looked for as well.
ENOUGH = 3
# Several tails of one phrase may match, and both languages may hold the same words.
READ_AHEAD = 4
NEAR_READ = 40
# Share of letters that must agree for a phrase to count as mistyped: one slip in three letters at worst.
NEAR_ENOUGH = 0.65
OTHER_LANGUAGE_PENALTY = 1.5
PINYIN_PENALTY = 0.5
LAST_CHARACTER = "\U0010ffff"

# Each part is left out where it cannot give anything: planning takes longer than most look-ups. LIMIT 1 keeps the
# planner, which takes `near` for a thousand rows, from reading all phrases.
_STARTING = """
WITH starting AS MATERIALIZED (SELECT id, max(weight) AS weight FROM ({starting}) tails GROUP BY id)
"""
_SOUNDING = """,
sounding AS MATERIALIZED (SELECT id, min(way) AS way, max(weight) AS weight FROM ({sounding}) tails GROUP BY id)
"""
_NEAR = """
SELECT 'near', 0, id, %(penalty)s * (1 - place)
FROM unnest(%(locales)s::text[]) WITH ORDINALITY AS l (locale, place),
    LATERAL ranking_similar_phrases(%(typed)s, locale, %(near)s) AS id WHERE {few} < %(enough)s
"""
_ALL = """
SELECT how, way, p.text, kind, key, count, phrase,
    CASE how WHEN 'near' THEN p.weight + found.weight ELSE found.weight END
FROM ({found}) found (how, way, id, weight)
CROSS JOIN LATERAL (SELECT * FROM ranking_suggestionphrase WHERE ranking_suggestionphrase.id = found.id LIMIT 1) p
"""
_TAILS = (
    "(SELECT phrase_id AS id, {way} AS way, weight - {penalty} AS weight FROM ranking_suggestiontail t "
    "WHERE t.locale = '{locale}' AND {matches} {condition} ORDER BY t.weight DESC LIMIT %(most)s)"
)
_COUNT_STARTING = "(SELECT count(*) FROM starting)"


@dataclass(frozen=True, slots=True)
class _Candidate:
    how: str  # starting | sounding | near
    way: int  # which of the sounds typed found it
    text: str
    kind: str
    key: str
    count: int
    phrase: str
    weight: float


def suggest(prefix: str, locale: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """At most `limit` completions in the shopper's language; none for an empty or unknown start.

    Chinese phrases are also found by pinyin, first letters and both mixed with characters: always in the Chinese shop,
    elsewhere where the letters as typed find nothing.
    """
    typed = " ".join(normalise(prefix[: 4 * MAX_TYPED]).split())[:MAX_TYPED]
    if not typed or limit < 1:
        return ()
    sounds = read_typed(typed) if locale.startswith("zh") or may_be_pinyin(typed) else []
    candidates = _read_candidates(typed, sounds, _languages(typed, locale), limit)
    ordered = [*_order_certain(candidates, sounds), *_order_near(typed, candidates)]
    distinct = {candidate.phrase: candidate for candidate in reversed(ordered)}
    kept = [candidate for candidate in ordered if distinct[candidate.phrase] is candidate]
    return tuple(Suggestion(c.text, c.kind, c.key, c.count) for c in kept[:limit])  # type: ignore[arg-type]


def _languages(typed: str, locale: str) -> list[str]:
    """The shopper's language first; the other one only where the letters typed belong to it."""
    own = locale[:2] if locale[:2] in LOCALES else LOCALES[0]
    written = detect_language(typed)
    others = [other for other in LOCALES if other != own and written in (other, "mixed")]
    return [own, *others]


def _read_candidates(typed: str, sounds: Sequence[TypedSounds], locales: list[str], limit: int) -> list[_Candidate]:
    parameters: dict[str, Any] = {
        "locales": locales,
        "typed": typed,
        "most": limit * READ_AHEAD,
        "penalty": OTHER_LANGUAGE_PENALTY,
        "near": NEAR_READ,
        "enough": ENOUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_write_statement(typed, sounds, locales, parameters), parameters)
        return [_Candidate(*row) for row in cursor.fetchall()]


def _write_statement(typed: str, sounds: Sequence[TypedSounds], locales: list[str], parameters: dict[str, Any]) -> str:
    starting = [
        _select_tails(typed, other, parameters, penalty=OTHER_LANGUAGE_PENALTY * place)
        for place, other in enumerate(locales)
    ]
    # In the Chinese shop letters are pinyin as much as English; elsewhere, and for characters, where little else is.
    condition = ""
    if locales[0] != "zh" or not typed.isascii():
        condition = f"AND {_COUNT_STARTING} < {1 if typed.isascii() else ENOUGH}"
    sounding = [
        _select_tails(sound.key, PINYIN_LOCALE, parameters, way=way, penalty=PINYIN_PENALTY, condition=condition)
        for way, sound in enumerate(sounds)
    ]
    statement = _STARTING.format(starting=" UNION ALL ".join(starting))
    found, few = ["SELECT 'starting', 0, id, weight FROM starting"], _COUNT_STARTING
    if sounding:
        statement += _SOUNDING.format(sounding=" UNION ALL ".join(sounding))
        found.append("SELECT 'sounding', way, id, weight FROM sounding")
        few += " + (SELECT count(*) FROM sounding)"
    if len(typed) >= 3 or (len(typed) == 2 and not typed.isascii()):
        found.append(_NEAR.format(few=few))
    return statement + _ALL.format(found=" UNION ALL ".join(found))


def _select_tails(
    start: str, locale: str, parameters: dict[str, Any], *, penalty: float, way: int = 0, condition: str = ""
) -> str:
    """Up to three letters have an index in order of weight each; longer ones match few tails."""
    name = f"start_{len(parameters)}"
    parameters[name], parameters[f"after_{name}"] = start, start + LAST_CHARACTER
    matches = (
        f"LEFT(t.tail, {len(start)}) = %({name})s"
        if len(start) <= 3
        else f"t.tail >= %({name})s AND t.tail < %(after_{name})s"
    )
    return _TAILS.format(locale=locale, matches=matches, penalty=penalty, way=way, condition=condition)


def _order_certain(candidates: Iterable[_Candidate], sounds: Sequence[TypedSounds]) -> list[_Candidate]:
    """True starts before what only sounds so, except that letters typed as pinyin are as good as letters."""
    plain = any(sound.is_plain and sound.key.isascii() and not sound.pieces for sound in sounds)
    rank: Mapping[str, int] = {"starting": 0, "sounding": 0 if plain else 1}
    certain = [
        c for c in candidates if c.how == "starting" or (c.how == "sounding" and sounds[c.way].matches(c.phrase))
    ]
    return sorted(certain, key=lambda c: (rank[c.how], -c.weight, len(c.phrase), c.phrase, c.key))


def _order_near(typed: str, candidates: Iterable[_Candidate]) -> list[_Candidate]:
    scored = [(_likeness(typed, c.phrase), c) for c in candidates if c.how == "near"]
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
