"""Dense layers and convolutions."""

from ...problems import Misfit, Unsupported


def weight_and_bias(call, rank):
    """The weight, of so many axes, and the bias if there is one."""
    own = call.own
    if not 1 <= len(own) <= 2 or own[0].ndim != rank or any(each.ndim != 1 for each in own[1:]):
        raise Unsupported(f"expected a weight of {rank} axes and a bias, got {[list(each.shape) for each in own]}")
    return list(zip(("weight", "bias"), own))


def extents(value, rank, what):
    """A whole number for each axis."""
    values = value if isinstance(value, list) else [value] * rank
    if len(values) != rank or any(type(each) is not int or not 1 <= each <= 2**20 for each in values):
        raise Unsupported(f"{what} {str(value)[:100]}")
    return list(values)


def rank_of(call):
    return int(call.kind.replace("Transpose", "")[-2])


def window(call, rank):
    padding = call.get("padding", "valid")
    if padding not in ("valid", "same", "causal") or padding == "causal" and call.kind != "Conv1D":
        raise Unsupported(f"padding {str(padding)[:100]}")
    attributes = {"padding": padding} if padding != "valid" else {}
    for key, name in ("strides", "strides"), ("dilation_rate", "dilations"):
        if call.get(key) is not None:
            attributes[name] = extents(call.get(key), rank, key)
    return attributes


def dense(reader, call):
    return reader.add("Dense", call.inputs, call.name, weight_and_bias(call, 2), source="Dense")


def convolution(reader, call):
    rank = rank_of(call)
    groups = extents(call.get("groups", 1), 1, "groups")[0]
    return reader.add("Conv", call.inputs, call.name, weight_and_bias(call, rank + 2), **window(call, rank), groups=groups,
                      source=call.kind)


def depthwise(reader, call):
    if rank_of(call) == 1:
        return of_a_row(reader, call, depthwise2d)
    return depthwise2d(reader, call, call.inputs[0], weight_and_bias(call, 4), window(call, 2), call.name)


def depthwise2d(reader, call, x, constants, attributes, name):
    return reader.add("DepthwiseConv", [x], name, constants, **attributes, source=call.kind)


def of_a_row(reader, call, rule):
    """A depthwise convolution of a sequence, which is one of an image of one row."""
    x, shape = call.inputs[0], reader.shape(call.inputs[0])
    if len(shape) != 3:
        raise Misfit(f"input {list(shape)}")
    (name, weight), *bias = weight_and_bias(call, 3)
    attributes = {key: [1, *value] if isinstance(value, list) else value for key, value in window(call, 1).items()}
    image = reader.add("Reshape", [x], f"{call.name}/image", shape=(1, 1, *shape[1:]))
    y = rule(reader, call, image, [(name, weight.reshape(1, *weight.shape)), *bias], attributes, f"{call.name}/row")
    result = reader.shape(y)
    return reader.add("Reshape", [y], call.name, shape=(1, *result[2:]))


def separable(reader, call):
    rank, own = rank_of(call), call.own
    if len(own) not in (2, 3) or any(each.ndim != rank + 2 for each in own[:2]):
        raise Unsupported(f"expected two weights and a bias, got {[list(each.shape) for each in own]}")
    call.own = own[:1]
    name, call.name = call.name, f"{call.name}/depthwise"
    x = depthwise(reader, call)
    call.own, call.name = own, name
    return reader.add("Conv", [x], name, list(zip(("weight", "bias"), own[1:])), source=call.kind)


def transposed(reader, call):
    """With the padding of TensorFlow: of what is put on at the ends half is before, the smaller half."""
    rank, x = rank_of(call), reader.shape(call.inputs[0])
    constants = weight_and_bias(call, rank + 2)
    kernel, filters = constants[0][1].shape[:rank], constants[0][1].shape[rank]
    attributes = window(call, rank)
    strides, dilations = attributes.get("strides", [1] * rank), attributes.get("dilations", [1] * rank)
    more, is_same = call.get("output_padding"), attributes.get("padding") == "same"
    more = more if isinstance(more, list) else [more] * rank
    if len(more) != rank or any(each is not None and (type(each) is not int or not 0 <= each <= 2**20) for each in more):
        raise Unsupported(f"output_padding {str(call.get('output_padding'))[:100]}")
    if len(x) != rank + 2:
        raise Misfit(f"input {list(x)}")
    target, crops = [], []
    for extent, size, stride, dilation, behind in zip(x[1:-1], kernel, strides, dilations, more):
        reach = (size - 1) * dilation + 1
        whole = (extent - 1) * stride + max(reach, stride)
        if behind is None:
            target.append(extent * stride if is_same else whole)
        else:
            target.append((extent - 1) * stride + reach - (reach // 2 * 2 if is_same else 0) + behind)
        before = max((extent - 1) * stride + reach - target[-1], 0) // 2
        crops.append((before, whole - target[-1] - before))
    return reader.add("ConvTranspose", call.inputs, call.name, constants, (1, *target, filters), strides=strides,
                      dilations=dilations, crops=crops, source=call.kind)


RULES = {"Dense": dense, **{f"Conv{rank}D": convolution for rank in (1, 2, 3)},
         **{f"Conv{rank}DTranspose": transposed for rank in (1, 2, 3)},
         **{f"DepthwiseConv{rank}D": depthwise for rank in (1, 2)}, **{f"SeparableConv{rank}D": separable for rank in (1, 2)}}
