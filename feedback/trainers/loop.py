"""The steps of one training run, whatever is trained: AdamW, a schedule, reports, and what is trained so far kept."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
import torch

from catalog.encoders.adapter import Adapter

SAVE_SECONDS = 180.0


class Recipe(Protocol):
    @property
    def steps(self) -> int: ...

    @property
    def learning_rate(self) -> float: ...

    @property
    def warm_up(self) -> int: ...


def train(
    parameters: Sequence[torch.nn.Parameter],
    losses: Iterable[torch.Tensor],
    recipe: Recipe,
    *,
    export: Callable[[int, float], Adapter],
    report: Callable[[str], None],
    save: Callable[[Adapter], None],
    smoothed: int = 100,
) -> Adapter:
    """`losses` are computed as they are taken, one a step; `export` gets the step and when training started (monotonic
    seconds); `save` what is trained so far, every few minutes. Reports tell the mean of the last `smoothed` losses.
    """
    started = time.monotonic()
    saved, known = started, []
    optimiser = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: learning_share(step, recipe))
    for step, loss in enumerate(losses, start=1):
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        known.append(float(loss.detach()))
        if step % 20 == 0:
            report(f"step {step} loss {np.mean(known[-smoothed:]):.3f} after {time.monotonic() - started:.0f} s")
        if time.monotonic() - saved > SAVE_SECONDS:
            saved = time.monotonic()
            save(export(step, started))
    return export(recipe.steps, started)


def learning_share(step: int, recipe: Recipe) -> float:
    """Linear warm-up, then linearly down to a tenth."""
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    return max(0.1, 1 - (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up))
