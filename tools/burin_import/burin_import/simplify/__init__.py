"""Passes over the graph, one idea a file: `simplify(graph) -> bool`, whether something changed."""

from . import attention, batch_norm, borders, broadcasts, carried, cells, complex_abs, constants, dense, dilations, flatten, functions, \
    group_norm, hidden_scores, identities, integers, islands, layer_norm, moments, moves, one_position, pasts, products, quantize_borders, \
    quotients, reductions, sequences, states, tokens, transposes, views, written_out

#: In this order, again and again until none changes anything.
PASSES = [states, tokens, identities, broadcasts, constants, cells, carried, islands, integers, quantize_borders, dilations, transposes, moves, views,
          sequences, dense, flatten, pasts, group_norm, layer_norm, moments, written_out, complex_abs, functions, attention]
#: Then one of these, where none of them does: what is part of no larger form.
REST = [hidden_scores, reductions, one_position, products, quotients, borders]


def simplify(graph, folds=False):
    every = [*PASSES, batch_norm] if folds else PASSES
    # What two passes undo each other would go on for ever.
    for _ in range(100 + 20 * len(graph.nodes)):
        if not any([each.simplify(graph) for each in every]) and not any(each.simplify(graph) for each in REST):
            break
    graph.drop_unread()
    for name, called in zip(graph.outputs, graph.file_outputs):
        graph.tensors[name].called = called
