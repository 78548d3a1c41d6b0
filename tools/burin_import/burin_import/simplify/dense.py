"""A sum with a constant behind a Dense layer or a convolution is its bias, or added to it."""

import numpy as np

from ..graph import Node


#: Which input is the bias.
BIASES = {"Dense": 2, "Conv": 2, "DepthwiseConv": 2, "Attention": 10}


def before_view(graph):
    """A sum behind a view that parts the last axis, as of heads, moves before it."""
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator != "Add" or len(node.inputs) != 2:
            continue
        for name, constant in (node.inputs, node.inputs[::-1]):
            view, data = producers.get(name), graph.constant(constant)
            dense = producers.get(view.inputs[0]) if view is not None and view.operator == "Reshape" else None
            if dense is None or dense.operator != "Dense" or data is None or len(graph.readers(name)) != 1 or \
                    len(graph.readers(view.inputs[0])) != 1 or {name, view.inputs[0]} & set(graph.outputs):
                continue
            channels, shape = graph.shape(view.inputs[0])[-1], graph.shape(name)
            parts = next((count for count in range(1, len(shape) + 1) if np.prod(shape[-count:]) == channels), 0)
            wide = (1,) * (len(shape) - data.ndim) + data.shape
            if not parts or data.ndim > len(shape) or any(extent != 1 for extent in wide[:-parts]) or wide[-parts:] != shape[-parts:]:
                continue
            bias = graph.add_tensor(f"{constant}/of channels", graph.tensors[constant], shape=(channels,), data=data.reshape(-1))
            summed = graph.add_tensor(f"{node.outputs[0]}/before the view", graph.tensors[view.inputs[0]])
            at = graph.nodes.index(node)
            graph.nodes[at:at + 1] = [Node(node.name, "Add", [view.inputs[0], bias], [summed], {}, node.source),
                                      Node(view.name, "Reshape", [summed], node.outputs, dict(view.attributes), view.source)]
            graph.drop_unread()
            return True
    return False


def simplify(graph):
    if before_view(graph):
        return True
    producers = graph.producers()
    counts = graph.read_counts()
    for node in graph.nodes:
        if node.operator != "Add" or len(node.inputs) != 2:
            continue
        for x, constant in (node.inputs, node.inputs[::-1]):
            before = producers.get(x)
            index = BIASES.get(before.operator) if before is not None else None
            if index is None or \
                    graph.tensors[x].dtype != "float32" or counts[x] != 1 or x in graph.outputs:
                continue
            bias = graph.constant(constant)
            channels = graph.shape(x)[-1]
            if bias is None or bias.size not in (1, channels) or (bias.ndim and bias.shape[-1] != bias.size):
                continue
            bias = np.broadcast_to(bias.reshape(-1), (channels,))
            if before.has_input(index):
                first = graph.constant(before.inputs[index])
                if first is None or first.size != channels or first.dtype.kind != "f":
                    continue
                bias = first.reshape(-1) + bias
            name = graph.add_tensor(f"{constant}/bias", graph.tensors[constant], shape=(channels,), data=bias)
            before.inputs = [*before.inputs[:index], name, *before.inputs[index + 1:]]
            before.outputs = [node.outputs[0]]
            before.source = before.source or node.source
            graph.nodes.remove(node)
            return True
    return False
