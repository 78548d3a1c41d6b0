"""A step of a recurrent layer that is written out, as PyTorch's LSTMCell and GRUCell are. LSTM: gates = x W + h R + b in four
pieces, c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'). GRU: three pieces of x W + b and of h R + d,
n = tanh(n_x + sigmoid(r_x + r_h) n_h), h' = sigmoid(z_x + z_h) (h - n) + n."""

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
    """What a node gives the output of, if `find` does."""

    def __init__(self, search, node):
        self.search, self.node = search, node

    def weights(self, product):
        """Those of a product with a constant matrix, its columns in Burin's order of gates."""
        return self.search.graph.constant(product.inputs[1])[:, self.order]

    def bias(self, product):
        return self.search.graph.constant(product.inputs[2]).reshape(-1)[self.order] if product.has_input(2) else None

    def is_of_constants(self, product):
        return all(self.search.graph.constant(name) is not None for name in product.inputs[1:])

    def piece(self, name):
        """(what of, its place among pieces as long) of a slice of the last axis."""
        node, graph = self.search.maker(name, "Slice"), self.search.graph
        if node is None or node["axis"] != len(graph.shape(node.inputs[0])) - 1 or node["first"] % node["count"]:
            return None
        return node.inputs[0], node["first"] // node["count"]

    def put(self, made, replaced):
        """Nodes instead of those that made the outputs: as early as what they read is there."""
        graph = self.search.graph
        graph.nodes = [each for each in graph.nodes if not any(each is other for other in replaced)]
        of = {name for node in made for name in node.inputs} - {name for node in made for name in node.outputs}
        last = max([index for index, each in enumerate(graph.nodes) if set(each.outputs) & of], default=-1)
        graph.nodes[last + 1:last + 1] = made
        graph.drop_unread()

    def adder(self, made):
        """add(operator, inputs, extents of what it makes, attributes)"""
        def add(operator, inputs, extents, **attributes):
            graph, node = self.search.graph, self.node
            name = graph.add_tensor(f"{node.name}/{operator.lower()}", graph.tensors[node.outputs[0]], shape=extents)
            made.append(Node(node.name, operator, inputs, [name], attributes, f"{type(self).__name__} written out"))
            return name
        return add

    def pair(self, node, one, other):
        """The two inputs of a node as makers of these operators, in either order."""
        if node is None or len(node.inputs) != 2:
            return None
        for first, second in (node.inputs, node.inputs[::-1]):
            found = self.search.maker(first, one), self.search.maker(second, other)
            if None not in found:
                return found
        return None


class LSTM(Cell):
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
        pieces = [self.piece(gate.inputs[0]) for gate in gates]
        units = graph.shape(gates[0].outputs[0])[-1]
        if None in pieces or len({of for of, _ in pieces}) != 1 or sorted(place for _, place in pieces) != [0, 1, 2, 3]:
            return False
        total = pieces[0][0]
        products = self.pair(search.maker(total, "Add"), "Dense", "Dense")
        if int(np.prod(graph.shape(total))) != 4 * units or products is None or not all(map(self.is_of_constants, products)):
            return False
        self.units = units
        self.order = np.concatenate([np.arange(place * units, (place + 1) * units) for _, place in pieces])
        of_state = [is_state(search, product.inputs[0]) and graph.constant(product.inputs[1]).shape[0] == units for product in products]
        if of_state.count(True) != 1:
            return False
        self.of_input, self.of_state = products[::-1] if of_state[0] else products
        return True

    def write(self):
        graph, units, node, made = self.search.graph, self.units, self.node, []
        add = self.adder(made)
        x, h = self.of_input.inputs[0], self.of_state.inputs[0]
        parameters = [("weight", self.weights(self.of_input)), ("recurrent_weight", self.weights(self.of_state))]
        biases = [bias for bias in (self.bias(self.of_input), self.bias(self.of_state)) if bias is not None]
        if biases:
            parameters.append(("bias", np.sum(biases, 0)))
        step = (1, 1, int(np.prod(graph.shape(x))))
        rows = [add("Reshape", [name], (1, 1, units), shape=(1, 1, units)) for name in (h, self.cell)]
        y = add("Written", [add("Reshape", [x], step, shape=step), add("Concat", rows, (1, 2, units), axis=1)], (1, 2, units),
                type=f"LSTM<{units}{'' if biases else ', NoBias'}, ReturnState, InitialState>", parameters=parameters, panels=True)
        for row, output in enumerate((node.outputs[0], self.next_cell)):
            part = add("Slice", [y], (1, 1, units), axis=1, first=row, count=1)
            made.append(Node(node.name, "Reshape", [part], [output], {"shape": graph.shape(output)}, node.source))
        self.put(made, [node, self.search.producers[self.next_cell]])


class GRU(Cell):
    def find(self):
        search, graph = self.search, self.search.graph
        ends = self.pair(self.node, "Multiply", "Tanh")
        inner = [(search.maker(one, "Sigmoid"), search.maker(other, "Subtract")) for one, other in
                 (ends[0].inputs, ends[0].inputs[::-1])] if ends else []
        update, minus = next(((gate, minus) for gate, minus in inner if gate is not None and minus is not None), (None, None))
        if minus is None or search.root(minus.inputs[1]) != search.root(ends[1].outputs[0]):
            return False
        h = minus.inputs[0]
        self.units = units = graph.shape(self.node.outputs[0])[-1]
        total = search.maker(ends[1].inputs[0], "Add")
        for of_input, product in (total.inputs, total.inputs[::-1]) if total is not None and len(total.inputs) == 2 else ():
            product = search.maker(product, "Multiply")
            for reset, of_state in (product.inputs, product.inputs[::-1]) if product is not None else ():
                new, reset = [self.piece(of_input), self.piece(of_state)], search.maker(reset, "Sigmoid")
                if None in new or reset is None:
                    continue
                sources = [new[0][0], new[1][0]]
                gates = [self.both(gate, sources) for gate in (reset, update)]
                products = [search.maker(name, "Dense") for name in sources]
                if None in gates or None in products or not all(map(self.is_of_constants, products)) or new[0][1] != new[1][1] or \
                        sorted([*gates, new[0][1]]) != [0, 1, 2] or search.root(products[1].inputs[0]) != search.root(h) or \
                        not is_state(search, h) or any(int(np.prod(graph.shape(name))) != 3 * units for name in sources) or \
                        products[0].has_input(2) != products[1].has_input(2):
                    continue
                self.of_input, self.of_state = products
                self.order = np.concatenate([np.arange(place * units, (place + 1) * units) for place in (*gates, new[0][1])])
                return True
        return False

    def both(self, gate, sources):
        """The place of a gate that is the sum of pieces of both, or None."""
        total = self.search.maker(gate.inputs[0], "Add")
        pieces = [self.piece(name) for name in total.inputs] if total is not None else [None]
        if None in pieces or sorted(of for of, _ in pieces) != sorted(sources) or len({place for _, place in pieces}) != 1:
            return None
        return pieces[0][1]

    def write(self):
        graph, units, node, made = self.search.graph, self.units, self.node, []
        add = self.adder(made)
        x, h = self.of_input.inputs[0], self.of_state.inputs[0]
        parameters = [("weight", self.weights(self.of_input)), ("recurrent_weight", self.weights(self.of_state))]
        has_bias = self.of_input.has_input(2)
        if has_bias:
            parameters += [("bias", self.bias(self.of_input)), ("recurrent_bias", self.bias(self.of_state))]
        step = (1, 1, int(np.prod(graph.shape(x))))
        y = add("Written", [add("Reshape", [x], step, shape=step), add("Reshape", [h], (1, units), shape=(1, units))], (1, units),
                type=f"GRU<{units}{'' if has_bias else ', NoBias'}, InitialState>", parameters=parameters, panels=True)
        made.append(Node(node.name, "Reshape", [y], node.outputs, {"shape": graph.shape(node.outputs[0])}, node.source))
        self.put(made, [node])


#: By the operator that gives the output.
CELLS = {"Multiply": LSTM, "Add": GRU}


def simplify(graph):
    """All at once: what they carry is found behind this."""
    count = 0
    while write_one(graph):
        count += 1
    return count > 0


def write_one(graph):
    search = Search(graph)
    for node in graph.nodes:
        if node.operator in CELLS and len(node.outputs) == 1:
            cell = CELLS[node.operator](search, node)
            if cell.find():
                cell.write()
                return True
    return False
