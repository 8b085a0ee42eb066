"""Counts the words of the live catalog for the speller's dictionary: products a word, products a pair of neighbours."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

import numpy as np

from catalog.models import AttributeValue, Segment
from catalog.text import normalise
from ranking.language.pinyin import read_words
from ranking.language.words import Dictionary, build_dictionary, is_latin_word
from ranking.retrieval.written_words import HAN_RUN, split_words

# Counting is pruned so that millions of titles do not hold every pair of words ever seen.
MOST_COUNTED = 2_000_000
# Rarer words of the general list are as often slips themselves, or so odd that they hide one.
EVERYDAY_OCCURRENCES = 500_000
LEAST_TOGETHER = 3
LONGEST_JOINED = 5
NO_HEADS = "与和及或的男女款色装长宽高大小对可带附起"
_LETTERS = re.compile(r"[a-z]+")


@dataclass(slots=True)
class WordCounts:
    """`words`: products with the word in title, brand, category or an attribute; `pairs`: neighbours in such a text."""

    words: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add_product(self, texts: Iterable[Sequence[str]]) -> None:
        """One product's texts, each cut into words by ranking.retrieval.written_words.split_words."""
        written = [[part for word in text for part in dictionary_words(word)] for text in texts]
        self.words.update({word for text in written for word in text if word})
        self.pairs.update({pair for text in written for pair in zip(text, text[1:], strict=False) if all(pair)})
        for counter in (self.words, self.pairs):
            if len(counter) > MOST_COUNTED:
                _drop_singles(counter)

    def add_values(self, values: Mapping[str, int]) -> None:
        """Attribute values with the products that have them; a word of title and value alike counts once."""
        counted: Counter[str] = Counter()
        for text, products in values.items():
            # Feeds write line breaks inside a value as two letters.
            pieces = split_words(normalise(text.replace("\\n", " ")))
            for word in {part for piece in pieces for part in dictionary_words(piece)} - {""}:
                counted[word] += products
        for word, products in counted.items():
            self.words[word] = max(self.words[word], products)


def dictionary_words(word: str) -> Iterator[str]:
    """The words to learn from one piece of text; an empty one for a code or a mark, which keeps neighbours apart.

    "usb-c" gives usb and c, "wi-fi" wifi as well, "wh-1000xm5" nothing.
    """
    if is_latin_word(word) or HAN_RUN.fullmatch(word):
        yield word
        return
    parts = _LETTERS.findall(word.removesuffix("'s")) if not any(letter.isdigit() for letter in word) else []
    if len(parts) == 2:
        yield "".join(parts)
        yield ""
    yield from (part for part in parts if is_latin_word(part))
    if len(parts) != 1:
        yield ""


def count_values() -> dict[str, int]:
    """Names of attribute values, with the products of the index that have each (deleted ones until segments merge)."""
    products = np.zeros(1, np.int64)
    for values in Segment.objects.filter(retired_at=None).values_list("facet_values", flat=True).iterator():
        counted = np.bincount(np.frombuffer(values, "<i4"), minlength=len(products))
        counted[: len(products)] += products
        products = counted
    found: Counter[str] = Counter()
    rows = AttributeValue.objects.filter(number=None).values_list("id", "name_en", "name_zh")
    for value_id, *names in rows.iterator(chunk_size=20_000):
        for name in names:
            if name and value_id < len(products):
                found[name] += int(products[value_id])
    return dict(found)


def make_dictionary(counts: WordCounts, *, version: int = 0) -> Dictionary:
    """The dictionary of these counts: Chinese words with their readings, everyday English beside the catalog's own."""
    words = {**join_characters(counts.pairs), **counts.words}
    readings = read_words(word for word in words if HAN_RUN.fullmatch(word))
    return build_dictionary(
        words,
        counts.pairs,
        readings={word: "".join(syllables) for word, syllables in readings.items()},
        everyday=everyday_words(),
        version=version,
    )


def join_characters(pairs: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Chinese words cut apart that a shopper takes for one: 运动 and 鞋, which stand together often enough."""
    return {
        f"{first}{second}": products
        for (first, second), products in pairs.items()
        if products >= LEAST_TOGETHER
        and 3 <= len(first) + len(second) <= LONGEST_JOINED
        and len(second) == 1
        and second not in NO_HEADS
        and HAN_RUN.fullmatch(f"{first}{second}")
    }


def everyday_words() -> list[str]:
    """Frequent English words from the list that symspellpy ships (Google Books counts of SCOWL's words, MIT)."""
    table = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    rows = (line.split() for line in table.read_text(encoding="utf-8-sig").splitlines())
    return [word for word, count in rows if int(count) >= EVERYDAY_OCCURRENCES and is_latin_word(word)]


def _drop_singles(counter: Counter[str] | Counter[tuple[str, str]]) -> None:
    for key in [key for key, count in counter.items() if count == 1]:
        del counter[key]
