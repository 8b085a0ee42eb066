"""All other ways to say a query: synonyms, the other language, synonyms across languages, and the list that ships."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalog.models import LiveVersion
from ranking.contracts import Expansion
from ranking.language.concepts import ConceptBook, current_concepts, expand_concepts
from ranking.language.same_words import shipped_synonyms
from ranking.language.synonyms import Alternative, SynonymBook, current_synonyms, expand
from ranking.language.word_rules import NO_WORD_RULES, WordRules
from ranking.retrieval.vocabulary import current_vocabulary

# Each is at most a few posting lists more; a merchandiser's synonyms come first.
MAX_EXPANSIONS = 32


def read_expansions(terms: Sequence[str], *, locale: str) -> tuple[Expansion, ...]:
    """The same as a search would use now, for a page that shows them outside a search."""
    versions = dict(LiveVersion.objects.values_list("name", "version"))
    return expand_query(
        terms,
        synonyms=current_synonyms(versions.get("synonyms", 0)),
        concepts=current_concepts(current_vocabulary(versions.get("vocabulary", 0))),
        locale=locale,
    )


def expand_query(
    terms: Sequence[str],
    *,
    synonyms: SynonymBook,
    concepts: ConceptBook,
    locale: str,
    same_language: bool = False,
    rules: WordRules = NO_WORD_RULES,
) -> tuple[Expansion, ...]:
    """Expansions of the terms, at most MAX_EXPANSIONS, none twice, none that a merchandiser forbids.

    One synonym serves both languages: written "sneakers → trainers", it is also found from 运动鞋, and what it leads to
    is also looked for in Chinese. Synonyms of synonyms are not followed. What `rules` say of a pair counts above all.
    """
    said = [replace(item, source="rule") for item in expand(terms, rules.synonyms, locale)]
    own = [*said, *(item for item in expand(terms, synonyms, locale) if not rules.forbids(item))]
    linked = [item for item in expand_concepts(terms, concepts, same_language=same_language) if not rules.forbids(item)]
    shipped = [replace(item, source="concept") for item in expand(terms, shipped_synonyms(), locale)]
    settled = {(item.replaced, item.alternative): item for item in said}
    best = dict(settled)
    for expansion in (*own, *linked, *shipped, *_cross(own, linked, (rules.synonyms, synonyms), concepts, locale)):
        key = (expansion.replaced, expansion.alternative)
        forbidden = synonyms.forbids(expansion, locale) or rules.forbids(expansion)
        if key in settled or key[0] == key[1] or forbidden:
            continue
        if key not in best or expansion.weight > best[key].weight:
            best[key] = expansion
    return tuple(best.values())[:MAX_EXPANSIONS]


def _cross(
    own: Sequence[Expansion],
    linked: Sequence[Expansion],
    books: Sequence[SynonymBook],
    concepts: ConceptBook,
    locale: str,
) -> Iterator[Expansion]:
    """Synonyms of a translation, and translations of a synonym; each of the whole phrase only."""
    for first in linked:
        for item in (entry for book in books for entry in book.table.entries.get(first.alternative, ())):
            if item.locale in ("", locale):
                yield _extend(first, item)
    for first in own:
        for second in expand_concepts(first.alternative, concepts):
            if second.replaced == first.alternative:
                yield _extend(first, second)


def _extend(first: Expansion, second: Alternative | Expansion) -> Expansion:
    terms = second.terms if isinstance(second, Alternative) else second.alternative
    return Expansion(first.replaced, terms, round(first.weight * second.weight, 4), second.text, "synonym")
