"""Synonyms in product titles: compounds, words of one concept that are both used, translations side by side."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from catalog.text import HAN, analyse
from ranking.language.concepts import ConceptBook
from ranking.language.mining import SynonymSuggestion, split_words, suggest_pair

# Products with titles in both languages: every pair of words is counted, about 400 a product.
MAX_PARALLEL = 10_000
LEAST_PRODUCTS = 5
# Share of the two words' products that have both (Dice 1945).
LEAST_DICE = 0.7
_HAN = re.compile(f"[{HAN}]")


def find_compounds(titles: Iterable[str]) -> Iterator[SynonymSuggestion]:
    """Words written together in some titles and apart in others: "headset" and "head set"."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for title in titles:
        words = [word for word in split_words(title) if word.isascii()]
        single.update(set(words))
        pairs.update({(a, b) for a, b in zip(words, words[1:], strict=False) if a.isalpha() and b.isalpha()})
    for (a, b), apart in pairs.items():
        together = single.get(a + b, 0)
        if min(len(a), len(b)) > 1 and min(apart, together) >= 2 and apart + together >= LEAST_PRODUCTS:
            evidence = {"products": [together, apart]}
            yield suggest_pair(a + b, f"{a} {b}", "compound", apart + together, evidence)


def find_dictionary_words(titles: Iterable[str], concepts: ConceptBook) -> Iterator[SynonymSuggestion]:
    """Words of one language that the dictionary calls the same and that titles use both: "hard drive", "hard disk"."""
    counts: Counter[tuple[str, ...]] = Counter()
    for title in titles:
        terms = analyse(title)
        counts.update({tuple(terms[match.start : match.end]) for match in concepts.table.find(terms)})
    for concept in concepts.names.values():
        for forms in (concept.en, concept.zh):
            used = sorted((form for form in forms if counts[form.terms]), key=lambda form: -counts[form.terms])
            for form in used[1:]:
                products = [counts[used[0].terms], counts[form.terms]]
                if sum(products) >= LEAST_PRODUCTS:
                    evidence = {"concept": concept.id, "products": products}
                    yield suggest_pair(used[0].text, form.text, "dictionary", min(products), evidence)


def find_parallel_words(
    titles: Sequence[tuple[str, str]], *, skip: Collection[str] = (), names: Collection[str] = ()
) -> Iterator[SynonymSuggestion]:
    """An English and a Chinese word that nearly always stand in one product's two titles, each the other's best.

    `skip` are words that need no suggestion, `names` words of brands, which make no phrase a thing.
    """
    english = [_list_units(split_words(en)) for en, _ in titles]
    chinese = [{word for word in split_words(zh) if _HAN.search(word) and len(word) > 1} for _, zh in titles]
    counts_en = Counter(word for words in english for word in words)
    counts_zh = Counter(word for words in chinese for word in words)
    frequent = {
        word
        for word, count in (counts_en + counts_zh).items()
        if count >= LEAST_PRODUCTS and word not in skip and not any(part in names for part in word.split())
    }
    together: Counter[tuple[str, str]] = Counter()
    for en, zh in zip(english, chinese, strict=True):
        usual = zh & frequent
        together.update((a, b) for a in en & frequent for b in usual)
    dice = {(a, b): 2 * n / (counts_en[a] + counts_zh[b]) for (a, b), n in together.items() if n >= LEAST_PRODUCTS}
    best = {**_best_partners(dice, 0), **_best_partners(dice, 1)}
    for (a, b), value in dice.items():
        if value >= LEAST_DICE and best[a] == b and best[b] == a:
            evidence = {"products": together[a, b], "dice": round(value, 2), "alone": [counts_en[a], counts_zh[b]]}
            yield suggest_pair(a, b, "parallel_titles", together[a, b], evidence)


def _list_units(words: Sequence[str]) -> set[str]:
    """Words and pairs of neighbours without digits ("ice cream" is one thing in Chinese)."""
    kept = [word if word.isascii() and word.isalpha() and len(word) > 2 else "" for word in words]
    pairs = {f"{a} {b}" for a, b in zip(kept, kept[1:], strict=False) if a and b}
    return {word for word in kept if word} | pairs


def _best_partners(dice: dict[tuple[str, str], float], side: int) -> dict[str, str]:
    best: dict[str, tuple[float, int, str]] = {}
    for pair, value in dice.items():
        # Of equals the longer phrase: "ice cream", not its "ice".
        rank = (value, len(pair[1 - side]), pair[1 - side])
        if rank > best.get(pair[side], (0.0, 0, "")):
            best[pair[side]] = rank
    return {word: partner for word, (_, _, partner) in best.items()}
