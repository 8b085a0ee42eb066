"""Which extractors this shop uses, made once a process; their models load when they first read."""

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from catalog.extractors.contract import Extractor
from catalog.extractors.dictionary import DictionaryExtractor
from catalog.extractors.llm import LLMExtractor
from catalog.extractors.patterns import PatternExtractor
from catalog.extractors.tagger import TaggerExtractor

_MAKERS: Mapping[str, Callable[[], Extractor]] = {
    "patterns": PatternExtractor,
    "dictionary": DictionaryExtractor,
    "tagger": TaggerExtractor,
    "llm": LLMExtractor,
}
# The queue that each runs on: a language model wants a GPU worker, the others read thousands of texts on a CPU.
GPU_EXTRACTORS = frozenset({"llm"})


def configured_extractors(*, gpu: bool) -> list[Extractor]:
    """The extractors of settings.EXTRACTORS that belong on this kind of worker; the language model only where one is
    named.
    """
    names = [name for name in settings.EXTRACTORS if (name in GPU_EXTRACTORS) == gpu]
    return [get_extractor(name) for name in names if name != "llm" or settings.MODEL_LLM]


@cache
def get_extractor(name: str) -> Extractor:
    """Raises ImproperlyConfigured, with the names there are, for a name that is none."""
    if name not in _MAKERS:
        raise ImproperlyConfigured(f"EXTRACTORS names “{name}”; there are {', '.join(sorted(_MAKERS))}.")
    return _MAKERS[name]()


forget_extractors = get_extractor.cache_clear
