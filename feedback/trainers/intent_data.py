"""Training queries for the intent head, written from templates: the same on every run, zh and en alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.contracts import Locale
from catalog.demo.dice import Dice
from catalog.text import normalise
from feedback.trainers.intent_wording import DATA_DIR, read_words, roughen, write_query
from ranking.contracts import INTENTS, Intent

LOCALES: tuple[Locale, ...] = ("en", "zh")
# Queries a language: most of what shoppers type is plain search, and confusing it is what costs most.
SEARCH_QUERIES, OTHER_QUERIES = 4400, 750
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A normalised query and its intent; `template` names what wrote it, so that whole templates can be held out."""

    text: str
    intent: Intent
    locale: Locale
    template: str = ""


def make_queries(locale: Locale) -> list[LabelledQuery]:
    """Distinct queries of one language: every template of an intent gives about as many as any other."""
    templates = read_table(f"intent_templates_{locale}.tsv")
    queries: dict[str, LabelledQuery] = {}
    for intent in INTENTS:
        lines = [line for line, of in templates if of == intent]
        wanted = SEARCH_QUERIES if intent == "search" else OTHER_QUERIES
        for query in _write_queries(lines, intent, locale, wanted=wanted):
            queries.setdefault(query.text, query)
    return list(queries.values())


def _write_queries(lines: list[str], intent: Intent, locale: Locale, *, wanted: int) -> Iterator[LabelledQuery]:
    words = read_words(locale)
    written: set[str] = set()
    for turn in range(-(-wanted // len(lines))):
        for at, line in enumerate(lines):
            for attempt in range(ATTEMPTS):
                dice = Dice("intent", locale, intent, at, turn, attempt)
                text = normalise(roughen(write_query(line, words, dice), words, dice))
                if text and text not in written:
                    written.add(text)
                    yield LabelledQuery(text, intent, locale, line)
                    break


def read_held_out(locale: Locale) -> list[LabelledQuery]:
    """The queries written by hand that choose temperature and threshold."""
    rows = read_table(f"intent_heldout_{locale}.tsv")
    return [LabelledQuery(normalise(text), intent, locale) for text, intent in rows]


def read_table(name: str) -> list[tuple[str, Intent]]:
    """Rows of a data file as (text, intent), whichever column comes first; lines from "#" on are comments."""
    lines = (DATA_DIR / name).read_text(encoding="utf-8").splitlines()
    header, *rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    at = header.index("intent")
    unknown = {row[at] for row in rows} - set(INTENTS)
    if unknown:
        raise ValueError(f"{name}: unknown intents {sorted(unknown)}")
    return [(row[1 - at], row[at]) for row in rows]  # type: ignore[misc]
