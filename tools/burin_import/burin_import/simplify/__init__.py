"""Passes over the graph, one idea a file: `simplify(graph) -> bool`, whether something changed."""

from . import attention, batch_norm, borders, broadcasts, carried, cells, complex_abs, constants, dense, dilations, directions, flatten, functions, \
    group_norm, hidden_scores, identities, integers, islands, last_steps, layer_norm, moments, moves, one_position, pads, pasts, pieces, products, quantize_borders, \
    quotients, reassembled, reductions, scales, sequences, states, tokens, transposes, views, written_out

#: In this order, again and again until none changes anything.
PASSES = [states, tokens, identities, broadcasts, constants, cells, carried, islands, integers, quantize_borders, dilations, transposes, moves, views,
          sequences, pads, reassembled, last_steps, directions, dense, flatten, pasts, group_norm, layer_norm, moments, written_out, complex_abs, functions, attention]
#: Then one of these, where none of them does: what is part of no larger form.
REST = [hidden_scores, reductions, one_position, products, quotients, scales, borders]
#: Those that look no further than a few nodes.
NEAR = [identities, broadcasts, constants, islands, integers, dilations, transposes, moves, views, sequences, pads, reassembled, last_steps, directions, dense, flatten, group_norm,
        layer_norm, moments, written_out, complex_abs, functions, attention]


def simplify(graph, folds=False):
    folding = [batch_norm] if folds else []
    if len(graph.nodes) > pieces.SHORT:
        # What is part of no larger form is known when all larger ones are found.
        pieces.simplify(graph, [*NEAR, *folding])
        pieces.simplify(graph, [*NEAR, *folding, *REST[:-1]])
    pieces.fixpoint(graph, [*PASSES, *folding], REST)
    graph.drop_unread()
    for name, called in zip(graph.outputs, graph.file_outputs):
        graph.tensors[name].called = called
