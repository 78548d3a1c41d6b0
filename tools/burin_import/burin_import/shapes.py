"""Whether each node's output has the shape that its inputs and attributes give: what comes after relies on it."""

import math

from .problems import Refused


def window(node, shape, kernel):
    """Extents of the positions of a window over the axes between batch and channels."""
    rank = len(kernel)
    strides, dilations = node.get("strides", kernel if node.operator.endswith("Pool") else [1] * rank), \
        node.get("dilations", [1] * rank)
    padding = node.get("padding", [(0, 0)] * rank)
    if len(shape) != rank + 2 or len(strides) != rank or len(dilations) != rank or \
            min([*kernel, *strides, *dilations], default=1) < 1:
        raise Refused(f"a window {list(kernel)} that moves by {strides} over {list(shape)}")
    result = []
    for axis, extent in enumerate(shape[1:-1]):
        if padding in ("same", "causal"):
            result.append(-(-extent // strides[axis]))
            continue
        reach = (kernel[axis] - 1) * dilations[axis] + 1
        padded = extent + sum(padding[axis])
        spare = strides[axis] - 1 if node.get("ceil", False) else 0
        count = (padded + spare - reach) // strides[axis] + 1 if padded + spare >= reach else 0
        # No window begins behind the image.
        result.append(count - 1 if spare and count > 1 and (count - 1) * strides[axis] >= extent + padding[axis][0] else count)
    return result


def reduced(node, shape):
    return (shape[0], shape[-1])


def convolution(node, shape, weight):
    channels = weight[-1] if node.operator == "Conv" else weight[-1] * weight[-2]
    return (shape[0], *window(node, shape, weight[:-2]), channels)


def permuted(node, shape):
    if sorted(node["axes"]) != list(range(len(shape))):
        raise Refused(f"axes {node['axes']} of {list(shape)}")
    return tuple(shape[axis] for axis in node["axes"])


def padded(node, shape):
    if len(node["pads"]) != len(shape):
        raise Refused(f"{len(node['pads'])} pads of {list(shape)}")
    return tuple(extent + sum(pad) for extent, pad in zip(shape, node["pads"]))


def cut(node, shape):
    axis, first, last = node["axis"], node["first"], node["first"] + (node["count"] - 1) * node.get("step", 1)
    count = node["count"]
    if not 0 <= axis < len(shape) or first < 0 or count < 1 or last >= shape[axis]:
        raise Refused(f"{count} elements from {first} on along axis {axis} of {list(shape)}")
    return (*shape[:axis], count, *shape[axis + 1:])


def joined(node, *shapes):
    axis = node["axis"]
    if len({len(shape) for shape in shapes}) != 1 or not 0 <= axis < len(shapes[0]) or \
            len({shape[:axis] + shape[axis + 1:] for shape in shapes}) != 1:
        raise Refused(f"inputs {', '.join(str(list(shape)) for shape in shapes)} along axis {axis}")
    return (*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1:])


def broadcast(node, *shapes):
    rank = max(map(len, shapes))
    result = []
    for axis in range(-rank, 0):
        extents = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(extents) > 1:
            raise Refused(f"inputs {', '.join(str(list(shape)) for shape in shapes)}")
        result.append(extents.pop() if extents else 1)
    return tuple(result)


def without_axes(node, shape):
    return tuple(1 if axis in node["axes"] else extent for axis, extent in enumerate(shape))


def blocks(node, shape, to_space):
    block = node["block"]
    if len(shape) != 4 or block < 1 or (shape[3] % block**2 if to_space else shape[1] % block or shape[2] % block):
        raise Refused(f"blocks of {block} of {list(shape)}")
    if to_space:
        return (shape[0], shape[1] * block, shape[2] * block, shape[3] // block**2)
    return (shape[0], shape[1] // block, shape[2] // block, shape[3] * block**2)


def unchanged(node, shape, *others):
    return shape


#: Of the operators of graph.py, from the shapes of inputs to that of the output.
EXPECTED = {
    "Conv": lambda node, x, w, *b: convolution(node, x, w), "DepthwiseConv": lambda node, x, w, *b: convolution(node, x, w),
    "Dense": lambda node, x, w, *b: (*x[:-1], w[-1]),
    "MaxPool": lambda node, x: (x[0], *window(node, x, node["size"]), x[-1]),
    "AveragePool": lambda node, x: (x[0], *window(node, x, node["size"]), x[-1]),
    "GlobalMaxPool": reduced, "GlobalAveragePool": reduced, "Transpose": permuted, "Pad": padded, "Slice": cut, "StridedSlice": cut, "Concat": joined,
    "Reshape": lambda node, x: tuple(node["shape"]),
    **{name: broadcast for name in ("Add", "Subtract", "Multiply", "Divide", "Average", "Maximum", "Minimum")},
    **{name: unchanged for name in ("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "GeluTanh", "Silu", "Sigmoid", "Tanh",
                                    "Softplus", "HardSigmoid", "HardSwish", "Mish", "Softsign", "LogSigmoid",
                                    "Clip", "Abs", "Sqrt", "Exp", "Log", "Reciprocal", "Square", "Rsqrt", "Softmax", "LogSoftmax", "BatchNorm", "Quantize",
                                    "Dequantize", "Identity", "LayerNorm", "RmsNorm", "GroupNorm")},
    **{name: broadcast for name in ("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "NotEqual", "Where")},
    **{f"Reduce{kind}": without_axes for kind in ("Sum", "Mean", "Max", "Min")},
    "Gather": lambda node, x: (*x[:node["axis"]], len(node["numbers"]), *x[node["axis"] + 1:]),
    "GatherByInput": lambda node, x, numbers: (*x[:node["axis"]], *numbers, *x[node["axis"] + 1:]),
    "Embedding": lambda node, x, table: (*x, table[-1]),
    "DepthToSpace": lambda node, x: blocks(node, x, True), "SpaceToDepth": lambda node, x: blocks(node, x, False),
    "Resize": lambda node, x: (x[0], *node["size"], x[-1]),
}


def check(graph):
    """Refuses a file whose shapes are others. Extents of 1 may be elsewhere."""
    for node in graph.nodes:
        rule = EXPECTED.get(node.operator)
        if rule is None or len(node.outputs) != 1:
            continue
        where = f"{node.name} ({node.source or node.operator})"
        shapes = [graph.shape(name) for name in node.inputs if name]
        try:
            expected = rule(node, *shapes)
        except Refused as refused:
            raise Refused(f"{where}: {refused} do not fit") from None
        except (TypeError, IndexError, ValueError):
            raise Refused(f"{where}: inputs {', '.join(str(list(shape)) for shape in shapes)} do not fit") from None
        given = graph.shape(node.outputs[0])
        of_one = [tuple(extent for extent in shape if extent != 1) for shape in (expected, given)]
        if of_one[0] != of_one[1] and not (node.operator == "Dense" and expected[-1:] == given[-1:] and
                                           math.prod(expected) == math.prod(given)):
            raise Refused(f"{where}: expected an output {list(expected)}, the file says {list(given)}")
        if node.operator == "Reshape" and math.prod(shapes[0]) != math.prod(given):
            raise Refused(f"{where}: {list(shapes[0])} does not become {list(given)}")
