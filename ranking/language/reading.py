"""Reads a shopper's words: numbers, names of the catalog, what is unwanted, what else may be said for them."""

from collections.abc import Mapping
from dataclasses import replace

from catalog.text import analyse, detect_language
from ranking.contracts import Correction, Understanding
from ranking.language.concepts import current_concepts
from ranking.language.entities import find_entities
from ranking.language.expansions import expand_query
from ranking.language.keywords import searched_text, weigh_keywords
from ranking.language.lexicon import current_lexicon
from ranking.language.live_words import current_dictionary, find_indexed
from ranking.language.numbers import read_numbers
from ranking.language.pieces import split_pieces
from ranking.language.scopes import find_scopes, split_entities
from ranking.language.spelling import correct
from ranking.language.synonyms import current_synonyms
from ranking.language.term_counts import count_terms
from ranking.retrieval.snapshot import IndexSnapshot


def read_query(text: str, snapshot: IndexSnapshot, *, versions: Mapping[str, int], locale: str) -> Understanding:
    """What a normalised text asks for, by the catalog's own names and the live synonyms.

    Of words alone ("without", "under 100") nothing is left to search: then the text is searched as it stands.
    """
    lexicon = current_lexicon(snapshot)
    correction = _correct(text, snapshot, versions.get("words", 0), locale)
    if correction and correction.applied:
        text = correction.corrected
    reading = read_numbers(text, lexicon)
    scopes = find_scopes(reading.rest, lexicon)
    counts = count_terms({term for piece in split_pieces(text) for term in piece.terms}, snapshot)
    named = find_entities(reading.rest, lexicon, needs=reading.needs, document_frequency=counts.count)
    entities, _unwanted = split_entities(named, scopes)
    keywords = weigh_keywords(reading.rest, entities=entities, needs=reading.needs, scopes=scopes, idf=counts.idf)
    terms = tuple(analyse(searched_text(reading.rest, scopes)))
    if not terms and not reading.needs:
        return replace(read_literally(text), correction=correction)
    expansions = expand_query(
        terms,
        synonyms=current_synonyms(versions.get("synonyms", 0)),
        concepts=current_concepts(snapshot.vocabulary),
        locale=locale,
    )
    return Understanding(
        text=text,
        language=detect_language(text),
        terms=terms,
        keywords=keywords,
        entities=entities,
        numbers=reading.needs,
        expansions=expansions,
        correction=correction,
    )


def _correct(text: str, snapshot: IndexSnapshot, version: int, locale: str) -> Correction | None:
    segments = [segment_id for segment_id, _, _ in snapshot.segments]
    return correct(
        text,
        current_dictionary(version),
        locale=locale,
        has_hits=lambda words: find_indexed(words, segments),
    )


def read_literally(text: str) -> Understanding:
    """The words as they were typed and nothing else ("search exactly for")."""
    return Understanding(text=text, language=detect_language(text), terms=tuple(analyse(text)))
