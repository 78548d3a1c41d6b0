"""What goes over an axis of one element: a convolution is a Dense layer, a mean is what it is of, and what puts borders around
a row is one around a line of one channel."""

from ..graph import Node


def simplify(graph):
    if not graph.moves_borders:
        return False
    for node in graph.nodes:
        if any(graph.tensors[name].dtype != "float32" for name in node.outputs):
            continue
        x = node.inputs[0] if node.inputs else ""
        if node.operator == "GlobalAveragePool" and set(graph.shape(x)[:-1]) == {1}:
            node.operator, node.attributes = "Reshape", {"shape": graph.shape(node.outputs[0])}
            return True
        if node.operator == "Conv" and dense(graph, node, x) or node.operator == "Pad" and row(graph, node, x):
            return True
    return False


def dense(graph, node, x):
    """A convolution of one position that is all of its image."""
    weight = graph.tensors[node.inputs[1]]
    if not weight.is_constant or weight.stored or set(weight.shape[:-2]) != {1} or set(graph.shape(x)[:-1]) != {1} or \
            node.get("groups", 1) != 1 or node.get("padding", []) not in ([(0, 0)] * (len(weight.shape) - 2), "same", []):
        return False
    features, units = weight.shape[-2:]
    output = node.outputs[0]
    matrix = graph.add_tensor(f"{weight.name}/matrix", weight, shape=(features, units), data=weight.data.reshape(features, units))
    row, made = graph.add_tensor(f"{x}/row", graph.tensors[x], shape=(1, features)), \
        graph.add_tensor(f"{output}/row", graph.tensors[output], shape=(1, units))
    at = graph.nodes.index(node)
    graph.nodes[at:at + 1] = [Node(node.name, "Reshape", [x], [row], {"shape": (1, features)}, node.source),
                              Node(node.name, "Dense", [row, matrix, *node.inputs[2:]], [made], {}, node.source),
                              Node(node.name, "Reshape", [made], [output], {"shape": graph.shape(output)}, node.source)]
    return True


def row(graph, node, x):
    """The border of a row whose readers read it as a line of one channel."""
    output = node.outputs[0]
    readers, shape = graph.readers(output), graph.shape(output)
    if len(shape) != 2 or output in graph.outputs or not readers or \
            any(each.operator != "Reshape" or graph.shape(each.outputs[0]) != (*shape, 1) for each in readers):
        return False
    line = graph.add_tensor(f"{x}/line", graph.tensors[x], shape=(*graph.shape(x), 1))
    graph.tensors[output].shape = (*shape, 1)
    node.inputs, node.attributes = [line], {**node.attributes, "pads": [*node["pads"], (0, 0)]}
    graph.nodes.insert(graph.nodes.index(node), Node(node.name, "Reshape", [x], [line], {"shape": graph.shape(line)}, node.source))
    return True
