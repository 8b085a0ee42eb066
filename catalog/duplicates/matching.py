"""The trained matcher: how likely two offers are one product, and the reasons a reviewer is told.

Gradient-boosted trees over `catalog.duplicates.likeness.FEATURES`, made by `manage.py train_matching`, evaluated by
numpy: 260 trees over 1,000 pairs take 0.2 s of one slow core, a fifth of what measuring the pairs takes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from catalog.duplicates.likeness import FEATURES, NO_COSINE
from catalog.duplicates.offer import OfferFacts, has_han
from catalog.errors import ShopError
from catalog.trees import ARRAYS, Trees, load_trees, plant_trees

FORMAT = "searchsite-matching-1"
SHIPPED = Path(__file__).parent / "data" / "matching.npz"
# One trade number for two different things is rare, but shops copy lines: a person still decides.
SAME_BARCODE = 0.98
_PLACE = {name: place for place, name in enumerate(FEATURES)}


class MatcherRefused(ShopError):
    """The file is no matcher, or one trained on other features."""

    code = "matcher_refused"


@dataclass(frozen=True, slots=True)
class MatchModel:
    """`suggest_at` is the likelihood from which a pair is worth a person's time. Cosines are believed only from
    `encoder`, whose scale they were learned on. `about` says what it was trained on.
    """

    trees: Trees
    suggest_at: float
    encoder: str
    about: Mapping[str, Any]

    def predict(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Likelihood 0..1 of each row of float32[n, len(FEATURES)]."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.trees.sum_leaves(columns), -30, 30)))


def build_model(document: Mapping[str, Any], trees: Sequence[Sequence[Sequence[float]]]) -> MatchModel:
    """From trees as lists of nodes: [feature, threshold, left, right] or [value], children after their parents."""
    return MatchModel(
        plant_trees(trees, features=len(FEATURES)),
        suggest_at=float(document["suggest_at"]),
        encoder=str(document["encoder"]),
        about=document.get("about", {}),
    )


def write_model(model: MatchModel, path: Path) -> None:
    """One npz, replaced whole."""
    header = {
        "format": FORMAT,
        "features": list(FEATURES),
        "depth": model.trees.depth,
        "suggest_at": model.suggest_at,
        "encoder": model.encoder,
        "about": dict(model.about),
    }
    unfinished = path.with_suffix(".tmp.npz")
    arrays: dict[str, Any] = {**model.trees.arrays(), "header": np.array(json.dumps(header))}
    np.savez_compressed(unfinished, **arrays)
    unfinished.replace(path)


def read_model(path: Path = SHIPPED) -> MatchModel:
    """Raises MatcherRefused, with the remedy, for a file that is no matcher of these features."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            header = json.loads(str(stored["header"]))
            arrays = {name: stored[name] for name in ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise MatcherRefused(f"{path.name} is no matcher ({error}). Make one with manage.py train_matching.") from error
    if header.get("format") != FORMAT or header.get("features") != list(FEATURES):
        raise MatcherRefused(
            f"{path.name} was trained on other features. Train it again with manage.py train_matching."
        )
    try:
        trees = load_trees(arrays, depth=int(header["depth"]), features=len(FEATURES))
    except ValueError as error:
        raise MatcherRefused(f"{path.name} is damaged. Make it again with manage.py train_matching.") from error
    return MatchModel(
        trees,
        suggest_at=float(header["suggest_at"]),
        encoder=str(header["encoder"]),
        about=header["about"],
    )


@cache
def shipped_model() -> MatchModel:
    """The matcher in the repository, read once a process."""
    return read_model()


def judge(
    model: MatchModel, features: NDArray[np.float32], pairs: Sequence[tuple[OfferFacts, OfferFacts]]
) -> NDArray[np.float64]:
    """Likelihoods float64[n] of these pairs: the model's, raised where both carry one barcode, and held below the
    threshold where their trade numbers differ (another article), or their colours or sizes (a variant).
    """
    scores = model.predict(features)
    for place, (first, second) in enumerate(pairs):
        if first.offer.barcodes & second.offer.barcodes:
            scores[place] = max(scores[place], SAME_BARCODE)
        elif is_other_article(first, second) or is_variant(first, second):
            scores[place] = min(scores[place], model.suggest_at / 2)
    return scores


def is_other_article(first: OfferFacts, second: OfferFacts) -> bool:
    """Whether both carry real trade numbers (GTIN) and share none: GS1 gives each article its own."""
    left, right = (frozenset(filter(is_trade_number, each.offer.barcodes)) for each in (first, second))
    return bool(left and right) and left.isdisjoint(right)


def is_trade_number(barcode: str) -> bool:
    """Whether the check digit is right, and a shop did not give the number itself (GS1 prefixes 02, 04, 20 to 29)."""
    digits = barcode.zfill(13)
    if len(digits) > 14 or not digits.isdigit() or digits[-13:].startswith(("02", "04", "2")):
        return False
    weighed = (int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    return (sum(weighed) + int(digits[-1])) % 10 == 0


def is_variant(first: OfferFacts, second: OfferFacts) -> bool:
    """Whether an attribute that tells variants apart (colour, size, storage) differs by the catalog's own word.

    Words that no table translates say nothing across languages: "Petrol" beside "石油蓝" may be one colour.
    """
    return any(
        left.isdisjoint(right) and has_han("".join(left)) == has_han("".join(right))
        for kind, left in first.variants.items()
        if (right := second.variants.get(kind))
    )


def explain(features: NDArray[np.float32], first: OfferFacts, second: OfferFacts) -> list[list[str]]:
    """[[code, detail], …] for a reviewer, what speaks for it first; codes are worded in the admin."""
    said = {name: float(features[place]) for name, place in _PLACE.items()}
    reasons: list[list[str]] = []
    shared = sorted(first.offer.barcodes & second.offer.barcodes)
    if shared:
        reasons.append(["same_barcode", shared[0]])
    models = sorted(first.models & second.models, key=len)
    if models:
        reasons.append(["same_model", models[-1]])
    elif said["model_within"] == 1.0:
        within = [m for m in (*first.models, *second.models) if m in first.compact and m in second.compact]
        reasons.append(["same_model", max(within, key=len, default="")])
    if said["brand"] == 1.0:
        reasons.append(["same_brand", first.offer.brand[:60]])
    reasons.append(["same_words", f"{said['word_jaccard']:.0%}"])
    if said["cosine"] > NO_COSINE:
        reasons.append(["alike", f"{said['cosine']:.0%}"])
    agreeing = sorted(
        key for key in first.values.keys() & second.values.keys() if first.values[key] & second.values[key]
    )
    if agreeing:
        reasons.append(["same_values", ", ".join(agreeing[:5])])
    return reasons + _doubts(said, first, second)


def _doubts(said: Mapping[str, float], first: OfferFacts, second: OfferFacts) -> list[list[str]]:
    doubts: list[list[str]] = []
    if said["model_conflict"] == 1.0:
        doubts.append(["other_model", f"{min(first.models)} ≠ {min(second.models)}"])
    for unit in sorted(first.quantities.keys() & second.quantities.keys()):
        one, two = first.quantities[unit], second.quantities[unit]
        if not one & two:
            doubts.append(["other_quantity", f"{min(one)} ≠ {min(two)}"])
    if said["colour"] < 0:
        doubts.append(["other_colour", f"{min(first.colours)} ≠ {min(second.colours)}"])
    if said["size"] < 0:
        doubts.append(["other_size", f"{min(first.sizes)} ≠ {min(second.sizes)}"])
    if said["price_ratio"] > 0.4:
        doubts.append(["other_price", f"{first.offer.price:.2f} / {second.offer.price:.2f}"])
    return doubts
