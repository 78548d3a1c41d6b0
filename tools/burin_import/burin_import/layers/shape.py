from ..problems import Unsupported
from .layer import Layer, activations, is_int8, sample, sample_axis, view


def keeps_scale(graph, x, y):
    if is_int8(graph, x, y) and not graph.tensors[x].quantization.same(graph.tensors[y].quantization):
        raise Unsupported("an output of another scale than the input's")


def reshape(graph, node):
    x, = activations(graph, node, 1)
    keeps_scale(graph, x, node.outputs[0])
    to, of = sample(graph, node.outputs[0]), sample(graph, x)
    if not 1 <= len(to) <= 6:
        raise Unsupported(f"an output of {len(to)} axes: expected 1 to 6")
    if not all(to):
        raise Unsupported(f"an output without elements: {list(to)}")
    if to == of:
        return [Layer(node.name, "Identity", [x], node.outputs[0], is_view=True)]
    return [view(node.name, to, x, node.outputs[0])]


def transpose(graph, node):
    x, = activations(graph, node, 1)
    keeps_scale(graph, x, node.outputs[0])
    axes, shape = list(node["axes"]), graph.shape(x)
    if sorted(axes) != list(range(len(shape))):
        raise Unsupported(f"axes {axes} of {list(shape)}")
    if len(sample(graph, x)) < len(shape):
        if axes[0] != 0:
            return past_ones(graph, node, x, axes)
        axes = [axis - 1 for axis in axes[1:]]
    layer = Layer(node.name, f"Permute<{', '.join(map(str, axes))}>", [x], node.outputs[0], is_view=axes == sorted(axes))
    layer.constants = lambda rounding, low: []
    return [layer]


def past_ones(graph, node, x, axes):
    """An axis of one element moves past others: those that are longer are permuted."""
    shape = graph.shape(x)
    wide = [axis for axis in range(len(shape)) if shape[axis] != 1]
    order = [wide.index(axis) for axis in axes if shape[axis] != 1]
    of = tuple(shape[axis] for axis in wide)
    to = tuple(of[axis] for axis in order)
    inner, moved = (graph.add_tensor(f"{name}/wide", graph.tensors[name], shape=(1, *extents)) for name, extents in ((x, of), (node.outputs[0], to)))
    layer = Layer(node.name, f"Permute<{', '.join(map(str, order))}>", [inner], moved)
    layer.constants = lambda rounding, low: []
    return [view(node.name, of, x, inner), layer, view(node.name, sample(graph, node.outputs[0]), moved, node.outputs[0])]


def slice_(graph, node):
    x, = activations(graph, node, 1)
    keeps_scale(graph, x, node.outputs[0])
    axis = sample_axis(graph, x, node["axis"])
    arguments = [str(node["first"]), str(node["count"]), *([f"Axis<{axis}>"] if axis else []),
                 *([f"Stride<{node['step']}>"] if node.operator == "StridedSlice" else [])]
    cut, to, output = list(sample(graph, x)), sample(graph, node.outputs[0]), node.outputs[0]
    cut[axis] = node["count"]
    if tuple(cut) != to:
        # One row of what has no batch.
        output = graph.add_tensor(f"{output}/rows", graph.tensors[output], shape=(1, *cut))
    layer = Layer(node.name, f"Slice<{', '.join(arguments)}>", [x], output)
    layer.constants = lambda rounding, low: []
    return [layer] if tuple(cut) == to else [layer, view(node.name, to, output, node.outputs[0])]


RULES = {"Reshape": reshape, "Flatten": reshape, "Identity": reshape, "Transpose": transpose, "Slice": slice_, "StridedSlice": slice_}
