"""The last step of what a recurrent layer makes of a sequence is what it makes without ReturnSequences."""

import math
import re

from ..graph import Node


def simplify(graph):
    if graph.streams or graph.by_step:
        return False
    producers, counts = graph.producers(), graph.read_counts()
    for node in graph.nodes:
        if node.operator != "Slice" or graph.tensors[node.outputs[0]].dtype != "float32":
            continue
        name, axis, shape = node.inputs[0], node["axis"], graph.shape(node.inputs[0])
        before = producers.get(name)
        while before is not None and before.operator == "Reshape" and counts[name] == 1 and name not in graph.outputs:
            name = before.inputs[0]
            before = producers.get(name)
        if before is None or before.operator != "Written" or counts[name] != 1 or name in graph.outputs:
            continue
        kind = re.fullmatch(r"((?:LSTM|GRU|SimpleRNN)<\d+), ReturnSequences((?:, (?:NoBias|ResetBefore|ReLUCell|GoBackwards|Masked))*>)", before["type"])
        of = graph.shape(name)
        # As many elements as a step has, and all the last ones.
        if kind is None or len(of) != 3 or of[0] != 1 or math.prod(shape[:axis]) != 1 or node["first"] + node["count"] != shape[axis] or \
                node["count"] * math.prod(shape[axis + 1:]) != of[2]:
            continue
        row = graph.add_tensor(f"{name}/last", graph.tensors[name], shape=(1, of[2]))
        before.outputs, before.attributes = [row], {**before.attributes, "type": kind[1] + kind[2]}
        at = graph.nodes.index(node)
        graph.nodes[at] = Node(node.name, "Reshape", [row], node.outputs, {"shape": graph.shape(node.outputs[0])}, node.source)
        graph.drop_unread()
        return True
    return False
