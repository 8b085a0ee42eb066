"""Queries to correct and dictionaries to correct them with: home improvement, the judged catalog, the Chinese set."""

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from benchmarks import chorus
from benchmarks.harness import ROOT

if TYPE_CHECKING:
    from ranking.language.words import Dictionary

PAIRS = ROOT.parent / "shared" / "data" / "spelling" / "spelling.tsv"
CHINESE = ROOT / "tests" / "data" / "spelling_zh.tsv"
SEED = 5
# The general list stands in for the catalog that these queries were typed at and that we do not have: each of its words
# is "sold" about as often as English uses it, a word of the training queries much more often.
GENERAL_PER_PRODUCT, PRODUCTS_PER_QUERY = 2.5e6, 200
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Case:
    """A query as typed and as meant; equal where the query is right."""

    typed: str
    meant: str
    kind: str = ""

    @property
    def is_clean(self) -> bool:
        return self.typed == self.meant


def read_home_pairs() -> tuple[list[Case], list[Case]]:
    """Training and held-out half of the published pairs, normalised as every query is."""
    from catalog.text import normalise

    with PAIRS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    cases = [Case(normalise(row["query"]), normalise(row["corrected"])) for row in rows]
    random.Random(SEED).shuffle(cases)
    return cases[: len(cases) // 2], cases[len(cases) // 2 :]


def right_queries(cases: Iterable[Case]) -> list[Case]:
    """The other side of the pairs: queries that nothing should be done to."""
    return [Case(meant, meant) for meant in dict.fromkeys(case.meant for case in cases)]


def make_home_dictionary(queries: Iterable[str]) -> "Dictionary":
    """Words and neighbours of these queries, over the general English list."""
    from ranking.language.words import build_dictionary

    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for query in queries:
        written = _WORD.findall(query)
        words.update(set(written))
        pairs.update(zip(written, written[1:], strict=False))
    counts = {word: count * PRODUCTS_PER_QUERY for word, count in words.items()}
    for word, count in read_general().items():
        general = PRODUCTS_PER_QUERY / 20 * (count / 1e6) ** 0.5
        counts[word] = counts.get(word, 0) + max(1, int(general))
    return build_dictionary(counts, {pair: count * PRODUCTS_PER_QUERY for pair, count in pairs.items()})


def read_general() -> dict[str, int]:
    table = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    rows = (line.split() for line in table.read_text(encoding="utf-8-sig").splitlines())
    return {word: int(count) for word, count in rows if _WORD.fullmatch(word)}


def make_chorus_dictionary() -> "Dictionary":
    """As the shop's refresh makes it, from the titles, suppliers, types and text attributes of the judged catalog."""
    from catalog.text import normalise
    from ranking.retrieval.word_counts import WordCounts, make_dictionary
    from ranking.retrieval.written_words import split_words

    counts = WordCounts()
    values: Counter[str] = Counter()
    for product in chorus.read_products():
        text = chorus.text_of(product)
        counts.add_product([split_words(normalise(part)) for part in (text.title, text.brand, text.category)])
        values.update({str(value) for key, value in product.items() if key.startswith("attr_t_")})
    counts.add_values(values)
    return make_dictionary(counts)


def misspell_words(dictionary: "Dictionary", *, count: int = 1000, seed: int = SEED) -> list[Case]:
    """One random edit in a word of five letters and more that at least three products have, a neighbour beside it."""
    chooser = random.Random(seed)
    words = [word for word in dictionary.latin if len(word) >= 5 and dictionary.count(word) >= 3]
    beside = _neighbours(dictionary)
    cases: list[Case] = []
    while len(cases) < count:
        word = chooser.choice(words)
        typed = _edit(word, chooser)
        if typed not in dictionary:
            neighbour = beside.get(word, "")
            cases.append(Case(f"{typed} {neighbour}".strip(), f"{word} {neighbour}".strip()))
    return cases


def _neighbours(dictionary: "Dictionary") -> dict[str, str]:
    """For every other word the one that follows it most, so that half of the words stand alone."""
    words = (*dictionary.latin, *dictionary.han)
    best: dict[str, tuple[int, str]] = {}
    for key, count in zip(dictionary.pair_keys.tolist(), dictionary.pair_counts.tolist(), strict=True):
        first, second = words[key >> 32], words[key & 0xFFFFFFFF]
        best[first] = max(best.get(first, (0, "")), (count, second))
    return {first: second for place, (first, (_, second)) in enumerate(sorted(best.items())) if place % 2}


def _edit(word: str, chooser: random.Random) -> str:
    at = chooser.randrange(len(word))
    kind = chooser.choice(("swap", "lose", "add", "replace"))
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    letter = "" if kind == "lose" else chooser.choice(_LETTERS)
    return word[:at] + letter + word[at + (kind != "add") :]


def make_demo_dictionary() -> "Dictionary":
    """As the shop's refresh makes it, from the bilingual demo catalog; no database is needed."""
    from catalog.demo.products import make_products
    from catalog.text import normalise
    from ranking.retrieval.word_counts import WordCounts, make_dictionary
    from ranking.retrieval.written_words import split_words

    counts = WordCounts()
    values: Counter[str] = Counter()
    for product in make_products():
        row = product.row
        names = [row["titles"], row["brand"], *row["category"]]
        counts.add_product([split_words(normalise(text)) for name in names for text in name.values()])
        texts = (attribute["values"] for attribute in row["attributes"] if attribute["kind"] == "text")
        values.update({text for found in texts for value in found for text in value.values()})
    counts.add_values(values)
    return make_dictionary(counts)


def read_chinese() -> list[Case]:
    rows = (line.split("\t") for line in CHINESE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [Case(typed, meant, kind) for kind, typed, meant in rows]


def judged_queries() -> Sequence[Case]:
    from catalog.text import normalise

    return [Case(text, text) for text in (normalise(query.text) for query in chorus.read_judged())]
