"""Scores that a constant mask hides before a softmax, which are no part of an attention: a number so low that nothing is left."""

import numpy as np

from ..graph import Node

LOWEST = np.float32(-1e30)


def simplify(graph):
    for node in graph.nodes:
        if node.operator not in ("Add", "Where") or any(reader.operator != "Softmax" for reader in graph.readers(node.outputs[0])) or \
                node.outputs[0] in graph.outputs:
            continue
        if node.operator == "Add":
            constant = next((name for name in node.inputs if graph.constant(name) is not None), None)
            if constant is None or not np.any(graph.constant(constant) < LOWEST):
                continue
            mask, x = np.maximum(graph.constant(constant), LOWEST), next(name for name in node.inputs if name != constant)
        else:
            seen, (one, other) = graph.constant(node.inputs[0]), (graph.constant(name) for name in node.inputs[1:])
            if seen is None or (one is None) == (other is None):
                continue
            value, x = (other, node.inputs[1]) if one is None else (one, node.inputs[2])
            if value.size != 1 or value.reshape(-1)[0] > -1e8:
                continue
            mask = np.where(seen if one is None else ~seen, np.float32(0), LOWEST)
        name = graph.add_tensor(f"{node.outputs[0]}/hidden", shape=mask.shape, data=mask.astype(np.float32))
        at = graph.nodes.index(node)
        graph.nodes[at] = Node(node.name, "Add", [x, name], node.outputs, {}, node.source)
        return True
    return False
