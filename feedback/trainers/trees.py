"""Trees as LightGBM grows them, as the flat lists that serving reads."""

from collections.abc import Mapping
from typing import Any


def flatten_tree(root: Mapping[str, Any]) -> list[list[float]]:
    """LightGBM's nested nodes as one list, children after their parents."""
    nodes: list[list[float]] = []
    waiting: list[tuple[Mapping[str, Any], int, int]] = [(root, -1, 0)]
    while waiting:
        node, parent, side = waiting.pop(0)
        if parent >= 0:
            nodes[parent][side] = len(nodes)
        if "leaf_value" in node:
            nodes.append([float(node["leaf_value"])])
            continue
        waiting += [(node["left_child"], len(nodes), 2), (node["right_child"], len(nodes), 3)]
        nodes.append([node["split_feature"], float(node["threshold"]), 0, 0])
    return nodes
