"""Convolutions and pooling: channels first, and padding that may be of any kind."""


def window(to, call, kernel, image):
    """Strides, dilations and padding of each axis."""
    rank = len(kernel)
    strides = list(call.get("strides", [1] * rank))
    dilations = list(call.get("dilations", [1] * rank))
    pads = list(call.get("pads", [0] * (2 * rank)))
    auto = call.get("auto_pad", "NOTSET")
    if len(strides) != rank or len(dilations) != rank or len(pads) != 2 * rank or min(strides + dilations) < 1:
        return None
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        padding = []
        for extent, size, stride, dilation in zip(image, kernel, strides, dilations):
            missing = max((-(-extent // stride) - 1) * stride + (size - 1) * dilation + 1 - extent, 0)
            small = missing // 2
            padding.append((small, missing - small) if auto == "SAME_UPPER" else (missing - small, small))
    else:
        padding = [(0, 0)] * rank if auto == "VALID" else list(zip(pads[:rank], pads[rank:]))
    if min(min(pad) for pad in padding) < 0:
        return None
    return {"strides": strides, "dilations": dilations, "padding": padding}


def with_bias(to, call, inputs):
    return [*inputs, call.inputs[2]] if call.has(2) else inputs


def convolution(to, call):
    x, weight = call.inputs[0], to.data(call, 1)
    shape = to.shape(x)
    if weight is None or weight.ndim != len(shape) or weight.ndim not in (3, 4, 5):
        return to.raw(call, "weights that are no constant of as many axes as the input")
    rank, groups = weight.ndim - 2, call.get("group", 1)
    kernel = weight.shape[2:]
    options = window(to, call, kernel, shape[2:])
    if options is None:
        return to.raw(call, "strides, dilations or pads that do not fit")
    forward, back = to.last(x)
    channels = shape[1]
    is_depthwise = rank == 2 and groups == channels > 1 and weight.shape[1] == 1 and weight.shape[0] % channels == 0
    if is_depthwise:
        weights = to.remade(call.inputs[1], lambda data: data.reshape(channels, data.shape[0] // channels, *kernel).transpose(2, 3, 0, 1))
    else:
        weights = to.remade(call.inputs[1], lambda data: data.transpose(*range(2, 2 + rank), 1, 0))
        options["groups"] = groups
    target = to.shape(call.outputs[0])
    y = to.add(call, "DepthwiseConv" if is_depthwise else "Conv", with_bias(to, call, [to.moved(call, x, forward), weights]),
               options, shape=(target[0], *target[2:], target[1]))
    to.moved(call, y, back, call.outputs[0])


def transposed(to, call):
    x, weight = call.inputs[0], to.data(call, 1)
    shape, target = to.shape(x), to.shape(call.outputs[0])
    if weight is None or weight.ndim != len(shape) or weight.ndim not in (3, 4, 5):
        return to.raw(call, "weights that are no constant of 3 to 5 axes")
    rank = weight.ndim - 2
    strides, dilations = list(call.get("strides", [1] * rank)), list(call.get("dilations", [1] * rank))
    pads, auto = list(call.get("pads", [0] * (2 * rank))), call.get("auto_pad", "NOTSET")
    crops = []
    for axis in range(rank):
        reach = (weight.shape[2 + axis] - 1) * dilations[axis] + 1
        # What a layer without padding gives, and what is cut of it.
        whole = (shape[2 + axis] - 1) * strides[axis] + max(reach, strides[axis])
        cut = whole - target[2 + axis]
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            total = max(reach - strides[axis], 0)
            before = total // 2 if auto == "SAME_UPPER" else total - total // 2
        elif "output_shape" in call.attributes:
            # ONNX: the odd one is cut behind where auto_pad is NOTSET.
            total = (shape[2 + axis] - 1) * strides[axis] + reach - target[2 + axis]
            before = max(total - total // 2, 0) if total > 0 else 0
        else:
            before = 0 if auto == "VALID" else pads[axis]
        crops.append((before, cut - before))
    forward, back = to.last(x)
    weights = to.made(f"{call.inputs[1]}/as Burin has it", weight.transpose(*range(2, 2 + rank), 1, 0))
    y = to.add(call, "ConvTranspose", with_bias(to, call, [to.moved(call, x, forward), weights]),
               {"strides": strides, "dilations": dilations, "crops": crops, "groups": call.get("group", 1)}, shape=(target[0], *target[2:], target[1]))
    to.moved(call, y, back, call.outputs[0])


def pool(kind):
    def rule(to, call):
        x, target = call.inputs[0], to.shape(call.outputs[0])
        shape, size = to.shape(x), list(call.get("kernel_shape", []))
        if len(shape) != len(size) + 2 or not size or min(size) < 1:
            return to.raw(call, "a kernel that does not fit")
        options = window(to, call, size, shape[2:])
        if options is None:
            return to.raw(call, "strides, dilations or pads that do not fit")
        if len([name for name in call.outputs if name]) > 1 and to.uses.get(call.outputs[1]):
            return to.raw(call, "indices as output")
        # With ceil_mode the last window may reach beyond the padding.
        if call.get("ceil_mode", 0) and call.get("auto_pad", "NOTSET") in ("NOTSET", "VALID"):
            options["ceil"] = True
        if call.get("count_include_pad", 0) and any(pad != (0, 0) for pad in options["padding"]):
            options["counted"] = True
        forward, back = to.last(x)
        x = to.moved(call, x, forward)
        y = to.add(call, kind, [x], {**options, "size": size}, shape=(target[0], *target[2:], target[1]))
        to.moved(call, y, back, call.outputs[0])
    return rule


def global_pool(kind):
    def rule(to, call):
        x = call.inputs[0]
        if len(to.shape(x)) < 3:
            return to.raw(call, "an input without an image")
        y = to.add(call, kind, [to.moved(call, x, to.last(x)[0])], shape=to.shape(x)[:2])
        to.reshaped(call, y, to.shape(call.outputs[0]), call.outputs[0])
    return rule


def reduction(to, call):
    """As it is: it may be part of a norm. simplify/reductions.py makes pooling of what is none."""
    rank = len(to.shape(call.inputs[0]))
    axes = to.integers(call, 1, "axes")
    if axes is None and call.has(1):
        return to.raw(call, "axes that are no constant")
    if not axes:
        axes = [] if call.get("noop_with_empty_axes", 0) else list(range(rank))
    if rank == 0 or not axes:
        return to.add(call, "Identity", call.inputs[:1])
    to.add(call, call.kind, call.inputs[:1], {"axes": sorted({axis % rank for axis in axes})})


#: Reductions of what is computed of each element, and what is computed of the result.
COMPOSED = {"ReduceL1": ("Abs", "ReduceSum", None), "ReduceL2": ("Square", "ReduceSum", "Sqrt"), "ReduceSumSquare": ("Square", "ReduceSum", None),
            "ReduceLogSum": (None, "ReduceSum", "Log"), "ReduceLogSumExp": ("Exp", "ReduceSum", "Log")}


def composed(before, kind, behind):
    def rule(to, call):
        inner = type(call)(call.name, kind, list(call.inputs), list(call.outputs), call.attributes, call.version)
        if before:
            inner.inputs[0] = to.add(call, before, call.inputs[:1], shape=to.shape(call.inputs[0]))
        if behind:
            inner.outputs = [to.fresh(f"{call.outputs[0]}/reduced", to.shape(call.outputs[0]))]
        reduction(to, inner)
        if behind:
            to.add(call, behind, inner.outputs)
    return rule


RULES = {"Conv": convolution, "ConvTranspose": transposed, "MaxPool": pool("MaxPool"), "AveragePool": pool("AveragePool"),
         "GlobalAveragePool": global_pool("GlobalAveragePool"), "GlobalMaxPool": global_pool("GlobalMaxPool"),
         "ReduceMean": reduction, "ReduceMax": reduction, "ReduceMin": reduction, "ReduceSum": reduction,
         **{kind: composed(*parts) for kind, parts in COMPOSED.items()}}
