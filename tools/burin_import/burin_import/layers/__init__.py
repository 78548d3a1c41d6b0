"""Each node as one of Burin's layers, or a problem. A file has the rules of one family: `RULES`, from the graph's operators
to functions `rule(graph, node) -> [Layer, ...]` that raise Unsupported."""

from ..problems import Refused, Unsupported
from . import activations, attention, convolution, dense, embedding, integer_lstm, merge, normalization, padding, past, pooling, \
    rescaling, resizing, shape, svdf, tensors, written
from .layer import is_int8

FAMILIES = (activations, attention, convolution, dense, embedding, integer_lstm, merge, normalization, padding, past, pooling,
            rescaling, resizing, shape, svdf, tensors, written)

RULES = {operator: rule for family in FAMILIES
         for operator, rule in family.RULES.items()}


def layers_of(graph):
    """All nodes as layers. Refuses with everything that is not supported, at once."""
    layers, problems = [], []
    try:
        is_int8(graph, *graph.inputs, *graph.outputs)
    except Unsupported as problem:
        raise Refused(f"inputs and outputs: {problem}") from None
    for node in graph.nodes:
        operator = node.source or node.operator
        try:
            rule = RULES.get(node.operator)
            if rule is None:
                why = node.get("why")
                attributes = ", ".join(f"{name} {value}" for name, value in node.attributes.items() if name != "why")
                raise Unsupported(why or f"no layer for this operator{f' ({attributes})' if attributes else ''}")
            made = rule(graph, node)
            for layer in made if isinstance(made, list) else [made]:
                layer.by_step = graph.by_step and not node.get("by_step")
                layers.append(layer)
        except Unsupported as problem:
            problems.append(f"  {node.name}: {operator}: {problem}")
    if graph.streams and not graph.by_step and not problems:
        problems += [f"  {problem}" for problem in past.problems_of(layers)]
    if problems:
        count = len(problems)
        raise Refused(f"{count} node{'s are' if count > 1 else ' is'} not supported:\n" + "\n".join(problems))
    return layers
