"""Products and sums with constants behind each other are one: with numbers a Rescaling, with one for each channel a BatchNorm, and
behind a BatchNorm a part of it."""

import numpy as np

#: What BatchNorm adds to variances.
EPSILON = 1e-5


def term(graph, node):
    """(x, factor, offset), numbers or one for each channel, or None."""
    if len(node.outputs) != 1 or graph.tensors[node.outputs[0]].dtype != "float32":
        return None
    shape = graph.shape(node.outputs[0])
    if node.operator == "BatchNorm":
        given = [graph.constant(node.inputs[i]) if node.has_input(i) else np.full(shape[-1], default)
                 for i, default in ((1, 1.0), (2, 0.0), (3, 0.0), (4, 1.0))]
        if any(each is None or each.size != shape[-1] for each in given):
            return None
        scale, shift, mean, variance = (each.reshape(-1).astype(np.float64) for each in given)
        factor = scale / np.sqrt(variance + node.get("epsilon", EPSILON))
        return node.inputs[0], factor, shift - mean * factor
    if node.operator == "Affine":
        return node.inputs[0], np.float64(node["factor"]), np.float64(node["offset"])
    if node.operator not in ("Multiply", "Divide", "Add", "Subtract") or len(node.inputs) != 2:
        return None
    is_first = graph.tensors[node.inputs[0]].is_constant
    x, constant = node.inputs[::-1] if is_first else node.inputs
    data = graph.constant(constant)
    if data is None or graph.tensors[x].is_constant or graph.tensors[x].dtype != "float32" or graph.shape(x) != shape or not np.all(np.isfinite(data)) or \
            data.size != 1 and (data.size != shape[-1] or data.shape[-1] != data.size) or len(shape) < 2 or len(shape) > 5:
        return None
    value = data.reshape(-1).astype(np.float64) if data.size > 1 else np.float64(data.reshape(-1)[0])
    one, zero = np.float64(1), np.float64(0)
    if node.operator == "Divide":
        return None if is_first or np.any(value == 0) else (x, 1 / value, zero)
    if node.operator == "Multiply":
        return x, value, zero
    return (x, one, value) if node.operator == "Add" else (x, -one, value) if is_first else (x, one, -value)


def simplify(graph):
    producers, counts = graph.producers(), graph.read_counts()
    for node in graph.nodes:
        found = term(graph, node)
        x = found and found[0]
        before = producers.get(x)
        inner = term(graph, before) if before is not None and counts[x] == 1 and x not in graph.outputs else None
        if inner is None:
            continue
        with np.errstate(all="ignore"):
            factor, offset = inner[1] * found[1], inner[2] * found[1] + found[2]
        if not np.all(np.isfinite(np.float32(factor))) or not np.all(np.isfinite(np.float32(offset))):
            continue
        if np.ndim(factor) == 0 and np.ndim(offset) == 0:
            node.operator, node.inputs, node.attributes = "Affine", [inner[0]], {"factor": float(factor), "offset": float(offset)}
            graph.drop_unread()
            return True
        channels = graph.shape(x)[-1]
        variance = np.full(channels, 1 - EPSILON, np.float32)
        root = np.sqrt(variance.astype(np.float64) + EPSILON)
        values = [np.broadcast_to(each, (channels,)).astype(np.float32) for each in (factor * root, offset, 0.0, variance)]
        names = [graph.add_tensor(f"{node.name}/{what}", shape=(channels,), data=each)
                 for what, each in zip(("scale", "shift", "mean", "variance"), values)]
        node.operator, node.inputs, node.attributes = "BatchNorm", [inner[0], *names], {"epsilon": EPSILON}
        graph.drop_unread()
        return True
    return False
