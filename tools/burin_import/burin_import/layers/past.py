from .layer import Layer, activations, is_int8


def past(graph, node):
    x, = activations(graph, node, 1)
    layer = Layer(node.name, f"Past<{node['steps']}>", [x], node.outputs[0])
    if is_int8(graph, x, node.outputs[0]):
        zero_point = graph.tensors[x].quantization.zero_point
        layer.constants = lambda rounding, low: [("zero_point", zero_point)]
    return [layer]


def problems_of(layers):
    """What keeps a network with states from running piece by piece."""
    for layer in layers:
        kind = layer.type.split("<")[0]
        if kind in ("Flatten", "Reshape", "Permute", "Reverse", "RepeatVector") or kind.startswith("Global") or \
                kind == "Slice" and "Axis" not in layer.type:
            yield f"{layer.name}: {layer.type}: of a network with states expected layers that keep the axis of time"


RULES = {"Past": past}
