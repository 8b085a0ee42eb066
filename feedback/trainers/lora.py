"""Low-rank adapters (PEFT) on the encoder's linear layers, and their way into the file that is served."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, get_peft_model

from catalog.encoders.adapter import Adapter, Floats
from feedback.trainers.backbone import LINEAR

_NAME = re.compile(r"encoder\.layer\.(\d+)\.(.+)\.lora_A\.default\.weight$")


def add_lora(model: Any, *, rank: int, dropout: float = 0.05, seed: int) -> Any:
    """The model with trainable low-rank matrices beside every linear layer; all else is frozen.

    The scale alpha / rank is 2, as Hu et al. 2021 do for small ranks.
    """
    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=dropout,
        target_modules=r".*encoder\.layer\.\d+\.(" + "|".join(re.escape(name) for name in LINEAR) + ")",
    )
    return get_peft_model(model, config, autocast_adapter_dtype=True)


def export_lora(
    model: Any, *, layers: int, head: tuple[Floats, Floats] | None = None, notes: Mapping[str, float] | None = None
) -> Adapter:
    """The trained matrices under the names of catalog/encoders/graph.py, the scale folded into `up`."""
    weights = model.state_dict()
    scale = next(iter(model.peft_config.values())).lora_alpha / next(iter(model.peft_config.values())).r
    pairs = {}
    for name, value in weights.items():
        if matched := _NAME.search(name):
            up = weights[name.replace("lora_A", "lora_B")]
            pairs[f"l{matched[1]}.{LINEAR[matched[2]]}"] = (to_floats(value), to_floats(up) * np.float32(scale))
    return Adapter("unsaved", layers, pairs, head, notes or {})


def to_floats(value: torch.Tensor) -> Floats:
    return value.detach().float().cpu().numpy()
