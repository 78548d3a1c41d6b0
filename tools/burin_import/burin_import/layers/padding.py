from ..problems import Unsupported
from .layer import Layer, extents, is_int8, sample, view


#: By the names of ONNX: what the border is made of.
KINDS = {"constant": "Zero", "reflect": "Reflect", "edge": "Replicate", "wrap": "Circular", "symmetric": "Symmetric"}


def border(pads):
    """The arguments of layers that put in or cut off so much before and behind."""
    flat = [count for pad in pads for count in pad]
    return extents(*flat) if len(set(flat)) == 1 else extents(*(first for first, _ in pads)) \
        if all(first == last for first, last in pads) else ", ".join(map(str, flat))


def padding(name, pads, rank, graph, source, output, quantization, kind="Zero"):
    layer = Layer(name, f"{kind}Padding{rank}D<{border(pads)}>", [source], output)
    if quantization is not None:
        layer.constants = lambda rounding, low: [("zero_point", quantization.zero_point)]
    return layer


def padding_before(graph, node, layer, pads, rank):
    """The layer, or a layer of padding and then the layer."""
    if pads is None:
        return [layer]
    like = graph.tensors[node.inputs[0]]
    padded = graph.add_tensor(f"{like.name}/padded", like, shape=(1, *(
        extent + sum(pad) for extent, pad in zip(sample(graph, like.name), [*pads, (0, 0)]))))
    layer.inputs = [padded]
    quantization = like.quantization if is_int8(graph, node.inputs[0]) else None
    return [padding(f"{node.name}_padding", pads, rank, graph, node.inputs[0], padded, quantization), layer]


def pad(graph, node):
    x = node.inputs[0]
    shape, pads = sample(graph, x), [tuple(each) for each in node["pads"]]
    kind = KINDS.get(node.get("mode", "constant"))
    if kind is None:
        raise Unsupported(f"mode {node['mode']}")
    if kind == "Zero" and node.get("value", 0.0) != 0.0:
        raise Unsupported(f"value {node['value']}: expected 0")
    if len(pads) == len(shape) + 1:
        if pads[0] != (0, 0):
            raise Unsupported("pads of the batch")
        pads = pads[1:]
    if len(pads) != len(shape):
        raise Unsupported(f"{len(pads)} pads of {len(shape)} axes")
    quantized = is_int8(graph, x, node.outputs[0])
    quantization = graph.tensors[x].quantization if quantized else None
    if quantized and not quantization.same(graph.tensors[node.outputs[0]].quantization):
        raise Unsupported("an output of another scale than the input's")
    # Channels that are padded are an image of one channel.
    if pads[-1] != (0, 0) or len(shape) == 1:
        if len(shape) > 3:
            raise Unsupported("pads of the channels of an image")
        between = [graph.add_tensor(f"{node.name}/{which}", graph.tensors[x]) for which in ("before", "behind")]
        target = sample(graph, node.outputs[0])
        return [view(node.name, (*shape, 1), x, between[0]),
                padding(node.name, pads, len(shape), graph, between[0], between[1], quantization, kind),
                view(node.name, target, between[1], node.outputs[0])]
    return [padding(node.name, pads[:-1], len(shape) - 1, graph, x, node.outputs[0], quantization, kind)]


RULES = {"Pad": pad}
