"""What a network keeps from one run to the next, where these are the last steps of a sequence, is a layer `Past`: it gives
its input behind them. As files have it: Concat of the state and the next steps, whose last steps are the state then."""

import numpy as np

from ..graph import Node


def why_not(graph, state, producers):
    """Of a state that is none such: what was expected. Else the Concat and how many steps."""
    if len(state.reads) != 1 or len(state.writes) != 1:
        return f"expected that it is read and written once, got {len(state.reads)} and {len(state.writes)} times"
    kept, readers = graph.tensors[state.reads[0]], graph.readers(state.reads[0])
    if len(readers) != 1 or readers[0].operator != "Concat" or list(readers[0].inputs[:1]) != state.reads or \
            len(readers[0].inputs) != 2 or readers[0]["axis"] != 1 or len(kept.shape) < 3:
        return "expected that the next steps are put behind it along time"
    whole = readers[0].outputs[0]
    last = producers.get(state.writes[0])
    steps, rows = kept.shape[1], graph.shape(whole)[1]
    if last is None or last.operator != "Slice" or last.inputs[0] != whole or last["axis"] != 1 or \
            (last["first"], last["count"]) != (rows - steps, steps):
        return f"expected that its last {steps} steps are written there"
    tensors = [kept, *(graph.tensors[name] for name in (readers[0].inputs[1], whole, state.writes[0]))]
    if any((each.quantization is None) != (kept.quantization is None) or each.dtype != kept.dtype or
           each.quantization is not None and not each.quantization.same(kept.quantization) for each in tensors):
        return "expected one scale and zero point of the state and the steps behind it"
    zero = 0 if kept.quantization is None else kept.quantization.zero_point
    if kept.dtype not in ("int8", "float32"):
        return f"expected int8 or float32, got {kept.dtype}"
    first = None if state.initial is None else state.initial.view(np.uint8)
    wanted = np.full(kept.shape, zero, kept.dtype).reshape(-1).view(np.uint8)
    if first is None or not np.array_equal(first, wanted):
        return "expected that it begins with zeros"
    return readers[0], steps


def simplify(graph):
    states, graph.states = graph.states, []
    if not states:
        return False
    producers = graph.producers()
    for state in states:
        found = why_not(graph, state, producers)
        if isinstance(found, str):
            for name in state.reads:
                producers[name].attributes["why"] = found
            continue
        concat, steps = found
        past = Node(state.name or concat.name, "Past", [concat.inputs[1]], concat.outputs, {"steps": steps}, concat.source)
        graph.nodes = [past if node is concat else node for node in graph.nodes if node is not producers[state.reads[0]]]
    graph.streams = True
    graph.drop_unread()
    return True
