"""Attention, with projections and heads or without."""

import math

import numpy as np

from ...layers.layer import number
from ...problems import Misfit, Unsupported


def sources(call, names):
    """Query, value and key, by place or by name; what else it is called with."""
    given = dict(zip(names, call.inputs))
    for name in list(call.options):
        if name in names and isinstance(call.options[name], list):
            given[name] = call.options.pop(name)[0]
    return given


def multi_head(reader, call):
    given = sources(call, ("query", "value", "key"))
    is_causal = bool(call.options.pop("use_causal_mask", False))
    if call.options or call.get("attention_axes") not in (None, [1]) or call.get("output_shape") is not None or call.get("use_gate"):
        raise Unsupported(f"is called with {', '.join(sorted(map(str, call.options)))}" if call.options
                          else "attention_axes, output_shape or use_gate")
    if "value" not in given:
        raise Unsupported("expected a query and a value")
    query, value = given["query"], given["value"]
    key = given.get("key", value)
    if any(len(reader.shape(name)) != 3 for name in (query, key, value)):
        raise Misfit("an input that is no sequence")
    heads, size = call.get("num_heads"), call.get("key_dim")
    if call.get("value_dim") not in (None, size):
        raise Unsupported(f"value_dim {call.get('value_dim')}: expected {size}, as of the keys")
    tensors = reader.weights(call.kind, call.config, call.group, call.name)
    constants = []
    for part, x in ("query", query), ("key", key), ("value", value), ("output", None):
        features, units = (heads * size, reader.shape(query)[-1]) if x is None else (reader.shape(x)[-1], heads * size)
        weight = tensors.get(f"{part}.weight")
        bias = tensors.get(f"{part}.bias", np.zeros(units, np.float32))
        if weight is None or weight.shape != (features, units) or bias.shape != (units,):
            raise Misfit(f"expected a projection [{features}, {units}] of the {part}")
        constants += [(f"{part} weight", weight), (f"{part} bias", bias)]
    return reader.add("Attention", [query, key, value], call.name, constants, reader.shape(query), heads=heads, size=size,
                      causal=is_causal, source=call.kind)


def attention(reader, call):
    """softmax(q kᵀ) v; Burin's divides by √d, so the queries are times that."""
    given = sources(call, ("query", "value", "key"))
    is_causal = bool(call.options.pop("use_causal_mask", False))
    if call.options or call.get("score_mode", "dot") != "dot" or "value" not in given:
        raise Unsupported(f"is called with {', '.join(sorted(map(str, call.options)))}" if call.options
                          else "expected score_mode dot, a query and a value")
    query, value = given["query"], given["value"]
    key = given.get("key", value)
    shapes = [reader.shape(name) for name in (query, key, value)]
    if any(len(shape) != 3 for shape in shapes) or shapes[0][2] != shapes[1][2] or shapes[1][1] != shapes[2][1]:
        raise Misfit("inputs " + ", ".join(str(list(shape[1:])) for shape in shapes))
    factor = math.sqrt(shapes[0][2])
    if call.get("use_scale"):
        if len(call.own) != 1 or call.own[0].size != 1:
            raise Unsupported("expected a scale")
        factor *= float(call.own[0].reshape(-1)[0])
    if not math.isfinite(factor):
        raise Unsupported("a scale that is not finite")
    scaled = reader.written(f"Rescaling<{number(factor)}>", [query], f"{call.name}/scaled", shapes[0])
    return reader.written(f"ScaledDotProductAttention<{'CausalMask' if is_causal else ''}>", [scaled, key, value], call.name,
                          (1, shapes[0][1], shapes[2][2]), source=call.kind)


RULES = {"MultiHeadAttention": multi_head, "Attention": attention}
