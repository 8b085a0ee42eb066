"""What the catalog's names are: words of both languages → brands, categories, attribute values, for longest match.

Built once per process and vocabulary from the index snapshot; a name is kept by the key its words give, so that
"Head-phones", "headphone" and "HEADPHONES" are one.
"""

import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import structlog
from django.db import connection
from numpy.typing import NDArray

from catalog.text import HAN, normalise
from ranking.language.number_values import NumberValues, count_numbers
from ranking.language.pieces import Piece, split_pieces, terms_of
from ranking.retrieval.snapshot import IndexSnapshot
from ranking.retrieval.vocabulary import Node, Vocabulary

logger = structlog.get_logger(__name__)

# 225,000 names take about 80 MB a process and 5 s of CPU to build; beyond these values the rarest are left out.
MAX_VALUES = 200_000
MAX_NAME_CHARACTERS = 40
MAX_NAME_WORDS = 6
# Where values are few, one product is enough to know a value; in a large catalog such values are mostly noise.
FEW_VALUES = 20_000
# Values that say nothing alone.
_NOT_NAMES = frozenset({
    "yes", "no", "none", "other", "others", "n/a", "na", "not available", "not applicable", "unknown", "standard",
    "various", "default", "true", "false", "mixed", "", "是", "否", "有", "无", "其他", "其它", "标准", "默认", "普通",
    "不详", "常规",
})  # fmt: skip
_ALIAS_BORDER = re.compile(r"\s*(?:[&,/、，·]|\band\b|与|和|及)\s*")

EntryKind = Literal["brand", "category", "attribute", "number"]
Entries = tuple["Entry", ...]
ValueRow = tuple[int, str, str, str]  # id, key, English, Chinese


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a name may mean. `field` and `key` are what a Filter takes; a "number" entry names an attribute.

    `count` is how many products have it; `alias` marks a part of the name ("tablets" of "Laptops & tablets").
    """

    kind: EntryKind
    field: str
    key: str
    count: int
    alias: bool = False


@dataclass(frozen=True)
class Lexicon:
    """`names` maps a key (see `name_keys`) to entries; a single attribute value is kept as its bare id."""

    vocabulary: Vocabulary
    document_count: int
    names: Mapping[str, int | Entries]
    value_keys: Mapping[int, str]
    value_counts: NDArray[np.int32]
    numbers: NumberValues

    def find(self, key: str) -> Entries:
        found = self.names.get(key, ())
        if isinstance(found, tuple):
            return found
        return (self._value_entry(found),)

    def _value_entry(self, value_id: int) -> Entry:
        attribute = self.vocabulary.attribute_by_id[int(self.vocabulary.value_attribute[value_id])]
        return Entry("attribute", attribute.key, self.value_keys[value_id], int(self.value_counts[value_id]))

    def __contains__(self, name: str) -> bool:
        return any(key in self.names for key in name_keys(name))


# A build that takes longer runs beside the searches and rests ten times as long: uploads change the vocabulary often.
SLOW_SECONDS = 0.5
_REST = 10

_lock = threading.Lock()
_current: Lexicon | None = None
_seconds = 0.0
_rests_until = 0.0


def current_lexicon(snapshot: IndexSnapshot) -> Lexicon:
    """The lexicon of this snapshot's vocabulary; in a large catalog the last one until the next is built."""
    known = _current
    if known is not None and _still_holds(known, snapshot):
        return known
    if known is None or _seconds < SLOW_SECONDS:
        return _rebuild(snapshot)
    if time.monotonic() >= _rests_until and not _lock.locked():
        threading.Thread(target=_rebuild_beside, args=(snapshot,), name="lexicon", daemon=True).start()
    return known


def _rebuild_beside(snapshot: IndexSnapshot) -> None:
    try:
        _rebuild(snapshot)
    finally:
        connection.close()


def _rebuild(snapshot: IndexSnapshot) -> Lexicon:
    global _current, _seconds, _rests_until  # noqa: PLW0603 - one lexicon a process is the point
    with _lock:
        if _current is None or not _still_holds(_current, snapshot):
            started = time.monotonic()
            _current = build_lexicon(snapshot, read_value_names(snapshot))
            _seconds = time.monotonic() - started
            _rests_until = time.monotonic() + _REST * _seconds
        return _current


def forget_lexicon() -> None:
    global _current, _seconds  # noqa: PLW0603
    with _lock:
        _current, _seconds = None, 0.0


def _still_holds(lexicon: Lexicon, snapshot: IndexSnapshot) -> bool:
    """Counts may drift a little; names must be the vocabulary's own."""
    drift = abs(lexicon.document_count - snapshot.document_count)
    return lexicon.vocabulary is snapshot.vocabulary and drift <= lexicon.document_count * 0.2


def build_lexicon(snapshot: IndexSnapshot, value_rows: Iterable[ValueRow]) -> Lexicon:
    """From the snapshot and the names of the attribute values worth knowing (`worthy_values`)."""
    vocabulary = snapshot.vocabulary
    value_counts = count_values(snapshot)
    names: dict[str, int | Entries] = {}
    lexicon = Lexicon(
        vocabulary=vocabulary,
        document_count=snapshot.document_count,
        names=names,
        value_keys={},
        value_counts=value_counts,
        numbers=count_numbers(snapshot, vocabulary.attributes.values()),
    )
    for key, value_id, value_key in _value_names(value_rows):
        lexicon.value_keys[value_id] = value_key  # type: ignore[index] # filled here, read-only after
        names[key] = value_id if key not in names else (*lexicon.find(key), lexicon._value_entry(value_id))
    for key, entry in _node_names(snapshot, value_counts):
        found = lexicon.find(key)
        if not any((old.field, old.key) == (entry.field, entry.key) for old in found):
            names[key] = (*found, entry)
    return lexicon


def count_values(snapshot: IndexSnapshot) -> NDArray[np.int32]:
    """How many products have each attribute value, by its id (dead ones too, until segments merge)."""
    size = len(snapshot.vocabulary.value_attribute)
    held = snapshot.facet_values[snapshot.facet_values < size]
    return np.bincount(held, minlength=size).astype(np.int32)


def worthy_values(snapshot: IndexSnapshot) -> NDArray[np.int64]:
    """Ids of the text attributes' values to know by name: the most frequent MAX_VALUES, of two products at least."""
    vocabulary = snapshot.vocabulary
    is_text = np.zeros(max((*vocabulary.attribute_by_id, 0)) + 1, bool)
    is_text[[node.id for node in vocabulary.attributes.values() if node.kind == "text"]] = True
    counts = count_values(snapshot)
    text = (vocabulary.value_attribute >= 0) & is_text[np.maximum(vocabulary.value_attribute, 0)]
    least = 1 if int(text.sum()) <= FEW_VALUES else 2
    ids = np.flatnonzero(text & (counts >= least))
    if len(ids) > MAX_VALUES:
        logger.info("lexicon_bounded", values=len(ids), kept=MAX_VALUES)
        ids = ids[np.argpartition(-counts[ids], MAX_VALUES)[:MAX_VALUES]]
    return ids


def read_value_names(snapshot: IndexSnapshot) -> list[ValueRow]:
    ids = worthy_values(snapshot)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, key, name_en, name_zh FROM catalog_attributevalue WHERE id = ANY(%s) "
            "AND length(name_en) <= %s AND length(name_zh) <= %s",
            [ids.tolist(), MAX_NAME_CHARACTERS, MAX_NAME_CHARACTERS],
        )
        return cursor.fetchall()


def _value_names(rows: Iterable[ValueRow]) -> Iterator[tuple[str, int, str]]:
    for value_id, value_key, english, chinese in rows:
        keys = {key for name in {english, chinese} for key in name_keys(name)}
        yield from ((key, value_id, value_key) for key in keys)


def _node_names(snapshot: IndexSnapshot, value_counts: NDArray[np.int32]) -> Iterator[tuple[str, Entry]]:
    """Names of brands and categories, yes/no attributes (the name means "yes") and number attributes."""
    vocabulary = snapshot.vocabulary
    brands = _count_ids(snapshot.brand[snapshot.live])
    for node in vocabulary.brands.values():
        yield from _entries_of(node, Entry("brand", "brand", node.key, brands.get(node.id, 0)))
    for key, count in _count_subtrees(vocabulary, _count_ids(snapshot.category[snapshot.live])).items():
        node = vocabulary.categories[key]
        yield from _entries_of(node, Entry("category", "category", key, count))
        for part in _alias_names(node):
            yield from ((name, Entry("category", "category", key, count, alias=True)) for name in name_keys(part))
    affirmed = _count_affirmed(vocabulary, value_counts)
    for attribute in vocabulary.attributes.values():
        if attribute.kind == "boolean" and affirmed.get(attribute.id):
            yield from _entries_of(attribute, Entry("attribute", attribute.key, "true", affirmed[attribute.id]))
        elif attribute.kind == "number":
            yield from _entries_of(attribute, Entry("number", attribute.key, "", 0))


def _entries_of(node: Node, entry: Entry) -> Iterator[tuple[str, Entry]]:
    keys = {key for name in {node.name_en, node.name_zh} for key in name_keys(name)}
    yield from ((key, entry) for key in keys)


def _alias_names(node: Node) -> set[str]:
    parts = [_ALIAS_BORDER.split(normalise(name)) for name in {node.name_en, node.name_zh} if name]
    return {part for split in parts if len(split) > 1 for part in split if len(part) > 1}


def _count_ids(ids: NDArray[np.int64]) -> dict[int, int]:
    values, counts = np.unique(ids, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _count_subtrees(vocabulary: Vocabulary, counts: Mapping[int, int]) -> dict[str, int]:
    """Products of each category and all below it."""
    totals = dict.fromkeys(vocabulary.categories, 0)
    for key, node in vocabulary.categories.items():
        path = key.split("/")
        for depth in range(len(path)):
            ancestor = "/".join(path[: depth + 1])
            if ancestor in totals:
                totals[ancestor] += counts.get(node.id, 0)
    return totals


def _count_affirmed(vocabulary: Vocabulary, value_counts: NDArray[np.int32]) -> dict[int, int]:
    """Products that say yes, by attribute id."""
    yes = np.flatnonzero(vocabulary.value_number == 1)
    attributes = vocabulary.value_attribute[yes].tolist()
    return dict(zip(attributes, value_counts[yes].tolist(), strict=True))


def name_keys(name: str) -> set[str]:
    """The keys a name is found by: as written, and with its hyphens as blanks ("T-shirt", "T shirt")."""
    text = normalise(name)
    if text in _NOT_NAMES or len(text) > MAX_NAME_CHARACTERS or text.count(" ") > MAX_NAME_WORDS:
        return set()
    if not _SAYS_SOMETHING.search(text):
        return set()
    return {key for written in {text, text.replace("-", " ")} if (key := _name_key(written))}


def _name_key(text: str) -> str:
    """What most names are, plain words or one Chinese word, is read without cutting them up: four times as fast."""
    if _PLAIN_WORDS.fullmatch(text):
        words = text.split(" ")
        return "" if len(words) > MAX_NAME_WORDS or len(text) == 1 else " ".join(terms_of(word)[0] for word in words)
    if _HAN_WORD.fullmatch(text):
        return text
    pieces = split_pieces(text)
    latin = sum(piece.kind != "han" for piece in pieces)
    return "" if latin > MAX_NAME_WORDS else join_key([piece_key(piece) for piece in pieces])


def piece_key(piece: Piece) -> str:
    """Chinese stays as it is; a compound, number or quantity is known by the first of its terms, but "3m" is no 300 cm:
    a glued single letter may be part of a brand.
    """
    if piece.kind == "han" or not piece.terms or piece.text in piece.terms[1:]:
        return piece.text
    first = piece.terms[0]
    # "4-core" is analysed as 4 and core, not as one word: it is known as written.
    return piece.text if piece.kind == "word" and first.isdigit() and first != piece.text else first


# A word, or a short code ("4k", "a4", "5g"); "50 x 28 x 175" and "12" name nothing.
_SAYS_SOMETHING = re.compile(rf"[a-z]{{2}}|[{HAN}]|^(?=.{{2,6}}$)[^ ]*[a-z]")
_PLAIN_WORDS = re.compile(r"[a-z]+(?: [a-z]+)*")
_HAN_WORD = re.compile(f"[{HAN}]+")
_BLANK_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) (?=[a-z]?[{HAN}])")


def join_key(parts: Sequence[str]) -> str:
    """Chinese is written without blanks, so a blank inside it does not make another name."""
    return _BLANK_BETWEEN_HAN.sub("", " ".join(parts))


# Words of attribute names that tell nothing apart.
GENERIC_WORDS = frozenset(
    {"size", "type", "maximum", "minimum", "max", "min", "total", "of", "for", "the", "with", "in", "net"}
)
_NAME_WORD = re.compile("[a-z]+")


@lru_cache(maxsize=4096)
def telling_parts(english: str, chinese: str) -> tuple[str, ...]:
    """What an attribute is called by in passing: stems of its English name, pairs of characters of its Chinese one."""
    words = [word for word in _NAME_WORD.findall(english.lower()) if word not in GENERIC_WORDS]
    pairs = [chinese[at : at + 2] for at in range(len(chinese) - 1)]
    return (*(terms_of(word)[0] for word in words), *(pair for pair in pairs if not pair.isascii()))
