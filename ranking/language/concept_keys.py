"""Concepts of whole texts, for comparing the words of two attribute values: 黑色 and black are one."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from catalog.text import fold_key
from ranking.language.concept_source import read_dictionary

# The first form of a concept in a language is its own word; later ones are said for it now and then.
LATER_FORM = 0.8


def read_concept_keys() -> Callable[[str], Mapping[str, float]]:
    """A function from a text to its concepts and how surely it names each, 0..1. Whole texts alone: index terms would
    make metal of metallic.
    """
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for concept in read_dictionary():
        for forms in (concept.en, concept.zh):
            for place, form in enumerate(forms):
                held = table[fold_key(form.text)]
                held[concept.id] = max(held.get(concept.id, 0.0), LATER_FORM if place else 1.0)
    return lambda text: table.get(fold_key(text), {})
