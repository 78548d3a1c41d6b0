import numpy as np

from ..problems import Unsupported
from .layer import Layer, Parameter, is_int8, number, sample
from .weighted import constant, finite


def batch_norm(graph, node):
    x = node.inputs[0]
    if is_int8(graph, x, node.outputs[0]):
        raise Unsupported("8 bits")
    channels = sample(graph, x)[-1]
    values = [finite(constant(graph, node, index, what)).reshape(-1) if node.has_input(index) else np.full(channels, default)
              for index, what, default in ((1, "scales", 1.0), (2, "shifts", 0.0), (3, "means", 0.0), (4, "variances", 1.0))]
    if any(value.size != channels for value in values):
        raise Unsupported(f"expected {channels} numbers of each kind")
    epsilon = node.get("epsilon", 1e-5)
    option = "" if np.float32(epsilon) == np.float32(1e-5) else f"Epsilon<{number(epsilon)}>"
    names = ["weight", "bias", "running_mean", "running_var"]
    parameters = [Parameter(name, value) for name, value in zip(names, values)]
    return [Layer(node.name, f"BatchNorm<{option}>", [x], node.outputs[0], parameters[:2], parameters[2:])]


RULES = {"BatchNorm": batch_norm}
