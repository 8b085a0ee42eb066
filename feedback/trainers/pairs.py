"""Groups of products to be read for one query: what it asks for, what nearly is it, what only looks like it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.trainers.catalogs import TrainingProduct, title_language
from feedback.trainers.facts import OTHER_KIND, FactBook
from feedback.trainers.lexicon import split_words
from feedback.trainers.weak_queries import WeakQuery, write_query
from ranking.reranker import text_of_product

SIZE = 6
# One group in twelve has a product whose title is stuffed with the query: it must not win by that.
STUFFED = 0.08


@dataclass(frozen=True, slots=True)
class Group:
    """`texts` with the share of the query's facts that each meets (0..1), the query's own product first."""

    query: str
    texts: tuple[str, ...]
    grades: tuple[float, ...]


def make_group(book: FactBook, texts: Sequence[str], languages: Sequence[str], random_: random.Random) -> Group:
    query = None
    while query is None:
        query = write_query(book, random_.randrange(book.count), languages, random_)
    grades = book.grades(query.facts)
    chosen = _choose(book, query, grades, random_)
    group = [texts[at] for at in chosen]
    shares = [float(grades[at]) for at in chosen]
    if random_.random() < STUFFED:
        group[-1], shares[-1] = stuff(group[-2], query.text, random_), min(shares[-2], OTHER_KIND)
    return Group(query.text, tuple(group), tuple(shares))


def _choose(book: FactBook, query: WeakQuery, grades: NDArray[np.float32], random_: random.Random) -> list[int]:
    """The source; one that meets all or most; two that meet some; one that shares words only; one at random."""
    full, some = np.flatnonzero(grades > 0.6), np.flatnonzero((grades > 0) & (grades <= 0.99))
    words = [book.holders[f"word:{word}"] for word in split_words(query.text) if f"word:{word}" in book.holders]
    alike = np.concatenate(words) if words else np.empty(0, np.int32)
    alike = alike[grades[alike] <= OTHER_KIND]
    anything = np.arange(book.count)
    pools: list[NDArray[np.integer[Any]]] = [full, some, some, alike, anything]
    return [query.source, *(int(random_.choice(pool if len(pool) else anything)) for pool in pools)]


def stuff(text: str, query: str, random_: random.Random) -> str:
    """Another product's title that repeats what is searched, as spam does."""
    words = f"{query} " * random_.randint(1, 3)
    return f"{words}{text}" if random_.random() < 0.3 else f"{text} {words}".strip()


def reading_versions(products: Sequence[TrainingProduct]) -> list[list[str]]:
    """What the reranker reads of each product, one list a language that the catalog is sold in."""
    first = products[0]
    languages = ("en", "zh") if len(first.titles) > 1 else (title_language(first),)
    return [
        [
            text_of_product(
                product.titles.get(language) or next(iter(product.titles.values())),
                product.brands.get(language) or next(iter(product.brands.values()), ""),
                " ".join(kind[language] for kind in product.kinds if language in kind),
            )
            for product in products
        ]
        for language in languages
    ]
