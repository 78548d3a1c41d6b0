"""Sums and products of activations that differ in axes of one element only: one shape for all."""

from ..graph import Node
from .views import is_bare

MERGES = ("Add", "Subtract", "Multiply", "Divide", "Average", "Maximum", "Minimum")


def simplify(graph):
    for node in graph.nodes:
        if node.operator not in MERGES:
            continue
        shape = graph.shape(node.outputs[0])
        moving = [name for name in node.inputs if not graph.tensors[name].is_constant]
        other = next((name for name in moving if graph.shape(name) != shape and is_bare(graph.shape(name), shape)), None)
        if other is None:
            continue
        view = graph.add_tensor(f"{other}/as the result", graph.tensors[other], shape=shape)
        at = graph.nodes.index(node)
        graph.nodes.insert(at, Node(node.name, "Reshape", [other], [view], {"shape": shape}, node.source))
        node.inputs = [view if name == other else name for name in node.inputs]
        return True
    return False
