from ..problems import Unsupported
from .layer import Layer, Parameter, sample
from .weighted import constant, finite


def embedding(graph, node):
    table = constant(graph, node, 1, "rows")
    x = node.inputs[0]
    if len(table.shape) != 2 or not 1 <= table.shape[0] <= 2**24:
        raise Unsupported(f"a table of {list(table.shape)}")
    if len(sample(graph, x)) != 1:
        raise Unsupported(f"tokens of {list(sample(graph, x))}: expected a line")
    # Where tokens come in, so that the test's are some.
    name, producers = x, {output: each for each in graph.nodes for output in each.outputs}
    while name in producers and producers[name].operator in ("Reshape", "Slice", "Identity"):
        name = producers[name].inputs[0]
    if name in graph.inputs:
        tokens = graph.tensors[name].tokens
        graph.tensors[name].tokens = min(tokens, table.shape[0]) if tokens else table.shape[0]
    return [Layer(node.name, f"Embedding<{table.shape[0]}, {table.shape[1]}>", [x], node.outputs[0],
                  [Parameter("weight", finite(table))])]


RULES = {"Embedding": embedding}
