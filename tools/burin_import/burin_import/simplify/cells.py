"""A step of an LSTM that is written out, as PyTorch's LSTMCell is: gates = x W + h R + b in four pieces,
c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c')."""

import numpy as np

from ..graph import Node
from .written_out import Search

MOVES = ("Reshape", "Slice", "Identity", "Transpose", "Concat")


def is_state(search, name):
    """Whether a tensor is nothing but elements of an input, moved."""
    while name not in search.graph.inputs:
        node = search.producers.get(name)
        if node is None or node.operator not in MOVES:
            return False
        name = node.inputs[0]
    return True


class Cell:
    """What a product is the output of, or None in `find`."""

    def __init__(self, search, node):
        self.search, self.node = search, node

    def pair(self, node, one, other):
        """The two inputs of a node as makers of these operators, in either order."""
        if node is None or len(node.inputs) != 2:
            return None
        for first, second in (node.inputs, node.inputs[::-1]):
            found = self.search.maker(first, one), self.search.maker(second, other)
            if None not in found:
                return found
        return None

    def find(self):
        search = self.search
        ends = self.pair(self.node, "Sigmoid", "Tanh")
        total = search.maker(ends[1].inputs[0], "Add") if ends else None
        products = self.pair(total, "Multiply", "Multiply")
        if products is None:
            return False
        for forgotten, new in (products, products[::-1]):
            gates = self.pair(new, "Sigmoid", "Tanh")
            kept = [(search.maker(name, "Sigmoid"), other) for name, other in (forgotten.inputs, forgotten.inputs[::-1])]
            keep = next(((gate, cell) for gate, cell in kept if gate is not None and is_state(search, cell)), None)
            if gates is not None and keep is not None:
                self.cell, self.next_cell = keep[1], total.outputs[0]
                return self.columns([gates[0], keep[0], gates[1], ends[0]])
        return False

    def columns(self, gates):
        """Whether i, f, g and o are pieces of one sum of two products with constants."""
        graph, search = self.search.graph, self.search
        pieces = [search.maker(gate.inputs[0], "Slice") for gate in gates]
        if any(piece is None or piece.inputs[0] != pieces[0].inputs[0] or piece["axis"] != len(graph.shape(piece.inputs[0])) - 1
               for piece in pieces):
            return False
        units, total = pieces[0]["count"], pieces[0].inputs[0]
        if graph.shape(total)[-1] != 4 * units or int(np.prod(graph.shape(total))) != 4 * units or \
                sorted(piece["first"] for piece in pieces) != [0, units, 2 * units, 3 * units]:
            return False
        self.units = units
        self.order = np.concatenate([np.arange(piece["first"], piece["first"] + units) for piece in pieces])
        products = self.pair(search.maker(total, "Add"), "Dense", "Dense")
        if products is None or any(graph.constant(name) is None for product in products for name in product.inputs[1:]):
            return False
        of_state = [is_state(search, product.inputs[0]) and graph.constant(product.inputs[1]).shape[0] == units for product in products]
        if of_state.count(True) != 1:
            return False
        self.of_input, self.of_state = products[::-1] if of_state[0] else products
        return True

    def write(self):
        graph, units, node = self.search.graph, self.units, self.node
        x, h = self.of_input.inputs[0], self.of_state.inputs[0]
        features = int(np.prod(graph.shape(x)))
        weight, recurrent = (graph.constant(each.inputs[1])[:, self.order] for each in (self.of_input, self.of_state))
        parameters = [("weight", weight), ("recurrent_weight", recurrent)]
        biases = [graph.constant(each.inputs[2]).reshape(-1) for each in (self.of_input, self.of_state) if each.has_input(2)]
        if biases:
            parameters.append(("bias", np.sum(biases, 0)[self.order]))
        made = []

        def add(operator, inputs, extents, **attributes):
            name = graph.add_tensor(f"{node.name}/{operator.lower()}", graph.tensors[node.outputs[0]], shape=extents)
            made.append(Node(node.name, operator, inputs, [name], attributes, "LSTM written out"))
            return name
        step = add("Reshape", [x], (1, 1, features), shape=(1, 1, features))
        rows = [add("Reshape", [name], (1, 1, units), shape=(1, 1, units)) for name in (h, self.cell)]
        state = add("Concat", rows, (1, 2, units), axis=1)
        kind = f"LSTM<{units}{'' if biases else ', NoBias'}, ReturnState, InitialState>"
        y = add("Written", [step, state], (1, 2, units), type=kind, parameters=parameters, panels=True)
        for row, output in enumerate((node.outputs[0], self.next_cell)):
            part = add("Slice", [y], (1, 1, units), axis=1, first=row, count=1)
            made.append(Node(node.name, "Reshape", [part], [output], {"shape": graph.shape(output)}, node.source))
        maker = self.search.producers[self.next_cell]
        graph.nodes = [each for each in graph.nodes if each is not node and each is not maker]
        # Behind all that it reads: as early as its inputs are there.
        last = max([graph.nodes.index(each) for each in graph.nodes if set(each.outputs) & {x, h, self.cell}], default=-1)
        graph.nodes[last + 1:last + 1] = made
        graph.drop_unread()


def simplify(graph):
    search = Search(graph)
    for node in graph.nodes:
        if node.operator == "Multiply" and len(node.outputs) == 1:
            cell = Cell(search, node)
            if cell.find():
                cell.write()
                return True
    return False
