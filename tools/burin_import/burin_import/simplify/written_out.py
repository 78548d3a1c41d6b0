"""What a file has written out with sums and maxima over axes: a mean, LayerNorm by the mean of squares, softmax, and the rows of a
table by a one-hot code."""

import numpy as np

from ..graph import Node
from .complex_abs import squared
from .layer_norm import single
from .views import is_bare, stands_over


class Search:
    def __init__(self, graph):
        self.graph, self.producers = graph, graph.producers()

    def maker(self, name, *operators):
        """The node that makes a tensor, behind views that put in or take out axes of one element, if it is one of these."""
        node = self.producers.get(name)
        while node is not None and (node.operator == "Identity" or node.operator == "Reshape" and
                                    is_bare(self.graph.shape(node.inputs[0]), self.graph.shape(node.outputs[0]))):
            node = self.producers.get(node.inputs[0])
        return node if node is not None and node.operator in operators else None

    def root(self, name):
        """A tensor without such views."""
        node = self.producers.get(name)
        while node is not None and node.operator == "Reshape" and \
                is_bare(self.graph.shape(node.inputs[0]), self.graph.shape(node.outputs[0])):
            name = node.inputs[0]
            node = self.producers.get(name)
        return name

    def axes(self, node):
        """Those of a reduction, or None."""
        axes, rank = node.get("axes"), len(self.graph.shape(node.inputs[0]))
        if axes is None and node.has_input(1) and self.graph.constant(node.inputs[1]) is not None:
            axes = self.graph.constant(node.inputs[1]).reshape(-1).tolist()
        return sorted(axis % rank for axis in axes) if axes else None

    def reduction(self, name, operator, x):
        """The one axis over which a tensor is a reduction of x, or None."""
        node = self.maker(name, operator)
        axes = self.axes(node) if node is not None and node.inputs[0] == x else None
        return axes[0] if axes is not None and len(axes) == 1 else None

    def replace(self, node, operator, x, along, attributes, inputs=()):
        """A node by an operator over its last axis, with the axis moved there and back."""
        graph, output = self.graph, node.outputs[0]
        rank, made = len(graph.shape(x)), []
        order = [*(each for each in range(rank) if each != along), along]
        is_last = along == rank - 1
        if not is_last:
            moved = graph.add_tensor(f"{x}/axis last", graph.tensors[x], shape=tuple(graph.shape(x)[each] for each in order))
            made.append(Node(node.name, "Transpose", [x], [moved], {"axes": order}, node.source))
            x = moved
        result = output if is_last else graph.add_tensor(f"{output}/axis last", graph.tensors[x])
        made.append(Node(node.name, operator, [x, *inputs], [result], attributes, node.source))
        if not is_last:
            back = [order.index(each) for each in range(rank)]
            made.append(Node(node.name, "Transpose", [result], [output], {"axes": back}, node.source))
        at = graph.nodes.index(node)
        graph.nodes[at:at + 1] = made
        graph.drop_unread()
        return True


def mean(search, node):
    """A sum of which all readers take the part that is one of its elements."""
    graph = search.graph
    axes, readers = search.axes(node), graph.readers(node.outputs[0])
    if axes is None or not readers or node.outputs[0] in graph.outputs or graph.tensors[node.outputs[0]].dtype != "float32":
        return False
    count = int(np.prod([graph.shape(node.inputs[0])[axis] for axis in axes]))
    for reader in readers:
        factor = single(graph, reader) if reader.operator in ("Multiply", "Divide") else None
        if factor is None or reader.operator == "Divide" and reader.inputs[0] != node.outputs[0] or \
                abs((factor[0] * count if reader.operator == "Multiply" else count / factor[0]) - 1) > 1e-6:
            return False
    node.operator, node.inputs, node.attributes = "ReduceMean", node.inputs[:1], {"axes": axes, "keepdims": node.get("keepdims", 1)}
    for reader in readers:
        reader.operator, reader.inputs = "Identity", [node.outputs[0]]
    return True


def layer_norm(search, node):
    """(x - mean) * (scale * 1 / sqrt(max(mean of squares - square of the mean, 0) + epsilon))."""
    graph = search.graph
    for centred, factor in (node.inputs, node.inputs[::-1]):
        minus = search.producers.get(centred)
        if minus is None or minus.operator != "Subtract" or len(node.inputs) != 2:
            continue
        x, scale = minus.inputs[0], None
        axis = search.reduction(minus.inputs[1], "ReduceMean", x)
        product = search.maker(factor, "Multiply")
        if axis is not None and product is not None:
            scale = next((name for name in product.inputs if graph.constant(name) is not None), None)
            if scale is None or graph.constant(scale).size > 1 and graph.shape(product.outputs[0]) != graph.shape(factor):
                continue
            factor = next(name for name in product.inputs if name != scale)
        inverse = search.maker(factor, "Rsqrt", "Reciprocal")
        if axis is None or inverse is None or not all(stands_over(graph, name, x, [axis]) for name in (minus.inputs[1], factor)):
            continue
        deviation = search.maker(inverse.inputs[0], "Sqrt") if inverse.operator == "Reciprocal" else inverse
        plus = search.maker(deviation.inputs[0], "Add") if deviation is not None else None
        epsilon = single(graph, plus) if plus is not None else None
        if epsilon is None or epsilon[0] <= 0:
            continue
        variance = search.maker(epsilon[1], "Relu", "Maximum", "Subtract")
        if variance is not None and variance.operator != "Subtract":
            bound = (0, variance.inputs[0]) if variance.operator == "Relu" else single(graph, variance)
            variance = search.maker(bound[1], "Subtract") if bound is not None and bound[0] == 0 else None
        if variance is None:
            continue
        squares = search.maker(variance.inputs[0], "ReduceMean")
        of_mean = squared(graph, search.maker(variance.inputs[1], "Multiply", "Pow", "Square"))
        if squares is None or search.axes(squares) != [axis] or squared(graph, search.producers.get(squares.inputs[0])) != x or \
                of_mean is None or search.root(of_mean) != search.root(minus.inputs[1]):
            continue
        shape = (graph.shape(x)[axis],)
        ones = graph.add_tensor(f"{node.name}/scale", shape=shape, data=np.ones(shape, np.float32))
        if scale is not None:
            # What is left: a product with a constant, which becomes the norm's own.
            output = graph.add_tensor(f"{node.outputs[0]}/normal", graph.tensors[node.outputs[0]])
            product = Node(node.name, "Multiply", [output, scale], node.outputs, {}, node.source)
            graph.nodes.insert(graph.nodes.index(node) + 1, product)
            node.outputs = [output]
        return search.replace(node, "LayerNorm", x, axis, {"axes": 1, "epsilon": epsilon[0]}, [ones])
    return False


def softmax(search, node):
    """e^(x - max) / sum of these."""
    power = search.producers.get(node.inputs[0]) if len(node.inputs) == 2 else None
    if power is None or power.operator != "Exp":
        return False
    axis = search.reduction(node.inputs[1], "ReduceSum", power.outputs[0])
    minus = search.producers.get(power.inputs[0])
    if axis is None or minus is None or minus.operator != "Subtract":
        return False
    x, most = minus.inputs
    bound = search.maker(most, "Maximum", "Relu")
    if bound is not None and bound.operator == "Maximum":
        # A bound below everything.
        least = single(search.graph, bound)
        most = least[1] if least is not None and least[0] < -1e30 else most
    if search.reduction(most, "ReduceMax", x) != axis or \
            not all(stands_over(search.graph, name, x, [axis]) for name in (minus.inputs[1], node.inputs[1])):
        return False
    return search.replace(node, "Softmax", x, axis, {"axis": -1})


def one_hot(search, node):
    """The product of a one-hot code of tokens with a table."""
    graph = search.graph
    equal = search.producers.get(node.inputs[0])
    table = graph.tensors[node.inputs[1]]
    if equal is None or equal.operator != "Equal" or not table.is_constant or len(equal.inputs) != 2:
        return False
    for tokens, numbers in (equal.inputs, equal.inputs[::-1]):
        data = graph.constant(numbers)
        if data is None or data.shape[-1:] != table.shape[:1] or not np.array_equal(data.reshape(-1), np.arange(table.shape[0])) or \
                graph.shape(tokens)[-1:] != (1,) or graph.shape(tokens)[:-1] != graph.shape(equal.outputs[0])[:-1]:
            continue
        rows = table.data + (graph.constant(node.inputs[2]) if node.has_input(2) else 0)
        line = (1, int(np.prod(graph.shape(tokens))))
        names = [graph.add_tensor(f"{node.name}/rows", table, data=rows.astype(np.float32)),
                 graph.add_tensor(f"{tokens}/line", graph.tensors[tokens], shape=line),
                 graph.add_tensor(f"{node.outputs[0]}/line", graph.tensors[node.outputs[0]], shape=(*line, table.shape[1]))]
        at = graph.nodes.index(node)
        graph.nodes[at:at + 1] = [
            Node(node.name, "Reshape", [tokens], [names[1]], {"shape": line}, node.source),
            Node(node.name, "Embedding", [names[1], names[0]], [names[2]], {}, node.source),
            Node(node.name, "Reshape", [names[2]], node.outputs, {"shape": graph.shape(node.outputs[0])}, node.source)]
        graph.drop_unread()
        return True
    return False


FORMS = {"ReduceSum": mean, "Multiply": layer_norm, "Divide": softmax, "Dense": one_hot}


def simplify(graph):
    search = Search(graph)
    return any(FORMS[node.operator](search, node) for node in graph.nodes if node.operator in FORMS)
