"""How fast a model that runs here reads products: batch sizes side by side with a naive loop, in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from catalog.contracts import ExtractionFault
from catalog.llm.in_process import TransformersModel
from catalog.llm.interface import Completion, Prompt


@dataclass(frozen=True, slots=True)
class Throughput:
    """`batch_size` 0 is the naive loop: one prompt a call, in the order they come. `gpu_mib` is the peak of memory
    torch had allocated, 0 without a GPU.
    """

    batch_size: int
    prompts: int
    faults: int
    seconds: float
    prompts_per_s: float
    prompt_tokens_per_s: float
    generated_tokens_per_s: float
    gpu_mib: int


def measure_throughput(
    model: TransformersModel, prompts: Sequence[Prompt], *, batch_sizes: Sequence[int] = (4, 16, 64)
) -> list[Throughput]:
    """The naive loop first, then each batch size over the same prompts. The model loads, and runs one prompt, before
    the clock starts; its own batch size is put back.
    """
    if not prompts:
        return []
    model.complete(prompts[:1])
    kept = model.batch_size
    rows = [_measure(model, [[prompt] for prompt in prompts], batch_size=0)]
    for size in batch_sizes:
        model.batch_size = size
        rows.append(_measure(model, [prompts], batch_size=size))
    model.batch_size = kept
    return rows


def _measure(model: TransformersModel, calls: Sequence[Sequence[Prompt]], *, batch_size: int) -> Throughput:
    has_gpu = torch.cuda.is_available()
    if has_gpu:
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    outcomes: list[Completion | ExtractionFault] = [outcome for call in calls for outcome in model.complete(call)]
    seconds = time.perf_counter() - started
    made = [outcome for outcome in outcomes if isinstance(outcome, Completion)]
    return Throughput(
        batch_size=batch_size,
        prompts=len(outcomes),
        faults=len(outcomes) - len(made),
        seconds=seconds,
        prompts_per_s=len(outcomes) / seconds,
        prompt_tokens_per_s=sum(completion.prompt_tokens for completion in made) / seconds,
        generated_tokens_per_s=sum(completion.generated_tokens for completion in made) / seconds,
        gpu_mib=torch.cuda.max_memory_allocated() // 1024**2 if has_gpu else 0,
    )
