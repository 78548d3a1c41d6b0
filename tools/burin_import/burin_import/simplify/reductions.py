"""Means and maxima over axes, which are no part of a norm, are pooling."""

import math

from ..graph import Node

KINDS = {"ReduceMean": "AveragePool", "ReduceMax": "MaxPool"}


def simplify(graph):
    for node in graph.nodes:
        if node.operator in KINDS and "axes" in node.attributes:
            made = pooling(graph, node)
            if made is not None:
                at = graph.nodes.index(node)
                graph.nodes[at:at + 1] = made
                return True
    return False


def pooling(graph, node):
    x, output, shape = node.inputs[0], node.outputs[0], graph.shape(node.inputs[0])
    axes, made = node["axes"], []
    if len(shape) > 5 or not shape:
        return None

    def add(operator, extents, **attributes):
        like = graph.tensors[output if operator.startswith("Global") else x]
        last = graph.add_tensor(f"{output}/{operator.lower()}", like, shape=tuple(extents))
        made.append(Node(node.name, operator, [made[-1].outputs[0] if made else x], [last], attributes, node.source))

    # What has no batch is one sample.
    if shape[0] != 1 or len(shape) < 2:
        shape, axes = (1, *shape), [axis + 1 for axis in axes]
        add("Reshape", shape, shape=shape)
    kept = [axis for axis in range(1, len(shape)) if axis not in axes]
    wide = [axis for axis in kept if shape[axis] != 1]
    image = shape[1:-1]
    if len(wide) < 2:
        # All but one axis, or all: an image of one channel.
        if wide or kept:
            last = (wide or kept)[-1]
            order = [0, *(axis for axis in range(1, len(shape)) if axis != last), last]
            moved = [shape[axis] for axis in order]
            if order != sorted(order):
                add("Transpose", moved, axes=order)
        else:
            moved = [1, math.prod(shape), 1]
            add("Reshape", moved, shape=tuple(moved))
        if len(moved) > 5 or len(moved) == 2:
            moved = [1, math.prod(moved[1:-1]), moved[-1]]
            add("Reshape", moved, shape=tuple(moved))
        add("Global" + KINDS[node.operator], (1, moved[-1]))
    elif len(shape) - 1 in axes or not 1 <= len(image) <= 3:
        return None  # As a reduction over axes.
    elif graph.tensors[x].quantization is not None and not graph.tensors[x].quantization.same(graph.tensors[output].quantization):
        return None  # Pooling has one scale.
    else:
        # Some axes of an image: a window as long as they are.
        size = [extent if axis in axes else 1 for axis, extent in enumerate(image, 1)]
        places = [1 if axis in axes else extent for axis, extent in enumerate(image, 1)]
        add(KINDS[node.operator], (1, *places, shape[-1]), size=size, strides=size, padding=[(0, 0)] * len(size))
    made.append(Node(node.name, "Reshape", [made[-1].outputs[0]], [output], {"shape": graph.shape(output)}, node.source))
    return made
