"""What works element by element, and what brings tensors together."""

import math

import numpy as np

PLAIN = {"Relu": "Relu", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softplus": "Softplus", "HardSwish": "HardSwish", "Mish": "Mish",
         "Softsign": "Softsign"}
MERGES = {"Add": "Add", "Sub": "Subtract", "Mul": "Multiply", "Div": "Divide", "Sum": "Add", "Mean": "Average",
          "Max": "Maximum", "Min": "Minimum"}


#: A larger number would take digits from what it is added to.
LARGEST_ADDED = 64


def plain(to, call):
    to.add(call, PLAIN[call.kind], call.inputs[:1])


def merge(to, call):
    kinds = ("float32", "float64", "float16") if call.kind in ("Div", "Mean") else ("float32", "float64", "float16", "int32", "int64")
    if to.tensors[call.outputs[0]].dtype not in kinds:
        return to.raw(call, f"numbers of {to.tensors[call.outputs[0]].dtype}")
    if len(call.inputs) == 1:
        return to.add(call, "Identity", call.inputs)
    # A bound.
    if call.kind in ("Max", "Min") and len(call.inputs) == 2 and any(to.tensors[name].is_constant for name in call.inputs):
        constant, x = call.inputs if to.tensors[call.inputs[0]].is_constant else call.inputs[::-1]
        data = to.tensors[constant].data
        if data.size == 1 and np.isfinite(data.reshape(-1)[0]) and to.shape(x) == to.shape(call.outputs[0]):
            value = float(data.reshape(-1)[0])
            low, high = (value, math.inf) if call.kind == "Max" else (-math.inf, value)
            return bound(to, call, x, low, high, call.outputs[0])
    to.add(call, MERGES[call.kind], call.inputs)


def scaled(to, call, x, factor, offset, output=None):
    """factor * x + offset."""
    shape = to.shape(x)
    if factor != 1:
        last = output if offset == 0 else None
        x = to.add(call, "Multiply", [x, to.made(f"{call.name}/factor", np.float32(factor))], output=last,
                   shape=None if last else shape)
    if offset != 0:
        x = to.add(call, "Add", [x, to.made(f"{call.name}/offset", np.float32(offset))], output=output,
                   shape=None if output else shape)
    if factor == 1 and offset == 0 and output:
        to.add(call, "Identity", [x], output=output)
    return x


def clip(to, call):
    bounds = []
    for index, name, default in ((1, "min", -math.inf), (2, "max", math.inf)):
        value = call.get(name)
        if call.has(index):
            data = to.data(call, index)
            if data is None or data.size != 1:
                return to.raw(call, f"{name} that is no constant number")
            value = data.reshape(-1)[0]
        bounds.append(float(value) if value is not None and abs(float(value)) < 3e38 else default)
    low, high = bounds
    bound(to, call, call.inputs[0], low, high, call.outputs[0])


def bound(to, call, x, low, high, output):
    """min(max(x, low), high) by what there is."""
    shape = to.shape(x)
    if low == -math.inf and high == math.inf:
        return to.add(call, "Identity", [x], output=output)
    if (low, high) == (0, math.inf):
        return to.add(call, "Relu", [x], output=output)
    if (low, high) == (0, 6):
        return to.add(call, "Relu6", [x], output=output)
    if high > low and (low != -math.inf and abs(low) > LARGEST_ADDED or high != math.inf and abs(high) > LARGEST_ADDED):
        return to.add(call, "Clip", [x], {"low": max(low, -3e38), "high": min(high, 3e38)}, output=output)
    if low == -math.inf:
        x = to.add(call, "Relu", [scaled(to, call, x, -1, high)], shape=shape)
        return scaled(to, call, x, -1, high, output)
    if high == math.inf:
        x = to.add(call, "Relu", [scaled(to, call, x, 1, -low)], shape=shape)
        return scaled(to, call, x, 1, low, output)
    if high <= low:
        return to.raw(call, f"bounds {low} and {high}")
    to.add(call, "Clip", [x], {"low": low, "high": high}, output=output)


def hard_sigmoid(to, call):
    alpha, beta = call.get("alpha", 0.2), call.get("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return to.add(call, "HardSigmoid", call.inputs)
    x = scaled(to, call, call.inputs[0], 6 * alpha, 6 * beta)
    x = to.add(call, "Relu6", [x], shape=to.shape(x))
    scaled(to, call, x, 1 / 6, 0, call.outputs[0])


def with_alpha(operator, default):
    def rule(to, call):
        alpha = float(np.float32(call.get("alpha", default)))
        if alpha == 0:
            return to.add(call, "Relu", call.inputs)
        to.add(call, operator, call.inputs, {"alpha": alpha})
    return rule


def celu(to, call):
    """alpha * elu(x / alpha)."""
    alpha = call.get("alpha", 1.0)
    if not 0 < alpha < math.inf:
        return to.raw(call, f"alpha {alpha}: expected a positive one")
    x = scaled(to, call, call.inputs[0], 1 / alpha, 0)
    x = to.add(call, "Elu", [x], {"alpha": 1.0}, shape=to.shape(x))
    scaled(to, call, x, alpha, 0, call.outputs[0])


def selu(to, call):
    alpha, gamma = call.get("alpha", 1.6732632), call.get("gamma", 1.050701)
    if abs(alpha - 1.6732632) > 1e-4 or abs(gamma - 1.050701) > 1e-4:
        y = to.add(call, "Elu", call.inputs, {"alpha": float(np.float32(alpha))}, shape=to.shape(call.inputs[0]))
        return scaled(to, call, y, gamma, 0, call.outputs[0])
    to.add(call, "Selu", call.inputs)


def gelu(to, call):
    to.add(call, "GeluTanh" if call.get("approximate", "none") == "tanh" else "Gelu", call.inputs)


def prelu(to, call):
    slope, x = to.data(call, 1), call.inputs[0]
    if slope is None:
        return to.raw(call, "slopes that are no constant")
    if slope.size and np.all(slope == slope.reshape(-1)[0]) and slope.reshape(-1)[0] > 0:
        return to.add(call, "LeakyRelu", [x], {"alpha": float(slope.reshape(-1)[0])})
    # One for each channel, which are axis 1 of the file's image and the last of ours.
    rank, channels = len(to.shape(x)), to.shape(x)[1] if len(to.shape(x)) > 1 else 1
    wide = (1,) * (rank - slope.ndim) + slope.shape
    if rank > 1 and slope.ndim <= rank and wide == (1, channels, *[1] * (rank - 2)):
        forward, back = to.last(x)
        y = to.moved(call, x, forward)
        y = to.add(call, "Written", [y], {"type": "PReLU<>", "parameters": [("weight", slope.reshape(-1).astype(np.float32))]}, shape=to.shape(y))
        return to.moved(call, y, back, call.outputs[0])
    # relu(x) - slope * relu(-x)
    shape = to.shape(x)
    above = to.add(call, "Relu", [x], shape=shape)
    below = to.add(call, "Relu", [scaled(to, call, x, -1, 0)], shape=shape)
    below = to.add(call, "Multiply", [below, call.inputs[1]], shape=shape)
    to.add(call, "Subtract", [above, below])


def negative(to, call):
    scaled(to, call, call.inputs[0], -1, 0, call.outputs[0])


def identity(to, call):
    to.add(call, "Identity", call.inputs[:1])


def cast(to, call):
    """Between floats, and from the numbers of tokens: networks compute with one kind of number."""
    of, into = (to.tensors[name] for name in (call.inputs[0], call.outputs[0]))
    of_kind, to_kind = (np.dtype(each.dtype).kind for each in (of, into))
    if (of_kind, to_kind) in (("f", "f"), ("i", "i"), ("i", "f"), ("u", "f"), ("b", "f"), ("b", "i"), ("b", "b")):
        return to.add(call, "Identity", call.inputs[:1])
    to.raw(call)


def softmax(operator):
    def rule(to, call):
        x, shape = call.inputs[0], to.shape(call.inputs[0])
        rank = len(shape)
        axis = call.get("axis", 1 if call.version < 13 else -1) % max(rank, 1)
        if axis == rank - 1:
            return to.add(call, operator, [x], {"axis": axis})
        if call.version < 13:
            # All axes from this one on are one.
            flat = (math.prod(shape[:axis]), math.prod(shape[axis:]))
            x = to.reshaped(call, x, flat if axis else (1, math.prod(shape)))
            y = to.add(call, operator, [x], {"axis": 1}, shape=to.shape(x))
            return to.reshaped(call, y, shape, call.outputs[0])
        order = [*(each for each in range(rank) if each != axis), axis]
        x = to.moved(call, x, order)
        y = to.add(call, operator, [x], {"axis": rank - 1}, shape=to.shape(x))
        to.moved(call, y, [order.index(each) for each in range(rank)], call.outputs[0])
    return rule


def both(kind):
    """Of masks: and, or."""
    return lambda to, call: to.add(call, kind, call.inputs)


def thresholded(to, call):
    """x where it is above alpha, else 0."""
    x = call.inputs[0]
    mask = to.add(call, "Greater", [x, to.made(f"{call.name}/threshold", np.float32(call.get("alpha", 1.0)))], shape=to.shape(x))
    to.add(call, "Where", [mask, x, to.made(f"{call.name}/zero", np.float32(0))])


def differs(to, call):
    """Of masks, one or the other alone; of a number, that it is none."""
    to.add(call, "NotEqual", [call.inputs[0], call.inputs[-1]])


def sign(to, call):
    """1 where it is positive less 1 where it is negative."""
    x, zero = call.inputs[0], to.made(f"{call.name}/zero", np.float32(0))
    parts = [to.add(call, kind, [x, zero], shape=to.shape(x)) for kind in ("Greater", "Less")]
    to.add(call, "Subtract", parts)


RULES = {"Sign": sign, "ThresholdedRelu": thresholded, "Xor": differs, "And": both("Multiply"), "Or": both("Maximum"), **{kind: plain for kind in PLAIN}, **{kind: merge for kind in MERGES}, "Clip": clip, "HardSigmoid": hard_sigmoid,
         "LeakyRelu": with_alpha("LeakyRelu", 0.01), "Elu": with_alpha("Elu", 1.0), "Celu": celu, "Selu": selu, "Gelu": gelu, "PRelu": prelu,
         "Neg": negative, "Identity": identity, "Dropout": identity, "Cast": cast, "CastLike": cast,
         "Softmax": softmax("Softmax"), "LogSoftmax": softmax("LogSoftmax")}
