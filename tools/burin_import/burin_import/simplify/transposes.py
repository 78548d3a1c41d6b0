"""Two transposes behind each other are one, or none; a transpose moves past what works element by element."""

from ..layers.activations import ELEMENTWISE


def simplify(graph):
    producers = graph.producers()
    counts = graph.read_counts()
    for node in graph.nodes:
        before = producers.get(node.inputs[0]) if node.inputs else None
        if before is None or before.operator != "Transpose":
            continue
        if node.operator == "Transpose":
            node.attributes = {"axes": [before["axes"][axis] for axis in node["axes"]]}
            node.inputs[0] = before.inputs[0]
            graph.drop_unread()
            return True
        # Towards the outputs, where it may meet the one that undoes it.
        if node.operator in ELEMENTWISE and counts[node.inputs[0]] == 1 and node.inputs[0] not in graph.outputs:
            middle, x, y = node.inputs[0], before.inputs[0], node.outputs[0]
            moved = graph.tensors[middle]
            moved.shape, moved.dtype, moved.quantization = graph.shape(x), graph.tensors[y].dtype, graph.tensors[y].quantization
            node.inputs[0], node.outputs = x, [middle]
            before.inputs, before.outputs = [middle], [y]
            graph.nodes.remove(before)
            graph.nodes.insert(graph.nodes.index(node) + 1, before)
            return True
    return False
