"""Which phrases the live catalog offers as completions: categories, brands, both together, title phrases, titles."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import QuerySet

from catalog.contracts import LOCALES
from catalog.models import Brand, Category, Product, SearchDocument
from catalog.text import analyse, normalise
from ranking.retrieval.pinyin_tails import spell_tails
from ranking.retrieval.word_counts import WordCounts
from ranking.retrieval.written_words import HAN_RUN, join_words, split_words

LEAST_PRODUCTS = 3
LONGEST_PHRASE = 3  # words
MAX_TITLE = 120
# Titles beyond these are reached by search itself; each costs up to nine index rows.
MAX_TITLES = 50_000
SOUNDED_TITLE_TAILS = 3
# A phrase that nearly always continues the same way is a piece of the longer phrase ("hard disk" of "hard disk drive").
CONTINUES = 0.85
# Counting is pruned so that a catalog of millions of titles does not hold every pair of words ever seen.
MAX_COUNTED = 2_000_000
KIND_BONUS = {"category": 3.0, "brand": 2.5, "query": 1.5, "product": 0.0}
_PHRASE_WORD = re.compile(r"[^\W\d_][\w'+-]+$")
_STOP_WORDS = frozenset(
    word
    for words in (
        "a an and are as at by for from in into is it its of on or per that the this to up with without",
        "pcs piece pieces set x w inch cm mm kg new",
        "的 和 与 及 或 是 在 了 款 个 只 件 套 装",
    )
    for word in words.split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One completion to be written: `text` is shown, `phrase` is what a typed prefix is compared with."""

    locale: str
    kind: str
    key: str
    text: str
    phrase: str
    count: int
    weight: float
    tails: tuple[str, ...]
    sounds: tuple[str, ...] = ()  # the same tails in pinyin and in initials


@dataclass(slots=True)
class _Seen:
    """What one pass over the live products counts."""

    by_category: Counter[int] = field(default_factory=Counter)
    by_brand: Counter[int] = field(default_factory=Counter)
    by_both: Counter[tuple[int, int]] = field(default_factory=Counter)
    runs: dict[str, Counter[tuple[str, ...]]] = field(default_factory=lambda: {loc: Counter() for loc in LOCALES})


def collect_phrases(words: WordCounts) -> Iterator[Phrase]:
    """Every phrase once a locale and kind, each naming at least one live product; `words` is filled on the way."""
    categories = {category.pk: category for category in Category.objects.all()}
    brands = {brand.pk: brand for brand in Brand.objects.all()}
    seen = _count_products(categories, brands, words)
    for locale in LOCALES:
        names = {pk: _name_of(category, locale) for pk, category in categories.items() if seen.by_category[pk]}
        makers = {pk: _name_of(brand, locale) for pk, brand in brands.items() if seen.by_brand[pk]}
        for pk, name in names.items():
            yield from make_phrase(locale, "category", categories[pk].key, name, seen.by_category[pk])
        for pk, name in makers.items():
            yield from make_phrase(locale, "brand", brands[pk].key, name, seen.by_brand[pk])
        for (brand, category), count in seen.by_both.items():
            if makers.get(brand) and names.get(category):
                yield from make_phrase(locale, "query", "", f"{makers[brand]} {names[category]}", count)
        heads = _head_words(names.values()) | _counted_things(seen.runs[locale])
        for run, count in select_runs(seen.runs[locale], heads=heads):
            yield from make_phrase(locale, "query", "", join_words(run), count)
    yield from _title_phrases()


def make_phrase(
    locale: str, kind: str, key: str, text: str, count: int, *, popularity: float = 0.0
) -> Iterator[Phrase]:
    folded = " ".join(normalise(text).split())
    if folded:
        weight = KIND_BONUS[kind] + (math.log1p(count) if kind != "product" else 1 - 1 / (1 + max(popularity, 0.0)))
        tails = tuple(_tails(folded))
        sounds = tuple(spell_tails(folded, tails if kind != "product" else tails[:SOUNDED_TITLE_TAILS]))
        yield Phrase(locale, kind, key, text.strip()[:300], folded[:300], count, weight, tails, sounds)


def _tails(folded: str) -> Iterator[str]:
    """The phrase from each of its words on; the words a shopper would not begin with are left out."""
    yield folded[:80]
    start, words = 0, 0
    for word in split_words(folded):
        start = folded.index(word, start)
        if start and words < 8 and len(word) + (not word.isascii()) > 1 and word not in _STOP_WORDS:
            words += 1
            yield folded[start : start + 80]
        start += len(word)


def _count_products(categories: Mapping[int, Category], brands: Mapping[int, Brand], words: WordCounts) -> _Seen:
    seen = _Seen()
    named = {("category", pk): _written_names(category) for pk, category in categories.items()}
    named |= {("brand", pk): _written_names(brand) for pk, brand in brands.items()}
    rows = _live_products().values_list("category_id", "brand_id", "title_en", "title_zh").iterator(chunk_size=5000)
    for category, brand, title_en, title_zh in rows:
        if brand:
            seen.by_brand[brand] += 1
        if brand and category:
            seen.by_both[brand, category] += 1
        node: int | None = category
        while node:
            seen.by_category[node] += 1
            node = categories[node].parent_id
        titles = {"en": split_words(normalise(title_en)), "zh": split_words(normalise(title_zh))}
        words.add_product([*titles.values(), *named.get(("category", category), ()), *named.get(("brand", brand), ())])
        for locale, title in titles.items():
            seen.runs[locale].update(set(word_runs(title)))
            if len(seen.runs[locale]) > MAX_COUNTED:
                seen.runs[locale] = Counter({words: n for words, n in seen.runs[locale].items() if n > 1})
    return seen


def _written_names(named: Category | Brand) -> list[list[str]]:
    return [split_words(normalise(name)) for name in (named.name_en, named.name_zh) if name]


def word_runs(title: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every run of one to three neighbouring words of a title (split_words) that could be what a shopper types."""
    run: list[str] = []
    for word in [*title, ""]:
        if word not in _STOP_WORDS and (_PHRASE_WORD.match(word) or (len(word) > 1 and HAN_RUN.fullmatch(word))):
            run.append(word)
            for length in range(1, min(len(run), LONGEST_PHRASE) + 1):
                yield tuple(run[-length:])
        else:
            run.clear()


def select_runs(
    counted: Mapping[tuple[str, ...], int], *, heads: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Runs that occur often enough, end with what is sold and are not pieces of a longer one."""
    frequent = {
        words: count for words, count in counted.items() if count >= LEAST_PRODUCTS and _head_of(words) in heads
    }
    longer: Counter[tuple[str, ...]] = Counter()
    for words, count in frequent.items():
        for piece in (words[1:], words[:-1]):
            if piece in frequent:
                longer[piece] = max(longer[piece], count)
    for words, count in frequent.items():
        if longer[words] < CONTINUES * count and len(set(words)) == len(words):
            yield words, count


def _head_words(names: Iterable[str]) -> frozenset[str]:
    """The word a category name ends with is what is sold: "wireless headphones" is a kind of "headphones"."""
    return frozenset(_head_of(tuple(words)) for name in names if (words := split_words(normalise(name))))


def _counted_things(runs: Mapping[tuple[str, ...], int]) -> frozenset[str]:
    """Words the titles also have in the plural are things, so a catalog of few categories still offers "usb cable"."""
    return frozenset(
        _stem(words[0])
        for words, count in runs.items()
        if len(words) == 1 and count >= LEAST_PRODUCTS and (f"{words[0]}s",) in runs
    )


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return (analyse(word) or [word])[-1]


def _head_of(words: tuple[str, ...]) -> str:
    return _stem(words[-1])


def _name_of(named: Category | Brand, locale: str) -> str:
    return named.name_zh if locale == "zh" else named.name_en


def _live_products() -> QuerySet[Product]:
    return Product.objects.filter(pk__in=SearchDocument.objects.filter(live=True).values("product_id"))


def _title_phrases() -> Iterator[Phrase]:
    rows = _live_products().order_by("-popularity", "-rating_count", "pk")
    for pk, popularity, *titles in rows.values_list("pk", "popularity", "title_en", "title_zh")[:MAX_TITLES].iterator():
        for locale, title in zip(("en", "zh"), titles, strict=True):
            yield from make_phrase(locale, "product", str(pk), _shorten(title), 1, popularity=popularity)


def _shorten(title: str) -> str:
    return title if len(title) <= MAX_TITLE else title[:MAX_TITLE].rsplit(" ", 1)[0] + "…"
