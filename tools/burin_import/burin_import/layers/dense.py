from ..problems import Unsupported
from .layer import Layer, sample
from .weighted import bias_option, constant, make


def dense(graph, node):
    weight = constant(graph, node, 1, "weights")
    shape = sample(graph, node.inputs[0])
    if len(weight.shape) != 2 or not shape or shape[-1] != weight.shape[0]:
        raise Unsupported(f"input {list(shape)} and weights {list(weight.shape)} do not fit")
    units = weight.shape[1]
    kind = f"Dense<{', '.join([str(units), *bias_option(node)])}>"
    for _ in shape[1:]:
        kind = f"TimeDistributed<{kind}>"
    layer = Layer(node.name, kind, node.inputs[:1], node.outputs[0])
    return make(graph, node, layer, units, lambda w: (w.T, True), True, True)


RULES = {"Dense": dense}
