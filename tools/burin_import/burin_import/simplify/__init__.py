"""Passes over the graph, one idea a file: `simplify(graph) -> bool`, whether something changed."""

from . import batch_norm, constants, dense, dilations, identities, islands, pasts, quantize_borders, sequences, states, transposes

#: In this order, again and again until none changes anything.
PASSES = [states, identities, constants, islands, quantize_borders, dilations, transposes, sequences, dense, pasts]


def simplify(graph, folds=False):
    while any([each.simplify(graph) for each in (*PASSES, batch_norm) if folds or each is not batch_norm]):
        pass
    graph.drop_unread()
