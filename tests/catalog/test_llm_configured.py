"""Which language model the settings name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from catalog.llm.configured import build_backend, forget_language_model, get_language_model
from catalog.llm.in_process import TransformersModel
from catalog.llm.server import ChatServer


@pytest.fixture(autouse=True)
def _forget():
    forget_language_model()
    yield
    forget_language_model()


def test_without_a_name_there_is_no_model(settings):
    settings.MODEL_LLM = ""
    with pytest.raises(ImproperlyConfigured, match="MODEL_LLM"):
        get_language_model()


def test_an_address_means_a_server(settings):
    settings.MODEL_LLM, settings.MODEL_LLM_URL = "Qwen/Qwen3-8B", "http://vllm:8000/v1"
    backend = build_backend()
    assert isinstance(backend, ChatServer)
    assert backend.name == "Qwen/Qwen3-8B"


def test_a_wrong_address_is_refused_with_the_settings_name(settings):
    settings.MODEL_LLM, settings.MODEL_LLM_URL = "m", "vllm:8000"
    with pytest.raises(ImproperlyConfigured, match="MODEL_LLM_URL"):
        build_backend()


def test_without_an_address_the_model_runs_here(settings):
    settings.MODEL_LLM, settings.MODEL_LLM_URL, settings.MODEL_LLM_GGUF_FILE = "some/model", "", "q4.gguf"
    backend = build_backend()
    assert isinstance(backend, TransformersModel)
    assert backend.name == "some/model/q4.gguf"


def test_one_model_a_process(settings):
    settings.MODEL_LLM, settings.MODEL_LLM_URL = "m", "http://vllm:8000/v1"
    assert get_language_model() is get_language_model()


@pytest.mark.parametrize("name", ["MODEL_LLM_MAX_TOKENS", "MODEL_LLM_OPTIONS"])
def test_what_changes_answers_changes_the_fingerprint(settings, name):
    settings.MODEL_LLM, settings.MODEL_LLM_URL = "m", "http://vllm:8000/v1"
    before = build_backend().fingerprint
    setattr(settings, name, 77 if name.endswith("TOKENS") else {"top_k": 1})
    assert build_backend().fingerprint != before
