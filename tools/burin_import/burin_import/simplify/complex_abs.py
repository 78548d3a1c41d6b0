"""sqrt(a * a + b * b) of the two halves a and b of the last axis is ComplexAbs: the magnitudes of a Fourier transform."""

import numpy as np

from ..graph import Node


def squared(graph, node):
    """What a node is the square of, or None."""
    if node is None:
        return None
    if node.operator == "Square" or node.operator == "Multiply" and len(node.inputs) == 2 and node.inputs[0] == node.inputs[1]:
        return node.inputs[0]
    if node.operator == "Pow" and graph.constant(node.inputs[1]) is not None and np.all(graph.constant(node.inputs[1]) == 2):
        return node.inputs[0]
    return None


def pieces(graph, producers, name):
    """What a tensor is a piece of, and {axis: (first, count)}."""
    found = {}
    node = producers.get(name)
    while node is not None and node.operator == "Slice" and node["axis"] not in found:
        found[node["axis"]] = (node["first"], node["count"])
        name = node.inputs[0]
        node = producers.get(name)
    return name, found


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        total = producers.get(node.inputs[0]) if node.operator == "Sqrt" else None
        is_sum = total is not None and total.operator == "Add"
        squares = [squared(graph, producers.get(name)) for name in total.inputs] if is_sum else []
        if len(squares) != 2 or None in squares:
            continue
        (x, one), (other, two) = (pieces(graph, producers, name) for name in squares)
        shape, last = graph.shape(x), len(graph.shape(x)) - 1
        half = shape[-1] // 2
        halves = sorted([one.pop(last, None), two.pop(last, None)], key=str)
        if x != other or shape[-1] != 2 * half or halves != [(0, half), (half, half)] or one != two:
            continue
        # What both are pieces of along other axes is so before.
        at = graph.nodes.index(node)
        for axis, (first, count) in one.items():
            shape = (*shape[:axis], count, *shape[axis + 1:])
            part = graph.add_tensor(f"{x}/part", graph.tensors[x], shape=shape)
            attributes = {"axis": axis, "first": first, "count": count}
            graph.nodes.insert(at, Node(node.name, "Slice", [x], [part], attributes, node.source))
            x, at = part, at + 1
        node.operator, node.inputs, node.attributes = "ComplexAbs", [x], {}
        graph.drop_unread()
        return True
    return False
