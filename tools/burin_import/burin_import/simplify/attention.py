"""Attention written out: projections, heads that are parted by any views, softmax(q k^T scale + mask) v, heads side by side
and a projection. What views do is found by where they bring each element."""

import math
import re

import numpy as np

from ..graph import Node
from . import rotary
from .linear_terms import LARGEST, LinearTerms


def scalar(graph, name):
    data = graph.constant(name)
    return float(data.reshape(-1)[0]) if data is not None and data.size == 1 else None


class Search:
    def __init__(self, graph):
        self.graph = graph
        self.producers = graph.producers()

    def unscaled(self, name):
        """Without factors of one number, and their product."""
        factor = 1.0
        while name in self.producers:
            node = self.producers[name]
            if node.operator == "Multiply" and len(node.inputs) == 2:
                values = [scalar(self.graph, each) for each in node.inputs]
                if values[0] is None and values[1] is None:
                    break
                factor *= values[0] if values[0] is not None else values[1]
                name = node.inputs[1 if values[0] is not None else 0]
            elif node.operator == "Divide" and scalar(self.graph, node.inputs[1]):
                factor /= scalar(self.graph, node.inputs[1])
                name = node.inputs[0]
            else:
                break
        return name, factor

    def view(self, node, places):
        if node.operator == "Reshape":
            return places.reshape(self.graph.shape(node.outputs[0]))
        if node.operator == "Transpose":
            return places.transpose(node["axes"])
        if node.operator == "Slice":
            return places.take(range(node["first"], node["first"] + node["count"]), node["axis"])
        return places

    def projected(self, name, order):
        """(Dense, first column, heads, steps, size, factor, heads of the columns, turn) of a factor of the products, whose axes
        `order` makes [heads, steps, size]."""
        found = LinearTerms(self.graph, self.producers).of(name)
        if found is None:
            return None
        source, terms = found
        dense = self.producers.get(source)
        if dense is None or dense.operator != "Dense" or any(self.graph.constant(each) is None for each in dense.inputs[1:]):
            return None
        ordered = []
        for each in zip(*terms):
            each = np.stack(each)
            each = each.reshape(len(each), *[1] * max(4 - each.ndim, 0), *each.shape[1:])
            if any(extent != 1 for extent in each.shape[1:-3]):
                return None
            ordered.append(each.reshape(len(each), *each.shape[-3:]).transpose(0, *(1 + axis for axis in order)))
        places, factors = ordered
        _, heads, steps, size = places.shape
        width = self.graph.shape(source)[-1]
        # At the first step nothing is turned.
        largest = np.abs(factors[:, :, 0, 0]).argmax(0)
        firsts = places[largest, np.arange(heads), 0, 0]
        first, factor = int(firsts[0]), float(factors[largest[0], 0, 0, 0])
        kept = int(firsts.max() - first) // size + 1
        expected = np.arange(steps)[None, :, None] * width + firsts[:, None, None] + np.arange(size)[None, None, :]
        if factor == 0 or heads % kept or not np.array_equal(firsts, first + np.arange(heads) // (heads // kept) * size) or \
                first + kept * size > width or math.prod(self.graph.shape(source)) != steps * width:
            return None
        turn = None
        if np.any((places != expected) & (factors != 0)):
            turn = rotary.found(places, factors, expected, factor)
            if turn is None:
                return None
        elif not np.array_equal(np.where(places == expected, factors, 0).sum(0), np.full(expected.shape, factor)):
            return None
        return dense, first, heads, steps, size, factor, kept, turn

    def mask(self, name, shape):
        """What is added to scores: (KeyPaddingMask, node's mask of what is to be seen) or (AdditiveMask, tensor, its shape)."""
        heads, queries, keys = shape
        path = []
        while name in self.producers:
            node = self.producers[name]
            repeats = re.match(r"RepeatVector<(\d+)>$", node.get("type") or "")
            if node.operator not in ("Reshape", "Transpose", "Identity") and not repeats:
                break
            path.append((node, int(repeats[1]) if repeats else 0))
            name = node.inputs[0]
        count = math.prod(self.graph.shape(name))
        if count > LARGEST or math.prod(shape) > LARGEST:
            return None
        places = np.arange(count).reshape(self.graph.shape(name))
        for node, times in reversed(path):
            places = np.repeat(places.reshape(1, 1, -1), times, 1) if times else self.view(node, places)
        try:
            places = np.broadcast_to(places.reshape(places.shape[-3:] if places.ndim > 3 and math.prod(places.shape[:-3]) == 1 else places.shape), shape)
        except ValueError:
            return None
        for extents in ((1, 1, keys), (1, queries, keys), (heads, queries, keys)):
            if count == math.prod(extents) and np.array_equal(places, np.broadcast_to(np.arange(count).reshape(extents), shape)):
                break
        else:
            return None
        if extents[:2] == (1, 1):
            return self.padding(name) or ("AdditiveMask", name, (1, 1, keys), queries)
        return "AdditiveMask", name, (1, *extents[1:]) if extents[0] == 1 else (1, *extents), 1

    def padding(self, name):
        """The keys that are to be seen of Where(mask, 0, -inf), or the other way round."""
        node = self.producers.get(name)
        if node is None or node.operator != "Where":
            return None
        values = [uniform(self.graph, each) for each in node.inputs[1:]]
        if None in values or sorted(values)[0] > -1e8 or max(values) != 0:
            return None
        return "KeyPaddingMask", node.inputs[0], values[0] == 0

    def scores(self, name):
        """(product, factor, is_causal, mask) below a softmax."""
        is_causal, mask = False, None
        name, factor = self.unscaled(name)
        node = self.producers.get(name)
        if node is not None and node.operator == "Add" and all(self.graph.constant(each) is None for each in node.inputs):
            # The scores are a product; the other is a mask.
            for rest, other in (node.inputs, node.inputs[::-1]):
                below, more = self.unscaled(rest)
                product = self.producers.get(below)
                if product is not None and product.operator == "MatMul":
                    shape = self.graph.shape(node.outputs[0])
                    mask = self.mask(other, (1,) * max(3 - len(shape), 0) + shape[-3:]) if math.prod(shape[:-3]) == 1 and factor == 1 else None
                    return (product, more, False, mask) if mask is not None else None
            return None
        if node is not None and node.operator in ("Add", "Where"):
            if node.operator == "Add":
                mask = next((each for each in node.inputs if self.graph.constant(each) is not None), None)
                rest = next((each for each in node.inputs if each != mask), None)
                data = self.graph.constant(mask) if mask else None
            else:
                seen, rest, least = node.inputs
                seen, value = self.graph.constant(seen), scalar(self.graph, least)
                if seen is not None and value is None and scalar(self.graph, rest) is not None:
                    seen, rest, value = ~seen.astype(bool), least, scalar(self.graph, rest)
                if seen is None or value is None:
                    return None
                data = None if seen is None or value is None else np.where(seen, 0.0, value)
            if data is None or rest is None:
                return None
            if np.any(data != 0):
                if data.ndim < 2 or math.prod(data.shape[:-2]) != 1:
                    return None
                data = data.reshape(data.shape[-2:])
                hidden = np.triu(np.ones(data.shape, bool), 1)
                if factor != 1 or np.any(data[~hidden] != 0) or np.any(data[hidden] > -1e8):
                    return None
                is_causal = True
            name, more = self.unscaled(rest)
            factor *= more
            node = self.producers.get(name)
        return (node, factor, is_causal, None) if node is not None and node.operator == "MatMul" else None

    def behind(self, name):
        """The Dense layer that reads the heads side by side, and where each of their elements stands."""
        places = np.arange(math.prod(self.graph.shape(name))).reshape(self.graph.shape(name))
        while True:
            readers = self.graph.readers(name)
            if len(readers) != 1 or name in self.graph.outputs:
                return None
            node = readers[0]
            if node.operator == "Dense":
                return node, places
            if node.operator not in ("Reshape", "Transpose", "Identity"):
                return None
            places = self.view(node, places)
            name = node.outputs[0]

    def found(self, softmax):
        graph = self.graph
        below = self.scores(softmax.inputs[0])
        if below is None or softmax["axis"] != len(graph.shape(softmax.inputs[0])) - 1:
            return None
        product, factor, is_causal, mask = below
        name = softmax.outputs[0]
        readers = [node for node in graph.readers(name) if node.operator != "IsNaN"]
        # NaN where a query sees no key: there is none such.
        if len(readers) == 1 and readers[0].operator == "Where" and readers[0].inputs[2] == name:
            condition = self.producers.get(readers[0].inputs[0])
            if condition is not None and condition.operator == "IsNaN" and condition.inputs[0] == name:
                name = readers[0].outputs[0]
                readers = graph.readers(name)
        if len(readers) != 1 or readers[0].operator != "MatMul" or readers[0].inputs[0] != name or name in graph.outputs:
            return None
        mixed = readers[0]
        query = self.projected(product.inputs[0], (0, 1, 2))
        key = self.projected(product.inputs[1], (0, 2, 1))
        value = self.projected(mixed.inputs[1], (0, 1, 2))
        last = self.behind(mixed.outputs[0])
        if None in (query, key, value, last):
            return None
        output, places = last
        heads, steps, size = query[2:5]
        if key[2] != heads or key[4] != size or value[2:5] != (heads, key[3], size) or is_causal and steps != key[3]:
            return None
        if query[6] != heads or key[6] != value[6] or query[7] != key[7] or value[7] is not None:
            return None
        expected = np.arange(heads * steps * size).reshape(heads, steps, size).transpose(1, 0, 2).reshape(-1)
        if not np.array_equal(places.reshape(-1), expected) or graph.shape(output.inputs[0])[-1] != heads * size or \
                any(graph.constant(each) is None for each in output.inputs[1:]):
            return None
        factor *= query[5] * key[5] * math.sqrt(size)
        return query, key, value, output, factor, is_causal, mask

    def replace(self, softmax):
        found = self.found(softmax)
        if found is None:
            return False
        graph = self.graph
        query, key, value, output, factor, is_causal, mask = found
        heads, size = query[2], query[4]
        names = []
        for (dense, first, *_, kept, _), times in ((query, factor), (key, 1.0), (value, value[5])):
            width = kept * size
            weight = graph.constant(dense.inputs[1])[:, first:first + width] * np.float32(times)
            bias = (graph.constant(dense.inputs[2]).reshape(-1)[first:first + width] if dense.has_input(2) else
                    np.zeros(width, np.float32)) * np.float32(times)
            names += [graph.add_tensor(f"{softmax.name}/weight", shape=weight.shape, data=weight),
                      graph.add_tensor(f"{softmax.name}/bias", shape=bias.shape, data=bias)]
        weight = graph.constant(output.inputs[1])
        bias = graph.constant(output.inputs[2]) if output.has_input(2) else np.zeros(weight.shape[1], np.float32)
        names += [graph.add_tensor(f"{softmax.name}/weight", shape=weight.shape, data=weight),
                  graph.add_tensor(f"{softmax.name}/bias", shape=(weight.shape[1],), data=bias.reshape(-1))]
        if mask is not None:
            names.append(self.visible(softmax, output, mask) if mask[0] == "KeyPaddingMask" else self.added(softmax, output, mask))
        at = graph.nodes.index(output)
        # Of rows that are written as one row a step.
        inputs = [each[0].inputs[0] for each in (query, key, value)]
        shape = (1, query[3], weight.shape[1])
        made = output.outputs[0]
        if graph.shape(made) != shape:
            made = graph.add_tensor(f"{output.outputs[0]}/attention", graph.tensors[made], shape=shape)
            graph.nodes.insert(at + 1, Node(output.name, "Reshape", [made], [output.outputs[0]], {"shape": graph.shape(output.outputs[0])}))
        graph.nodes[at] = Node(output.name, "Attention", [*inputs, *names], [made],
                               {"heads": heads, "size": size, "causal": is_causal, "key_heads": key[6], "turn": query[7],
                                **({"mask": mask[0]} if mask is not None else {})}, "MatMul, Softmax, MatMul")
        graph.drop_unread()
        return True


    def visible(self, softmax, output, mask):
        """The mask [keys] of those that are to be seen."""
        graph, (_, name, is_visible) = self.graph, mask
        node = self.producers.get(name)
        while node is not None and node.operator in ("Identity", "Reshape") and not is_visible:
            name, node = node.inputs[0], self.producers.get(node.inputs[0])
        keys = math.prod(graph.shape(name))
        made = graph.add_tensor(f"{softmax.name}/seen", graph.tensors[name], dtype="float32")
        at = graph.nodes.index(output)
        token = uniform(graph, node.inputs[1]) if node is not None and node.operator == "Equal" else None
        if is_visible:
            made = name
        elif token is not None and token >= 0 and token == int(token):
            graph.nodes.insert(at, Node(node.name, "Written", [node.inputs[0]], [made], {"type": f"PaddingMask<{int(token)}>", "parameters": []}))
        else:
            graph.nodes.insert(at, Node(softmax.name, "Not", [name], [made]))
        line = graph.add_tensor(f"{softmax.name}/keys", graph.tensors[made], shape=(1, keys))
        graph.nodes.insert(graph.nodes.index(output), Node(softmax.name, "Reshape", [made], [line], {"shape": (1, keys)}))
        return line

    def added(self, softmax, output, mask):
        """The mask [queries, keys], or one a head."""
        graph, (_, name, shape, times) = self.graph, mask
        line = graph.add_tensor(f"{softmax.name}/mask", graph.tensors[name], shape=shape)
        if times > 1:
            row = (1, math.prod(shape))
            flat = graph.add_tensor(f"{softmax.name}/row", graph.tensors[name], shape=row)
            graph.nodes.insert(graph.nodes.index(output), Node(softmax.name, "Reshape", [name], [flat], {"shape": row}))
            graph.tensors[line].shape = (1, times, row[1])
            graph.nodes.insert(graph.nodes.index(output), Node(softmax.name, "Written", [flat], [line], {"type": f"RepeatVector<{times}>", "parameters": []}))
        else:
            graph.nodes.insert(graph.nodes.index(output), Node(softmax.name, "Reshape", [name], [line], {"shape": shape}))
        return line


def uniform(graph, name):
    """The one number of a constant that has no others, or None."""
    data = graph.constant(name)
    return float(data.reshape(-1)[0]) if data is not None and data.size and data.dtype.kind in "fiu" and np.all(data == data.reshape(-1)[0]) else None


def simplify(graph):
    for node in graph.nodes:
        if node.operator == "Softmax" and Search(graph).replace(node):
            return True
    return False
