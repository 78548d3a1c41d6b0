from ..problems import Unsupported
from .layer import Layer, extents, is_int8, sample, window_size
from .padding import border, padding_before
from .weighted import bias_option, constant, make, parameters


def options(node, kernel, image):
    """The options of the window, and a layer of padding that has to come before it, or None."""
    result, before = [], None
    strides, dilations = node.get("strides", [1] * len(kernel)), node.get("dilations", [1] * len(kernel))
    padding = node.get("padding", [(0, 0)] * len(kernel))
    if padding == "same":
        # Nothing to pad is as a person writes it.
        if any(same_padding(*each) != (0, 0) for each in zip(image, kernel, strides, dilations)):
            result.append("Same")
    elif padding == "causal":
        result.append("Causal")
    elif any(pad != (0, 0) for pad in padding):
        if all(first == last for first, last in padding):
            result.append(f"Padding<{extents(*(first for first, _ in padding))}>")
        elif [tuple(pad) for pad in padding] == [same_padding(*each) for each in zip(image, kernel, strides, dilations)]:
            result.append("Same")
        else:
            before = [tuple(pad) for pad in padding]
    if set(strides) != {1}:
        result.append(f"Stride<{extents(*strides)}>")
    if set(dilations) != {1}:
        result.append(f"Dilation<{extents(*dilations)}>")
    return result, before


def same_padding(extent, size, stride, dilation):
    """How much is added before and behind, so that there are ceil(extent / stride) outputs."""
    missing = max((-(-extent // stride) - 1) * stride + (size - 1) * dilation + 1 - extent, 0)
    return missing // 2, missing - missing // 2


def checked(graph, node):
    weight = constant(graph, node, 1, "weights")
    shape = sample(graph, node.inputs[0])
    rank = len(weight.shape) - 2
    if rank not in (1, 2, 3) or len(shape) != rank + 1:
        raise Unsupported(f"input {list(shape)} and weights {list(weight.shape)} do not fit")
    return weight, shape, rank


def convolution(graph, node):
    weight, shape, rank = checked(graph, node)
    *kernel, per_group, filters = weight.shape
    groups = node.get("groups", 1)
    if 0 in weight.shape or groups < 1 or per_group * groups != shape[-1] or filters % groups:
        raise Unsupported(f"input {list(shape)}, weights {list(weight.shape)} and groups {groups} do not fit")
    chosen, before = options(node, kernel, shape)
    arguments = [str(filters), window_size(kernel), *chosen, *([f"Groups<{groups}>"] if groups > 1 else []),
                 *bias_option(node)]
    layer = Layer(node.name, f"Conv{rank}D<{', '.join(arguments)}>", node.inputs[:1], node.outputs[0])
    make(graph, node, layer, filters, lambda w: (w.transpose(rank + 1, *range(rank + 1)), True),
         node.get("has_float_unit", False), groups == 1)
    return padding_before(graph, node, layer, before, rank)


def depthwise(graph, node):
    weight, shape, rank = checked(graph, node)
    *kernel, channels, each = weight.shape
    if rank != 2 or 0 in weight.shape or channels != shape[-1]:
        raise Unsupported(f"input {list(shape)} and weights {list(weight.shape)} do not fit")
    chosen, before = options(node, kernel, shape)
    arguments = [window_size(kernel), *chosen, *([f"DepthMultiplier<{each}>"] if each > 1 else []), *bias_option(node)]
    layer = Layer(node.name, f"DepthwiseConv2D<{', '.join(arguments)}>", node.inputs[:1], node.outputs[0])
    make(graph, node, layer, channels * each, lambda w: (w.reshape(-1, channels * each), False), False, False)
    return padding_before(graph, node, layer, before, rank)


def transposed(graph, node):
    """A layer without padding, or with the padding of `Same`; else its borders are cut."""
    weight, shape, rank = checked(graph, node)
    *kernel, filters, channels = weight.shape
    if rank > 2 or 0 in weight.shape or channels != shape[-1]:
        raise Unsupported(f"input {list(shape)} and weights {list(weight.shape)} do not fit")
    if is_int8(graph, node.inputs[0], node.outputs[0]):
        raise Unsupported("8 bits")
    strides, dilations, crops = node["strides"], node["dilations"], [tuple(crop) for crop in node["crops"]]
    excess = [max((size - 1) * dilation + 1 - stride, 0) for size, stride, dilation in zip(kernel, strides, dilations)]
    is_same = any(excess) and crops == [(each // 2, each - each // 2) for each in excess]
    chosen = [*(["Same"] if is_same else []), *([f"Stride<{extents(*strides)}>"] if set(strides) != {1} else []),
              *([f"Dilation<{extents(*dilations)}>"] if set(dilations) != {1} else [])]
    text = ", ".join([str(filters), window_size(kernel), *chosen, *bias_option(node)])
    output, cut = node.outputs[0], []
    if not is_same and any(crop != (0, 0) for crop in crops):
        whole = graph.add_tensor(f"{output}/whole", graph.tensors[output], shape=(
            1, *(extent + sum(crop) for extent, crop in zip(sample(graph, output), [*crops, (0, 0)]))))
        cut = [Layer(f"{node.name}_crop", f"Cropping{rank}D<{border(crops)}>", [whole], output)]
        output = whole
    return [Layer(node.name, f"Conv{rank}DTranspose<{text}>", node.inputs[:1], output, parameters(graph, node, False)), *cut]


RULES = {"ConvTranspose": transposed, "Conv": convolution, "DepthwiseConv": depthwise}
