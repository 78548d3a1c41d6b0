from ..problems import Unsupported
from .layer import Layer, extents, is_int8, sample, window_size
from .padding import padding_before
from .weighted import bias_option, by_phase, constant, make, parameters


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
    """A layer without padding, with that of `Same`, or with PyTorch's padding and output padding."""
    weight, shape, rank = checked(graph, node)
    *kernel, per_group, channels = weight.shape
    groups = node.get("groups", 1)
    if 0 in weight.shape or channels != shape[-1] or groups < 1 or channels % groups:
        raise Unsupported(f"input {list(shape)}, weights {list(weight.shape)} and groups {groups} do not fit")
    is_quantized = is_int8(graph, node.inputs[0], node.outputs[0])
    strides, dilations, crops = node["strides"], node["dilations"], [tuple(crop) for crop in node["crops"]]
    reaches = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations)]
    excess = [max(reach - stride, 0) for reach, stride in zip(reaches, strides)]
    is_same = any(excess) and crops == [(each // 2, each - each // 2) for each in excess]
    chosen = []
    if is_same:
        chosen.append("Same")
    elif any(crop != (0, 0) for crop in crops):
        # Without padding there are as many outputs as a stride has, though the kernel does not reach them.
        spare = [max(stride - reach, 0) for reach, stride in zip(reaches, strides)]
        more = [before - behind + extra for (before, behind), extra in zip(crops, spare)]
        most = [max(stride, dilation) for stride, dilation in zip(strides, dilations)]
        if all(0 <= each < limit for each, limit in zip(more, most)):
            pads = [before for before, _ in crops]
            chosen += [f"Padding<{extents(*pads)}>"] if any(pads) else []
            chosen += [f"OutputPadding<{extents(*more)}>"] if any(more) else ["Padding<0>"] if not any(pads) else []
        elif all(behind >= extra for (_, behind), extra in zip(crops, spare)):
            flat = [count for (before, behind), extra in zip(crops, spare) for count in (before, behind - extra)]
            chosen.append(f"Padding<{', '.join(map(str, flat))}>")
        else:
            raise Unsupported("more outputs than the kernel reaches")
    chosen += [*([f"Stride<{extents(*strides)}>"] if set(strides) != {1} else []),
               *([f"Dilation<{extents(*dilations)}>"] if set(dilations) != {1} else []),
               *([f"Groups<{groups}>"] if groups > 1 else [])]
    text = ", ".join([str(per_group * groups), window_size(kernel), *chosen, *bias_option(node)])
    layer = Layer(node.name, f"Conv{rank}DTranspose<{text}>", node.inputs[:1], node.outputs[0])
    if not is_quantized:
        layer.parameters = parameters(graph, node, groups == 1)
    elif groups > 1 or set(dilations) != {1}:
        raise Unsupported("8 bits with groups or dilations")
    else:
        layer.constants, layer.clamps = by_phase(graph, node, strides, [before for before, _ in crops]), True
    return [layer]


RULES = {"ConvTranspose": transposed, "Conv": convolution, "DepthwiseConv": depthwise}
