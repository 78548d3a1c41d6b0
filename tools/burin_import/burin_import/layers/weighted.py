"""What Dense layers and convolutions share: parameters, and constants of 8 bits (quantization/weighted.hpp)."""

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiplier
from .layer import Parameter, is_int8

STORED_AS_8_BITS = "weights of 8 bits, computed with as floats: the file's own program rounds what they are multiplied with"


def constant(graph, node, index, what):
    if not node.has_input(index) or not graph.tensors[node.inputs[index]].is_constant:
        raise Unsupported(f"{what} that are no constant")
    return graph.tensors[node.inputs[index]]


def parameters(graph, node, is_panels):
    """Weight and, if there is one, bias as floats."""
    weight = constant(graph, node, 1, "weights")
    if weight.dtype == "int8" and STORED_AS_8_BITS not in graph.notes:
        graph.notes.append(STORED_AS_8_BITS)
    result = [Parameter("weight", finite(weight), is_panels)]
    if node.has_input(2):
        result.append(Parameter("bias", finite(constant(graph, node, 2, "biases"))))
    return result


def finite(tensor):
    if tensor.dtype not in ("float32", "float16", "float64", "int8"):
        raise Unsupported(f"`{tensor.name}` of {tensor.dtype}")
    values = tensor.numbers()
    if not np.all(np.isfinite(values)):
        raise Unsupported(f"`{tensor.name}`: a number that is not finite")
    return values


def stored(graph, node, channels):
    """Input and output quantization, the weights of 8 bits, a scale for each channel or one, and the bias."""
    x, y = (graph.tensors[name].quantization for name in (node.inputs[0], node.outputs[0]))
    weight = constant(graph, node, 1, "weights")
    if weight.dtype != "int8" or weight.quantization is None:
        raise Unsupported(f"weights of {weight.dtype}: expected int8")
    if np.any(weight.quantization.zero_points != 0):
        raise Unsupported("weights with a zero point other than 0")
    if np.any(weight.data == -128):
        raise Unsupported("weights of -128: expected at least -127")
    scales = weight.quantization.scales
    if scales.size not in (1, channels):
        raise Unsupported(f"{scales.size} scales of weights: expected one or {channels}")
    bias = np.zeros(channels, np.int64)
    if node.has_input(2):
        given = constant(graph, node, 2, "biases")
        if given.dtype != "int32":
            raise Unsupported(f"biases of {given.dtype}: expected int32")
        if given.data.size != channels:
            raise Unsupported(f"{given.data.size} biases: expected {channels}")
        bias = given.data.astype(np.int64)
    return x, y, weight, scales, bias


def factors_of(x, y, scales, channels, bias, magnitudes, has_float_unit):
    """From sums in units of input · weights to outputs, as each rounding has it: once in floats. `bias` is the largest of
    each channel."""
    if np.any(np.abs(bias) + 255 * magnitudes > 2**31 - 1):
        raise Unsupported("biases and weights whose sums leave 32 bits")
    result = {"once": [], "twice": []}
    for channel in range(channels):
        scale = np.float32(scales[0 if scales.size == 1 else channel])
        largest = abs(float(bias[channel])) + 255 * float(magnitudes[channel])
        in_floats = np.float32(np.float32(x.scale) * scale)
        unit = float(in_floats) if has_float_unit and scales.size == 1 else float(x.scale) * float(scale)
        result["once"].append(multiplier(float(in_floats / np.float32(y.scale)), largest))
        result["twice"].append(multiplier(unit / float(y.scale), largest))
    return result


def members_of(x, y, bias, factors, weight):
    def members(rounding, low):
        multipliers, shifts = zip(*factors[rounding])
        return [("bias", bias.astype(np.int32)), ("multipliers", np.array(multipliers, np.int32)),
                ("weight", np.ascontiguousarray(weight).reshape(-1)), ("shifts", np.array(shifts, np.int8)),
                ("input_zero_point", x.zero_point), ("zero_point", y.zero_point), ("low", low)]
    return members


def constants(graph, node, channels, order, has_float_unit):
    """The members of the 8-bit form. `order(weight)` is the weight as Burin stores its integers, of which `rows` axis
    -1 or 0 are the channels."""
    x, y, weight, scales, bias = stored(graph, node, channels)
    ordered, is_channel_major = order(weight.data)
    sums = ordered.reshape(channels, -1) if is_channel_major else ordered.reshape(-1, channels).T
    sums = sums.astype(np.int64)
    magnitudes = np.abs(sums).sum(1)
    if np.any(np.abs(bias) + 255 * magnitudes > 2**31 - 1):
        raise Unsupported("biases and weights whose sums leave 32 bits")
    if is_channel_major:
        bias = bias - x.zero_point * sums.sum(1)
    return members_of(x, y, bias, factors_of(x, y, scales, channels, bias, magnitudes, has_float_unit), ordered)


def by_phase(graph, node, strides, before):
    """The same of a transposed convolution, whose outputs see a part of the weights each: one in `strides` the same
    (kernels/int8/transposed_convolution.hpp). `before` is what is cut from the front of each axis."""
    weight = constant(graph, node, 1, "weights")
    filters, rank = weight.shape[-2], len(strides)
    x, y, weight, scales, bias = stored(graph, node, filters)
    pieces, biases = [], []
    for phase in np.ndindex(*strides):
        taps = tuple(np.arange((at + cut) % stride, size, stride)[::-1] for at, cut, stride, size in zip(
            phase, before, strides, weight.shape))
        part = weight.data[np.ix_(*taps)] if all(map(len, taps)) else weight.data[:0].reshape(*[0] * rank, *weight.shape[-2:])
        part = np.moveaxis(part, -2, 0)
        pieces.append(part.reshape(-1))
        biases.append(bias - x.zero_point * part.reshape(filters, -1).astype(np.int64).sum(1))
    magnitudes = np.abs(np.moveaxis(weight.data, -2, 0).reshape(filters, -1).astype(np.int64)).sum(1)
    factors = factors_of(x, y, scales, filters, np.abs(biases).max(0), magnitudes, False)
    return members_of(x, y, np.concatenate(biases), factors, np.concatenate(pieces))


def bias_option(node):
    return [] if node.has_input(2) else ["NoBias"]


def make(graph, node, layer, channels, order, has_float_unit, is_panels):
    """Fills a layer with what a network of floats or of 8 bits needs."""
    if is_int8(graph, node.inputs[0], node.outputs[0]):
        layer.constants = constants(graph, node, channels, order, has_float_unit)
        layer.clamps = True
    else:
        layer.parameters = parameters(graph, node, is_panels)
    return layer
