"""Nodes that read nothing but constants are computed now."""

import math

import numpy as np

from ..problems import Refused

#: What is computed of a node's constants.
FUNCTIONS = {
    "Identity": lambda node, x: x,
    "Reshape": lambda node, x: x.reshape(node["shape"]),
    "Transpose": lambda node, x: x.transpose(node["axes"]),
    "Add": lambda node, x, y: x + y,
    "Subtract": lambda node, x, y: x - y,
    "Multiply": lambda node, x, y: x * y,
    "Divide": lambda node, x, y: x / y if x.dtype.kind == "f" else x // y,
    "Concat": lambda node, *x: np.concatenate(x, node["axis"]),
    "Slice": lambda node, x: x.take(range(node["first"], node["first"] + node["count"]), node["axis"]),
    "StridedSlice": lambda node, x: x.take(node["first"] + node["step"] * np.arange(node["count"]), node["axis"]),
}


#: All that are computed have at most so many elements more than those that are there.
MOST_MADE = 1 << 24


def count_of(node, tensors):
    """How many elements it makes."""
    if node.operator in ("Add", "Subtract", "Multiply", "Divide"):
        return math.prod(np.broadcast_shapes(*(tensor.data.shape for tensor in tensors)))
    return sum(tensor.data.size for tensor in tensors)


def simplify(graph):
    gone, left = set(), None
    for node in graph.nodes:
        tensors = [graph.tensors[name] for name in node.inputs if name]
        if not tensors or not all(tensor.is_constant for tensor in tensors) or len(node.outputs) != 1 or \
                node.outputs[0] in graph.outputs:
            continue
        if left is None:
            left = MOST_MADE + sum(tensor.data.size for tensor in graph.tensors.values() if tensor.is_constant)
        if node.operator == "Dequantize" or node.operator in FUNCTIONS:
            left -= count_of(node, tensors)
            if left < 0:
                raise Refused(f"{node.name}: expected that at most {MOST_MADE} elements more come of constants than the file has")
        if node.operator == "Dequantize":
            value = tensors[0].numbers()
        elif node.operator in FUNCTIONS and all(tensor.quantization is None for tensor in tensors):
            value = FUNCTIONS[node.operator](node, *[tensor.data for tensor in tensors])
        else:
            continue
        output = graph.tensors[node.outputs[0]]
        output.data, output.shape, output.dtype = value, value.shape, value.dtype.name
        gone.add(id(node))
    graph.nodes = [node for node in graph.nodes if id(node) not in gone]
    return bool(gone)
