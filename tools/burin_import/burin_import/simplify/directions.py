"""A recurrent layer of a sequence beside one of the same sequence the other way round: both directions of one layer."""

import re

from ..graph import Node


def is_reverse(node):
    return node is not None and node.operator == "Written" and node["type"] == "Reverse"


def by_steps(graph, node, producers):
    """A sequence whose batch is axis 1 is turned where it is axis 0."""
    view = producers.get(node.inputs[0])
    if view is None or view.operator != "Reshape":
        return False
    of, to = graph.shape(view.inputs[0]), graph.shape(node.outputs[0])
    if len(of) != 3 or of[0] != 1 or of[1] == 1 or to != (of[1], 1, of[2]):
        return False
    turned, output = graph.add_tensor(f"{node.outputs[0]}/turned", graph.tensors[node.outputs[0]], shape=of), node.outputs[0]
    node.inputs, node.outputs = [view.inputs[0]], [turned]
    graph.nodes.insert(graph.nodes.index(node) + 1, Node(node.name, "Reshape", [turned], [output], {"shape": to}, node.source))
    graph.drop_unread()
    return True


def simplify(graph):
    if graph.streams or graph.by_step:
        return False
    producers, counts = graph.producers(), graph.read_counts()
    for node in graph.nodes:
        if is_reverse(node) and by_steps(graph, node, producers):
            return True
        if node.operator != "Concat" or len(node.inputs) != 2 or node["axis"] != len(graph.shape(node.outputs[0])) - 1:
            continue
        forward, backward = (producers.get(name) for name in node.inputs)
        between = [*node.inputs]
        whole = is_reverse(backward)
        if whole:
            between.append(backward.inputs[0])
            backward = producers.get(backward.inputs[0])
        if any(each is None or each.operator != "Written" for each in (forward, backward)) or forward["type"] != backward["type"]:
            continue
        kind = re.fullmatch(r"(?:LSTM|GRU|SimpleRNN)<\d+(, ReturnSequences)?(?:, (?:NoBias|ResetBefore|ReLUCell))*>", forward["type"])
        if kind is None or bool(kind[1]) != whole or len(forward.inputs) != 1 or len(backward.inputs) != 1:
            continue
        turned, x = producers.get(backward.inputs[0]), forward.inputs[0]
        if not is_reverse(turned) or turned.inputs[0] != x or any(counts[name] != 1 or name in graph.outputs for name in between):
            continue
        parameters = [(f"{direction}.{name}", *rest) for direction, each in enumerate((forward, backward)) for name, *rest in each["parameters"]]
        made = Node(node.name, "Written", [x], node.outputs, {**forward.attributes, "type": f"Bidirectional<{forward['type']}>", "parameters": parameters},
                    node.source)
        graph.nodes[graph.nodes.index(node)] = made
        graph.drop_unread()
        return True
    return False
