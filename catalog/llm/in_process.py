"""Any causal language model of the hub, a local folder or a GGUF file, run here by transformers, in batches."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from django.conf import settings

from catalog.contracts import ExtractionFault
from catalog.encoders.batches import length_sorted_batches
from catalog.encoders.hub import choose_device
from catalog.errors import EncoderUnavailable
from catalog.llm.chat_text import encode_chat
from catalog.llm.decoding import ConstrainedDecoding, Grammars, end_tokens
from catalog.llm.interface import Completion, Prompt, join_pieces

# Padding included; a 7B model in bfloat16 keeps about 60 kB of keys and values a token.
_TOKENS_PER_RUN = 65_536


class TransformersModel:
    """Greedy, left-padded batches of prompts of like length; answers obey each prompt's grammar. Loads on first use.

    On a GPU the weights are bfloat16. A batch that does not fit the GPU's memory is halved.
    """

    def __init__(self, name: str, *, gguf_file: str = "", batch_size: int = 16, max_tokens: int = 1024) -> None:
        # A folder's whole path tells an operator nothing; it stays in the fingerprint.
        shown = Path(name).name if Path(name).is_dir() else name
        self.name = f"{shown}/{gguf_file}" if gguf_file else shown
        self.batch_size = batch_size
        self._source = name
        self._gguf_file = gguf_file or None
        self._max_tokens = max_tokens
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        return f"in process {self._source} {self._gguf_file} {self._max_tokens}"

    def complete(self, prompts: Sequence[Prompt]) -> list[Completion | ExtractionFault]:
        try:
            loaded = self._load()
        except (OSError, ValueError, ImportError, KeyError, EncoderUnavailable) as error:
            return [ExtractionFault("model_unavailable", _remedy(self.name, error))] * len(prompts)
        begun = [self._begin(loaded, prompt) for prompt in prompts]
        outcomes: dict[int, Completion | ExtractionFault] = {
            row: start for row, start in enumerate(begun) if isinstance(start, ExtractionFault)
        }
        ready = [(row, start) for row, start in enumerate(begun) if isinstance(start, _Start)]
        lengths = [len(start.tokens) + self._max_tokens for _, start in ready]
        for batch in length_sorted_batches(lengths, size=self.batch_size, tokens=_TOKENS_PER_RUN):
            made = self._run(loaded, [ready[position][1] for position in batch])
            outcomes |= {ready[position][0]: outcome for position, outcome in zip(batch, made, strict=True)}
        return [outcomes[row] for row in range(len(prompts))]

    def _begin(self, loaded: "_Loaded", prompt: Prompt) -> "_Start | ExtractionFault":
        tokens = encode_chat(loaded.tokenizer, prompt.messages)
        if len(tokens) + self._max_tokens > loaded.context:
            return ExtractionFault("too_long", "The text does not fit the model's context.", retriable=False)
        try:
            return _Start(tokens, loaded.grammars.start(prompt))
        except ValueError as error:
            return ExtractionFault("bad_grammar", str(error), retriable=False)

    def _run(self, loaded: "_Loaded", starts: Sequence["_Start"]) -> Sequence[Completion | ExtractionFault]:
        try:
            return self._generate(loaded, starts)
        except torch.cuda.OutOfMemoryError:
            torch.cuda.empty_cache()
        if len(starts) == 1:
            return [ExtractionFault("out_of_memory", "The GPU has too little memory for this text and model.")]
        half = len(starts) // 2
        return [*self._run(loaded, starts[:half]), *self._run(loaded, starts[half:])]

    def _generate(self, loaded: "_Loaded", starts: Sequence["_Start"]) -> list[Completion]:
        for start in starts:
            start.matcher.reset()  # a batch that did not fit had begun
        decoding = ConstrainedDecoding([start.matcher for start in starts], loaded.ends)
        tokens = [start.tokens for start in starts]
        ids, mask = _pad_left(tokens, loaded.ends[0], loaded.device)
        with torch.inference_mode():
            loaded.model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=self._max_tokens,
                logits_processor=transformers.LogitsProcessorList([decoding]),
            )
        return [_read_row(loaded, decoding, row, prompt_tokens=len(tokens[row])) for row in range(len(starts))]

    def _load(self) -> "_Loaded":
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded(self._source, self._gguf_file)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Start:
    """A prompt ready to be answered."""

    tokens: list[int]
    matcher: Any


class _Loaded:
    """Tokeniser, weights and grammars in memory."""

    def __init__(self, source: str, gguf_file: str | None) -> None:
        self.device = choose_device()
        if self.device == "cpu":
            torch.set_num_threads(settings.MODEL_THREADS)
        self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(source, gguf_file=gguf_file)
        dtype = torch.bfloat16 if self.device == "cuda" else torch.float32
        model = transformers.AutoModelForCausalLM.from_pretrained(source, gguf_file=gguf_file, dtype=dtype)
        self.model: Any = model.eval().to(self.device)
        self.ends = end_tokens(self.tokenizer, self.model.generation_config)
        if not self.ends:
            raise ValueError("its tokeniser names no end-of-text token")
        # Greedy and nothing else: penalties against repetition would keep a model from copying.
        # What the model's own file sets would otherwise fill in what is left open here.
        self.model.generation_config = transformers.GenerationConfig(
            do_sample=False, eos_token_id=self.ends, pad_token_id=self.ends[0], use_cache=True
        )
        self.grammars = Grammars(self.tokenizer, self.ends)
        self.context: int = getattr(self.model.config.get_text_config(), "max_position_embeddings", None) or 4096


def _pad_left(tokens: Sequence[list[int]], pad: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(map(len, tokens))
    ids = torch.tensor([[pad] * (width - len(row)) + row for row in tokens], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in tokens], device=device)
    return ids, mask


def _read_row(loaded: _Loaded, decoding: ConstrainedDecoding, row: int, *, prompt_tokens: int) -> Completion:
    pieces = [loaded.grammars.spell(token) for token in decoding.tokens[row]]
    text, marks = join_pieces(pieces, decoding.logprobs[row])
    return Completion(text, prompt_tokens, len(pieces), logprobs=marks, ended=decoding.ended[row])


def _remedy(name: str, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return (
        f"The language model “{name}” cannot be loaded ({reason}). Check MODEL_LLM, MODEL_LLM_GGUF_FILE and the "
        "network, or name a server in MODEL_LLM_URL."
    )
