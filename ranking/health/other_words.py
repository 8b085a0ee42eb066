"""Other words for a query: as it may have been meant to be spelled, and what products near in meaning are called."""

import re
from collections import Counter
from collections.abc import Iterator

from catalog.text import HAN, analyse, normalise
from ranking.health.trial import Suggestion, Trial
from ranking.language.pinyin import blur_reading, spell_characters
from ranking.language.slips import SHORTEST_CORRECTED, rank_candidates
from ranking.language.words import Dictionary

MOST_TRIED = 3
# Of so many products near in meaning this share must have a word, and it must be this much more frequent there than in
# the catalog, to be another word for what was asked.
LEAST_HITS, SHARE, LIFT = 3, 0.4, 2.0
_HAN_WORD = re.compile(f"[{HAN}]{{2,}}")
_LATIN_WORD = re.compile(r"[a-z]{3,}")


def suggest_spellings(trial: Trial) -> Iterator[Suggestion]:
    """What the speller would offer; else, for each word the catalog lacks, the nearest one that it has."""
    understanding = trial.page.understanding
    correction = understanding.correction if understanding else None
    if correction:
        total = trial.count(correction.corrected)
        if total:
            typed, meant = (" ".join(part) for part in zip(*correction.changes, strict=True))
            yield Suggestion("spelling", total, words=typed, by=meant)
            return
    for word in list_unknown(trial.query, trial.dictionary):
        for near in list_near(word, trial.dictionary)[:MOST_TRIED]:
            total = trial.count(trial.query.replace(word, near))
            if total:
                yield Suggestion("spelling", total, words=word, by=near)
                break


def list_unknown(query: str, dictionary: Dictionary) -> list[str]:
    """Words of the query that no product has."""
    latin = [word for word in _LATIN_WORD.findall(query) if len(word) >= SHORTEST_CORRECTED]
    han = [term for term in analyse(query) if _HAN_WORD.fullmatch(term) and term in query]
    return [word for word in dict.fromkeys((*latin, *han)) if not dictionary.sells(word)]


def list_near(word: str, dictionary: Dictionary) -> list[str]:
    """By letters; Chinese by how it sounds, mixed-up sounds included."""
    if word.isascii():
        return [" ".join(candidate.words) for candidate in rank_candidates(word, dictionary)]
    sounds = {blur_reading(reading) for reading in spell_characters(word)}
    alike = {other for sound in sounds for other in dictionary.by_blurred_pinyin.get(sound, ())}
    return sorted(alike - {word}, key=lambda other: -dictionary.count(other))


def suggest_synonyms(trial: Trial) -> Iterator[Suggestion]:
    """A word that most products near in meaning have and few others do: "sofa" for "loveseat". One of the name of their
    category says what they are, others may be a brand or a material.
    """
    hits = trial.page.hits
    if len(hits) < LEAST_HITS or not any(item.kind == "meaning" for item in trial.page.relaxations):
        return
    held = Counter(word for hit in hits for word in set(_list_words(hit.product.title)))
    kinds = {term for hit in hits for term in analyse(hit.product.category)}
    products = max(trial.live.snapshot.document_count, 1)
    telling = []
    for word, count in held.items():
        share = count / len(hits)
        lift = share * products / max(trial.dictionary.count(word), 1)
        if share >= SHARE and lift >= LIFT and word not in trial.query:
            telling.append((kinds.issuperset(analyse(word)), share, lift, word))
    for _is_kind, _share, _lift, word in sorted(telling, reverse=True)[:MOST_TRIED]:
        total = trial.count(word)
        if total:
            yield Suggestion("synonym", total, words=trial.query, by=word)
            return


def _list_words(title: str) -> list[str]:
    text = normalise(title)
    return [*_LATIN_WORD.findall(text), *(term for term in analyse(title) if _HAN_WORD.fullmatch(term))]
