import numpy as np

from ..problems import Unsupported
from .layer import Layer, Parameter, is_int8, number, one_sample, sample
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


def epsilon_option(node):
    epsilon = node.get("epsilon", 1e-5)
    return [] if np.float32(epsilon) == np.float32(1e-5) else [f"Epsilon<{number(epsilon)}>"]


def scale_and_shift(graph, node, shape):
    """Both, of this shape; a shift that is left out is 0."""
    result = []
    for index, name, default in ((1, "weight", 1.0), (2, "bias", 0.0)):
        values = finite(constant(graph, node, index, f"a {name}")) if node.has_input(index) else np.full(shape, default, np.float32)
        if values.size != int(np.prod(shape)):
            raise Unsupported(f"expected a {name} of {list(shape)}, got {list(values.shape)}")
        result.append(Parameter(name, values.reshape(shape)))
    return result


def layer_norm(graph, node):
    x, axes = node.inputs[0], node["axes"]
    if is_int8(graph, x, node.outputs[0]):
        raise Unsupported("8 bits")
    shape = sample(graph, x)
    if not 1 <= axes <= len(shape):
        raise Unsupported(f"{axes} axes of {list(shape)}")
    options = [*([f"LastAxes<{axes}>"] if axes > 1 else []), *epsilon_option(node)]
    kind = "RMSNorm" if node.operator == "RmsNorm" else "LayerNorm"
    parameters = scale_and_shift(graph, node, shape[-axes:])[:1 if kind == "RMSNorm" else 2]
    return [Layer(node.name, f"{kind}<{', '.join(options)}>", [x], node.outputs[0], parameters)]


def group_norm(graph, node):
    x, groups = node.inputs[0], node["groups"]
    if is_int8(graph, x, node.outputs[0]):
        raise Unsupported("8 bits")
    channels = sample(graph, x)[-1]
    one_sample(graph, x)
    if groups < 0 or groups and channels % groups:
        raise Unsupported(f"{groups} groups of {channels} channels")
    options = [*([str(groups)] if groups else []), *epsilon_option(node)]
    kind = "GroupNorm" if groups else "InstanceNorm"
    return [Layer(node.name, f"{kind}<{', '.join(options)}>", [x], node.outputs[0], scale_and_shift(graph, node, (channels,)))]


RULES = {"BatchNorm": batch_norm, "LayerNorm": layer_norm, "RmsNorm": layer_norm, "GroupNorm": group_norm}
