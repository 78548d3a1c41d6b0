"""Layers around others."""

from ...graph import Tensor
from ...problems import Misfit, Refused, Unsupported

#: What does the same to a whole sequence as to each step of it.
OF_ANY_RANK = {"Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Rescaling", "Dropout", "GaussianNoise", "Identity", "UnitNormalization"}


def time_distributed(reader, call):
    inner, x = call.get("layer"), call.inputs[0]
    shape = reader.shape(x)
    if len(shape) < 3 or not isinstance(inner, dict):
        raise Misfit(f"input {list(shape)}")
    kind, group = inner["class_name"], f"{call.group}/layer"
    if kind in OF_ANY_RANK or kind in ("LayerNormalization", "BatchNormalization") and \
            inner["config"].get("axis") in (-1, [-1], len(shape) - 2, [len(shape) - 2]):
        config = {**inner["config"], "axis": -1} if kind.endswith("Normalization") else inner["config"]
        made = reader.layer({**inner, "config": {**config, "name": call.name}}, group, [x])
        return made[0]
    kind, parameters, result = inside(reader, inner, group, shape[2:])
    return reader.written(f"TimeDistributed<{kind}>", [x], call.name, (1, shape[1], *result), parameters, source=call.kind)


def inside(reader, layer, group, shape):
    """A layer or a model as a type of Burin's, with its parameters and the shape that it makes of one."""
    from ... import simplify
    from ...layers import layers_of
    from ..keras import Reader
    within = Reader("inside", reader.variables)
    within.calls = reader.calls
    within.graph.tensors["x"] = Tensor("x", (1, *shape))
    within.graph.inputs = ["x"]
    within.graph.outputs = within.layer(layer, group, ["x"])
    for node in within.graph.nodes:
        if node.outputs[0] in within.unknown:
            raise Unsupported(f"{node.source}: {node['why']}")
    within.graph.verify()
    simplify.simplify(within.graph)
    try:
        layers = layers_of(within.graph)
    except Refused as refused:
        raise Unsupported(" ".join(str(refused).split())) from None
    reader.calls = within.calls
    last, output = "x", within.graph.outputs
    for each in layers:
        if each.inputs != [last] or each.statistics:
            raise Unsupported("expected layers one after the other, without statistics")
        last = each.output
    if output != [last]:
        raise Unsupported("expected layers one after the other")
    of = [(parameter, f"{number}." if len(layers) > 1 else "") for number, each in enumerate(layers) for parameter in each.parameters]
    kind = layers[0].type if len(layers) == 1 else f"Sequential<{', '.join(each.type for each in layers)}>"
    return kind, [(place + each.name, each.values, each.is_panels) for each, place in of], within.graph.shape(last)[1:]


RULES = {"TimeDistributed": time_distributed}
