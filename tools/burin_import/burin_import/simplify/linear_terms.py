"""What views, factors and sums make of one tensor: for each element where its terms come from, and by what they are multiplied."""

import math

import numpy as np

LARGEST = 2**22


class LinearTerms:
    def __init__(self, graph, producers):
        self.graph = graph
        self.producers = producers
        self.work = 0

    def of(self, name):
        """(tensor, [(places in it, factors)]) of a tensor, None where it is no such thing."""
        self.work = 0
        found = self.terms(name)
        return found if found and found[1] else None

    def terms(self, name):
        node = self.producers.get(name)
        shape = self.graph.shape(name)
        # Also of what is small: sums of a sum with itself are twice as many a node.
        self.work += math.prod(shape) + LARGEST // 4096
        if self.work > LARGEST:
            return None
        if node is None or node.operator == "Dense":
            return name, [(np.arange(math.prod(shape)).reshape(shape), np.ones(shape))]
        if node.operator in ("Multiply", "Divide") and len(node.inputs) == 2:
            return self.scaled(node, shape)
        if node.operator in ("Add", "Subtract") and len(node.inputs) == 2:
            found = self.all_of(node, 2)
            if found is None:
                return None
            source, (first, second) = found
            sign = 1 if node.operator == "Add" else -1
            both = first + [(places, sign * factors) for places, factors in second]
            return source, [tuple(np.broadcast_to(each, shape) for each in term) for term in both]
        if node.operator == "Concat":
            found = self.all_of(node, 8)
            if found is None:
                return None
            source, parts = found
            count = max(len(part) for part in parts)
            # Of those that have fewer the others are 0.
            parts = [part + [(part[0][0], np.zeros(part[0][1].shape))] * (count - len(part)) for part in parts]
            return source, [tuple(np.concatenate([part[i][k] for part in parts], node["axis"]) for k in (0, 1)) for i in range(count)]
        view = self.view(node)
        found = self.terms(node.inputs[0]) if view and node.inputs else None
        return found and (found[0], [(view(places), view(factors)) for places, factors in found[1]])

    def all_of(self, node, most):
        """The terms of all inputs, if they are of one tensor."""
        if len(node.inputs) > most or any(self.graph.constant(each) is not None for each in node.inputs):
            return None
        found = [self.terms(each) for each in node.inputs]
        if any(each is None or each[0] != found[0][0] for each in found) or sum(len(each[1]) for each in found) > 16:
            return None
        return found[0][0], [each[1] for each in found]

    def scaled(self, node, shape):
        values = [self.graph.constant(each) for each in node.inputs]
        index = 0 if values[0] is not None and node.operator == "Multiply" else 1
        if values[index] is None:
            return None
        found = self.terms(node.inputs[1 - index])
        if found is None:
            return None
        factor = values[index].astype(np.float64)
        if node.operator == "Divide":
            if np.any(factor == 0):
                return None
            factor = 1 / factor
        return found[0], [(np.broadcast_to(places, shape), np.broadcast_to(factors * factor, shape)) for places, factors in found[1]]

    def view(self, node):
        shape = self.graph.shape(node.outputs[0])
        if node.operator == "Reshape":
            return lambda x: x.reshape(shape)
        if node.operator == "Transpose":
            return lambda x: x.transpose(node["axes"])
        if node.operator in ("Slice", "StridedSlice"):
            step = node["step"] if node.operator == "StridedSlice" else 1
            return lambda x: x.take(range(node["first"], node["first"] + step * node["count"], step), node["axis"])
        if node.operator == "Written" and str(node["type"]).startswith("RepeatVector<"):
            return lambda x: np.broadcast_to(x[:, None], shape)
        return (lambda x: x) if node.operator == "Identity" else None
