"""The language model that the settings name, made once a process; nothing is loaded before its first prompt."""

import os
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from catalog.llm.interface import Backend
from catalog.llm.model import LanguageModel, Prices
from catalog.llm.server import ChatServer, ServerOptions
from catalog.llm.store import DatabaseStore


@cache
def get_language_model() -> LanguageModel:
    """With the cache and the counters. Raises ImproperlyConfigured, with the remedy, where the settings name none."""
    prices = Prices(
        prompt=settings.MODEL_LLM_PRICE_PROMPT,
        generated=settings.MODEL_LLM_PRICE_GENERATED,
    )
    return LanguageModel(build_backend(), store=DatabaseStore(), prices=prices)


def build_backend() -> Backend:
    """A server where MODEL_LLM_URL names one, else the model in this process. Raises ImproperlyConfigured."""
    name = settings.MODEL_LLM
    if not name:
        raise ImproperlyConfigured("MODEL_LLM is empty: name a model, or take “llm” out of EXTRACTORS.")
    max_tokens = settings.MODEL_LLM_MAX_TOKENS
    url = settings.MODEL_LLM_URL
    if url:
        try:
            return ChatServer(url, name, _server_options(max_tokens))
        except ValueError as error:
            raise ImproperlyConfigured(f"MODEL_LLM_URL: {error}.") from error
    from catalog.llm.in_process import TransformersModel  # noqa: PLC0415 - imports torch and transformers

    return TransformersModel(
        name,
        gguf_file=settings.MODEL_LLM_GGUF_FILE,
        batch_size=settings.MODEL_LLM_BATCH_SIZE,
        max_tokens=max_tokens,
    )


def _server_options(max_tokens: int) -> ServerOptions:
    return ServerOptions(
        api_key=settings.MODEL_LLM_API_KEY,
        timeout=settings.MODEL_LLM_TIMEOUT,
        attempts=settings.MODEL_LLM_ATTEMPTS,
        concurrency=settings.MODEL_LLM_CONCURRENCY,
        max_tokens=max_tokens,
        options=settings.MODEL_LLM_OPTIONS,
    )


forget_language_model = get_language_model.cache_clear
# A forked child must load its own: thread pools and a GPU's context do not survive a fork.
os.register_at_fork(after_in_child=forget_language_model)
