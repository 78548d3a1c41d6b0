import math

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiplier, multiply, quantized
from .layer import Layer, Parameter, activations, is_int8, number, sample, sample_axis
from .weighted import constant, finite

#: Burin's layers of what works element by element.
TYPES = {"Relu": "ReLU", "Relu6": "ReLU6", "Elu": "ELU", "Selu": "SELU", "Gelu": "GELU", "GeluTanh": "GELUTanh",
         "Silu": "SiLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softplus": "Softplus", "HardSigmoid": "HardSigmoid",
         "HardSwish": "HardSwish", "LeakyRelu": "LeakyReLU", "Mish": "Mish", "Softsign": "Softsign",
         "LogSigmoid": "LogSigmoid", "Clip": "Clip", "Abs": "Abs", "Sqrt": "Sqrt", "Exp": "Exp", "Log": "Log"}
erf = np.vectorize(math.erf)
#: Their functions, for the tables of 8-bit networks.
FUNCTIONS = {
    "Relu": lambda x, node: np.maximum(x, 0),
    "Relu6": lambda x, node: np.clip(x, 0, 6),
    "LeakyRelu": lambda x, node: np.where(x > 0, x, x * node["alpha"]),
    "Elu": lambda x, node: np.where(x > 0, x, node.get("alpha", 1.0) * np.expm1(np.minimum(x, 0))),
    "Gelu": lambda x, node: x * (1 + erf(x / math.sqrt(2))) / 2,
    "Silu": lambda x, node: x / (1 + np.exp(-x)),
    "Sigmoid": lambda x, node: 1 / (1 + np.exp(-x)),
    "Tanh": lambda x, node: np.tanh(x),
    "HardSwish": lambda x, node: x * np.clip(x + 3, 0, 6) / 6,
    "Clip": lambda x, node: np.clip(x, node["low"], node["high"]),
    "Abs": lambda x, node: np.abs(x),
    "Sqrt": lambda x, node: np.sqrt(x),
    "Exp": lambda x, node: np.exp(x),
    "Log": lambda x, node: np.log(x),
}


def element_type(node):
    kind = TYPES[node.operator]
    if node.operator in ("LeakyRelu", "Elu") and not 0 < np.float32(node.get("alpha", 1.0)) < np.inf:
        raise Unsupported(f"alpha {node['alpha']}: expected a positive one")
    if node.operator in ("LeakyRelu", "Elu") and node.get("alpha", 1.0) != {"LeakyRelu": 0.01, "Elu": 1.0}[node.operator]:
        return f"{kind}<{number(node['alpha'])}>"
    if node.operator == "Clip":
        if not node["low"] < node["high"]:
            raise Unsupported(f"bounds {node['low']} and {node['high']}: expected the second above the first")
        return f"Clip<{number(node['low'])}, {number(node['high'])}>"
    return f"{kind}<>" if node.operator in ("LeakyRelu", "Elu") else kind


def elementwise(graph, node):
    x, = activations(graph, node, 1)
    layer = Layer(node.name, element_type(node), [x], node.outputs[0], is_elementwise=True)
    if is_int8(graph, x, node.outputs[0]):
        if node.operator not in FUNCTIONS:
            raise Unsupported("8 bits")
        of, to = graph.tensors[x].quantization, graph.tensors[node.outputs[0]].quantization
        # A bound that the stored numbers can't pass is none.
        if node.operator == "Relu6" and quantized(6, to.scale, to.zero_point) == 127 and node.get("fused"):
            layer.type = "ReLU"
        real = float(of.scale) * (np.arange(-128, 128) - of.zero_point)
        with np.errstate(over="ignore"):
            table = quantized(FUNCTIONS[node.operator](real, node), to.scale, to.zero_point)
        layer.constants = lambda rounding, low: [
            ("table", prelu_table(of, to, graph.tensors[node["slope"]]) if node.get("slope") else
             leaky_table(of, to, node["alpha"], rounding) if node.operator == "LeakyRelu" else table)]
    return [layer]


def power(graph, node):
    """x to a constant power."""
    x, = activations(graph, node, 1)
    if node.operator in POWERS:
        exponent = POWERS[node.operator]
    else:
        data = graph.constant(node.inputs[1]) if node.has_input(1) else None
        if data is None or data.size != 1:
            raise Unsupported("an exponent that is no constant number")
        exponent = float(data.reshape(-1)[0])
    if not np.isfinite(exponent):
        raise Unsupported(f"an exponent of {exponent}")
    layer = Layer(node.name, f"Pow<{number(exponent).removesuffix('.0')}>", [x], node.outputs[0], is_elementwise=True)
    if is_int8(graph, x, node.outputs[0]):
        of, to = graph.tensors[x].quantization, graph.tensors[node.outputs[0]].quantization
        with np.errstate(all="ignore"):
            values = np.power(float(of.scale) * (np.arange(-128, 128) - of.zero_point), exponent)
        if not np.all(np.isfinite(values)):
            raise Unsupported("8 bits of which some have no such power")
        table = quantized(values, to.scale, to.zero_point)
        layer.constants = lambda rounding, low: [("table", table)]
    return [layer]


def leaky_table(of, to, alpha, rounding):
    """LEAKY_RELU is made of whole numbers: XNNPACK's factors have 8 bits behind the point."""
    ratio, below = np.float32(of.scale) / np.float32(to.scale), np.float32(of.scale) * np.float32(alpha) / np.float32(to.scale)
    table = []
    for x in range(-128 - of.zero_point, 128 - of.zero_point):
        factor = ratio if x >= 0 else below
        if rounding == "once" and 2.0**-8 <= ratio <= 2.0**7:
            y = (x * int(np.rint(np.float32(256) * factor)) + 128) >> 8
        else:
            y = multiply(x, *multiplier(float(factor)), rounding)
        table.append(min(max(y + to.zero_point, -128), 127))
    return np.array(table, np.int8)


def prelu_table(of, to, slope):
    """PRELU multiplies whole numbers with the stored slope, and rounds twice in all of TensorFlow's kernels."""
    stored = int(slope.data.reshape(-1)[0]) - slope.quantization.zero_point
    above = multiplier(float(of.scale) / float(to.scale))
    below = multiplier(float(of.scale) * float(slope.quantization.scale) / float(to.scale))
    table = [multiply(x, *above, "twice") if x >= 0 else multiply(x * stored, *below, "twice")
             for x in range(-128 - of.zero_point, 128 - of.zero_point)]
    return np.clip(np.array(table) + to.zero_point, -128, 127).astype(np.int8)


def prelu(graph, node):
    """A slope for each channel, or one for all."""
    x = node.inputs[0]
    slopes, channels = constant(graph, node, 1, "slopes"), sample(graph, x)[-1]
    if slopes.data.size not in (1, channels):
        raise Unsupported(f"slopes of {list(slopes.shape)}: expected one for each of {channels} channels, or one")
    option = "SharedSlope" if slopes.data.size == 1 and channels > 1 else ""
    layer = Layer(node.name, f"PReLU<{option}>", [x], node.outputs[0])
    if not is_int8(graph, x, node.outputs[0]):
        layer.parameters = [Parameter("weight", finite(slopes).reshape(-1))]
        return [layer]
    if slopes.dtype != "int8" or slopes.quantization is None or slopes.quantization.scales.size != 1:
        raise Unsupported(f"slopes of {slopes.dtype}: expected int8 with one scale")
    of, to, own = (graph.tensors[name].quantization for name in (x, node.outputs[0], node.inputs[1]))
    above = multiplier(float(np.float32(of.scale) / np.float32(to.scale)), 255)
    below = multiplier(float(np.float32(of.scale) * np.float32(own.scale) / np.float32(to.scale)), 255 * 255)
    layer.constants = lambda rounding, low: [
        ("multipliers", np.array([above[0], below[0]], np.int32)), ("shifts", np.array([above[1], below[1]], np.int8)),
        ("slopes", slopes.data.reshape(-1)), ("slope_zero_point", own.zero_point), ("input_zero_point", of.zero_point),
        ("zero_point", to.zero_point)]
    return [layer]


def softmax(graph, node):
    x, = activations(graph, node, 1)
    if sample_axis(graph, x, node.get("axis", -1)) != len(sample(graph, x)) - 1:
        raise Unsupported(f"axis {node['axis']}: expected the last")
    layer = Layer(node.name, node.operator, [x], node.outputs[0])
    if is_int8(graph, x, node.outputs[0]):
        if node.operator != "Softmax":
            raise Unsupported("8 bits")
        scale, to = graph.tensors[x].quantization.scale, graph.tensors[node.outputs[0]].quantization
        if (to.scale, to.zero_point) != (np.float32(1 / 256), -128):
            raise Unsupported("an output of another scale than 1/256 and zero point -128")
        layer.constants = lambda rounding, low: softmax_once(scale) if rounding == "once" else softmax_twice(scale)
    return [layer]


def softmax_once(scale):
    """e^(-scale * 2^k) with 32 bits."""
    factors = [int(min(math.exp(-float(scale) * (1 << k)) * 2.0**32, 2.0**32 - 1)) for k in range(8)]
    return [("factors", np.array(factors, np.uint32))]


def softmax_twice(scale):
    """What brings distances to 26 bits behind the point, and the largest that counts."""
    unit = min(float(scale) * 2.0**26, 2.0**31 - 1)
    factor, shift = multiplier(unit)
    bits = 31 - shift if unit < 2.0**30 else 31
    largest = 255 if bits < 0 else min((31 << 26) >> bits, 255)
    return [("multiplier", [factor]), ("largest", [largest]), ("shift", shift)]


#: Operators that are powers.
POWERS = {"Reciprocal": -1.0, "Square": 2.0, "Rsqrt": -0.5}
#: All operators that work element by element on their first input.
ELEMENTWISE = (*TYPES, "Pow", *POWERS)


def complex_abs(graph, node):
    x, = activations(graph, node, 1)
    if is_int8(graph, x, node.outputs[0]):
        raise Unsupported("8 bits")
    return [Layer(node.name, "ComplexAbs", [x], node.outputs[0])]


RULES = {"ComplexAbs": complex_abs, **{operator: elementwise for operator in TYPES}, **{operator: power for operator in ("Pow", *POWERS)}, "PRelu": prelu, "Softmax": softmax, "LogSoftmax": softmax}
