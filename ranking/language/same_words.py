"""What shoppers call one thing in one language (fridge and refrigerator, 充电宝 and 移动电源): the list that ships."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations
from pathlib import Path

from catalog.text import analyse, normalise
from ranking.language.phrase_table import build_table
from ranking.language.synonyms import Alternative, SynonymBook

LIST = Path(__file__).parent / "data" / "same_words.tsv"
# Below what a merchandiser writes. Of 0.5, 0.7, 0.8 and 0.9 the highest that keeps the judged order
# (benchmarks/relevance.py): a product that says the typed word itself is the surer one.
DEFAULT_WEIGHT = 0.7


@cache
def shipped_synonyms() -> SynonymBook:
    """The list as a book of synonyms of every shop language; read once per process."""
    return build_shipped(LIST.read_text(encoding="utf-8").splitlines())


def build_shipped(lines: Iterable[str]) -> SynonymBook:
    """Lines "a = b = c" (each for the other) and "a > b | c" (only so), with TAB and a weight where it is another."""
    pairs = [
        (tuple(analyse(word)), Alternative(tuple(analyse(other)), other, weight, ""))
        for word, other, weight in _read_pairs(lines)
    ]
    return SynonymBook(table=build_table((word, other) for word, other in pairs if word != other.terms))


def _read_pairs(lines: Iterable[str]) -> Iterator[tuple[str, str, float]]:
    for line in lines:
        words, _, weight = line.partition("\t")
        if not words.strip() or words.startswith("#"):
            continue
        share = float(weight) if weight else DEFAULT_WEIGHT
        first, sign, others = (part.strip() for part in words.partition(" > "))
        if sign:
            yield from ((first, normalise(other), share) for other in others.split("|"))
        else:
            group = [normalise(word) for word in words.split(" = ")]
            yield from ((word, other, share) for word, other in permutations(group, 2))
