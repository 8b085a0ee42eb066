"""OA-Mine (Zhang et al., WWW 2022): English offers with annotated attribute values, read as products of a shop.

A pair (attribute, value) is right when the offer's annotation holds it: exact means equal strings in small letters with
single blanks; normalised means equal after catalog.text.analyse (units, plurals, punctuation). Micro precision, recall
and F1 over pairs; the annotation has one value an attribute and offer, so of every system its surest one is scored.
Schemas, dictionaries, calibration and thresholds come from the training split alone. All attributes of the test split
occur in training.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from benchmarks.harness import ROOT, report
from catalog.contracts import CategorySchema, FoundAttribute, KnownAttribute, KnownValue, ReadableProduct, Span
from catalog.effective import value_key
from catalog.extractors.combination import CalibrationBook, Counts, combine, step_of
from catalog.extractors.tagger_labels import fold_label
from catalog.text import analyse

FOLDER = ROOT.parent / "shared" / "data" / "oa_mine"
# What the tagger found in a fifth of the training offers when trained on the others: the shipped one has read them all,
# so its own confidences there would say too much (docs/adr/0012-attribute-tagger.md).
HELD_OUT = ROOT / "benchmarks" / "judgements" / "oa_mine_tagger_held_out.json"
EXTRACTORS = ("patterns", "dictionary", "tagger")
ROUNDS = 2000
PRECISE = 0.95


@dataclass(frozen=True, slots=True)
class Offer:
    """`values`: attribute key → annotated value."""

    category: str
    text: str
    values: Mapping[str, str]
    names: Mapping[str, str]


# Of one offer: attribute key → (value, confidence)
Found = Mapping[str, tuple[str, float]]
Fold = Callable[[str], object]


def is_available() -> bool:
    return (FOLDER / "test.jsonl.gz").exists()


def read_offers(split: Literal["train", "test"]) -> list[Offer]:
    with gzip.open(FOLDER / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [_read_offer(json.loads(line)) for line in lines]


def _read_offer(row: Mapping[str, Any]) -> Offer:
    keys = {fold_label(name): name for name in row["target_scores"]}
    values = {key: next(iter(row["target_scores"][name])) for key, name in keys.items()}
    return Offer(row["category"].lower(), row["input"], values, keys)


def make_schemas(offers: Iterable[Offer]) -> dict[str, CategorySchema]:
    """Per category the attributes and values that these offers have, the commonest first."""
    values: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    words: dict[str, str] = {}
    names: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for offer in offers:
        sizes[offer.category] += 1
        names |= offer.names
        for key, value in offer.values.items():
            values[offer.category][key][value_key(value)] += 1
            words.setdefault(value_key(value), value)
    schemas = {}
    for category, attributes in values.items():
        ordered = sorted(attributes.items(), key=lambda item: -item[1].total())
        known = [_known_attribute(key, names[key], counts, words, sizes[category]) for key, counts in ordered]
        schemas[category] = CategorySchema(category, tuple(known))
    return schemas


def _known_attribute(key: str, name: str, counts: Counter[str], words: Mapping[str, str], size: int) -> KnownAttribute:
    values = tuple(KnownValue(known, words[known], (words[known],), count) for known, count in counts.most_common())
    return KnownAttribute(key, (name,), "text", share=counts.total() / size, values=values)


def as_products(offers: Sequence[Offer], schemas: Mapping[str, CategorySchema]) -> list[ReadableProduct]:
    return [
        ReadableProduct(number, {"title_en": offer.text}, schemas.get(offer.category, CategorySchema(offer.category)))
        for number, offer in enumerate(offers)
    ]


def exact(value: str) -> str:
    return " ".join(value.lower().split())


def normalised(value: str) -> tuple[str, ...]:
    return tuple(analyse(value))


def surest(found: Iterable[tuple[str, str, float]]) -> dict[str, tuple[str, float]]:
    """Of (attribute, value, confidence) the surest value of every attribute."""
    best: dict[str, tuple[str, float]] = {}
    for name, value, confidence in found:
        if name not in best or best[name][1] < confidence:
            best[name] = (value, confidence)
    return best


def count_pairs(offers: Sequence[Offer], found: Sequence[Found], *, threshold: float, fold: Fold) -> np.ndarray:
    """float64[offer, 3]: right pairs, found pairs, annotated pairs."""
    rows = []
    for offer, own in zip(offers, found, strict=True):
        kept = {name: value for name, (value, confidence) in own.items() if confidence >= threshold}
        right = sum(name in offer.values and fold(value) == fold(offer.values[name]) for name, value in kept.items())
        rows.append((right, len(kept), len(offer.values)))
    return np.array(rows, float)


def score_values(
    offers: Sequence[Offer], found: Sequence[Found], *, threshold: float = 0.0, fold: Fold = exact
) -> dict[str, float]:
    """precision, recall, f1 and its 95% interval (bootstrap over offers)."""
    counts = count_pairs(offers, found, threshold=threshold, fold=fold)
    right, said, annotated = counts.sum(0)
    low, high = bootstrap_f1(counts)
    return {
        "precision": float(right / max(said, 1)), "recall": float(right / max(annotated, 1)),
        "f1": float(2 * right / max(said + annotated, 1)), "f1_low": low, "f1_high": high,
    }  # fmt: skip


def bootstrap_f1(counts: np.ndarray, *, rounds: int = ROUNDS, seed: int = 7) -> tuple[float, float]:
    """The middle 95% of F1 over offers drawn with replacement."""
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=rounds)
    right, said, annotated = (drawn @ counts).T
    low, high = np.quantile(2 * right / np.maximum(said + annotated, 1), [0.025, 0.975])
    return float(low), float(high)


def best_threshold(offers: Sequence[Offer], found: Sequence[Found]) -> float:
    """The confidence from which on F1 is highest."""
    steps = np.linspace(0, 0.95, 39)
    f1 = [score_values_f1(count_pairs(offers, found, threshold=step, fold=exact)) for step in steps]
    return float(steps[int(np.argmax(f1))])


def score_values_f1(counts: np.ndarray) -> float:
    right, said, annotated = counts.sum(0)
    return float(2 * right / max(said + annotated, 1))


def precise_threshold(offers: Sequence[Offer], found: Sequence[Found], *, precision: float = PRECISE) -> float:
    """The lowest confidence from which on this precision is reached; above 1 where it never is."""
    judged = sorted(
        (
            (confidence, name in offer.values and exact(value) == exact(offer.values[name]))
            for offer, own in zip(offers, found, strict=True)
            for name, (value, confidence) in own.items()
        ),
        reverse=True,
    )
    right = np.cumsum([is_right for _, is_right in judged])
    reached = np.flatnonzero(right / np.arange(1, len(judged) + 1) >= precision)
    return judged[int(reached[-1])][0] if len(reached) else 1.01


class TrainedValues:
    """The baseline: values of the category's training offers, the longest first, as whole words in any case."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for offer in offers:
            for name, value in offer.values.items():
                counts[offer.category][exact(value)][name] += 1
        self._values = {
            category: sorted(values.items(), key=lambda item: -len(item[0])) for category, values in counts.items()
        }

    def find(self, offer: Offer) -> dict[str, tuple[str, float]]:
        text, taken = exact(offer.text), np.zeros(len(offer.text) + 1, bool)
        found = []
        for value, names in self._values.get(offer.category, ()):
            start = text.find(value)
            end = start + len(value)
            if start < 0 or taken[start:end].any() or _is_inside_word(text, start, end):
                continue
            taken[start:end] = True
            name, count = names.most_common(1)[0]
            found.append((name, value, count / names.total()))
        return surest(found)


def _is_inside_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum() and text[start].isalnum()) or (
        end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    )


def held_out_offers(offers: Sequence[Offer]) -> tuple[list[Offer], list[Offer], list[list[FoundAttribute]]]:
    """The training offers the tagger's held-out findings are of, the others, and those findings."""
    stored = json.loads(HELD_OUT.read_text(encoding="utf-8"))
    places = {row["offer"] for row in stored}
    held = [offers[row["offer"]] for row in stored]
    others = [offer for place, offer in enumerate(offers) if place not in places]
    findings = [
        [
            _stored_finding(offer.text, name, Span("title_en", start, end), sure)
            for name, start, end, sure in row["found"]
        ]
        for row, offer in zip(stored, held, strict=True)
    ]
    return held, others, findings


def _stored_finding(text: str, name: str, span: Span, confidence: float) -> FoundAttribute:
    quote = text[span.start : span.end]
    return FoundAttribute(name, quote, "", span, quote, confidence, "tagger", "")


def fit_book(offers: Sequence[Offer], found: Sequence[Sequence[FoundAttribute]]) -> CalibrationBook:
    """How often each extractor's findings were right, by attribute and confidence."""
    counts: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for offer, own in zip(offers, found, strict=True):
        for item in own:
            right = item.name in offer.values and exact(str(item.value)) == exact(offer.values[item.name])
            for name in ("", item.name):
                counts[item.extractor, name, step_of(item.confidence)][not right] += 1
    return CalibrationBook({key: Counts(right, wrong) for key, (right, wrong) in counts.items()})


def extract_all(
    offers: Sequence[Offer], schemas: Mapping[str, CategorySchema], names: Sequence[str] = EXTRACTORS
) -> list[list[FoundAttribute]]:
    """What these extractors found in each offer, of attributes that its category has."""
    from catalog.extractors.loading import get_extractor

    products = as_products(offers, schemas)
    found: list[list[FoundAttribute]] = [[] for _ in products]
    for name in names:
        for place, result in enumerate(get_extractor(name).extract(products)):
            if isinstance(result, tuple):
                known = {attribute.key for attribute in products[place].schema.attributes}
                found[place] += [item for item in result if item.name in known]
    return found


def of_extractor(found: Sequence[Sequence[FoundAttribute]], name: str) -> list[Found]:
    return [
        surest((item.name, str(item.value), item.confidence) for item in own if item.extractor == name)
        for own in found
    ]  # fmt: skip


def combined(found: Sequence[Sequence[FoundAttribute]], book: CalibrationBook) -> list[Found]:
    return [
        surest((one.found.name, str(one.found.value), one.confidence) for one in combine(own, book)) for own in found
    ]


def measure() -> tuple[dict[str, float], dict[str, Any]]:
    """Every extractor and their combination on the test split; thresholds from the held-out fifth of the training."""
    if not is_available():
        report("Skipped: OA-Mine is not at ../shared/data/oa_mine beside the project.")
        return {}, {}
    train, test = read_offers("train"), read_offers("test")
    held, others, tagged = held_out_offers(train)
    known = extract_all(held, make_schemas(others), ("patterns", "dictionary"))
    fitted = [[*own, *more] for own, more in zip(known, tagged, strict=True)]
    found = extract_all(test, make_schemas(train))
    book = fit_book(held, fitted)
    systems = {name: (of_extractor(fitted, name), of_extractor(found, name)) for name in EXTRACTORS}
    systems["combined"] = combined(fitted, book), combined(found, book)
    figures: dict[str, float] = {}
    for name, (on_held, on_test) in systems.items():
        scored = score_values(test, on_test, threshold=best_threshold(held, on_held))
        figures |= {f"oa_mine_{key}_{name}": value for key, value in scored.items()}
        loose = score_values(test, on_test, threshold=best_threshold(held, on_held), fold=normalised)
        figures[f"oa_mine_f1_normalised_{name}"] = loose["f1"]
        report(f"OA-Mine, {name}: F1 {scored['f1']:.3f} ({scored['f1_low']:.3f} to {scored['f1_high']:.3f})")
    baseline = TrainedValues(train)
    figures["oa_mine_f1_trained_values"] = score_values(test, [baseline.find(offer) for offer in test])["f1"]
    for name in ("tagger", "combined"):
        point = score_values(test, systems[name][1], threshold=precise_threshold(held, systems[name][0]))
        ending = "" if name == "combined" else f"_{name}"
        figures |= {f"oa_mine_{key}_at_op{ending}": point[key] for key in ("precision", "recall")}
    return figures, {"oa_mine": {"train": len(train), "test": len(test), "held_out_of_train": len(held)}}
