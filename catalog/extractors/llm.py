"""Attributes by a language model: asked per category, answered in a fixed shape, believed where the text says so."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings

from catalog.contracts import Extracted, ExtractionFault, FoundAttribute, ReadableProduct
from catalog.effective import value_key
from catalog.extractors.llm_confidence import measure_confidence, read_certainties
from catalog.extractors.llm_prompt import RULES, WORDS, Asked, choose_attributes, write_messages
from catalog.extractors.llm_shape import Item, make_grammar, make_schema, read_answer
from catalog.extractors.llm_text import ShownText, show_texts, span_of
from catalog.extractors.llm_values import Reading, read_item
from catalog.llm.configured import get_language_model
from catalog.llm.interface import Prompt
from catalog.llm.model import Answer, LanguageModel

# More in one question and small models lose the later ones.
ATTRIBUTES_EACH = 12
# Raise it whenever the same answer gives other values, places or confidences. Prompts are kept in the cache, so what
# was asked before is only read again.
READING = 1


class LLMExtractor:
    """Structured extraction with a language model (ExtractGPT, Brinkmann et al. 2023: attribute names with example
    values in the prompt, JSON out), made safe for a shop: every answer is held against the text it is about.

    `model` is the one of the settings where none is given; it is not touched before the first text.
    """

    name = "llm"

    def __init__(self, model: LanguageModel | None = None) -> None:
        self._given = model

    @property
    def version(self) -> str:
        """Model and a digest of all that may change what it finds: prompt, reading, limits, back-end settings."""
        told = json.dumps([READING, RULES, WORDS, self._model.fingerprint, *_limits()])
        short = self._model.name.rstrip("/").rpartition("/")[2][:50]
        return f"{short}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    def extract(self, products: Sequence[ReadableProduct]) -> list[Extracted]:
        """A product without texts or without a schema has no values. One failed call makes its product a fault."""
        questions = [self._ask_about(product) for product in products]
        answers = iter(self._model.ask([prompt for asked in questions for _, _, prompt in asked]))
        version = self.version if products else ""
        return [
            _read_answers([(asked, texts, next(answers)) for asked, texts, _ in question], product, version)
            for product, question in zip(products, questions, strict=True)
        ]

    def prompts(self, products: Iterable[ReadableProduct]) -> list[Prompt]:
        """What would be asked about these products."""
        return [prompt for product in products for _, _, prompt in self._ask_about(product)]

    @property
    def _model(self) -> LanguageModel:
        return self._given or get_language_model()

    def _ask_about(self, product: ReadableProduct) -> list[tuple[Asked, Sequence[ShownText], Prompt]]:
        most, limit = _limits()
        texts = show_texts(product.texts, limit=limit)
        if not texts:
            return []
        groups = choose_attributes(product.schema, each=ATTRIBUTES_EACH, most=most)
        return [(asked, texts, make_prompt(asked, texts)) for asked in groups]


def make_prompt(asked: Asked, texts: Sequence[ShownText]) -> Prompt:
    names = list(asked.attributes)
    return Prompt(
        write_messages(asked, texts),
        make_schema(names),
        partial(read_answer, names=frozenset(names)),
        make_grammar(names, asked.booleans, texts),
    )


def _read_answers(
    parts: Sequence[tuple[Asked, Sequence[ShownText], Answer | ExtractionFault]],
    product: ReadableProduct,
    version: str,
) -> Extracted:
    found: list[FoundAttribute] = []
    for asked, texts, answer in parts:
        if isinstance(answer, ExtractionFault):
            return answer
        items: tuple[Item, ...] = answer.content
        certainties = read_certainties(answer.completion, len(items))
        for item, certainty in zip(items, certainties, strict=True):
            attribute = asked.attributes[item.attribute]
            reading = read_item(item, attribute, texts)
            if reading is not None:
                found.append(_make_found(attribute.key, attribute.unit, reading, certainty, product, version))
    return _without_repeats(found)


def _make_found(
    key: str, unit: str, reading: Reading, certainty: float, product: ReadableProduct, version: str
) -> FoundAttribute:
    """The quote is taken from the stored text itself, never from what the model wrote."""
    span = span_of(reading.text, reading.place) if reading.text and reading.place else None
    quote = product.texts[span.field][span.start : span.end] if span else ""
    is_number = isinstance(reading.value, float) and not isinstance(reading.value, bool)
    return FoundAttribute(
        name=key,
        value=reading.value,
        unit=unit if is_number else "",
        span=span,
        quote=quote,
        confidence=measure_confidence(certainty, reading),
        extractor=LLMExtractor.name,
        version=version,
    )


def _without_repeats(found: Iterable[FoundAttribute]) -> tuple[FoundAttribute, ...]:
    """Of findings of one value the surest, stated before implied."""
    best: dict[tuple[str, str], FoundAttribute] = {}
    for item in found:
        key = item.name, value_key(item.value)
        kept = best.get(key)
        if kept is None or (item.span is not None, item.confidence) > (kept.span is not None, kept.confidence):
            best[key] = item
    return tuple(best.values())


def _limits() -> tuple[int, int]:
    """Attributes and characters a product."""
    return settings.MODEL_LLM_MAX_ATTRIBUTES, settings.MODEL_LLM_MAX_CHARACTERS
