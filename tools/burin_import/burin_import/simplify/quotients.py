"""Quotients whose divisor is an activation, which are no part of a norm: products with its reciprocal."""

from ..graph import Node


def simplify(graph):
    for node in graph.nodes:
        if node.operator != "Divide" or graph.tensors[node.inputs[1]].is_constant or graph.tensors[node.outputs[0]].dtype != "float32":
            continue
        divisor = graph.add_tensor(f"{node.inputs[1]}/reciprocal", graph.tensors[node.inputs[1]], called="")
        at = graph.nodes.index(node)
        graph.nodes[at:at + 1] = [Node(node.name, "Reciprocal", [node.inputs[1]], [divisor], {}, node.source),
                                  Node(node.name, "Multiply", [node.inputs[0], divisor], node.outputs, {}, node.source)]
        return True
    return False
