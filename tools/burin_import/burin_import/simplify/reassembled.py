"""Pieces of a tensor put together as they were are the tensor."""

import math

import numpy as np

from ..graph import Node

LARGEST = 2**20
VIEWS = ("Reshape", "Transpose", "Slice", "StridedSlice", "Identity")


def places(graph, producers, name):
    """(tensor, which of its elements) of what views make of a tensor."""
    chain = []
    while name in producers and producers[name].operator in VIEWS and len(chain) < 16:
        chain.append(producers[name])
        name = chain[-1].inputs[0]
    where = np.arange(math.prod(graph.shape(name))).reshape(graph.shape(name))
    for node in reversed(chain):
        if node.operator == "Reshape":
            where = where.reshape(graph.shape(node.outputs[0]))
        elif node.operator == "Transpose":
            where = where.transpose(node["axes"])
        elif node.operator != "Identity":
            step = node.get("step", 1)
            where = where.take(range(node["first"], node["first"] + step * node["count"], step), node["axis"])
    return name, where


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        output = node.outputs[0]
        if node.operator != "Concat" or not 2 <= len(node.inputs) <= 8 or math.prod(graph.shape(output)) > LARGEST or \
                not all(name in producers and producers[name].operator in VIEWS for name in node.inputs):
            continue
        parts, size = [], math.prod(graph.shape(output))
        for name in node.inputs:
            source, where = places(graph, producers, name)
            if math.prod(graph.shape(source)) != size or parts and source != parts[0][0]:
                break
            parts.append((source, where))
        if len(parts) < len(node.inputs):
            continue
        source, whole = parts[0][0], np.concatenate([where for _, where in parts], node["axis"])
        of, to = graph.tensors[source], graph.tensors[output]
        if not np.array_equal(whole.reshape(-1), np.arange(size)) or of.dtype != to.dtype or \
                of.quantization is not to.quantization and not (of.quantization and of.quantization.same(to.quantization)):
            continue
        at = graph.nodes.index(node)
        graph.nodes[at] = Node(node.name, "Reshape", [source], [output], {"shape": to.shape}, node.source)
        graph.drop_unread()
        return True
    return False
