from ..problems import Unsupported
from .layer import Layer, activations, is_int8, window_size


def resize(graph, node):
    x, = activations(graph, node, 1)
    if is_int8(graph, x, node.outputs[0]):
        raise Unsupported("8 bits")
    factors = node["factors"]
    text = ", ".join([window_size(factors), *(["Bilinear"] if node["mode"] == "linear" else [])])
    return [Layer(node.name, f"UpSampling{len(factors)}D<{text}>", [x], node.outputs[0])]


RULES = {"Resize": resize}
