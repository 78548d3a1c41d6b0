"""Activations, by name or as layers."""

import math

import numpy as np

from ...layers.layer import number
from ...problems import Misfit, Unsupported

BY_NAME = {"relu": "Relu", "relu6": "Relu6", "leaky_relu": "LeakyRelu", "elu": "Elu", "selu": "Selu", "gelu": "Gelu",
           "silu": "Silu", "swish": "Silu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softplus": "Softplus", "celu": "Elu",
           "softsign": "Softsign", "mish": "Mish", "log_sigmoid": "LogSigmoid", "hard_sigmoid": "HardSigmoid",
           "hard_silu": "HardSwish", "hard_swish": "HardSwish", "hard_tanh": "Clip", "exponential": "Exp",
           "softmax": "Softmax", "log_softmax": "LogSoftmax"}
ATTRIBUTES = {"leaky_relu": {"alpha": 0.2}, "softmax": {"axis": -1}, "log_softmax": {"axis": -1}, "hard_tanh": {"low": -1.0, "high": 1.0}}


def activate(reader, activation, x, name):
    """What is behind the activation that a layer has as an argument."""
    if activation in (None, "linear"):
        return x
    if not isinstance(activation, str) or activation not in BY_NAME:
        called = activation if isinstance(activation, str) else "of one's own"
        raise Unsupported(f"activation {called[:100]}")
    y = reader.add(BY_NAME[activation], [x], f"{name}/activation", **ATTRIBUTES.get(activation, {}))
    reader.graph.tensors[y].called = name
    return y


def real(call, option, default=None):
    value = call.get(option, default)
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e30:
        raise Unsupported(f"{option} {str(value)[:100]}: expected a number")
    return float(value)


def activation(reader, call):
    return activate(reader, call.get("activation"), call.inputs[0], call.name)


def relu(reader, call):
    slope, threshold, most = (real(call, option) for option in ("negative_slope", "threshold", "max_value"))
    if threshold or slope and most is not None:
        raise Unsupported("a threshold, or a slope and a largest value: expected one of slope and largest value")
    if slope:
        return reader.add("LeakyRelu", call.inputs, call.name, alpha=slope, source="ReLU")
    if most is None or most == 6:
        return reader.add("Relu" if most is None else "Relu6", call.inputs, call.name, source="ReLU")
    return reader.add("Clip", call.inputs, call.name, low=0.0, high=most, source="ReLU")


def leaky_relu(reader, call):
    return reader.add("LeakyRelu", call.inputs, call.name, alpha=real(call, "negative_slope", 0.3), source="LeakyReLU")


def elu(reader, call):
    return reader.add("Elu", call.inputs, call.name, alpha=real(call, "alpha", 1.0), source="ELU")


def prelu(reader, call):
    """A slope a channel, or one; one for each element where that is so many channels."""
    x, shape = call.inputs[0], reader.shape(call.inputs[0])
    if len(call.own) != 1:
        raise Unsupported(f"expected slopes, got {len(call.own)} variables")
    slopes = call.own[0]
    if slopes.shape not in (tuple(shape[1:]), (*([1] * (len(shape) - 2)), shape[-1]), tuple([1] * (len(shape) - 1))):
        raise Misfit(f"slopes of {list(slopes.shape)}: expected one, one a channel or one an element")
    if slopes.size == 1 and shape[-1] != 1:
        return reader.written("PReLU<SharedSlope>", [x], call.name, shape, [("weight", slopes.reshape(-1))], False)
    if slopes.size == shape[-1]:
        return reader.written("PReLU<>", [x], call.name, shape, [("weight", slopes.reshape(-1))], False)
    row = reader.add("Reshape", [x], f"{call.name}/row", shape=(1, slopes.size))
    row = reader.written("PReLU<>", [row], f"{call.name}/slopes", (1, slopes.size), [("weight", slopes.reshape(-1))], False)
    return reader.add("Reshape", [row], call.name, shape=shape)


def softmax(reader, call):
    axis = call.get("axis", -1)
    return reader.add("Softmax", call.inputs, call.name, axis=axis[0] if isinstance(axis, list) and len(axis) == 1 else axis,
                      source="Softmax")


def rescaling(reader, call):
    """One number, or one a channel."""
    x, last = call.inputs[0], call.name
    values = []
    for option, default in ("scale", 1.0), ("offset", 0.0):
        value = call.get(option, default)
        if isinstance(value, dict):  # An array.
            value = value.get("config", {}).get("value")
        value = np.asarray(value, np.float64)
        if value.size not in (1, reader.shape(x)[-1]) or not np.all(np.abs(value) < 1e30):
            raise Misfit(f"{option} of {list(value.shape)}")
        values.append(value.reshape(-1))
    scale, offset = values
    if scale.size == offset.size == 1:
        kind = f"Rescaling<{number(scale[0])}{f', {number(offset[0])}' if offset[0] else ''}>"
        return reader.written(kind, [x], last, reader.shape(x), source="Rescaling")
    y = reader.add("Multiply", [x], f"{last}/scale", [("factors", scale.astype(np.float32))], reader.shape(x))
    return reader.add("Add", [y], last, [("offsets", offset.astype(np.float32))], reader.shape(x))


RULES = {"Activation": activation, "ReLU": relu, "LeakyReLU": leaky_relu, "ELU": elu, "PReLU": prelu, "Softmax": softmax,
         "Rescaling": rescaling}
