import numpy as np

from ..problems import Unsupported
from .layer import Layer, Parameter, sample
from .weighted import constant, finite


def rope(is_split, base):
    return f"RoPE<{', '.join([*([f'RotaryBase<{base!r}>'] if base != 10000 else []), *(['HalfSplit'] if is_split else [])])}>"


def attention(graph, node):
    """Inputs query, key and value, of which two or all may be the same; weights and biases of four projections; a mask."""
    query, key, value = node.inputs[:3]
    inputs = [query] if query == key == value else [query, key] if key == value else [query, key, value]
    if any(len(sample(graph, name)) != 2 for name in inputs):
        raise Unsupported("an input that is no sequence")
    values = [finite(constant(graph, node, index, "projections")) for index in range(3, 11)]
    has_bias = any(np.any(each) for each in values[1::2])
    features, heads, size = sample(graph, query)[-1], node["heads"], node["size"]
    if values[6].shape[1] != features:
        raise Unsupported(f"an output of {values[6].shape[1]} features of a query that has {features}")
    if node.get("mask"):
        inputs.append(node.inputs[11])
    options = [*([node["mask"]] if node.get("mask") else []), *(["CausalMask"] if node["causal"] else []), *([] if has_bias else ["NoBias"]),
               *([f"KeyDim<{size}>"] if heads * size != features else []),
               *([f"KeyValueHeads<{node['key_heads']}>"] if node.get("key_heads", heads) != heads else []),
               *([rope(*node["turn"])] if node.get("turn") else [])]
    parameters = []
    for index, which in enumerate(("query", "key", "value", "output")):
        parameters.append(Parameter(f"{which}.weight", values[2 * index], True))
        if has_bias:
            parameters.append(Parameter(f"{which}.bias", values[2 * index + 1]))
    return [Layer(node.name, f"MultiHeadAttention<{', '.join([str(heads), *options])}>", inputs, node.outputs[0], parameters)]


RULES = {"Attention": attention}
