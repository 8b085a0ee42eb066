"""What a BERT encoder's graph is written from: its sizes, and its weights in blocks of 4 or 8 bits."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

# Weights that share one scale.
BLOCK = 32


@dataclass(frozen=True, slots=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class BlockMatrix:
    """Quantised values 0 to 2^bits - 1 (row, block, 32), one scale a block; weight = (value - 2^(bits-1)) · scale."""

    values: np.ndarray
    scales: np.ndarray
    bits: int

    def dequantise(self) -> np.ndarray:
        weights = (self.values.astype(np.float32) - 2 ** (self.bits - 1)) * self.scales[..., None]
        return weights.reshape(self.values.shape[0], -1)


class WeightSource(Protocol):
    """Names: emb.word, emb.pos, emb.type; for layer 0 l0.q, l0.k, l0.v, l0.ao (attention output), l0.fi and l0.fo (feed
    forward in and out), each with .w and .b; norms emb.ln, l0.aln and l0.oln likewise.
    """

    @property
    def sizes(self) -> Sizes: ...

    def read_floats(self, name: str) -> np.ndarray: ...

    def read_matrix(self, name: str, columns: int) -> BlockMatrix: ...


def quantise(weights: np.ndarray) -> BlockMatrix:
    """Float weights [rows, columns] in blocks of 8 bits: the largest of a block becomes ±127."""
    blocks = weights.astype(np.float32).reshape(len(weights), -1, BLOCK)
    scales = np.abs(blocks).max(axis=-1) / 127
    scaled = blocks / np.where(scales == 0, 1, scales)[..., None]
    return BlockMatrix((np.rint(scaled) + 128).astype(np.uint8), scales.astype(np.float32), 8)
