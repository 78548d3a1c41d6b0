"""Shapes that a .tflite file computes: its batch may be open, and then what comes of a tensor's shape is worked out by
operators on a few whole numbers, and tensors behind have placeholders for shapes."""

import math

import numpy as np

from ..problems import Refused
from ..shapes import EXPECTED

#: Elements of what is worked out while a file is read.
MOST = 64


def gathered(reader, x, numbers):
    options = reader.options("GatherOptions")
    if options is not None and options.BatchDims():
        return None
    return x.take(numbers, options.Axis() if options else 0)


def joined(reader, *parts):
    options = reader.options("ConcatenationOptions")
    return np.concatenate(parts, options.Axis() if options else 0)


def packed(reader, *parts):
    options = reader.options("PackOptions")
    return np.stack(parts, options.Axis() if options else 0)


def strided(reader, x, first, last, steps):
    options = reader.options("StridedSliceOptions")
    if options is None or x.ndim != 1 or first.size != 1 or options.EllipsisMask() or options.NewAxisMask() or options.Offset() or steps[0] == 0:
        return None
    start, stop = (None if mask & 1 else int(bound[0]) for mask, bound in ((options.BeginMask(), first), (options.EndMask(), last)))
    return x[start] if options.ShrinkAxisMask() & 1 else x[start:stop:int(steps[0])]


def reduced(reader, x, axes):
    options = reader.options("ReducerOptions")
    return np.prod(x, tuple(map(int, axes.reshape(-1))), keepdims=bool(options and options.KeepDims()))


RULES = {"GATHER": gathered, "CONCATENATION": joined, "PACK": packed, "STRIDED_SLICE": strided, "REDUCE_PROD": reduced,
         "ADD": lambda reader, x, y: x + y, "SUB": lambda reader, x, y: x - y, "MUL": lambda reader, x, y: x * y,
         "MAXIMUM": lambda reader, x, y: np.maximum(x, y), "CAST": lambda reader, x: x, "SQUEEZE": lambda reader, x: x.reshape(-1),
         "EXPAND_DIMS": lambda reader, x, axis: np.expand_dims(x, int(axis.reshape(-1)[0])),
         "RESHAPE": lambda reader, x, shape: x.reshape(list(map(int, shape)))}


def evaluate(reader, kind, inputs, outputs):
    """Whether an operator was of a few known whole numbers, whose output is known now."""
    if kind not in RULES or len(outputs) != 1 or not inputs or not all(inputs):
        return False
    given = [reader.tensors[name].data for name in inputs]
    output = reader.tensors[outputs[0]]
    if any(data is None or data.dtype.kind not in "iu" or data.size > MOST for data in given) or output.dtype not in ("int32", "int64") or \
            output.quantization is not None or output.data is not None:
        return False
    try:
        value = RULES[kind](reader, *given)
    except TypeError:
        value = None
    if value is None or np.size(value) > MOST:
        return False
    output.data = np.asarray(value, output.dtype)
    output.shape = output.data.shape
    return True


def wished(reader, shape):
    """Of a view with a placeholder the shape that it computes, else the file's."""
    given = reader.tensors[reader.inputs[0]].shape
    target = reader.integers(1, "shape") if len(reader.inputs) > 1 else None
    if reader.outputs[0] not in reader.placeholders:
        return shape
    if reader.kind == "SQUEEZE":
        options = reader.options("SqueezeOptions")
        axes = {axis % max(len(given), 1) for axis in reader.indices(options, "SqueezeDims")} if options else set()
        target = [extent for axis, extent in enumerate(given) if axis not in axes] if axes else [extent for extent in given if extent != 1]
    elif reader.kind == "EXPAND_DIMS" and target is not None and len(target) == 1:
        axis = target[0] % (len(given) + 1)
        target = [*given[:axis], 1, *given[axis:]]
    elif target is None:
        return shape
    if target.count(-1) == 1:
        rest = math.prod(extent for extent in target if extent != -1)
        target[target.index(-1)] = math.prod(given) // rest if rest else 0
    if min(target, default=0) < 0 or math.prod(target) != math.prod(given):
        raise Refused(f"{reader.node_name} ({reader.kind}): {list(given)} does not become {target}")
    return tuple(target)


def fill_in(reader, node):
    """The shape of a node's output, where the file has a placeholder."""
    output = node.outputs[0]
    rule = EXPECTED.get(node.operator)
    if output not in reader.placeholders or rule is None:
        return
    shape = rule(node, *(reader.tensors[name].shape for name in node.inputs if name))
    if len(shape) == len(reader.tensors[output].shape):
        reader.tensors[output].shape = tuple(int(extent) for extent in shape)
