"""sqrt(a * a + b * b) of the two halves a and b of the last axis is ComplexAbs: the magnitudes of a Fourier transform."""

import numpy as np


def squared(graph, node):
    """What a node is the square of, or None."""
    if node is None:
        return None
    if node.operator == "Square" or node.operator == "Multiply" and len(node.inputs) == 2 and node.inputs[0] == node.inputs[1]:
        return node.inputs[0]
    if node.operator == "Pow" and graph.constant(node.inputs[1]) is not None and np.all(graph.constant(node.inputs[1]) == 2):
        return node.inputs[0]
    return None


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        total = producers.get(node.inputs[0]) if node.operator == "Sqrt" else None
        if total is None or total.operator != "Add" or len(total.inputs) != 2:
            continue
        parts = [producers.get(squared(graph, producers.get(name))) for name in total.inputs]
        if any(part is None or part.operator != "Slice" or part.inputs[0] != parts[0].inputs[0] for part in parts):
            continue
        x, half = parts[0].inputs[0], graph.shape(node.outputs[0])[-1]
        last = len(graph.shape(x)) - 1
        if graph.shape(x)[-1] == 2 * half and all(part["axis"] == last and part["count"] == half for part in parts) and \
                sorted(part["first"] for part in parts) == [0, half]:
            node.operator, node.inputs, node.attributes = "ComplexAbs", [x], {}
            graph.drop_unread()
            return True
    return False
