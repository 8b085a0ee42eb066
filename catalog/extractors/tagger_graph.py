"""The encoder's graph with a head on every word piece instead of a mean over them: one row of logits a piece."""

import onnx
from onnx import TensorProto, helper

from catalog.encoders.graph import GraphWriter


class TaggerGraphWriter(GraphWriter):
    """Inputs "input_ids" and "attention_mask" int64 [batch, tokens]; output "logits" float32 [batch, tokens, rows]."""

    def build(self) -> onnx.ModelProto:
        if self._adapter is None or self._adapter.head is None:
            raise ValueError("a tagger needs an adapter with a head")
        hidden = self._embed()
        for layer in range(self._layers):
            hidden = self._layer(hidden, f"l{layer}.")
        weight, bias = self._adapter.head
        product = self._node("MatMul", [hidden, self._weight("head.weight", weight.T)], "head.product")
        self._node("Add", [product, self._weight("head.bias", bias)], "logits")
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", len(bias)])
        graph = helper.make_graph(self._nodes, "tagger", inputs, [output], self._weights)
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)
