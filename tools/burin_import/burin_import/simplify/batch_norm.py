"""On wish: a BatchNorm behind a Dense layer or a convolution that nothing else reads is part of it."""

import numpy as np


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator != "BatchNorm":
            continue
        x = node.inputs[0]
        before = producers.get(x)
        if before is None or before.operator not in ("Dense", "Conv", "DepthwiseConv") or x in graph.outputs or \
                len(graph.readers(x)) != 1 or graph.tensors[x].dtype != "float32":
            continue
        channels = graph.shape(x)[-1]
        given = [graph.constant(node.inputs[i]) if node.has_input(i) else np.full(channels, default)
                 for i, default in ((1, 1.0), (2, 0.0), (3, 0.0), (4, 1.0))]
        weight = graph.tensors[before.inputs[1]]
        bias = graph.constant(before.inputs[2]) if before.has_input(2) else np.zeros(channels)
        if weight.data is None or bias is None or any(each is None or each.size != channels for each in [*given, bias]):
            continue
        scale, shift, mean, variance = (each.reshape(-1).astype(np.float64) for each in given)
        factor = scale / np.sqrt(variance + node.get("epsilon", 1e-5))
        of_weight = factor.reshape(weight.shape[-2:]) if before.operator == "DepthwiseConv" else factor
        folded = (weight.numbers() * of_weight).astype(np.float32)
        name = graph.add_tensor(f"{weight.name}/folded", weight, data=folded, dtype="float32", quantization=None)
        of_bias = ((bias.reshape(-1) - mean) * factor + shift).astype(np.float32)
        before.inputs = [before.inputs[0], name, graph.add_tensor(f"{x}/bias", shape=(channels,), data=of_bias)]
        before.outputs = [node.outputs[0]]
        graph.nodes = [other for other in graph.nodes if other is not node]
        return True
    return False
