"""Two transposes behind each other are one, or none; a transpose moves past what works element by element."""

from ..layers.activations import ELEMENTWISE


def between_views(graph, node, before):
    """A transpose between views that take axes of one element away is one of fewer axes."""
    readers = graph.readers(node.outputs[0])
    if node.outputs[0] in graph.outputs or not readers or before is None or before.operator != "Reshape" or \
            any(each.operator != "Reshape" for each in readers):
        return False
    shape = graph.shape(node.inputs[0])
    kept = [axis for axis in range(1, len(shape)) if shape[axis] != 1]
    fewer = (1, *(shape[axis] for axis in kept))
    if shape[0] != 1 or graph.shape(before.inputs[0]) != fewer or len(fewer) == len(shape):
        return False
    order = [0, *(1 + kept.index(axis) for axis in node["axes"] if axis in kept)]
    moved = graph.add_tensor(f"{node.outputs[0]}/fewer axes", graph.tensors[node.outputs[0]], shape=tuple(fewer[axis] for axis in order))
    node.inputs, node.outputs, node.attributes = [before.inputs[0]], [moved], {"axes": order}
    for each in readers:
        each.inputs = [moved]
    graph.drop_unread()
    return True


def simplify(graph):
    producers = graph.producers()
    counts = graph.read_counts()
    for node in graph.nodes:
        before = producers.get(node.inputs[0]) if node.inputs else None
        if node.operator == "Transpose" and between_views(graph, node, before):
            return True
        if before is None or before.operator != "Transpose":
            continue
        if node.operator == "Transpose":
            node.attributes = {"axes": [before["axes"][axis] for axis in node["axes"]]}
            node.inputs[0] = before.inputs[0]
            graph.drop_unread()
            return True
        # Towards the outputs, where it may meet the one that undoes it.
        if node.operator in (*ELEMENTWISE, "Not") and counts[node.inputs[0]] == 1 and node.inputs[0] not in graph.outputs:
            middle, x, y = node.inputs[0], before.inputs[0], node.outputs[0]
            moved = graph.tensors[middle]
            moved.shape, moved.dtype, moved.quantization = graph.shape(x), graph.tensors[y].dtype, graph.tensors[y].quantization
            node.inputs[0], node.outputs = x, [middle]
            before.inputs, before.outputs = [middle], [y]
            graph.nodes.remove(before)
            graph.nodes.insert(graph.nodes.index(node) + 1, before)
            return True
    return False
