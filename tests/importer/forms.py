#!/usr/bin/env python3
"""The form that the importer finds for a network, and simplifications, on graphs made by hand. Compiles nothing."""

import json

from support import needs

needs("numpy")
import numpy as np  # noqa: E402

from burin_import import simplify  # noqa: E402
from burin_import.graph import Graph, Node, Tensor  # noqa: E402
from burin_import.layers import layers_of  # noqa: E402
from burin_import.problems import Refused  # noqa: E402
from burin_import.write.header import panels, safetensors  # noqa: E402
from burin_import.write.network import network  # noqa: E402


class Made:
    """A graph, node by node."""

    def __init__(self, *shape):
        self.graph = Graph("made", ["x"], [], {"x": Tensor("x", (1, *shape))}, [])

    def add(self, name, operator, inputs, shape, *constants, **attributes):
        names = list(inputs)
        for index, values in enumerate(constants):
            values = np.asarray(values, np.float32)
            names.append(self.graph.add_tensor(f"{name}.{index}", shape=values.shape, data=values))
        self.graph.tensors[name] = Tensor(name, (1, *shape))
        self.graph.nodes.append(Node(name, operator, names, [name], attributes))
        self.graph.outputs = [name]
        return self

    def dense(self, name, x, units, seed=0):
        features = self.graph.shape(x)[-1]
        random = np.random.default_rng(seed)
        return self.add(name, "Dense", [x], (units,), random.standard_normal((features, units)), random.standard_normal(units))

    def written(self, folds=False, **wishes):
        self.graph.verify()
        simplify.simplify(self.graph, folds)
        return network(self.graph, layers_of(self.graph), **wishes)

    def text(self, **wishes):
        return " ".join(self.written(**wishes).declarations.split())


def forms():
    chain = Made(4).dense("a", "x", 8).add("r", "Relu", ["a"], (8,)).dense("b", "r", 3)
    assert chain.text() == "using Network = Sequential<Input<4>, Dense<8>, ReLU, Dense<3>>;", chain.text()
    assert chain.text(wants_graph=True) == (
        'using Network = Graph<Inputs<Node<"x", Input<4>>>, Node<"a", Sequential<Dense<8>, ReLU>, From<"x">>, '
        'Node<"b", Dense<3>, From<"a">>, Outputs<"b">>;'), chain.text(wants_graph=True)

    residual = Made(4).dense("a", "x", 4).add("y", "Add", ["x", "a"], (4,))
    assert "Residual<Dense<4>>" in residual.text(), residual.text()
    product = Made(4).dense("a", "x", 4).add("y", "Multiply", ["a", "x"], (4,))
    assert "Parallel<Multiply, Dense<4>, Identity>" in product.text(), product.text()
    both = Made(4).dense("a", "x", 4).dense("b", "x", 5).add("y", "Concat", ["a", "b"], (9,), axis=1)
    assert "Parallel<Concat, Dense<4>, Dense<5>>" in both.text(), both.text()
    crossed = Made(4).dense("a", "x", 4).dense("b", "a", 4).add("s", "Add", ["x", "b"], (4,)).add("t", "Add", ["a", "s"], (4,))
    assert crossed.text().startswith("using Network = Graph<"), crossed.text()

    deep = Made(6)
    last = "x"
    for index in range(6):
        deep.dense(f"d{index}", last, 6).add(f"r{index}", "Relu", [f"d{index}"], (6,))
        last = f"r{index}"
    deep.dense("end", last, 2)
    assert deep.text() == ("using Hidden = Sequential<Dense<6>, ReLU>; "
                           "using Network = Sequential<Input<6>, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, Dense<2>>;"), deep.text()
    places = [place for _, place in deep.written().layers]
    assert places == [f"{i}.{j}" for i in range(6) for j in range(2)] + ["6"], places


def simplifications():
    # Two transposes that undo each other around what works element by element.
    there = Made(3, 5).add("t", "Transpose", ["x"], (5, 3), axes=[0, 2, 1]).add("r", "Tanh", ["t"], (5, 3))
    there.add("u", "Transpose", ["r"], (3, 5), axes=[0, 2, 1])
    assert there.text() == "using Network = Sequential<Input<3, 5>, Tanh>;", there.text()

    # One that meets a sum of which the other part has none moves once, not to and fro.
    half = Made(3, 5).add("t", "Transpose", ["x"], (5, 3), axes=[0, 2, 1]).add("v", "Reshape", ["x"], (5, 3))
    half.graph.nodes[-1].attributes["shape"] = (1, 5, 3)
    half.add("y", "Add", ["t", "v"], (5, 3))
    half.graph.moves_borders = True
    assert "Permute<1, 0>" in half.text() and not any("/moved/moved" in name for name in half.graph.tensors), half.text()

    shift = [0.5, -1, 2]
    biased = Made(4).add("a", "Dense", ["x"], (3,), np.ones((4, 3))).add("y", "Add", ["a"], (3,), shift)
    written = biased.written()
    assert "Dense<3>>" in written.declarations, written.declarations
    assert written.layers[0][0].parameters[1].values.tolist() == shift

    random = np.random.default_rng(1)
    weight, scale, bias, mean, variance = random.standard_normal((4, 3)), *random.uniform(0.5, 2, (4, 3))
    normal = Made(4).add("a", "Dense", ["x"], (3,), weight)
    normal.add("n", "BatchNorm", ["a"], (3,), scale, bias, mean, variance, epsilon=1e-3)
    assert "Dense<3, NoBias>, BatchNorm<Epsilon<0.001>>" in normal.text(), normal.text()
    folded = normal.written(folds=True).layers
    assert [layer.type for layer, _ in folded] == ["Dense<3>"]
    x = random.standard_normal(4)
    expected = (x @ weight - mean) / np.sqrt(variance + 1e-3) * scale + bias
    weight, bias = (each.values for each in folded[0][0].parameters)
    assert np.abs(x @ weight + bias - expected).max() < 1e-5


def files():
    # As kernels/products/panels.hpp has it: panels of two vectors, the last with what is left.
    matrix = np.arange(2 * 11).reshape(2, 11)
    assert panels(matrix, 2).tolist() == [0, 1, 2, 3, 11, 12, 13, 14, 4, 5, 6, 7, 15, 16, 17, 18, 8, 9, 10, 19, 20, 21]
    assert panels(matrix, 8).tolist() == matrix.reshape(-1).tolist()
    content = safetensors(Made(4).dense("a", "x", 3).written())
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    assert length % 8 == 0 and header["__metadata__"] == {"format": "burin"}, header
    assert header["0.weight"] == {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 48]}, header
    assert header["0.bias"]["data_offsets"] == [48, 60] and len(content) == 8 + length + 60


def damaged():
    for spoil, words in (
            (lambda graph: graph.nodes[0].inputs.__setitem__(0, "nowhere"), "there is no tensor `nowhere`"),
            (lambda graph: graph.nodes[0].inputs.__setitem__(0, "b"), "form a cycle"),
            (lambda graph: graph.nodes[1].outputs.__setitem__(0, "a"), "also made by something else"),
            (lambda graph: graph.outputs.clear(), "without inputs or outputs"),
            (lambda graph: setattr(graph.tensors["x"], "shape", (2**63,)), "whole extents")):
        made = Made(4).dense("a", "x", 4).dense("b", "a", 4)
        spoil(made.graph)
        try:
            made.written()
        except Refused as refused:
            assert words in str(refused), refused
        else:
            raise AssertionError(f"not refused: {words}")


def long_chains():
    """As many nodes as a file may have are simplified in as many steps a node as fewer are: passes are counted, not time."""
    matrix, ones = np.eye(4), np.ones(4)

    def dense(made, x, name):
        made.add(f"{name}d", "Dense", [x], (4, 4, 4), matrix).add(name, "Add", [f"{name}d"], (4, 4, 4), ones)

    def silu(made, x, name):
        made.add(f"{name}s", "Sigmoid", [x], (4, 4, 4)).add(name, "Multiply", [x, f"{name}s"], (4, 4, 4))

    def moved(made, x, name):
        made.add(f"{name}t", "Transpose", [x], (4, 4, 4), axes=[0, 3, 1, 2]).add(f"{name}r", "Tanh", [f"{name}t"], (4, 4, 4))
        made.add(name, "Transpose", [f"{name}r"], (4, 4, 4), axes=[0, 2, 3, 1])

    def along(made, x, name):
        if x == "x":
            made.add("first", "Transpose", ["x"], (4, 4, 4), axes=[0, 3, 1, 2])
            x = "first"
        made.add(name, "Tanh", [x], (4, 4, 4))

    def norm(made, x, name):
        made.add(f"{name}m", "ReduceMean", [x], (4, 4, 1), axes=[3], keepdims=1).add(f"{name}c", "Subtract", [x, f"{name}m"], (4, 4, 4))
        made.add(f"{name}q", "Multiply", [f"{name}c", f"{name}c"], (4, 4, 4))
        made.add(f"{name}v", "ReduceMean", [f"{name}q"], (4, 4, 1), axes=[3], keepdims=1).add(f"{name}e", "Add", [f"{name}v"], (4, 4, 1), [1e-5])
        made.add(f"{name}w", "Sqrt", [f"{name}e"], (4, 4, 1)).add(name, "Divide", [f"{name}c", f"{name}w"], (4, 4, 4))

    visits = 0
    originals = {each: each.simplify for each in {*simplify.PASSES, *simplify.REST}}

    def counted(original):
        def simplify_counted(graph):
            nonlocal visits
            visits += len(graph.nodes)
            return original(graph)
        return simplify_counted
    for each, original in originals.items():
        each.simplify = counted(original)
    for add, per_link, kind in ((dense, 2, "Dense"), (silu, 2, "Silu"), (moved, 3, "Tanh"), (along, 1, "Tanh"), (norm, 7, "LayerNorm")):
        per_node = []
        for count in 1200, 3900 if add in (dense, silu) else 2600:
            made, last, visits = Made(4, 4, 4), "x", 0
            for link in range(count // per_link):
                add(made, last, f"n{link}")
                last = f"n{link}"
            made.graph.verify()
            simplify.simplify(made.graph)
            left = [node.operator for node in made.graph.nodes]
            assert set(left) <= {kind, "Transpose"} and left.count("Transpose") <= 1, (add.__name__, set(left))
            per_node.append(visits / count)
        assert per_node[1] < 1.3 * per_node[0], (add.__name__, per_node)
    for each, original in originals.items():
        each.simplify = original


forms()
simplifications()
long_chains()
files()
damaged()
print("graphs become the forms that a person writes")
