"""Keeps what a model writes inside a grammar, token by token, and notes how sure it was of each token."""

import json
from collections.abc import Sequence
from typing import Any

import llguidance
import llguidance.hf
import numpy as np
import torch
from transformers import LogitsProcessor, PreTrainedTokenizerBase

from catalog.llm.interface import Prompt

# A token is one bit of the grammar's mask; 32 to a word.
_BITS = 32


class Grammars:
    """The grammars of one tokeniser (llguidance; masks take about 0.03 ms a token, measured on 49,152 tokens)."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, ends: Sequence[int]) -> None:
        self._tokens = llguidance.hf.from_tokenizer(tokenizer, eos_token=list(ends))

    def start(self, prompt: Prompt) -> llguidance.LLMatcher:
        """At the beginning of an answer. Raises ValueError for a grammar that is none."""
        grammar = (
            llguidance.LLMatcher.grammar_from_lark(prompt.grammar)
            if prompt.grammar
            else llguidance.LLMatcher.grammar_from_json_schema(json.dumps(dict(prompt.schema)))
        )
        matcher = llguidance.LLMatcher(self._tokens, grammar, log_level=0)
        if matcher.is_error():
            raise ValueError(f"The grammar of an answer is broken: {matcher.get_error()[:200]}")
        return matcher

    def spell(self, token: int) -> bytes:
        return self._tokens.decode_bytes([token])


class ConstrainedDecoding(LogitsProcessor):
    """One matcher a row. After `generate`, `tokens[row]` and `logprobs[row]` are the answer's, end of turn left out.

    Log-probabilities are the model's own, before the grammar forbids anything: a token it was forced into shows as
    improbable. Only greedy decoding is understood.
    """

    def __init__(self, matchers: Sequence[llguidance.LLMatcher], ends: Sequence[int]) -> None:
        self.tokens: list[list[int]] = [[] for _ in matchers]
        self.logprobs: list[list[float]] = [[] for _ in matchers]
        self.ended = [False] * len(matchers)
        self._matchers = matchers
        self._ends = frozenset(ends)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Masks the scores and takes the choice at once: greedy decoding will make the same, and the last step's too
        is then known.
        """
        masked = scores.masked_fill(~self._allowed(scores), float("-inf"))
        chosen = masked.argmax(dim=-1)
        sure = torch.log_softmax(scores.float(), dim=-1).gather(1, chosen.unsqueeze(1)).squeeze(1)
        for row, (token, logprob) in enumerate(zip(chosen.tolist(), sure.tolist(), strict=True)):
            self._take(row, token, logprob)
        return masked

    def _take(self, row: int, token: int, logprob: float) -> None:
        if self.ended[row]:
            return
        if token in self._ends:
            self.ended[row] = True
            return
        self._matchers[row].consume_token(token)
        self.tokens[row].append(token)
        self.logprobs[row].append(logprob)

    def _allowed(self, scores: torch.Tensor) -> torch.Tensor:
        width = scores.shape[1]
        words = np.stack([np.frombuffer(matcher.compute_bitmask(), np.int32) for matcher in self._matchers])
        packed = torch.from_numpy(words).to(scores.device)
        bits = (packed.unsqueeze(-1) >> torch.arange(_BITS, dtype=torch.int32, device=scores.device)) & 1
        allowed = bits.reshape(len(self._matchers), -1)[:, :width].bool()
        # Models pad their vocabulary to a round size; nothing may be chosen there.
        missing = width - allowed.shape[1]
        return torch.nn.functional.pad(allowed, (0, missing)) if missing > 0 else allowed


def end_tokens(tokenizer: Any, generation: Any) -> list[int]:
    """Every token that ends a turn, by the tokeniser and by the model's generation settings."""
    named = generation.eos_token_id
    listed = named if isinstance(named, list) else [] if named is None else [named]
    own = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return list(dict.fromkeys([*own, *listed]))
