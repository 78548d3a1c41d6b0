"""What moves elements."""

import math

from ...problems import Misfit, Unsupported
from .convolution import extents


def flatten(reader, call):
    x = reader.shape(call.inputs[0])
    return reader.add("Reshape", call.inputs, call.name, shape=(x[0], math.prod(x[1:])), source="Flatten")


def reshape(reader, call):
    x, wish = reader.shape(call.inputs[0]), call.get("target_shape")
    if not isinstance(wish, list) or any(type(each) is not int or each < -1 for each in wish) or wish.count(-1) > 1:
        raise Unsupported(f"target_shape {str(wish)[:100]}")
    wish = list(wish)
    if -1 in wish:
        wish[wish.index(-1)] = math.prod(x[1:]) // max(math.prod(each for each in wish if each > 0), 1)
    if math.prod(wish) != math.prod(x[1:]):
        raise Misfit(f"target_shape {call.get('target_shape')} of {list(x[1:])}")
    return reader.add("Reshape", call.inputs, call.name, shape=(x[0], *wish), source="Reshape")


def permute(reader, call):
    x, dims = reader.shape(call.inputs[0]), call.get("dims")
    if not isinstance(dims, list) or any(type(each) is not int for each in dims) or sorted(dims) != list(range(1, len(x))):
        raise Misfit(f"dims {str(dims)[:100]} of {list(x[1:])}")
    return reader.add("Transpose", call.inputs, call.name, axes=[0, *dims], source="Permute")


def repeat(reader, call):
    x, count = reader.shape(call.inputs[0]), extents(call.get("n"), 1, "n")[0]
    if len(x) != 2:
        raise Misfit(f"an input of {list(x[1:])}: expected features alone")
    return reader.written(f"RepeatVector<{count}>", call.inputs, call.name, (1, count, x[1]), source="RepeatVector")


def padding_mask(reader, tokens, name):
    return reader.written("PaddingMask<0>", [tokens], name, reader.shape(tokens), source="Embedding")


def embedding(reader, call):
    if len(call.own) != 1 or call.own[0].ndim != 2:
        raise Unsupported(f"expected a table, got {[list(each.shape) for each in call.own]}")
    words, size = call.own[0].shape
    x = call.inputs[0]
    if len(reader.shape(x)) != 2:
        raise Misfit(f"tokens of {list(reader.shape(x)[1:])}: expected a line")
    if x in reader.graph.inputs:
        reader.graph.tensors[x].tokens = words
    made = reader.written(f"Embedding<{words}, {size}>", [x], call.name, (*reader.shape(x), size), [("weight", call.own[0])], False,
                          source="Embedding")
    if call.get("mask_zero"):
        reader.masks[made] = padding_mask(reader, x, f"{call.name}/mask")
    return made


RULES = {"Flatten": flatten, "Reshape": reshape, "Permute": permute, "RepeatVector": repeat, "Embedding": embedding}
