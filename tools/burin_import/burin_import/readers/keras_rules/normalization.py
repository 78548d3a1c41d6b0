"""Norms, of the last axis or axes."""

import numpy as np

from ...problems import Misfit, Unsupported
from .activations import real


def last_axes(reader, call, default=-1):
    """How many of the last axes it is of, and those must be all that are told."""
    rank = len(reader.shape(call.inputs[0]))
    axis = call.get("axis", default)
    axes = sorted(each % rank for each in (axis if isinstance(axis, list) else [axis]) if type(each) is int and -rank <= each < rank)
    if not axes or axes != list(range(rank - len(axes), rank)) or axes[0] == 0:
        raise Unsupported(f"axis {str(axis)[:100]}: expected the last, or the last few")
    return len(axes)


def check_channels(reader, call):
    if last_axes(reader, call) != 1:
        raise Unsupported(f"axis {call.get('axis')}: expected the last")


def epsilon(call, default):
    value = real(call, "epsilon", default)
    if not value > 0:
        raise Unsupported(f"epsilon {value}: expected a positive number")
    return value


def batch_norm(reader, call):
    check_channels(reader, call)
    tensors = reader.weights(call.kind, call.config, call.group, call.name)
    if len(tensors) != 4:
        raise Misfit(f"expected means and variances, got {len(call.own)} variables")
    return reader.add("BatchNorm", call.inputs, call.name,
                      [(part, tensors[part]) for part in ("weight", "bias", "running_mean", "running_var")],
                      epsilon=epsilon(call, 1e-3), source=call.kind)


def scale_and_shift(reader, call, shape):
    """Both, 1 and 0 where the layer has none."""
    own, result = list(call.own), []
    for name, option, value in ("weight", "scale", 1), ("bias", "center", 0):
        result.append((name, own.pop(0) if call.get(option, True) and own else np.full(shape, value, np.float32)))
    if own or any(values.shape != tuple(shape) for _, values in result):
        raise Misfit(f"expected a scale and a shift of {list(shape)}, got {[list(each.shape) for each in call.own]}")
    return result


def layer_norm(reader, call):
    axes = last_axes(reader, call)
    if call.get("rms_scaling"):
        raise Unsupported("rms_scaling")
    shape = reader.shape(call.inputs[0])[-axes:]
    return reader.add("LayerNorm", call.inputs, call.name, scale_and_shift(reader, call, shape), axes=axes,
                      epsilon=epsilon(call, 1e-3), source=call.kind)


def rms_norm(reader, call):
    axes = last_axes(reader, call)
    shape = reader.shape(call.inputs[0])[-axes:]
    if len(call.own) != 1 or call.own[0].shape != tuple(shape):
        raise Misfit(f"expected a scale of {list(shape)}, got {[list(each.shape) for each in call.own]}")
    return reader.add("RmsNorm", call.inputs, call.name, [("weight", call.own[0])], axes=axes, epsilon=epsilon(call, 1e-6), source=call.kind)


def group_norm(reader, call):
    check_channels(reader, call)
    channels, groups = reader.shape(call.inputs[0])[-1], call.get("groups", 32)
    groups = channels if groups == -1 else groups
    if type(groups) is not int or groups < 1 or channels % groups:
        raise Misfit(f"{str(groups)[:100]} groups of {channels} channels")
    return reader.add("GroupNorm", call.inputs, call.name, scale_and_shift(reader, call, (channels,)),
                      groups=0 if groups == channels else groups, epsilon=epsilon(call, 1e-3), source=call.kind)


def unit_norm(reader, call):
    """x / √Σx², which is an RMSNorm with a scale of 1 / √n: what keeps it from dividing by 0 is as small."""
    return unit(reader, call.inputs[0], call.name, last_axes(reader, call), call.kind)


def unit(reader, x, name, axes=1, source="UnitNormalization"):
    shape = reader.shape(x)[-axes:]
    count = int(np.prod(shape, dtype=object))
    return reader.add("RmsNorm", [x], name, [("weight", np.full(shape, 1 / np.sqrt(count), np.float32))], axes=axes,
                      epsilon=1e-12 / count, source=source)


def normalization(reader, call):
    """Means and variances that were measured before: a BatchNorm."""
    check_channels(reader, call)
    channels = reader.shape(call.inputs[0])[-1]
    given = [call.get(option) for option in ("mean", "variance")]
    values = [np.asarray(each, np.float64).reshape(-1) for each in (call.own[:2] if None in given else given)]
    if call.get("invert") or len(values) < 2 or any(each.size not in (1, channels) for each in values):
        raise Misfit("expected a mean and a variance a channel, and invert=False")
    mean, variance = (np.broadcast_to(each, (channels,)) for each in values)
    scale = (1 / np.maximum(np.sqrt(variance), 1e-7)).astype(np.float32)
    near_one = np.full(channels, 1 - 1e-5, np.float32)
    return reader.add("BatchNorm", call.inputs, call.name,
                      [("weight", scale), ("bias", np.zeros(channels, np.float32)), ("running_mean", mean.astype(np.float32)),
                       ("running_var", near_one)], epsilon=1e-5, source=call.kind)


RULES = {"BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "RMSNormalization": rms_norm,
         "GroupNormalization": group_norm, "UnitNormalization": unit_norm, "Normalization": normalization}
