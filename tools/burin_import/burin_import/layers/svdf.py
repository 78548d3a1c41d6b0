"""SVDF: Burin's filters of a unit are `units` apart, TensorFlow Lite's side by side."""

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiplier
from .layer import Layer, Parameter, is_int8
from .weighted import constant, finite


def by_rank(filters, rank):
    """[units * rank, n] as [rank * units, n]."""
    return filters.reshape(-1, rank, filters.shape[-1]).swapaxes(0, 1).reshape(filters.shape)


def svdf(graph, node):
    weight, time_weight = constant(graph, node, 1, "weights"), constant(graph, node, 2, "weights of time")
    rank, x = node["rank"], graph.shape(node.inputs[0])
    filters = weight.shape[0] if len(weight.shape) == 2 else 0
    if rank < 1 or not filters or filters % rank or len(time_weight.shape) != 2 or time_weight.shape[0] != filters or \
            not time_weight.shape[1] or tuple(x) != (1, weight.shape[1]):
        raise Unsupported(f"an input of {list(x)}, weights of {list(weight.shape)} and {list(time_weight.shape)} with rank {rank}")
    units, memory = filters // rank, time_weight.shape[1]
    bias = constant(graph, node, 3, "biases") if node.has_input(3) else None
    if bias is not None and bias.shape != (units,):
        raise Unsupported(f"biases of {list(bias.shape)}: expected {units}")
    options = [str(units), str(memory), *([f"FilterRank<{rank}>"] if rank > 1 else []), *(["NoBias"] if bias is None else [])]
    layer = Layer(node.name, f"SVDF<{', '.join(options)}>", node.inputs[:1], node.outputs[0])
    if is_int8(graph, node.inputs[0], node.outputs[0]):
        layer.constants = constants(graph, node, weight, time_weight, bias, rank)
        layer.clamps = True
        return [layer]
    layer.parameters = [Parameter("weight", by_rank(finite(weight), rank).T, True),
                        Parameter("time_weight", by_rank(finite(time_weight), rank).T)]
    if bias is not None:
        layer.parameters.append(Parameter("bias", finite(bias)))
    return [layer]


def constants(graph, node, weight, time_weight, bias, rank):
    """The members of the 8-bit form (quantization/svdf.hpp)."""
    x, y, state = (graph.tensors[node.inputs[0]].quantization, graph.tensors[node.outputs[0]].quantization, node["state"])
    for tensor, kind in ((weight, "int8"), (time_weight, "int16"), (bias, "int32")):
        if tensor is not None and tensor.dtype != kind:
            raise Unsupported(f"`{tensor.name}` of {tensor.dtype}: expected {kind}")
    for each in (weight.quantization, time_weight.quantization, state):
        if each is None or each.scales.size != 1 or not each.scale > 0 or each.zero_point != 0:
            raise Unsupported("expected one scale and the zero point 0 of weights and of the state")
    if np.any(weight.data == -128):
        raise Unsupported("weights of -128: expected at least -127")
    features = by_rank(weight.data, rank)
    times = by_rank(time_weight.data, rank).T
    units = weight.shape[0] // rank
    shift = np.zeros(units, np.int32) if bias is None else bias.data.astype(np.int32)
    sums = features.astype(np.int64)
    # In floats, as TensorFlow Lite has them.
    to_state = float(np.float32(x.scale * weight.quantization.scale) / state.scale)
    to_output = float(np.float32(state.scale * time_weight.quantization.scale) / y.scale)
    most = float(255 * np.abs(sums).sum(1).max())
    factors = [multiplier(to_state, most), multiplier(to_output, float(2**31 - 1))]

    def members(rounding, low):
        return [("feature_bias", (-x.zero_point * sums.sum(1)).astype(np.int32)), ("bias", shift),
                ("time_weight", np.ascontiguousarray(times, np.int16).reshape(-1)), ("weight", features.reshape(-1)),
                ("multipliers", np.array([bits for bits, _ in factors], np.int32)),
                ("shifts", np.array([right for _, right in factors], np.int8)), ("zero_point", y.zero_point), ("low", low)]
    return members


RULES = {"Svdf": svdf}
