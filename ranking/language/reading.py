"""Reads a shopper's words: numbers, names of the catalog, what is unwanted, what else may be said for them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from catalog.text import analyse, detect_language
from ranking.contracts import Understanding
from ranking.language.concepts import current_concepts
from ranking.language.entities import find_entities
from ranking.language.expansions import MAX_EXPANSIONS, expand_query
from ranking.language.keywords import searched_text, weigh_keywords
from ranking.language.lexicon import current_lexicon
from ranking.language.live_words import current_dictionary, find_indexed
from ranking.language.number_fields import link_numbers
from ranking.language.numbers import read_numbers
from ranking.language.pieces import split_pieces
from ranking.language.scopes import find_scopes, split_entities
from ranking.language.searched_words import choose_words, leave_out_recipients
from ranking.language.spelling import correct, expand_compounds
from ranking.language.synonyms import current_synonyms
from ranking.language.term_counts import count_terms
from ranking.language.word_rules import NO_WORD_RULES, WordRules
from ranking.retrieval.snapshot import IndexSnapshot


def read_query(
    text: str, snapshot: IndexSnapshot, *, versions: Mapping[str, int], locale: str, rules: WordRules = NO_WORD_RULES
) -> Understanding:
    """What a normalised text asks for, by the catalog's own names, the live synonyms and those of `rules`.

    Of words alone ("without", "under 100") nothing is left to search: then the text is searched as it stands.
    """
    lexicon = current_lexicon(snapshot)
    dictionary = current_dictionary(versions.get("words", 0))
    synonyms, concepts = current_synonyms(versions.get("synonyms", 0)), current_concepts(snapshot.vocabulary)
    written = synonyms.words | rules.synonyms.words
    is_known = partial(_find_known, snapshot=snapshot, written=written)
    correction = correct(text, dictionary, locale=locale, has_hits=is_known, forbids=rules.forbids_correction)
    if correction and correction.applied:
        text = correction.corrected
    reading = read_numbers(text, lexicon)
    scopes = find_scopes(reading.rest, lexicon)
    counts = count_terms({term for piece in split_pieces(text) for term in piece.terms}, snapshot)
    named = find_entities(reading.rest, lexicon, needs=reading.needs, document_frequency=counts.count)
    entities, _unwanted = split_entities(leave_out_recipients(named, reading.rest), scopes)
    keywords = weigh_keywords(reading.rest, entities=entities, needs=reading.needs, scopes=scopes, idf=counts.idf)
    searched = choose_words(
        searched_text(reading.rest, scopes),
        entities=entities,
        needs=reading.needs,
        tables=(rules.synonyms.table, synonyms.table, concepts.table),
        dictionary=dictionary,
    )
    terms = tuple(analyse(searched))
    if not terms and not reading.needs:
        return replace(read_literally(text), correction=correction)
    expansions = expand_query(terms, synonyms=synonyms, concepts=concepts, locale=locale, rules=rules)
    compounds = [
        item
        for item in expand_compounds(searched, dictionary)
        if not (synonyms.forbids(item, locale) or rules.forbids(item))
    ]
    return Understanding(
        text=text,
        language=detect_language(text),
        terms=terms,
        keywords=keywords,
        entities=entities,
        numbers=link_numbers(reading.needs, [item for item in entities if item.kind == "category"], lexicon),
        expansions=(*expansions, *compounds)[:MAX_EXPANSIONS],
        correction=correction,
    )


def _find_known(words: Collection[str], *, snapshot: IndexSnapshot, written: frozenset[str]) -> set[str]:
    """Words that are right although the dictionary lacks them: the index has them, or a merchandiser wrote them, whose
    index terms are `written`.
    """
    known = {word for word in words if written.issuperset(analyse(word))}
    rest = [word for word in words if word not in known]
    return known | (find_indexed(rest, [segment_id for segment_id, _, _ in snapshot.segments]) if rest else set())


def read_literally(text: str) -> Understanding:
    """The words as they were typed and nothing else ("search exactly for")."""
    return Understanding(text=text, language=detect_language(text), terms=tuple(analyse(text)))
