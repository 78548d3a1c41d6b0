"""Passes over the graph, one idea a file: `simplify(graph) -> bool`, whether something changed."""

from . import attention, batch_norm, borders, carried, cells, complex_abs, constants, dense, dilations, flatten, functions, group_norm, identities, integers, \
    islands, layer_norm, moves, one_position, pasts, products, quantize_borders, reductions, sequences, states, transposes, views, written_out

#: In this order, again and again until none changes anything.
PASSES = [states, identities, constants, cells, carried, islands, integers, quantize_borders, dilations, transposes, moves, views, sequences, dense, flatten,
          pasts, group_norm, layer_norm, written_out, complex_abs, functions, attention]


def simplify(graph, folds=False):
    every = [*PASSES, batch_norm] if folds else PASSES
    # What two passes undo each other would go on for ever.
    for _ in range(100 + 20 * len(graph.nodes)):
        if not (any([each.simplify(graph) for each in every]) or reductions.simplify(graph) or one_position.simplify(graph) or products.simplify(graph) or
                borders.simplify(graph)):
            break
    graph.drop_unread()
    for name, called in zip(graph.outputs, graph.file_outputs):
        graph.tensors[name].called = called
