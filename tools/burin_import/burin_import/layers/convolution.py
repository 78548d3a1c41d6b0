from ..problems import Unsupported
from .layer import Layer, extents, sample, window_size
from .padding import padding_before
from .weighted import bias_option, constant, make


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


RULES = {"Conv": convolution, "DepthwiseConv": depthwise}
