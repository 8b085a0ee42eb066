"""Writes queries as shoppers might, from facts of a product: shortened, in either language, sometimes mistyped."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.trainers.facts import Fact, FactBook, pick

# Which facts a query names and how often; what a product lacks is left out.
SHAPES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.20, ("kind",)),
    (0.18, ("brand", "kind")),
    (0.14, ("value", "kind")),
    (0.10, ("kind", "number")),
    (0.08, ("brand", "name")),
    (0.08, ("name", "kind")),
    (0.06, ("brand", "value", "kind")),
    (0.05, ("value", "value", "kind")),
    (0.05, ("brand", "kind", "number")),
    (0.03, ("model",)),
    (0.03, ("brand", "model")),
)
_FUNCTION_WORDS = {"en": ("for", "with", "a", "best", "cheap"), "zh": ("的", "推荐", "便宜的")}


@dataclass(frozen=True, slots=True)
class WeakQuery:
    """`source` is the ordinal of the product that it was written from."""

    text: str
    language: str
    facts: tuple[Fact, ...]
    source: int


def write_query(book: FactBook, source: int, languages: Sequence[str], random_: random.Random) -> WeakQuery | None:
    """None when the product has too little to ask for in that language."""
    language = random_.choice(languages)
    usable = [fact for fact in book.facts[source] if fact.wordings.get(language)]
    shape = random_.choices([shape for _, shape in SHAPES], [weight for weight, _ in SHAPES])[0]
    chosen: list[Fact] = []
    for type_ in shape:
        options = [fact for fact in usable if fact.type == type_ and fact not in chosen]
        if options:
            chosen.append(random_.choice(options))
    # A brand or quality alone is no search that one product answers better than another.
    if not any(fact.type in ("kind", "model", "name") for fact in chosen):
        return None
    words = [pick(random_, fact.wordings[language]) for fact in chosen]
    if random_.random() < 0.2:
        random_.shuffle(words)
    text = _join(words, language, random_)
    return WeakQuery(perturb(text, random_), language, tuple(chosen), source)


def _join(words: Sequence[str], language: str, random_: random.Random) -> str:
    if random_.random() < 0.06:
        words = [random_.choice(_FUNCTION_WORDS[language]), *words]
    text = words[0]
    for before, word in zip(words, words[1:], strict=False):
        latin = before[-1].isascii() or word[0].isascii()
        text += (" " if latin and random_.random() < 0.8 or language == "en" else "") + word
    return text


def perturb(text: str, random_: random.Random) -> str:
    """Mistakes of typing: one in ten queries has a slip in a longer Latin word; one in ten has capitals."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isascii() and word.isalpha()]
    if long and random_.random() < 0.1:
        at = random_.choice(long)
        words[at] = slip(words[at], random_)
    text = " ".join(words)
    return text.title() if random_.random() < 0.1 else text


def slip(word: str, random_: random.Random) -> str:
    """Two letters swapped, one lost, one doubled; the first letter stays, as it mostly does."""
    at = random_.randrange(1, len(word) - 1)
    return random_.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )
