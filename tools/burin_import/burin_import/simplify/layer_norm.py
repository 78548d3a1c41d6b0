"""LayerNorm written out, (x - mean) / sqrt(variance + epsilon) over the last axes, and RMSNorm, x / sqrt(mean of squares +
epsilon); a scale and a shift behind them."""

import numpy as np


def single(graph, node):
    """A constant of one number and the other input, or None."""
    for constant, other in (node.inputs, node.inputs[::-1]) if len(node.inputs) == 2 else ():
        data = graph.constant(constant)
        if data is not None and data.size == 1:
            return float(data.reshape(-1)[0]), other
    return None


def last_axes(graph, node):
    """How many of the last axes a mean is over, or None."""
    rank = len(graph.shape(node.inputs[0]))
    axes = sorted(axis % rank for axis in node.get("axes", []))
    return len(axes) if axes and axes == list(range(rank - len(axes), rank)) else None


def simplify(graph):
    producers = graph.producers()
    made_by = lambda name, *operators: producers[name] if name in producers and producers[name].operator in operators else None
    for node in graph.nodes:
        if node.operator == "Divide":
            centred, deviation = node.inputs
        elif node.operator == "Multiply" and any(made_by(name, "Reciprocal") for name in node.inputs):
            centred, deviation = node.inputs if made_by(node.inputs[1], "Reciprocal") else node.inputs[::-1]
            deviation = made_by(deviation, "Reciprocal").inputs[0]
        else:
            continue
        root, minus = made_by(deviation, "Sqrt"), made_by(centred, "Subtract")
        plus = made_by(root.inputs[0], "Add") if root else None
        bare = single(graph, plus) if plus else None
        if bare is None:
            continue
        epsilon, variance = bare[0], made_by(bare[1], "ReduceMean")
        square = made_by(variance.inputs[0], "Pow", "Multiply") if variance else None
        if epsilon <= 0 or square is None or square.inputs[0] not in (centred, minus and minus.outputs[0]) and minus is None:
            continue
        if square.operator == "Pow" and (single(graph, square) or (0, ""))[0] != 2 or square.operator == "Multiply" and len(set(square.inputs)) != 1:
            continue
        if square.inputs[0] == centred and (minus is None or made_by(minus.inputs[1], "ReduceMean") is None):
            if last_axes(graph, variance) != 1:
                continue
            shape = graph.shape(centred)[-1:]
            scale = graph.add_tensor(f"{node.name}/scale", shape=shape, data=np.ones(shape, np.float32))
            node.operator, node.inputs, node.attributes = "RmsNorm", [centred, scale], {"axes": 1, "epsilon": epsilon}
            graph.drop_unread()
            return True
        if minus is None:
            continue
        mean, x = made_by(minus.inputs[1], "ReduceMean"), minus.inputs[0]
        if mean is None or mean.inputs[0] != x:
            continue
        of = square.inputs[0]
        difference = made_by(of, "Subtract")
        axes = last_axes(graph, mean)
        if difference is None or difference.inputs != minus.inputs or axes is None or last_axes(graph, variance) != axes:
            continue
        shape = graph.shape(x)[-axes:]
        scale = graph.add_tensor(f"{node.name}/scale", shape=shape, data=np.ones(shape, np.float32))
        node.operator, node.inputs, node.attributes = "LayerNorm", [x, scale], {"axes": axes, "epsilon": epsilon}
        graph.drop_unread()
        return True
    # A product and a sum behind it are its own.
    for node in graph.nodes:
        if node.operator not in ("Multiply", "Add") or len(node.inputs) != 2:
            continue
        for x, constant in (node.inputs, node.inputs[::-1]):
            norm, data = producers.get(x), graph.constant(constant)
            if norm is None or norm.operator not in ("LayerNorm", "RmsNorm", "GroupNorm") or data is None or len(graph.readers(x)) != 1 or x in graph.outputs:
                continue
            if norm.operator == "RmsNorm" and node.operator == "Add":
                continue
            shape = graph.shape(x)[-norm.get("axes", 1):]
            scale = graph.constant(norm.inputs[1])
            if data.shape[-len(shape):] != shape or data.size != int(np.prod(shape)) or scale is None:
                continue
            data = data.reshape(shape)
            shift = graph.constant(norm.inputs[2]) if norm.has_input(2) else None
            if node.operator == "Multiply":
                scale, shift = scale * data, None if shift is None else shift * data
            else:
                shift = data if shift is None else shift + data
            names = [graph.add_tensor(f"{norm.name}/{what}", shape=shape, data=values.astype(np.float32))
                     for what, values in (("scale", scale), ("shift", shift)) if values is not None]
            norm.inputs, norm.outputs = [norm.inputs[0], *names], node.outputs
            graph.nodes.remove(node)
            return True
    return False
