"""Synonyms the catalog itself shows: other spellings of brands and values, shared translations, parallel titles."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from catalog.text import HAN, normalise
from ranking.language.concepts import ConceptBook
from ranking.language.mining import (
    MAX_EXAMPLES,
    SynonymSuggestion,
    finish_suggestions,
    split_words,
    suggest_pair,
)
from ranking.language.title_mining import (
    MAX_PARALLEL,
    find_compounds,
    find_dictionary_words,
    find_parallel_words,
)

# Titles read for pairs of words; more do not find more, and these take some seconds.
MAX_TITLES = 50_000
_HAN = re.compile(f"[{HAN}]")
_NO_LETTERS = re.compile(r"[\W_]+")
_NO_NAME = re.compile(r"[\d+±,;/()]")
MOST_WORDS = 4  # of a value worth a synonym; longer ones are sentences
_COMPANY = re.compile(r"\b(inc|ltd|llc|gmbh|co|corp|corporation|company|limited|ag|sa|srl|plc|bv|kg|group)\b\.?")
# British to American, so that two spellings of one word meet (grey/gray, fibre/fiber, aluminium/aluminum).
_SPELLINGS = (
    (re.compile(r"\bgrey"), "gray"),
    (re.compile(r"(?<=[a-z]{2})our(?=s?\b|ed\b|ful\b|less\b)"), "or"),
    (re.compile(r"(?<=[bt])re(?=s?\b)"), "er"),
    (re.compile(r"is(?=(?:e|ed|er|ers|ing|ation)\b)"), "iz"),
    (re.compile(r"alumini(?=um\b)"), "alumin"),
    (re.compile(r"\btyre"), "tire"),
    (re.compile(r"\bmould"), "mold"),
    (re.compile(r"jewellery"), "jewelry"),
    (re.compile(r"pyjama"), "pajama"),
    (re.compile(r"ll(?=(?:ed|er|ers|ing)\b)"), "l"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the catalog in both languages; `group` holds names that may be variants of each other."""

    group: str
    en: str
    zh: str
    products: int = 0


def mine_catalog(*, concepts: ConceptBook) -> list[SynonymSuggestion]:
    """All suggestions of the catalog as it is now; some seconds for 20,000 products, made for a background job."""
    brands, values, categories = read_brands(), read_values(), read_categories()
    titles = list(read_titles())
    found = [
        *find_spellings(brands, fold_brand, reason="brand_spelling"),
        *find_initials(brands),
        *find_spellings(values, fold_spelling, reason="value_spelling"),
        *find_shared_names([*brands, *values, *categories]),
        *find_compounds(english for english, _ in titles),
        *find_dictionary_words((text for pair in titles for text in pair), concepts),
        *find_parallel_words(
            [pair for pair in titles if all(pair)][:MAX_PARALLEL],
            skip=list_translated(concepts),
            names=list_parts(brands),
        ),
    ]
    return finish_suggestions(found, concepts=concepts)


def read_brands() -> list[Name]:
    return _read(
        "SELECT 'brand', b.name_en, b.name_zh, count(p.id) FROM catalog_brand b "
        "LEFT JOIN catalog_product p ON p.brand_id = b.id GROUP BY b.id ORDER BY b.id"
    )


def read_categories() -> list[Name]:
    return _read(
        "SELECT 'category', c.name_en, c.name_zh, count(p.id) FROM catalog_category c "
        "LEFT JOIN catalog_product p ON p.category_id = c.id GROUP BY c.id ORDER BY c.id"
    )


def read_values() -> list[Name]:
    """Text values with the number of products that have them, the most frequent first."""
    return _read(
        "SELECT a.key, v.name_en, v.name_zh, n.products FROM (SELECT entry.key, value.value, count(*) AS products "
        "FROM catalog_product p, jsonb_each(p.attributes) entry, jsonb_array_elements_text(entry.value) value "
        "WHERE jsonb_typeof(entry.value) = 'array' GROUP BY entry.key, value.value) n "
        "JOIN catalog_attribute a ON a.key = n.key AND a.kind = 'text' "
        "JOIN catalog_attributevalue v ON v.attribute_id = a.id AND v.name_en = n.value "
        "ORDER BY n.products DESC, v.id LIMIT 50000"
    )


def read_titles() -> Iterator[tuple[str, str]]:
    """Titles in both languages, spread over the whole catalog."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title_en, title_zh FROM catalog_product WHERE status = 'active' ORDER BY hashint8(id), id LIMIT %s",
            [MAX_TITLES],
        )
        yield from cursor.fetchall()


def _read(sql: str) -> list[Name]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [Name(*row) for row in cursor.fetchall()]


def find_spellings(names: Iterable[Name], fold: Callable[[str], str], *, reason: str) -> Iterator[SynonymSuggestion]:
    """Names of one group that fold to the same letters: "TP-LINK" and "Tplink", "Dark grey" and "Dark gray"."""
    folded: dict[tuple[str, str], dict[str, Name]] = defaultdict(dict)
    for name in names:
        for text in {name.en, name.zh} - {""}:
            key = fold(text)
            if len(key) > 1:
                folded[name.group, key].setdefault(normalise(text), name)
    for (group, _), spelled in folded.items():
        for (one, first), (other, second) in combinations(list(spelled.items())[:MAX_EXAMPLES], 2):
            yield suggest_pair(one, other, reason, first.products + second.products, {"group": group})


def fold_brand(text: str) -> str:
    return _NO_LETTERS.sub("", _COMPANY.sub(" ", normalise(text)))


def fold_spelling(text: str) -> str:
    """Empty for what is not a short name: 1.6 and 16 fold to the same letters, and so would sizes and voltages."""
    folded = normalise(text)
    if _NO_NAME.search(folded) or len(folded.split()) > MOST_WORDS:
        return ""
    for pattern, american in _SPELLINGS:
        folded = pattern.sub(american, folded)
    return _NO_LETTERS.sub("", folded)


def find_initials(brands: Sequence[Name]) -> Iterator[SynonymSuggestion]:
    """A brand whose name is the first letters of another's words: "HP" of "Hewlett-Packard"."""
    by_name = {normalise(brand.en): brand for brand in brands if brand.en}
    for text, brand in by_name.items():
        words = [word for word in re.split(r"[\W_]+", _COMPANY.sub(" ", text)) if word]
        short = by_name.get("".join(word[0] for word in words)) if len(words) > 1 else None
        if short is not None and not _HAN.search(text):
            evidence = {"group": "brand", "products": [short.products, brand.products]}
            yield suggest_pair(normalise(short.en), text, "initials", short.products + brand.products, evidence)


def find_shared_names(names: Iterable[Name]) -> Iterator[SynonymSuggestion]:
    """Two names of one language with one name in the other: "Sneakers" and "Trainers" are both 运动鞋."""
    shared: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for name in names:
        if name.en and name.zh and normalise(name.en) != normalise(name.zh):
            for kind, key, text in (("zh", name.zh, name.en), ("en", name.en, name.zh)):
                counts = shared[name.group, kind, normalise(key)]
                counts[normalise(text)] = counts.get(normalise(text), 0) + name.products
    for (group, _, key), texts in shared.items():
        for one, other in combinations(list(texts)[:MAX_EXAMPLES], 2):
            support = texts[one] + texts[other]
            yield suggest_pair(one, other, "shared_name", support, {"group": group, "shared": key})


def list_parts(names: Iterable[Name]) -> set[str]:
    """The words of names, in both languages."""
    return {word for name in names for text in (name.en, name.zh) for word in split_words(text)}


def list_translated(concepts: ConceptBook) -> set[str]:
    """Words that need no translation any more."""
    return {normalise(form.text) for concept in concepts.names.values() for form in (*concept.en, *concept.zh)}
