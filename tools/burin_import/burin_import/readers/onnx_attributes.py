"""Attributes of ONNX that onnx's own inference of shapes refuses without a word, or takes in another way than programs do."""

#: Whole numbers, and the least that they may be.
LEAST = {"strides": 1, "kernel_shape": 1, "dilations": 1, "group": 1, "blocksize": 1, "hidden_size": 1, "pads": None, "perm": 0, "axes": None, "axis": None}


def wrong_attribute(call, shapes):
    """A sentence about an attribute that no node may have, or None."""
    for name, least in LEAST.items():
        if name not in call.attributes:
            continue
        value = call.attributes[name]
        numbers = list(value) if isinstance(value, (list, tuple)) else [value]
        if not all(isinstance(each, int) for each in numbers):
            return f"{name} {call.get(name)!r}: expected whole numbers"
        if least is not None and any(each < least for each in numbers):
            return f"{name} {value}: expected {'numbers' if isinstance(value, list) else 'one'} of at least {least}"
    perm = call.attributes.get("perm")
    if perm and shapes and shapes[0] is not None and sorted(perm) != list(range(len(shapes[0]))):
        return f"perm {list(perm)}: expected each axis of {list(shapes[0])} once"
    return None


def pooled_shape(proto, shape, found):
    """With ceil_mode no window begins behind the image and its padding before: onnx counts such ones where others do not."""
    told = {each.name: list(each.ints) or each.i for each in proto.attribute}
    if not told.get("ceil_mode") or len(found) != len(shape):
        return found
    rank = len(shape) - 2
    strides, pads = told.get("strides") or [1] * rank, told.get("pads") or [0] * 2 * rank
    if len(strides) != rank or len(pads) != 2 * rank:
        return found
    return (*found[:2], *(count - 1 if count > 1 and (count - 1) * stride >= extent + before else count
                          for count, stride, extent, before in zip(found[2:], strides, shape[2:], pads)))
