"""GroupNorm as PyTorch exports it: each group's channels as one row, normalised by itself, and the rows as channels again."""

import numpy as np

from ..graph import Node


def simplify(graph):
    producers = graph.producers()

    def before(name, operator):
        node = producers.get(name)
        return node if node is not None and node.operator == operator else None

    def behind(node, operator):
        readers = graph.readers(node.outputs[0])
        return readers[0] if len(readers) == 1 and readers[0].operator == operator and node.outputs[0] not in graph.outputs else None
    for node in graph.nodes:
        if node.operator != "GroupNorm" or node["groups"] != 0 or len(graph.shape(node.inputs[0])) != 3:
            continue
        moved = before(node.inputs[0], "Transpose")
        rows = before(moved.inputs[0], "Reshape") if moved else None
        back = behind(node, "Transpose")
        image = behind(back, "Reshape") if back else None
        if rows is None or image is None or list(moved["axes"]) != [0, 2, 1] or list(back["axes"]) != [0, 2, 1]:
            continue
        x, shape, groups = rows.inputs[0], graph.shape(rows.inputs[0]), graph.shape(rows.outputs[0])[1]
        data = [graph.constant(name) for name in node.inputs[1:]]
        if len(shape) < 3 or graph.shape(image.outputs[0]) != shape or shape[0] != 1 or shape[1] % groups or len(data) != 2 or \
                any(each is None or each.size != groups for each in data):
            continue
        rank = len(shape)
        forward, backward = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
        last = tuple(shape[axis] for axis in forward)
        names = [graph.add_tensor(f"{name}/of channels", shape=(shape[1],), data=np.repeat(each.reshape(-1), shape[1] // groups))
                 for name, each in zip(node.inputs[1:], data)]
        source, result = (graph.add_tensor(f"{name}/channels last", graph.tensors[name], shape=last) for name in (x, image.outputs[0]))
        at = graph.nodes.index(image)
        graph.nodes[at:at + 1] = [
            Node(node.name, "Transpose", [x], [source], {"axes": forward}, node.source),
            Node(node.name, "GroupNorm", [source, *names], [result], {**node.attributes, "groups": groups}, node.source),
            Node(node.name, "Transpose", [result], image.outputs, {"axes": backward}, node.source)]
        graph.drop_unread()
        return True
    return False
