"""Inputs that are an output of the run before, as `--state` tells: the states of recurrent layers. A network that takes one step
at a time is what happens at each step, with the recurrent layers between: its batch is then time, and what the states were is
what these layers carry.

Which element of an input is which of a layer's state is found by moving their numbers through the nodes that do nothing else."""

import re

import numpy as np

from ..graph import Node
from ..problems import Refused

RECURRENT = re.compile(r"(LSTM|GRU|SimpleRNN)<(\d+)(.*)>$")
#: Numbers of a state.
MOST = 1 << 24
MOVES = {
    "Identity": lambda node, x: x,
    "Reshape": lambda node, x: x.reshape(node["shape"]),
    "Transpose": lambda node, x: x.transpose(node["axes"]),
    "Slice": lambda node, x: x.take(range(node["first"], node["first"] + node["count"]), node["axis"]),
    "Concat": lambda node, *parts: np.concatenate(parts, node["axis"]),
}


def is_recurrent(node):
    return node.operator == "Written" and RECURRENT.match(node["type"]) and node["type"].endswith("InitialState>")


def numbers_of(graph, known):
    """{tensor: the numbers of its elements} of all that is only moved, from that of some."""
    known = dict(known)
    for node in graph.nodes:
        if node.operator in MOVES and node.inputs and all(name in known for name in node.inputs):
            known[node.outputs[0]] = MOVES[node.operator](node, *(known[name] for name in node.inputs))
    return known


def output_of(graph, name):
    """What makes the file's output."""
    return graph.outputs[graph.file_outputs.index(name)]


def refuse(wish, what):
    raise Refused(f"--state {wish}: {what}")


def simplify(graph):
    carried, graph.carried = graph.carried, {}
    if not carried:
        return False
    graph.file_states = dict(carried)
    first, count = {}, 0
    for name, output in carried.items():
        wish = f"{name}={output}"
        if name not in graph.inputs:
            refuse(wish, "the network has no such input")
        if output not in graph.file_outputs:
            refuse(wish, "the network has no such output")
        made = output_of(graph, output)
        if graph.shape(name) != graph.shape(made):
            refuse(wish, f"expected one shape, got {list(graph.shape(name))} and {list(graph.shape(made))}")
        size = int(np.prod(graph.shape(name), dtype=object))
        if size > MOST:
            refuse(wish, f"expected at most {MOST} numbers, got {size}")
        first[name] = np.arange(count, count + size).reshape(graph.shape(name))
        count += size
    before = numbers_of(graph, first)
    layers = [node for node in graph.nodes if is_recurrent(node)]
    behind = {}
    for node in layers:
        if node.inputs[1] not in before:
            refuse(name, f"{node.name}: expected that it begins with nothing else")
        if graph.shape(node.inputs[0])[:2] != (1, 1):
            refuse(name, f"{node.name}: expected one step at a time, got {list(graph.shape(node.inputs[0]))}")
        state = before[node.inputs[1]]
        units = state.shape[-1]
        # Its state is the last rows of what it returns; the row before is its output, which is its state too.
        rows = state.reshape(-1, units)
        shape = graph.shape(node.outputs[0])
        if len(shape) == 3:
            extra = shape[1] - len(rows)
            behind[node.outputs[0]] = np.concatenate([rows[:1]] * extra + [rows])[None] if extra else rows[None]
        else:
            behind[node.outputs[0]] = rows[:1]
    after = numbers_of(graph, behind)
    for name, output in carried.items():
        made = output_of(graph, output)
        if made not in after or not np.array_equal(after[made], first[name]):
            refuse(f"{name}={output}", "expected the state of recurrent layers and what it is after them")
    used = sorted(element for node in layers for element in before[node.inputs[1]].reshape(-1))
    if used != list(range(count)):
        refuse(" ".join(f"{name}={output}" for name, output in carried.items()),
               "expected that recurrent layers take all of it, each some of its own")
    for output in carried.values():
        at = graph.file_outputs.index(output)
        del graph.outputs[at], graph.file_outputs[at]
    graph.drop_unread()
    for node in layers:
        carry(graph, node)
    graph.drop_unread()
    graph.inputs = [name for name in graph.inputs if name not in carried]
    if any(name in each.inputs for each in graph.nodes for name in carried):
        refuse(" ".join(carried), "expected that nothing but recurrent layers reads it")
    graph.streams = graph.by_step = True
    return True


def carry(graph, node):
    """The layer without the state as input and output. Whoever reads its rows reads what it gives of a step."""
    kind, units, options = RECURRENT.match(node["type"]).groups()
    kept = [option for option in options.split(", ") if option and option not in ("InitialState", "ReturnState", "ReturnSequences")]
    x, y, units = node.inputs[0], node.outputs[0], int(units)
    step = graph.add_tensor(f"{x}/step", graph.tensors[x], shape=(1, graph.shape(x)[-1]))
    made = graph.add_tensor(f"{y}/step", graph.tensors[y], shape=(1, units))
    at = graph.nodes.index(node)
    readers = graph.readers(y)
    changed = []
    if len(graph.shape(y)) == 3:
        # Rows of the state behind the output: the first two are the same, and of the last one nothing may be left.
        for reader in readers:
            if reader.operator != "Slice" or reader["axis"] != 1 or reader["count"] != 1 or \
                    kind == "LSTM" and reader["first"] == graph.shape(y)[1] - 1:
                raise Refused(f"--state: {reader.name} reads the cell state of {node.name}, which a layer that carries it "
                              "does not give")
            changed.append((reader, graph.shape(reader.outputs[0])))
    type_of = f"{kind}<{', '.join([str(units), 'ReturnSequences', *kept])}>"
    graph.nodes[at:at + 1] = [
        Node(node.name, "Reshape", [x], [step], {"shape": (1, graph.shape(x)[-1])}, node.source),
        Node(node.name, "Written", [step], [made], {**node.attributes, "type": type_of, "by_step": True}, node.source),
        *([] if changed else [Node(node.name, "Reshape", [made], [y], {"shape": graph.shape(y)}, node.source)])]
    for reader, shape in changed:
        reader.operator, reader.inputs, reader.attributes = "Reshape", [made], {"shape": shape}
