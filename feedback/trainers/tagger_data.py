"""Texts with the places of their attribute values: published span labels, and catalogs' own attributes found again.

Distant supervision (Mintz et al. 2009): an attribute value that a product states in its data and whose words stand in
its text labels that place. What the data does not state of this product, but does of others, may be a value nobody
wrote down: such a place counts neither way. A value that is not in the text gives no label.
"""

import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.demo.products import make_products
from catalog.extractors.masking import read_text
from catalog.extractors.phrases import PhraseTable
from catalog.extractors.tagger_labels import fold_label
from catalog.extractors.tagger_pieces import cut_windows
from catalog.text import normalise
from catalog.units import find_quantities

FOLDS, HELD_OUT = 5, 0
# Label and value as the words of one language; a number is (value, canonical unit).
Value = str | tuple[float, str]
_SAYS_NOTHING = frozenset(
    ("yes", "no", "none", "n/a", "other", "others", "standard", "normal", "default", "unknown", "original", "1", "2")
    + ("是", "否", "有", "无")
)
_MAX_VALUE = 40


@dataclass(frozen=True, slots=True)
class TaggedText:
    """`spans` are (start, end, label); `open_places` may or may not be values and teach nothing."""

    source: str
    context: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    open_places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StatedProduct:
    """A product of any catalog: texts (titles first) and what its data states, label to values."""

    source: str
    context: str
    texts: tuple[str, ...]
    values: Mapping[str, tuple[Value, ...]]


def is_held_out(product_id: str) -> bool:
    """The fifth of a catalog that benchmarks measure on; no training reads it."""
    return int(hashlib.md5(product_id.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS == HELD_OUT


def read_oa_mine(path: Path) -> list[TaggedText]:
    """Offers of one published split with their annotated values, each at its first free place."""
    return [tag_offer(row) for row in _open_lines(path)]


def tag_offer(row: Mapping[str, Any]) -> TaggedText:
    """The longest values take their places first, at word boundaries where there is a choice."""
    text: str = row["input"]
    spans: list[tuple[int, int, str]] = []
    values = [(value, name) for name, own in row["target_scores"].items() for value in own]
    for value, name in sorted(values, key=lambda item: -len(item[0])):
        places = [(match.start(), match.end()) for match in re.finditer(re.escape(value), text)]
        free = [place for place in places if all(place[1] <= start or place[0] >= end for start, end, _ in spans)]
        if free:
            start, end = min(free, key=lambda place: (-_count_boundaries(text, *place), place))
            spans.append((start, end, fold_label(name)))
    return TaggedText("oa_mine", row["category"].lower(), text, tuple(sorted(spans)))


def _count_boundaries(text: str, start: int, end: int) -> int:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
    return before + after


def tag_by_own_values(
    products: Sequence[StatedProduct], *, labels: Iterable[str] | None = None, least: int = 3
) -> list[TaggedText]:
    """Distant supervision of one catalog. `labels` are those to learn; none: every label that products state at least
    thirty times in their own texts. Values seen fewer than `least` times open no place in other products' texts.
    """
    table, usual = _collect_phrases(products, least)
    tagged = [
        _tag(product, text, table, usual)
        for product in products
        for text in product.texts
        if text.strip()
    ]  # fmt: skip
    counts = Counter(label for one in tagged for _, _, label in one.spans)
    kept = set(labels) if labels is not None else {label for label, count in counts.items() if count >= 30}
    return [_restrict(one, kept) for one in tagged]


def _collect_phrases(
    products: Sequence[StatedProduct], least: int
) -> tuple[PhraseTable[tuple[str, str]], frozenset[tuple[str, str]]]:
    counts: Counter[tuple[str, str]] = Counter()
    words: dict[tuple[str, str], str] = {}
    for product in products:
        for label, values in product.values.items():
            for value in values:
                if isinstance(value, str) and len(value) <= _MAX_VALUE and normalise(value) not in _SAYS_NOTHING:
                    meaning = (label, normalise(value))
                    counts[meaning] += 1
                    words[meaning] = value
    usual = frozenset(meaning for meaning, count in counts.items() if count >= least)
    return PhraseTable((words[meaning], meaning) for meaning in counts), usual


def _tag(
    product: StatedProduct, text: str, table: PhraseTable[tuple[str, str]], usual: frozenset[tuple[str, str]]
) -> TaggedText:
    stated = {
        (label, normalise(value)) for label, values in product.values.items() for value in values
        if isinstance(value, str)
    }  # fmt: skip
    spans: list[tuple[int, int, str]] = []
    open_places: list[tuple[int, int]] = []
    for phrase in table.find(read_text(text)):
        own = {label for label, value in phrase.meanings if (label, value) in stated}
        if len(own) == 1:
            spans.append((phrase.start, phrase.end, own.pop()))
        elif own or not usual.isdisjoint(phrase.meanings):
            open_places.append((phrase.start, phrase.end))
    taken = [(start, end) for start, end, _ in spans]
    for start, end, label in _find_numbers(product, text):
        if all(end <= first or start >= last for first, last in taken):
            spans.append((start, end, label)) if label else open_places.append((start, end))
    return TaggedText(product.source, product.context, text, tuple(sorted(spans)), tuple(open_places))


def _find_numbers(product: StatedProduct, text: str) -> Iterator[tuple[int, int, str]]:
    """Quantities that the data states of exactly one attribute; of several: the empty label."""
    numbers: dict[tuple[float, str], set[str]] = defaultdict(set)
    for label, values in product.values.items():
        for value in values:
            if not isinstance(value, str):
                numbers[value].add(label)
    for found in find_quantities(text):
        labels = numbers.get((round(found.quantity.value, 6), found.quantity.unit), set())
        yield found.start, found.end, next(iter(labels)) if len(labels) == 1 else ""


def _restrict(one: TaggedText, labels: set[str]) -> TaggedText:
    kept = tuple(span for span in one.spans if span[2] in labels)
    left = tuple(span[:2] for span in one.spans if span[2] not in labels)
    return TaggedText(one.source, one.context, one.text, kept, (*one.open_places, *left))


def read_icecat(path: Path) -> list[StatedProduct]:
    """Text attributes of the judged catalog; numbers are left to the patterns: the file does not say their units."""
    products = []
    for row in _open_lines(path):
        if is_held_out(str(row["id"])):
            continue
        values = {
            fold_label(key): (str(value),) for key, value in row.items()
            if key.startswith("attr_t_") and str(value).strip()
        }  # fmt: skip
        if row.get("supplier"):
            values["brand"] = (str(row["supplier"]),)
        texts = (row.get("title") or row.get("name") or "", (row.get("short_description") or "")[:300])
        kind = normalise(str(row.get("attr_t_product_type") or ""))
        products.append(StatedProduct("chorus_icecat", kind, tuple(dict.fromkeys(texts)), values))
    return products


def read_litemall(path: Path) -> list[StatedProduct]:
    products = []
    for row in _open_lines(path):
        if is_held_out(str(row["id"])):
            continue
        values = {fold_label(key): _cut_values(str(value)) for key, value in (row.get("attributes") or {}).items()}
        kind = (row.get("category") or [""])[-1]
        products.append(StatedProduct("litemall", kind, (row["name"], row.get("brief") or ""), values))
    return products


def _cut_values(written: str) -> tuple[str, ...]:
    """100%棉 is 棉 to a title that says 纯棉; several values stand between slashes and commas."""
    parts = [part.strip() for part in re.split(r"[/、,，;；\n]|\s{2,}", written)]
    bare = [re.sub(r"\d+(?:\.\d+)?%", "", part).strip() for part in parts]
    return tuple(part for part in dict.fromkeys((*parts, *bare)) if part)


def read_demo(language: str) -> list[StatedProduct]:
    """The demo catalog in one language; its category as the key that shops read it by is in English."""
    products = []
    for made in make_products():
        row, held = made.row, is_held_out(made.row["sku"])
        if held:
            continue
        values = {fold_label(one["key"]): tuple(_demo_values(one, language)) for one in row["attributes"]}
        if row["brand"]:
            values["brand"] = (row["brand"][language],)
        level = row["category"][-1]
        names = [level["en"].lower(), level[language].lower()]
        context = names[int(hashlib.md5(row["sku"].encode(), usedforsecurity=False).hexdigest(), 16) // FOLDS % 2]
        text = row["descriptions"][language].strip()
        windows = [text[start:end] for start, end in cut_windows(text, is_title=False)]
        products.append(StatedProduct("demo", context, (row["titles"][language], *windows), values))
    return products


def _demo_values(attribute: Mapping[str, Any], language: str) -> Iterator[Value]:
    for value in attribute["values"]:
        if isinstance(value, dict):
            yield value[language]
        elif isinstance(value, int | float) and not isinstance(value, bool) and attribute.get("unit"):
            yield round(float(value), 6), attribute["unit"]


def _open_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
