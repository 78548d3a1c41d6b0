"""A sum with a constant behind a Dense layer or a convolution is its bias, or added to it."""

import numpy as np


def simplify(graph):
    producers = graph.producers()
    counts = graph.read_counts()
    for node in graph.nodes:
        if node.operator != "Add" or len(node.inputs) != 2:
            continue
        for x, constant in (node.inputs, node.inputs[::-1]):
            before = producers.get(x)
            if before is None or before.operator not in ("Dense", "Conv", "DepthwiseConv") or \
                    graph.tensors[x].dtype != "float32" or counts[x] != 1 or x in graph.outputs:
                continue
            bias = graph.constant(constant)
            channels = graph.shape(x)[-1]
            if bias is None or bias.size not in (1, channels) or (bias.ndim and bias.shape[-1] != bias.size):
                continue
            bias = np.broadcast_to(bias.reshape(-1), (channels,))
            if before.has_input(2):
                first = graph.constant(before.inputs[2])
                if first is None or first.size != channels or first.dtype.kind != "f":
                    continue
                bias = first.reshape(-1) + bias
            name = graph.add_tensor(f"{constant}/bias", graph.tensors[constant], shape=(channels,), data=bias)
            before.inputs = [*before.inputs[:2], name]
            before.outputs = [node.outputs[0]]
            before.source = before.source or node.source
            graph.nodes.remove(node)
            return True
    return False
