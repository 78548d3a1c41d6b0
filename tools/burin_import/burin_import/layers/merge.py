import math
from dataclasses import replace

import numpy as np

from ..problems import Unsupported
from .fixed_point import multiplier, multiply, rescale
from .tensors import repeats
from .repeating import repeated
from .layer import Layer, Parameter, activations, is_int8, number, sample, sample_axis, view

SUM_BITS = 20
#: Tensors that one Concat takes.
MOST_JOINED = 8


def merge(kind):
    def rule(graph, node):
        if any(name and graph.tensors[name].is_constant for name in node.inputs):
            return with_constant(graph, node)
        inputs = activations(graph, node)
        if kind == "Divide":
            raise Unsupported("a quotient of two activations")
        if len(inputs) < 2 or len(inputs) > 8:
            raise Unsupported(f"{len(inputs)} inputs: expected 2 to 8")
        shapes = {sample(graph, name) for name in inputs}
        if len(shapes) != 1:
            repeats(graph, inputs, node.outputs[0])
            if is_int8(graph, *inputs, node.outputs[0]):
                return of_one_shape(graph, node, rule)
            return [Layer(node.name, f"Broadcast<{kind}>", inputs, node.outputs[0])]
        layer = Layer(node.name, kind, inputs, node.outputs[0])
        if is_int8(graph, *inputs, node.outputs[0]):
            of, to = [graph.tensors[name].quantization for name in inputs], graph.tensors[node.outputs[0]].quantization
            if kind in ("Add", "Subtract", "Average"):
                layer.constants = sums(of, to, kind == "Average")
            elif kind == "Multiply" and len(inputs) <= 3:
                layer.constants = products(of, to)
            else:
                raise Unsupported("8 bits")
            layer.clamps = True
        return [layer]
    return rule


def of_one_shape(graph, node, rule):
    """8 bits know no other."""
    made, names = [], []
    for name in node.inputs:
        name, layers = repeated(graph, node, name, sample(graph, node.outputs[0]))
        made += layers
        names.append(name)
    return [*made, *rule(graph, replace(node, inputs=names))]


def rescales(factors):
    return np.array([each[0] for each in factors], np.int32), np.array([each[1] for each in factors], np.int8)


def sums(of, to, divides):
    zero_points = np.array([each.zero_point for each in [*of, to]], np.int8)

    def members(rounding, low):
        factors = sum_once(of, to) if rounding == "once" and len(of) == 2 and not divides else sum_twice(of, to, divides)
        multipliers, shifts = rescales(factors)
        return [("multipliers", multipliers), ("shifts", shifts), ("zero_points", zero_points), ("low", low)]
    return members


def sum_twice(of, to, divides):
    """Each brought to twice the largest scale, with 20 bits behind the point, as TensorFlow Lite's ADD has it."""
    unit = float(1 << SUM_BITS)
    largest = max(2 * float(each.scale) for each in of)
    total = largest / (unit * float(to.scale))
    return [*(multiplier(float(each.scale) / largest, 255 * unit) for each in of),
            multiplier(total / len(of) if divides else total, float(len(of)) * 255 * unit / 2)]


def sum_once(of, to):
    """Each times a whole number of up to 21 bits, and the sum shifted, as XNNPACK has it: nothing is rounded but that."""
    ratios = [np.float32(each.scale) / np.float32(to.scale) for each in of]
    exponent = math.frexp(float(max(ratios)))[1] - 1
    if not -10 <= exponent < 8:
        return sum_twice(of, to, False)
    shift = SUM_BITS - exponent
    whole = [int(np.rint(np.float32(ratio) * np.float32(2.0**shift))) for ratio in ratios]
    return [*(multiplier(each / 2.0**SUM_BITS) for each in whole), (2**30, 30 + shift)]


def products(of, to):
    factor, largest = 1.0, 1.0
    for each in of:
        factor *= float(each.scale)
        largest *= 255
    # Rounded once, in floats.
    factors = {"once": multiplier(float(np.float32(factor) / np.float32(to.scale)), largest),
               "twice": multiplier(factor / float(to.scale), largest)}
    zero_points = np.array([each.zero_point for each in of], np.int8)
    return lambda rounding, low: [("multiplier", [factors[rounding][0]]), ("zero_points", zero_points),
                                  ("shift", factors[rounding][1]), ("zero_point", to.zero_point), ("low", low)]


def with_constant(graph, node):
    """A scale and an offset, where the constant is one number."""
    constants = [name for name in node.inputs if graph.tensors[name].is_constant]
    x = next((name for name in node.inputs if not graph.tensors[name].is_constant), None)
    if x is None or len(node.inputs) != 2:
        raise Unsupported(f"`{constants[0]}`: a constant as one of {len(node.inputs)} inputs")
    quantized = is_int8(graph, x, node.outputs[0])
    if quantized and not is_int8(graph, constants[0], x):
        raise Unsupported(f"`{constants[0]}`: a constant of another type")
    value = graph.tensors[constants[0]].numbers()
    if not quantized and value.size > 1 and sample(graph, node.outputs[0]) != sample(graph, x):
        # What is one number for several of the constant.
        wide, layers = repeated(graph, node, x, sample(graph, node.outputs[0]))
        return [*layers, *with_constant(graph, replace(node, inputs=[wide if name == x else name for name in node.inputs]))]
    if value.size > 1 and not quantized:
        return with_constants(graph, node, x, constants[0], value)
    if value.size != 1 or sample(graph, node.outputs[0]) != sample(graph, x):
        raise Unsupported(f"`{constants[0]}`: a constant of {list(value.shape)} as input")
    value, is_first = float(value.reshape(-1)[0]), node.inputs[0] != x
    if not np.isfinite(value):
        raise Unsupported(f"`{constants[0]}`: a number that is not finite")
    if node.operator == "Multiply":
        arguments = [value]
    elif node.operator == "Divide" and not is_first and value != 0:
        arguments = [1 / value]
    elif node.operator == "Add":
        arguments = [1, value]
    elif node.operator == "Subtract":
        arguments = [-1, value] if is_first else [1, -value]
    else:
        raise Unsupported("a constant as input")
    layer = Layer(node.name, f"Rescaling<{', '.join(number(each) for each in arguments)}>", [x], node.outputs[0],
                  is_elementwise=True)
    if quantized:
        if node.operator == "Divide":
            raise Unsupported("8 bits")
        of, to = [graph.tensors[name] for name in node.inputs], graph.tensors[node.outputs[0]].quantization
        layer.constants = lambda rounding, low: [("table", table_with_constant(node.operator, of, to, rounding))]
    return [layer]


def with_constants(graph, node, x, name, value):
    """A number for each channel: a BatchNorm whose statistics change nothing. One for each element: a row of positions that
    is added."""
    shape, is_first = sample(graph, x), node.inputs[0] != x
    if sample(graph, node.outputs[0]) != shape or not np.all(np.isfinite(value)) or node.operator not in ("Add", "Subtract", "Multiply", "Divide") \
            or node.operator == "Divide" and (is_first or np.any(value == 0)):
        raise Unsupported(f"`{name}`: a constant of {list(value.shape)} as input")
    value = value.reshape((1,) * max(len(shape) - value.ndim, 0) + value.shape)[(0,) * max(value.ndim - len(shape), 0)]
    adds = node.operator in ("Add", "Subtract")
    if node.operator == "Divide":
        value = 1 / value
    factor = -1.0 if node.operator == "Subtract" and is_first else 1.0
    offset = -value if node.operator == "Subtract" and not is_first else value
    per_channel = value.size == shape[-1] and value.shape[-1:] == shape[-1:]
    # What is around it where it is not one of a line of channels.
    if per_channel and len(shape) <= 4:
        inner, outer = [], shape
        offset = offset.reshape(-1)
    else:
        offset = np.broadcast_to(offset, shape).reshape(-1)
        outer = (offset.size,)
        inner = [] if shape == outer else [True]
    source, target = x, node.outputs[0]
    if inner:
        source, target = (graph.add_tensor(f"{each}/row", graph.tensors[each], shape=(1, *outer)) for each in (x, node.outputs[0]))
    channels = offset.size
    epsilon, one = np.float64(np.float32(1e-5)), np.ones(channels, np.float32)
    variance = np.full(channels, 1 - 1e-5, np.float32)
    root = np.sqrt(variance.astype(np.float64) + epsilon)
    weight = (factor if adds else offset.astype(np.float64)) * root * one
    parameters = [Parameter("weight", weight.astype(np.float32)),
                  Parameter("bias", offset.astype(np.float32) if adds else 0 * one)]
    if adds and factor == 1 and len(shape) == 2 and (inner or not per_channel):
        # As a person writes positions.
        return [Layer(node.name, f"LearnedPositionalEmbedding<{shape[0]}>", [x], node.outputs[0],
                      [Parameter("weight", offset.reshape(shape).astype(np.float32))])]
    layer = Layer(node.name, "BatchNorm<>", [source], target, parameters,
                  [Parameter("running_mean", 0 * one), Parameter("running_var", variance)])
    return [view(node.name, outer, x, source), layer, view(node.name, shape, target, node.outputs[0])] if inner else [layer]


def table_with_constant(operator, of, to, rounding):
    """What the sum, the difference or the product with one stored number is of each stored number."""
    scales = [tensor.quantization for tensor in of]
    table = []
    for x in range(-128, 128):
        first, second = ((int(tensor.data.reshape(-1)[0]) if tensor.is_constant else x) - tensor.quantization.zero_point
                         for tensor in of)
        if operator == "Multiply":
            factor = float(scales[0].scale) * float(scales[1].scale)
            y = int(np.rint(np.float32(first * second) * (np.float32(factor) / np.float32(to.scale)))) if rounding == "once" else \
                multiply(first * second, *multiplier(factor / float(to.scale), 255.0 * 255), rounding)
        else:
            *factors, total = sum_once(scales, to) if rounding == "once" else sum_twice(scales, to, False)
            first, second = (multiply(each << SUM_BITS, *factor, rounding) for each, factor in zip((first, second), factors))
            y = multiply(first + second if operator == "Add" else first - second, *total, rounding)
        table.append(min(max(y + to.zero_point, -128), 127))
    return np.array(table, np.int8)


def concat(graph, node):
    inputs = activations(graph, node)
    most = MOST_JOINED if is_int8(graph, *inputs, node.outputs[0]) else MOST_JOINED**2
    if len(inputs) > most:
        raise Unsupported(f"{len(inputs)} tensors are put together: expected at most {most}")
    shape = sample(graph, node.outputs[0])
    axis = sample_axis(graph, node.outputs[0], node["axis"])
    of, output, views = list(inputs), node.outputs[0], []
    if axis != len(shape) - 1:
        # Along another axis, what lies behind it is one with it.
        outer = math.prod(shape[:axis])
        flat = lambda each: (outer, math.prod(each) // outer) if outer > 1 else (math.prod(each),)
        made = {}
        for name in inputs:
            if name not in made:
                made[name] = graph.add_tensor(f"{name}/flat", graph.tensors[name], shape=(1, *flat(sample(graph, name))))
                views.append(view(f"{node.name}_flat", flat(sample(graph, name)), name, made[name]))
        inputs = [made[name] for name in inputs]
        output = graph.add_tensor(f"{output}/flat", graph.tensors[output], shape=(1, *flat(shape)))
    # More than one layer takes: some first.
    while len(inputs) > MOST_JOINED:
        joined = []
        for some in (inputs[i:i + MOST_JOINED] for i in range(0, len(inputs), MOST_JOINED)):
            if len(some) > 1:
                extents = (*graph.shape(some[0])[:-1], sum(graph.shape(name)[-1] for name in some))
                name = graph.add_tensor(f"{output}/some", graph.tensors[some[0]], shape=extents)
                views.append(Layer(f"{node.name}_some", "Concat", some, name))
                some = [name]
            joined += some
        inputs = joined
    layer = Layer(node.name, "Concat", inputs, output)
    if is_int8(graph, *of, node.outputs[0]):
        of, to = [graph.tensors[name].quantization for name in inputs], graph.tensors[node.outputs[0]].quantization
        zero_points = np.array([each.zero_point for each in of], np.int8)

        def members(rounding, low):
            multipliers, shifts = rescales([rescale(rounding, each.scale, to.scale) for each in of])
            return [("multipliers", multipliers), ("shifts", shifts), ("zero_points", zero_points), ("zero_point", to.zero_point)]
        layer.constants = members
    return [*views, layer, *([view(node.name, shape, output, node.outputs[0])] if output != node.outputs[0] else [])]


RULES = {**{kind: merge(kind) for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
         "Divide": merge("Divide"), "Concat": concat}
