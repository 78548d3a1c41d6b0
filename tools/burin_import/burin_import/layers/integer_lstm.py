"""LSTM of 8 bits with a cell of 16 (quantization/integer_lstm.hpp). Inputs: x, then weights of the gates i, f, g, o, those of
the state, biases."""

import math

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiplier
from .layer import Layer, is_int8
from .weighted import constant


def one_scale(tensor, dtype, what):
    """The scale of weights or biases, whose zero point is 0."""
    quantization = tensor.quantization
    if tensor.dtype != dtype:
        raise Unsupported(f"{what} of {tensor.dtype}: expected {dtype}")
    if quantization is None or quantization.scales.size != 1 or not quantization.scale > 0 or np.any(quantization.zero_points):
        raise Unsupported(f"{what}: expected one scale above 0 and the zero point 0")
    return quantization.scale


def integer_lstm(graph, node):
    if not is_int8(graph, node.inputs[0], node.outputs[0]):
        raise Unsupported("expected 8 bits")
    weights, recurrent, biases = ([constant(graph, node, first + gate, what) if node.has_input(first + gate) else None
                                   for gate in range(4)] for first, what in ((1, "weights"), (5, "weights"), (9, "biases")))
    units = weights[0].shape[0]
    has_bias = biases[0] is not None
    x, y = (graph.tensors[name].quantization for name in (node.inputs[0], node.outputs[0]))
    state, cell, hidden = node["state"], node["cell"], node["hidden"]
    if state is None or not state.same(y) or hidden is None or not hidden.same(y):
        raise Unsupported("expected one scale and zero point of the output, of what is kept of it and of its product")
    cell_bits = 15 + round(math.log2(one_scale(cell, "int16", "a cell")))
    if not 0 <= cell_bits <= 6 or cell.quantization.scale != 2.0**(cell_bits - 15):
        raise Unsupported(f"a cell with the scale {cell.quantization.scale}: expected a power of two from 2^-15 to 2^-9")
    factors = []
    for tensors, of in ((weights, x), (recurrent, y)):
        for gate, tensor in enumerate(tensors):
            scale = one_scale(tensor, "int8", "weights")
            if np.any(tensor.data == -128):
                raise Unsupported("weights of -128: expected at least -127")
            most = 255 * np.abs(tensor.data.astype(np.int64)).sum(1).max()
            if has_bias and tensors is weights:
                one_scale(biases[gate], "int32", "biases")
                most += np.abs(biases[gate].data.astype(np.int64)).max()
            if most > 2**31 - 1:
                raise Unsupported("biases and weights whose sums leave 32 bits")
            # In floats, as TensorFlow Lite has them: gates have 12 bits behind the point.
            factors.append(multiplier(float(np.float32(scale * of.scale) * np.float32(4096)), float(most)))
    factors.append(multiplier(float(np.float32(np.float32(2.0**-15) / y.scale) * np.float32(2.0**-15)), 2.0**30))
    joined, of_state = (np.concatenate([each.data for each in tensors]) for tensors in (weights, recurrent))
    bias = np.concatenate([each.data for each in biases]).astype(np.int64) if has_bias else np.zeros(4 * units, np.int64)
    sums, state_sums = (matrix.astype(np.int64).sum(1) for matrix in (joined, of_state))
    clip = node["clip"]
    bound = min(int(clip / float(cell.quantization.scale)), 32767) if clip > 0 else 32767
    layer = Layer(node.name, f"LSTM<{units}, ReturnSequences, IntegerCell{'' if has_bias else ', NoBias'}>", node.inputs[:1], node.outputs[0])
    layer.constants = lambda rounding, low: [
        ("bias", (bias - x.zero_point * sums).astype(np.int32)), ("recurrent_bias", (-y.zero_point * state_sums).astype(np.int32)),
        ("multipliers", np.array([bits for bits, _ in factors], np.int32)), ("cell_bound", np.array([bound], np.int16)),
        ("weight", joined.reshape(-1)), ("recurrent_weight", of_state.reshape(-1)),
        ("shifts", np.array([shift for _, shift in factors], np.int8)), ("cell_bits", cell_bits), ("zero_point", y.zero_point)]
    return [layer]


RULES = {"IntegerLstm": integer_lstm}
