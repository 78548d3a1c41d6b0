"""Reductions over any axes, comparisons, choices and products of matrices (burin/tensors.hpp)."""

import math

import numpy as np

from ..problems import Unsupported
from .fixed_point import mean_multiplier, multiplier
from .layer import Layer, activations, is_int8, number, sample, sample_axis, view

REDUCTIONS = ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin")
#: Burin's names, and those with the two sides the other way round.
COMPARISONS = {"Greater": ("Greater", "Less"), "GreaterOrEqual": ("GreaterEqual", "LessEqual"), "Less": ("Less", "Greater"),
               "LessOrEqual": ("LessEqual", "GreaterEqual"), "Equal": ("Equal", "Equal"), "NotEqual": ("NotEqual", "NotEqual")}


def floats(graph, *names):
    if is_int8(graph, *names):
        raise Unsupported("8 bits")


def reduction(graph, node):
    x, = activations(graph, node, 1)
    quantized = is_int8(graph, x, node.outputs[0])
    if "axes" not in node.attributes:
        raise Unsupported("axes that are no constant")
    shape, rank = sample(graph, x), len(graph.shape(x))
    missing = rank - len(shape)
    axes = sorted({axis % rank - missing for axis in node["axes"]} - {-1})
    to = sample(graph, node.outputs[0])
    if not axes:
        return [view(node.name, to, x, node.outputs[0])]
    kept = tuple(extent for axis, extent in enumerate(shape) if axis not in axes) or (1,)
    output = node.outputs[0] if kept == to else graph.add_tensor(f"{node.outputs[0]}/reduced", graph.tensors[node.outputs[0]], shape=(1, *kept))
    options = [f"Axis<{axis}>" for axis in axes] if len(axes) < len(shape) else []
    layer = Layer(node.name, f"{node.operator}<{', '.join(options)}>", [x], output)
    if quantized:
        int8_reduction(graph, node, layer, math.prod(shape) // math.prod(kept))
    return [layer] if kept == to else [layer, view(node.name, to, output, node.outputs[0])]


def int8_reduction(graph, node, layer, count):
    of, to = (graph.tensors[name].quantization for name in (node.inputs[0], node.outputs[0]))
    if node.operator in ("ReduceMax", "ReduceMin"):
        if not of.same(to):
            raise Unsupported("an output of another scale than the input's")
        layer.constants = lambda rounding, low: []
        return
    ratio = float(of.scale) / float(to.scale)
    factor, shift = mean_multiplier(ratio, count) if node.operator == "ReduceMean" else multiplier(ratio, 255.0 * count)
    layer.clamps = True
    layer.constants = lambda rounding, low: [("multiplier", [factor]), ("shift", shift), ("input_zero_point", of.zero_point),
                                             ("zero_point", to.zero_point), ("low", low)]


def single(graph, name):
    """A constant of one number, or None."""
    data = graph.constant(name)
    if data is None:
        return None
    if data.size < 1 or not np.all(data == data.reshape(-1)[0]):
        raise Unsupported(f"`{name}`: a constant of {list(data.shape)} as input")
    return float(data.reshape(-1)[0])


def repeats(graph, inputs, output):
    """Whether the samples' shapes, axes counted from the last, give the output's."""
    try:
        found = np.broadcast_shapes(*(sample(graph, name) for name in inputs))
    except ValueError:
        found = None
    if found != tuple(sample(graph, output)):
        shapes = " and ".join(dict.fromkeys(str(list(sample(graph, name))) for name in inputs))
        raise Unsupported(f"inputs of different shapes {shapes}")


def comparison(graph, node):
    names = node.inputs[:2]
    values = [single(graph, name) for name in names]
    moving = [name for name, value in zip(names, values) if value is None]
    floats(graph, *moving, node.outputs[0])
    kind = COMPARISONS[node.operator][0 if values[0] is None else 1]
    value = next((each for each in values if each is not None), None)
    if not moving:
        raise Unsupported("constants alone")
    repeats(graph, moving, node.outputs[0])
    return [Layer(node.name, f"{kind}<{'' if value is None else number(value)}>", moving, node.outputs[0])]


def where(graph, node):
    mask, one, other = node.inputs
    if graph.tensors[mask].is_constant:
        raise Unsupported("a mask that is constant")
    first, second, output = single(graph, one), single(graph, other), node.outputs[0]
    floats(graph, mask, output)
    if first is not None and second is not None:
        if not np.isfinite(first) or not np.isfinite(second):
            raise Unsupported(f"numbers {first} and {second}")
        repeats(graph, [mask], output)
        return [Layer(node.name, f"Rescaling<{number(first - second)}, {number(second)}>", [mask], output, is_elementwise=True)]
    if first is not None:
        # Where the mask is 0.
        repeats(graph, [mask, other], output)
        turned = graph.add_tensor(f"{mask}/not", graph.tensors[mask])
        return [Layer(node.name, "Rescaling<-1.0, 1.0>", [mask], turned, is_elementwise=True),
                Layer(node.name, f"Where<{number(first)}>", [turned, other], output)]
    if second is not None:
        repeats(graph, [mask, one], output)
        return [Layer(node.name, f"Where<{number(second)}>", [mask, one], output)]
    repeats(graph, [mask, one, other], output)
    return [Layer(node.name, "Where<>", [mask, one, other], output)]


def product(graph, node):
    inputs = activations(graph, node, 2)
    floats(graph, *inputs, node.outputs[0])
    made, shapes = [], [sample(graph, name) for name in inputs]
    # A row or a column that a batch of one is before.
    for index, name in enumerate(inputs):
        if len(shapes[index]) < 2:
            if len(graph.shape(name)) < 2:
                raise Unsupported("products of vectors")
            shapes[index] = graph.shape(name)[-2:]
            inputs[index] = graph.add_tensor(f"{name}/matrix", graph.tensors[name])
            made.append(view(node.name, shapes[index], name, inputs[index]))
    first, second = (shape if not node.get(which) else (*shape[:-2], shape[-1], shape[-2])
                     for shape, which in zip(shapes, ("first", "second")))
    if first[-1] != second[-2]:
        raise Unsupported(f"{list(first)} and {list(second)} do not fit")
    try:
        whole = (*np.broadcast_shapes(first[:-2], second[:-2]), first[-2], second[-1])
    except ValueError:
        raise Unsupported(f"{list(first)} and {list(second)} do not fit") from None
    output, to = node.outputs[0], sample(graph, node.outputs[0])
    if whole != to:
        output = graph.add_tensor(f"{output}/product", graph.tensors[output], shape=(1, *whole))
    options = [f"Transpose{which.capitalize()}" for which in ("first", "second") if node.get(which)]
    made.append(Layer(node.name, f"MatMul<{', '.join(options)}>", inputs, output))
    return made if whole == to else [*made, view(node.name, to, output, node.outputs[0])]


def gather(graph, node):
    x, = activations(graph, node, 1)
    if is_int8(graph, x, node.outputs[0]) and not graph.tensors[x].quantization.same(graph.tensors[node.outputs[0]].quantization):
        raise Unsupported("an output of another scale than the input's")
    axis = sample_axis(graph, x, node["axis"])
    arguments = [f"Indices<{', '.join(map(str, node['numbers']))}>", *([f"Axis<{axis}>"] if axis else [])]
    layer = Layer(node.name, f"Gather<{', '.join(arguments)}>", [x], node.outputs[0])
    layer.constants = lambda rounding, low: []
    return [layer]


def gather_by_input(graph, node):
    x, numbers = activations(graph, node)
    floats(graph, x, numbers, node.outputs[0])
    axis = sample_axis(graph, x, node["axis"])
    shape, extents = sample(graph, x), sample(graph, numbers) or (1,)
    made, target = (*shape[:axis], *extents, *shape[axis + 1:]), sample(graph, node.outputs[0])
    if len(made) > 6:
        raise Unsupported(f"an output of {len(made)} axes: expected at most 6")
    kind = f"GatherByInput<{f'Axis<{axis}>' if axis else ''}>"
    if made == target:
        return [Layer(node.name, kind, [x, numbers], node.outputs[0])]
    inner = graph.add_tensor(f"{node.outputs[0]}/gathered", graph.tensors[node.outputs[0]], shape=(1, *made))
    return [Layer(node.name, kind, [x, numbers], inner), view(node.name, target, inner, node.outputs[0])]


def mask(graph, node):
    """0 and 1 of bool: not, and what is not 0."""
    x, = activations(graph, node, 1)
    floats(graph, x, node.outputs[0])
    if node.operator == "Not":
        return [Layer(node.name, "Rescaling<-1.0, 1.0>", [x], node.outputs[0], is_elementwise=True)]
    if node.get("to") != 9:
        raise Unsupported(f"to type {node.get('to')}: numbers are cut")
    return [Layer(node.name, "NotEqual<0>", [x], node.outputs[0])]


RULES = {**{operator: reduction for operator in REDUCTIONS}, **{operator: comparison for operator in COMPARISONS},
         "Where": where, "Gather": gather, "GatherByInput": gather_by_input, "MatMul": product, "Not": mask, "Cast": mask}
