"""What a reader already writes as Burin's layer: recurrent ones and WaveNets of formats for sound."""

import numpy as np

from ..problems import Unsupported
from .layer import Layer, Parameter, activations


def written(graph, node):
    """`type`, and `parameters`: (name, values) in Burin's order and layout, and of each whether it lies in panels; without that
    matrices do if the node says `panels`."""
    layer = Layer(node.name, node["type"], activations(graph, node), node.outputs[0])
    panels = node.get("panels", False)
    if not all(np.all(np.isfinite(values)) for _, values, *_ in node["parameters"]):
        raise Unsupported("a number that is not finite")
    layer.parameters = [Parameter(name, values, of[0] if of else panels and values.ndim > 1)
                        for name, values, *of in node["parameters"]]
    return [layer]


RULES = {"Written": written}
