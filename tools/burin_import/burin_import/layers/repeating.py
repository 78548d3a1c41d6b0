"""A row of channels, a number a pixel or one number, repeated to the shape of an image."""

import math

from ..problems import Unsupported
from .layer import Layer, sample, view


def repeated(graph, node, name, shape):
    """A tensor of this shape and the layers that make it of another, which has an element where that has several."""
    given = sample(graph, name)
    if given == shape:
        return name, []
    given = (1,) * (len(shape) - len(given)) + tuple(given)
    kept = [axis for axis, extent in enumerate(given) if extent != 1]
    if len(given) != len(shape) or any(given[axis] != shape[axis] for axis in kept):
        raise Unsupported(f"inputs of different shapes {list(given)} and {list(shape)}")
    # What is kept stands together, at the end or at the beginning.
    first, last = (min(kept), max(kept) + 1) if kept else (len(shape), len(shape))
    before, size, behind = (math.prod(shape[slice(*each)]) for each in ((0, first), (first, last), (last, len(shape))))
    if math.prod(given) != size:
        raise Unsupported(f"inputs of different shapes {list(given)} and {list(shape)}")
    layers, of = [], graph.tensors[name]

    def add(layer_type, extents, is_view=False):
        nonlocal name
        to = graph.add_tensor(f"{of.name}/repeated", of, shape=(1, *extents))
        layer = view(node.name, extents, name, to) if is_view else Layer(f"{node.name}_repeated", layer_type, [name], to)
        if not is_view:
            layer.constants = lambda rounding, low: []
        layers.append(layer)
        name = to
    if len(sample(graph, name)) != 1:
        add("", (size,), True)
    if behind > 1:
        add(f"RepeatVector<{behind}>", (behind, size))
        if size > 1:
            add("Permute<1, 0>", (size, behind))
        if before > 1:
            add("", (size * behind,), True)
    if before > 1:
        add(f"RepeatVector<{before}>", (before, size * behind))
    if sample(graph, name) != shape:
        add("", shape, True)
    return name, layers
