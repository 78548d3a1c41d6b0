"""Passes over the graph, one idea a file: `simplify(graph) -> bool`, whether something changed."""

from . import constants, quantize_borders, identities, transposes, dense

#: In this order, again and again until none changes anything.
PASSES = [identities, constants, quantize_borders, transposes, dense]


def simplify(graph):
    while any([each.simplify(graph) for each in PASSES]):
        pass
    graph.drop_unread()
