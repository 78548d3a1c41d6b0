"""Numbers of rows that a file checks, as t < 0 ? t + rows : t: of all that are rows they are the same."""

import numpy as np

from .functions import BINARY, MOST_ROOTS, UNARY, several

ITSELF = ("Identity", "Reshape")


def simplify(graph):
    changed = False
    for node in graph.nodes:
        if node.operator != "Embedding" or not graph.tensors[node.inputs[1]].is_constant:
            continue
        rows = np.arange(graph.shape(node.inputs[1])[0], dtype=np.float64)
        found = {}
        itself = lambda name: found.get(name) or {name: rows}
        # What is before it, one after the other.
        before, waiting, producers = set(), [node.inputs[0]], graph.producers()
        while waiting:
            made = producers.get(waiting.pop())
            if made is not None and id(made) not in before:
                before.add(id(made))
                waiting += [name for name in made.inputs if name]
        for each in graph.nodes:
            names = [name for name in each.inputs if name]
            if id(each) not in before or len(each.outputs) != 1 or not names or "axes" in each.attributes:
                continue
            if each.operator in ITSELF:
                values = itself(names[0])
            elif each.operator in UNARY and len(names) == 1:
                values = {root: UNARY[each.operator](of, each) for root, of in itself(names[0]).items()}
            elif each.operator in BINARY and len(names) == 2 or each.operator == "Where":
                values = several(graph, each, BINARY.get(each.operator, np.where), itself)
            else:
                continue
            if values:
                found[each.outputs[0]] = {**dict(list(values.items())[-MOST_ROOTS:]), each.outputs[0]: rows}
        for root, values in found.get(node.inputs[0], {}).items():
            if root != node.inputs[0] and graph.shape(root) == graph.shape(node.inputs[0]) and np.array_equal(values, rows):
                node.inputs[0], changed = root, True
                break
    if changed:
        graph.drop_unread()
    return changed
