"""What moves, cuts and joins elements."""

import math

import numpy as np

from .elementwise import LARGEST_ADDED, scaled


def reshape(to, call):
    to.reshaped(call, call.inputs[0], to.shape(call.outputs[0]), call.outputs[0])


def expand(to, call):
    """Axes of one element, and new ones before them, come again and again."""
    x, target = call.inputs[0], to.shape(call.outputs[0])
    shape = (1,) * (len(target) - len(to.shape(x))) + to.shape(x)
    x = to.reshaped(call, x, shape)
    for axis, (extent, wanted) in enumerate(zip(shape, target)):
        if extent != wanted:
            x = repeated(to, call, x, axis, wanted)
    finished(to, call, x)


def tile(to, call):
    shape, counts = to.shape(call.inputs[0]), to.integers(call, 1)
    if counts is None or len(counts) != len(shape):
        return to.raw(call, "repeats that are no constants")
    x = call.inputs[0]
    for axis, count in enumerate(counts):
        if count != 1:
            x = repeated(to, call, x, axis, count)
    finished(to, call, x)


def finished(to, call, x):
    target = to.shape(call.outputs[0])
    if to.shape(x) == target:
        return to.add(call, "Identity", [x])
    to.reshaped(call, x, target, call.outputs[0])


def repeated(to, call, x, axis, count):
    """All of an axis so many times: the rest is a row that comes again."""
    shape = to.shape(x)
    before, row = math.prod(shape[:axis]), math.prod(shape[axis:])
    result = (*shape[:axis], shape[axis] * count, *shape[axis + 1:])
    if count < 1:
        return x
    # [before, row] as [count, before, row], and the first two the other way round.
    flat = to.reshaped(call, x, (1, before * row))
    y = to.add(call, "Written", [flat], {"type": f"RepeatVector<{count}>", "parameters": []}, shape=(1, count, before * row))
    if before > 1:
        y = to.moved(call, to.reshaped(call, y, (1, count, before, row)), [0, 2, 1, 3])
    return to.reshaped(call, y, result)


def depth_to_space(to, call):
    """Channels become pixels: [c, b, b] or, in the older order, [b, b, c]."""
    x, shape = call.inputs[0], to.shape(call.inputs[0])
    size = call.get("blocksize", 1)
    if len(shape) != 4 or size < 1 or shape[1] % (size * size):
        return to.raw(call, f"blocksize {size} of {list(shape)}")
    moved_blocks(to, call, "DepthToSpace", size, call.get("mode", "DCR") == "CRD",
                 (shape[0], shape[2] * size, shape[3] * size, shape[1] // (size * size)))


def space_to_depth(to, call):
    x, shape = call.inputs[0], to.shape(call.inputs[0])
    size = call.get("blocksize", 1)
    if len(shape) != 4 or size < 1 or shape[2] % size or shape[3] % size:
        return to.raw(call, f"blocksize {size} of {list(shape)}")
    moved_blocks(to, call, "SpaceToDepth", size, False, (shape[0], shape[2] // size, shape[3] // size, shape[1] * size * size))


def moved_blocks(to, call, operator, size, by_channel, shape):
    forward, back = to.last(call.inputs[0])
    y = to.add(call, operator, [to.moved(call, call.inputs[0], forward)], {"block": size, "by_channel": by_channel}, shape=shape)
    to.moved(call, y, back, call.outputs[0])


def transpose(to, call):
    rank = len(to.shape(call.inputs[0]))
    to.moved(call, call.inputs[0], call.get("perm", list(range(rank))[::-1]), call.outputs[0])


def concat(to, call):
    if len(call.inputs) == 1:
        return to.add(call, "Identity", call.inputs)
    to.add(call, "Concat", call.inputs, {"axis": call.get("axis", 0) % max(len(to.shape(call.outputs[0])), 1)})


def cut(to, call, x, bounds, output):
    """Slices along one axis after the other: {axis: (first, last)} or, not of all between these, {axis: (first, last, step)}."""
    bounds = {axis: (*bound, 1)[:3] for axis, bound in bounds.items()}
    cuts = {axis: bound for axis, bound in bounds.items() if bound != (0, to.shape(x)[axis], 1)}
    for index, (axis, (first, last, step)) in enumerate(cuts.items()):
        is_last = index + 1 == len(cuts)
        shape, count = to.shape(x), -(-(last - first) // step)
        steps = {"step": step} if step > 1 and count > 1 else {}
        x = to.add(call, "StridedSlice" if steps else "Slice", [x], {"axis": axis, "first": first, "count": count, **steps},
                   output=output if is_last else None, shape=None if is_last else (*shape[:axis], count, *shape[axis + 1:]))
    if not cuts:
        to.add(call, "Identity", [x], output=output)


def slice_(to, call):
    shape = to.shape(call.inputs[0])
    starts, ends = to.integers(call, 1, "starts"), to.integers(call, 2, "ends")
    axes = to.integers(call, 3, "axes")
    steps = to.integers(call, 4)
    if starts is None or ends is None or len(starts) != len(ends) or call.has(3) and axes is None or call.has(4) and steps is None:
        return to.raw(call, "bounds that are no constants")
    axes = list(range(len(starts))) if axes is None else [axis % len(shape) for axis in axes]
    steps = steps or [1] * len(starts)
    no_batch = shape[0] != 1
    if steps == [-1] and (starts[0] == -1 or starts[0] >= shape[axes[0]] - 1) and ends[0] < -shape[axes[0]] and \
            (axes[0] > 0 or no_batch):
        # The other way round: the first axis of a sample.
        order = [axes[0], *(axis for axis in range(len(shape)) if axis != axes[0])] if no_batch else \
            [0, axes[0], *(axis for axis in range(1, len(shape)) if axis != axes[0])]
        x = to.moved(call, call.inputs[0], order)
        y = to.add(call, "Written", [x], {"type": "Reverse", "parameters": []}, shape=to.shape(x))
        return to.moved(call, y, [order.index(axis) for axis in range(len(shape))], call.outputs[0])
    if len(steps) != len(starts) or any(step < 1 for step in steps):
        return to.raw(call, f"steps {steps}")
    bounds = {}
    for axis, start, end, step in zip(axes, starts, ends, steps):
        extent = shape[axis]
        first, last = (min(max(bound + extent if bound < 0 else bound, 0), extent) for bound in (start, end))
        if last <= first:
            return to.raw(call, "a slice without elements")
        bounds[axis] = (first, last, step)
    cut(to, call, call.inputs[0], bounds, call.outputs[0])


def reverse(to, call):
    """All of an axis the other way round, of a batch of one."""
    shape, lengths = to.shape(call.inputs[0]), to.data(call, 1)
    time, batch = call.get("time_axis", 0) % len(shape), call.get("batch_axis", 1) % len(shape)
    if lengths is None or np.any(lengths != shape[time]) or shape[batch] != 1:
        return to.raw(call, "lengths that are not those of the whole")
    order = [batch, time, *(axis for axis in range(len(shape)) if axis not in (batch, time))]
    x = to.moved(call, call.inputs[0], order)
    y = to.add(call, "Written", [x], {"type": "Reverse", "parameters": []}, shape=to.shape(x))
    to.moved(call, y, [order.index(axis) for axis in range(len(shape))], call.outputs[0])


def split(to, call):
    x = call.inputs[0]
    axis, first = call.get("axis", 0) % max(len(to.shape(x)), 1), 0
    for output in call.outputs:
        count = to.shape(output)[axis]
        if to.uses.get(output):
            cut(to, call, x, {axis: (first, first + count)}, output)
        first += count


def pad(to, call):
    shape = to.shape(call.inputs[0])
    rank = len(shape)
    pads = to.integers(call, 1, "pads")
    axes = to.integers(call, 3)
    if pads is None:
        return to.raw(call, "pads that are no constant")
    mode = call.get("mode", "constant")
    value = call.get("value", 0.0)
    if call.has(2):
        data = to.data(call, 2)
        if data is None:
            return to.raw(call, "a value that is no constant")
        value = float(data.reshape(-1)[0]) if data.size else 0.0
    axes = list(range(rank)) if axes is None else [axis % rank for axis in axes]
    every = [(0, 0)] * rank
    for index, axis in enumerate(axes):
        every[axis] = (pads[index], pads[len(axes) + index])
    bounds = {axis: (max(-before, 0), shape[axis] - max(-behind, 0)) for axis, (before, behind) in enumerate(every)}
    every = [(max(before, 0), max(behind, 0)) for before, behind in every]
    x = call.inputs[0]
    if all(each == (0, 0) for each in every):
        return cut(to, call, x, bounds, call.outputs[0])
    if any(bound != (0, shape[axis]) for axis, bound in bounds.items()):
        inner = to.fresh(f"{call.outputs[0]}/cut", [last - first for first, last in bounds.values()], x)
        cut(to, call, x, bounds, inner)
        x = inner
    if mode == "constant" and 0 < abs(value) <= LARGEST_ADDED:
        shifted = scaled(to, call, x, 1, -value)
        inner = type(call)(call.name, call.kind, [shifted], [to.fresh(f"{call.outputs[0]}/padded", to.shape(call.outputs[0]))], {}, call.version)
        padded(to, inner, shifted, every, {"value": 0.0})
        return scaled(to, call, inner.outputs[0], 1, value, call.outputs[0])
    padded(to, call, x, every, {"value": value, **({"mode": mode} if mode != "constant" else {})})


def padded(to, call, x, every, attributes):
    rank = len(every)
    # A layer of padding is around an image whose channels are last.
    if rank > 2 and every[1] == (0, 0):
        forward, back = to.last(x)
        x = to.moved(call, x, forward)
        pads = [every[axis] for axis in forward]
        y = to.add(call, "Pad", [x], {"pads": pads, **attributes}, shape=[e + sum(p) for e, p in zip(to.shape(x), pads)])
        return to.moved(call, y, back, call.outputs[0])
    to.add(call, "Pad", [x], {"pads": every, **attributes})


COORDINATES = {"half_pixel": "half_pixel", "pytorch_half_pixel": "half_pixel", "half_pixel_symmetric": "half_pixel_symmetric",
               "align_corners": "align_corners", "asymmetric": "asymmetric", "tf_half_pixel_for_nn": "half_pixel"}


def resize(to, call):
    """Whole factors as other layers repeat or mix elements, or any size."""
    x, target = call.inputs[0], to.shape(call.outputs[0])
    shape, mode, version = to.shape(x), call.get("mode", "nearest"), call.version
    is_new = call.kind == "Resize" and version > 10
    how = call.get("coordinate_transformation_mode", "half_pixel" if is_new else "asymmetric")
    rank = len(shape)
    if rank not in (3, 4, 5) or tuple(target[:2]) != tuple(shape[:2]) or 0 in shape or 0 in target:
        return to.raw(call, f"{list(shape)} to {list(target)}: expected an image whose channels stay")
    if how not in COORDINATES or call.get("antialias", 0) or call.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        return to.raw(call, f"mode {mode} with {how}" + (" and antialias" if call.get("antialias", 0) else ""))
    if how == "pytorch_half_pixel" and 1 in target[2:]:
        return to.raw(call, f"{how} to an extent of 1")
    rounding = call.get("nearest_mode", "round_prefer_floor" if is_new else "floor")
    if how == "tf_half_pixel_for_nn" and mode == "nearest":
        if rounding != "floor":
            return to.raw(call, f"{how} with {rounding}")
        rounding = "round_prefer_ceil"
    attributes = {"size": list(target[2:]), "mode": mode, "coordinates": COORDINATES[how]}
    if mode == "nearest":
        attributes["nearest"] = rounding
    if mode == "cubic":
        attributes |= {"cubic": call.get("cubic_coeff_a", -0.75), "excludes": bool(call.get("exclude_outside", 0))}
    elif call.get("exclude_outside", 0):
        return to.raw(call, "exclude_outside")
    scales = to.data(call, 1 if call.kind == "Upsample" or version == 10 else 2) if call.has(1) or call.has(2) else None
    if scales is not None and scales.size:
        factors = [1.0] * rank
        for axis, factor in zip(call.get("axes", range(rank)), scales.reshape(-1)):
            factors[axis] = float(factor)
        if any(np.float32(extent) * np.float32(factor) != size for extent, factor, size in zip(shape, factors, target)):
            # Corners are then those of a size that is no whole number.
            if how == "align_corners":
                return to.raw(call, f"{how} with factors {' '.join(f'{factor:g}' for factor in factors)}")
            attributes["scales"] = factors[2:]
    forward, back = to.last(x)
    y = to.add(call, "Resize", [to.moved(call, x, forward)], attributes, shape=(target[0], *target[2:], target[1]))
    to.moved(call, y, back, call.outputs[0])


RULES = {**{kind: reshape for kind in ("Reshape", "Flatten", "Squeeze", "Unsqueeze")}, "Expand": expand, "Tile": tile, "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
         "Transpose": transpose,
         "Concat": concat, "ReverseSequence": reverse, "Slice": slice_, "Split": split, "Pad": pad, "Resize": resize, "Upsample": resize}
