"""QuantizeLinear and DequantizeLinear: what stands between them is of 8 bits (simplify/integers.py)."""

import numpy as np

from ...graph import Quantization


def parameters(to, call):
    scale, zero = to.data(call, 1), to.data(call, 2)
    if scale is None or call.has(2) and zero is None or call.get("block_size", 0):
        return None
    zero = np.zeros(scale.size, np.int64) if zero is None else zero.reshape(-1).astype(np.int64)
    return scale.reshape(-1).astype(np.float32), zero, call.get("axis", 1)


def stored(to, name, found):
    """The tensor with its scales."""
    tensor = to.tensors[name]
    scales, zeros, axis = found
    rank = max(len(tensor.shape), 1)
    tensor.quantization = Quantization(scales, zeros, axis % rank if scales.size > 1 else 0)


def signed(tensor):
    """Numbers of 0 to 255 as those of -128 to 127: both stand for the same."""
    zeros = tensor.quantization.zero_points - 128
    tensor.dtype, tensor.quantization = "int8", Quantization(tensor.quantization.scales, zeros, tensor.quantization.axis)
    if tensor.data is not None:
        tensor.data = (tensor.data.astype(np.int16) - 128).astype(np.int8)


def quantize(to, call):
    found = parameters(to, call)
    if found is None:
        return to.raw(call, "scales that are no constants")
    if to.floats and found[0].size == 1:
        # Its bounds are kept, which may be those of a ReLU.
        least, most = np.iinfo(to.tensors[call.outputs[0]].dtype).min, np.iinfo(to.tensors[call.outputs[0]].dtype).max
        low, high = (float(np.float32(found[0][0] * (bound - found[1][0]))) for bound in (least, most))
        return to.add(call, "Clip", call.inputs[:1], {"low": low, "high": high})
    to.add(call, "Quantize", call.inputs[:1])
    stored(to, call.outputs[0], found)


def dequantize(to, call):
    found = parameters(to, call)
    if found is None:
        return to.raw(call, "scales that are no constants")
    x = call.inputs[0]
    if to.tensors[x].is_constant:
        # The same constant may be read with other scales.
        copy = to.made(f"{x}/stored", to.tensors[x].data)
        stored(to, copy, found)
        output = to.tensors[call.outputs[0]]
        output.data, output.stored = to.tensors[copy].numbers(), copy
        return
    if to.floats and x not in to.given:
        return to.add(call, "Identity", [x])
    if to.tensors[x].quantization is None:
        stored(to, x, found)
    to.add(call, "Dequantize", [x])


RULES = {"QuantizeLinear": quantize, "DequantizeLinear": dequantize}
