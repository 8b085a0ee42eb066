"""What would help a query that finds nothing: other words, a page of the shop, or one word less.

Each suggestion was tried and names what it would find; none is ever applied by itself.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process

from catalog.text import normalise
from ranking.contracts import Filter
from ranking.health.other_words import suggest_spellings, suggest_synonyms
from ranking.health.trial import Suggestion, Trial
from ranking.registry import LiveState
from ranking.retrieval.filters import filter_mask, live_mask

# Names this alike (rapidfuzz's ratio, 0 … 100) are taken for the one that was meant.
NEAR_NAME = 78.0
# This share of the products near in meaning must be in one category.
SAME_CATEGORY, LEAST_HITS = 0.6, 3
MOST_PAGES = 2
MOST_LEFT_OUT = 6
PageKind = Literal["category", "brand"]


@dataclass(frozen=True, slots=True)
class Names:
    """Normalised names of categories and brands, and whose each is."""

    texts: tuple[str, ...]
    owners: tuple[tuple[PageKind, str], ...]


def list_names(live: LiveState) -> Names:
    vocabulary = live.snapshot.vocabulary
    named: list[tuple[str, tuple[PageKind, str]]] = []
    for node in vocabulary.categories.values():
        named += [(normalise(name), ("category", node.key)) for name in (node.name_en, node.name_zh) if name]
    for node in vocabulary.brands.values():
        named += [(normalise(name), ("brand", node.key)) for name in (node.name_en, node.name_zh) if name]
    return Names(tuple(text for text, _ in named), tuple(owner for _, owner in named))


def suggest_fixes(trial: Trial, names: Names) -> list[Suggestion]:
    """The likeliest first, each thing once."""
    found = [
        *suggest_spellings(trial),
        *suggest_synonyms(trial),
        *suggest_pages(trial, names),
        *suggest_fewer_words(trial),
    ]
    return list({(item.kind, item.words, item.by, item.key): item for item in found}.values())


def suggest_pages(trial: Trial, names: Names) -> Iterator[Suggestion]:
    """Pages of brands and categories: those the query names, those of a name like it, those it is near in meaning."""
    wanted = dict.fromkeys([*_list_named(trial), *_list_alike(trial, names), *_list_near_in_meaning(trial)])
    shown = 0
    for kind, key in wanted:
        page = describe_page(trial, kind, key)
        if page and shown < MOST_PAGES:
            shown += 1
            yield page


def _list_named(trial: Trial) -> Iterator[tuple[PageKind, str]]:
    understanding = trial.page.understanding
    for entity in understanding.entities if understanding else ():
        if entity.kind == "category":
            yield "category", entity.key
        elif entity.kind == "brand":
            yield "brand", entity.key


def _list_alike(trial: Trial, names: Names) -> list[tuple[PageKind, str]]:
    found = process.extract(trial.query, names.texts, scorer=fuzz.ratio, limit=MOST_PAGES, score_cutoff=NEAR_NAME)
    return [names.owners[place] for _text, _score, place in found]


def _list_near_in_meaning(trial: Trial) -> Iterator[tuple[PageKind, str]]:
    hits = trial.page.hits
    counts = Counter(hit.product.category_key for hit in hits if hit.product.category_key)
    for key, count in counts.most_common(1):
        if count >= max(SAME_CATEGORY * len(hits), LEAST_HITS):
            yield "category", key


def describe_page(trial: Trial, kind: PageKind, key: str) -> Suggestion | None:
    """None where it has no products, or is the page on which the query was asked."""
    vocabulary = trial.live.snapshot.vocabulary
    node = (vocabulary.categories if kind == "category" else vocabulary.brands).get(key)
    if node is None or key == trial.request.category:
        return None
    shown = filter_mask(trial.live.snapshot, (Filter(kind, (key,)),), now=trial.now)
    total = int(np.count_nonzero(shown & live_mask(trial.live.snapshot, market=trial.request.market)))
    if not total:
        return None
    return Suggestion(kind, total, key=key, name_en=node.name_en, name_zh=node.name_zh)


def suggest_fewer_words(trial: Trial) -> Iterator[Suggestion]:
    """The words that search lets go already; else the one without which most is found."""
    page, understanding = trial.page, trial.page.understanding
    keywords = [word.text for word in understanding.keywords if word.role != "negated"] if understanding else []
    if len(keywords) < 2:
        return
    dropped = [item.text for item in page.relaxations if item.kind == "word"]
    if dropped and len(dropped) == len(page.relaxations) and page.total:
        yield Suggestion("fewer_words", page.total, words=" ".join(dropped))
        return
    tried = []
    for word in keywords[:MOST_LEFT_OUT]:
        rest = " ".join(trial.query.replace(word, " ", 1).split())
        total = trial.count(rest) if rest and rest != trial.query else 0
        if total:
            tried.append((total, word))
    for total, word in sorted(tried, reverse=True)[:1]:
        yield Suggestion("fewer_words", total, words=word)
