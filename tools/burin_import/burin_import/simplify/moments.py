"""Norms as TensorFlow writes them out: x · f + (shift - mean · f) with f = scale / sqrt(variance + epsilon), over the last axes or
over all of an image but its groups of channels; and x · f with f = scale / sqrt(mean of squares + epsilon)."""

import numpy as np

from ..graph import Node
from .layer_norm import single
from .views import is_bare, stands_over


class Search:
    def __init__(self, graph):
        self.graph, self.producers = graph, graph.producers()

    def made_by(self, name, *operators):
        node = self.producers.get(name)
        return node if node is not None and node.operator in operators else None

    def sources(self, name):
        """Behind views that put in or take out axes of one element."""
        while True:
            node = self.made_by(name, "Reshape", "Identity")
            if node is None or not is_bare(self.graph.shape(node.inputs[0]), self.graph.shape(name)):
                return name
            name = node.inputs[0]

    def mean(self, name):
        """(x, axes)"""
        node = self.made_by(self.sources(name), "ReduceMean", "GlobalAveragePool")
        if node is None:
            return None
        rank = len(self.graph.shape(node.inputs[0]))
        if node.operator == "ReduceMean":
            return node.inputs[0], sorted(axis % rank for axis in node.get("axes", []))
        # Of a sequence whose axes change places for it.
        before, axes = self.made_by(node.inputs[0], "Transpose"), list(range(1, rank - 1))
        return (before.inputs[0], sorted(before["axes"][axis] for axis in axes)) if before is not None else (node.inputs[0], axes)

    def root(self, name):
        """(what is squared, axes, epsilon) of 1 / sqrt(mean of squares + epsilon)."""
        node = self.made_by(self.sources(name), "Reciprocal", "Rsqrt")
        if node is not None and node.operator == "Reciprocal":
            node = self.made_by(self.sources(node.inputs[0]), "Sqrt")
        plus = self.made_by(self.sources(node.inputs[0]), "Add") if node is not None else None
        bare = single(self.graph, plus) if plus is not None else None
        variance = self.mean(bare[1]) if bare is not None else None
        square = self.made_by(variance[0], "Multiply", "Pow", "Square") if variance else None
        if square is None or bare[0] <= 0 or square.operator == "Multiply" and len(set(square.inputs)) != 1 or \
                square.operator == "Pow" and (single(self.graph, square) or (0,))[0] != 2:
            return None
        return square.inputs[0], variance[1], bare[0]

    def inverse(self, name):
        """(x, axes, epsilon) of 1 / sqrt(variance + epsilon)."""
        found = self.root(name)
        minus = self.made_by(found[0], "Subtract") if found is not None else None
        if minus is None:
            return None
        x, of = minus.inputs[0], self.mean(minus.inputs[1])
        if of is None or of != (x, found[1]) or not all(stands_over(self.graph, each, x, found[1]) for each in (minus.inputs[1], name)):
            return None
        return x, *found[1:]

    def inverse_square(self, name):
        """The same of 1 / sqrt(mean of squares + epsilon)."""
        found = self.root(name)
        return found if found is not None and stands_over(self.graph, name, *found[:2]) else None

    def factor(self, name, inverse=None):
        """(x, axes, epsilon, scale or None)"""
        inverse = inverse or self.inverse
        found = inverse(name)
        if found is not None:
            return *found, None
        node = self.made_by(name, "Multiply")
        for one, other in (node.inputs, node.inputs[::-1]) if node is not None and len(node.inputs) == 2 else ():
            if self.graph.constant(other) is not None and inverse(one) is not None:
                return *inverse(one), self.graph.constant(other)
        return None

    def negative_mean(self, name):
        node = self.made_by(self.sources(name), "Multiply")
        bare = single(self.graph, node) if node is not None else None
        return self.mean(bare[1]) if bare is not None and bare[0] == -1 else None

    def product(self, name, is_mean):
        """(x, factor's name) or (mean as (x, axes), factor's name, whether it is negative)"""
        node = self.made_by(name, "Multiply")
        for one, other in (node.inputs, node.inputs[::-1]) if node is not None and len(node.inputs) == 2 else ():
            if self.factor(other) is None:
                continue
            if not is_mean:
                return one, other
            for found, is_negative in ((self.negative_mean(one), True), (self.mean(one), False)):
                if found is not None and stands_over(self.graph, one, *found):
                    return found, other, is_negative
        return None

    def shift(self, name):
        """(mean, factor, shift)"""
        node = self.made_by(name, "Add", "Subtract")
        if node is None:
            found = self.product(name, True)
            return (*found[:2], None) if found is not None and found[2] else None
        for one, other in (node.inputs, node.inputs[::-1]) if node.operator == "Add" else (node.inputs[::-1],):
            found, data = self.product(one, True), self.graph.constant(other)
            if found is not None and data is not None and found[2] == (node.operator == "Add"):
                return *found[:2], data
        return None

    def of_squares(self, node):
        """(x, axes, epsilon, scale) of a last product x · scale / sqrt(mean of squares + epsilon)."""
        for x, other in (node.inputs, node.inputs[::-1]):
            found = self.factor(other, self.inverse_square)
            rank = len(self.graph.shape(x))
            if found is not None and found[0] == x and found[3] is not None and found[1] == [rank - 1] and found[3].size == self.graph.shape(x)[-1] and \
                    self.graph.shape(node.outputs[0]) == self.graph.shape(x) and found[3].shape[-1] == found[3].size:
                return found
        return None

    def found(self, node):
        """(x, axes, epsilon, scale, shift) of a last sum."""
        for one, other in (node.inputs, node.inputs[::-1]):
            first, second = self.product(one, False), self.shift(other)
            if first is None or second is None or first[1] != second[1]:
                continue
            x, axes, epsilon, scale = self.factor(first[1])
            if first[0] == x and second[0] == (x, axes):
                return x, axes, epsilon, scale, second[2]
        return None


def simplify(graph):
    search = None
    for node in graph.nodes:
        if node.operator not in ("Add", "Multiply") or len(node.inputs) != 2 or any(graph.tensors[name].is_constant for name in node.inputs):
            continue
        search = search or Search(graph)
        if node.operator == "Multiply":
            found = search.of_squares(node)
            if found is None:
                continue
            x, _, epsilon, scale = found
            scale = graph.add_tensor(f"{node.name}/scale", shape=scale.shape[-1:], data=scale.reshape(-1).astype(np.float32))
            node.operator, node.inputs, node.attributes = "RmsNorm", [x, scale], {"axes": 1, "epsilon": epsilon}
            graph.drop_unread()
            return True
        found = search.found(node)
        if found is None:
            continue
        x, axes, epsilon, scale, shift = found
        shape, rank = graph.shape(x), len(graph.shape(x))
        if axes == list(range(rank - len(axes), rank)) and axes:
            of, groups = shape[-len(axes):], None
        elif rank >= 3 and axes == [axis for axis in range(1, rank) if axis != rank - 2]:
            of, groups = shape[-2:], shape[-2]
        else:
            continue
        values = [np.ones(of) if scale is None else scale, np.zeros(of) if shift is None else shift]
        if any(each.size != int(np.prod(of)) or each.shape[-len(of):] != tuple(of) for each in values):
            continue
        if groups is None:
            names = [graph.add_tensor(f"{node.name}/{what}", shape=of, data=each.reshape(of).astype(np.float32)) for what, each in
                     zip(("scale", "shift"), values)]
            node.operator, node.inputs, node.attributes = "LayerNorm", [x, *names], {"axes": len(axes), "epsilon": epsilon}
        else:
            channels = int(np.prod(of))
            names = [graph.add_tensor(f"{node.name}/{what}", shape=(channels,), data=each.reshape(-1).astype(np.float32)) for what, each in
                     zip(("scale", "shift"), values)]
            image = (*shape[:-2], channels)
            source, target = (graph.add_tensor(f"{name}/channels", graph.tensors[name], shape=image) for name in (x, node.outputs[0]))
            at = graph.nodes.index(node)
            graph.nodes[at:at + 1] = [
                Node(node.name, "Reshape", [x], [source], {"shape": image}, node.source),
                Node(node.name, "GroupNorm", [source, *names], [target], {"groups": groups, "epsilon": epsilon}, node.source),
                Node(node.name, "Reshape", [target], node.outputs, {"shape": shape}, node.source)]
        graph.drop_unread()
        return True
    return False
