"""8 bits of one scale as those of another."""

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiply, rescale
from .layer import Layer, activations, number


def quantize(graph, node):
    x, = activations(graph, node, 1)
    tensors = [graph.tensors[name] for name in (x, node.outputs[0])]
    if any(tensor.dtype != "int8" or tensor.quantization is None or tensor.quantization.scales.size != 1 for tensor in tensors):
        raise Unsupported("floats and 8 bits in one network")
    of, to = (tensor.quantization for tensor in tensors)
    layer = Layer(node.name, "Rescaling<1>", [x], node.outputs[0], is_elementwise=True)

    def members(rounding, low):
        factor = rescale(rounding, of.scale, to.scale)
        table = [multiply(each - of.zero_point, *factor, rounding) + to.zero_point for each in range(-128, 128)]
        return [("table", np.clip(table, -128, 127).astype(np.int8))]
    layer.constants = members
    return [layer]


def dequantize(graph, node):
    raise Unsupported("floats and 8 bits in one network")


def affine(graph, node):
    x, = activations(graph, node, 1)
    arguments = [node["factor"], *([node["offset"]] if node["offset"] else [])]
    return [Layer(node.name, f"Rescaling<{', '.join(map(number, arguments))}>", [x], node.outputs[0], is_elementwise=True)]


RULES = {"Affine": affine, "Quantize": quantize, "Dequantize": dequantize}
