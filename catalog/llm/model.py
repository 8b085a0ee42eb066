"""A language model as the shop uses it: known texts are answered from the cache, new answers checked and counted."""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from catalog.contracts import ExtractionFault
from catalog.llm.interface import AnswerRefused, Backend, Completion, Prompt

TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in the shop's currency."""

    prompt: float = 0.0
    generated: float = 0.0

    def cost(self, prompt_tokens: int, generated_tokens: int) -> float:
        return (prompt_tokens * self.prompt + generated_tokens * self.generated) / TOKENS_PER_PRICE


@dataclass(frozen=True, slots=True)
class Usage:
    """What one batch took. `calls` went to the back-end, `faults` of them failed; `seconds` are the batch's."""

    calls: int = 0
    cache_hits: int = 0
    faults: int = 0
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` is what the prompt's `read` made of the completion."""

    content: Any
    completion: Completion
    from_cache: bool = False


class AnswerStore(Protocol):
    """Where answers and counts are kept (catalog/llm/store.py keeps them in Postgres)."""

    def fetch(self, keys: Iterable[str]) -> Mapping[str, Completion]: ...

    def keep(self, model: str, completions: Mapping[str, Completion]) -> None: ...

    def count(self, model: str, usage: Usage) -> None: ...


class LanguageModel:
    """Only answers that passed their prompt's check are kept, so a garbled one is asked again next time."""

    def __init__(self, backend: Backend, *, store: AnswerStore | None = None, prices: Prices | None = None) -> None:
        self._backend = backend
        self._store = store
        self._prices = prices or Prices()

    @property
    def name(self) -> str:
        return self._backend.name

    @property
    def fingerprint(self) -> str:
        return self._backend.fingerprint

    def ask(self, prompts: Sequence[Prompt]) -> list[Answer | ExtractionFault]:
        """One entry a prompt, in order; a fault of one never touches the others. Equal prompts are asked once."""
        if not prompts:
            return []
        keys = [prompt_key(self.fingerprint, prompt) for prompt in prompts]
        asked = dict(zip(keys, prompts, strict=True))
        answers = self._recall(asked)
        hits = sum(key in answers for key in keys)
        missing = [key for key in asked if key not in answers]
        started = time.monotonic()
        completions = self._backend.complete([asked[key] for key in missing]) if missing else []
        seconds = time.monotonic() - started
        checked = {key: check(asked[key], made) for key, made in zip(missing, completions, strict=True)}
        self._record(checked, completions, hits=hits, seconds=seconds)
        answers |= checked
        return [answers[key] for key in keys]

    def _recall(self, asked: Mapping[str, Prompt]) -> dict[str, Answer | ExtractionFault]:
        """Kept answers that the prompt still accepts."""
        if self._store is None or not asked:
            return {}
        found = {key: check(asked[key], kept, from_cache=True) for key, kept in self._store.fetch(asked).items()}
        return {key: answer for key, answer in found.items() if isinstance(answer, Answer)}

    def _record(
        self,
        checked: Mapping[str, Answer | ExtractionFault],
        completions: Sequence[Completion | ExtractionFault],
        *,
        hits: int,
        seconds: float,
    ) -> None:
        """A rejected answer cost its tokens like any other."""
        if self._store is None:
            return
        good = {key: answer.completion for key, answer in checked.items() if isinstance(answer, Answer)}
        if good:
            self._store.keep(self.name, good)
        made = [completion for completion in completions if isinstance(completion, Completion)]
        prompt_tokens = sum(completion.prompt_tokens for completion in made)
        generated_tokens = sum(completion.generated_tokens for completion in made)
        self._store.count(
            self.name,
            Usage(
                calls=len(completions),
                cache_hits=hits,
                faults=len(checked) - len(good),
                prompt_tokens=prompt_tokens,
                generated_tokens=generated_tokens,
                seconds=seconds,
                cost=self._prices.cost(prompt_tokens, generated_tokens),
            ),
        )


def check(
    prompt: Prompt, completion: Completion | ExtractionFault, *, from_cache: bool = False
) -> Answer | ExtractionFault:
    """The completion as an answer, or why it is none."""
    if isinstance(completion, ExtractionFault):
        return completion
    if not completion.ended:
        return ExtractionFault("truncated", "The answer reached the token limit; raise MODEL_LLM_MAX_TOKENS.")
    try:
        return Answer(prompt.read(completion.text), completion, from_cache)
    except AnswerRefused as refusal:
        return ExtractionFault(refusal.code, str(refusal))


def prompt_key(fingerprint: str, prompt: Prompt) -> str:
    """64 hexadecimal digits over all that decides the answer: model, settings, every word of the prompt, its shape."""
    messages = [(message.role, message.content) for message in prompt.messages]
    told = json.dumps([fingerprint, messages, prompt.schema, prompt.grammar], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
