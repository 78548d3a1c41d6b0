"""Products with matrices, and rows of tables."""

import math

import numpy as np


def dense(to, call, x, weight, bias, output):
    """x · weight + bias, of a sample of rows without axes of one element."""
    shape = to.shape(x)
    rows = [extent for extent in shape[1:-1] if extent != 1] if shape[0] == 1 else \
        [extent for extent in shape[:-1] if extent != 1]
    plain = (1, *rows, shape[-1])
    inputs = [to.reshaped(call, x, plain), weight, *([bias] if bias else [])]
    target = to.shape(output)
    if target == (*plain[:-1], target[-1]):
        return to.add(call, "Dense", inputs, output=output)
    y = to.add(call, "Dense", inputs, shape=(*plain[:-1], target[-1]))
    to.reshaped(call, y, target, output)


def gemm(to, call):
    weight, bias = to.data(call, 1), to.data(call, 2)
    if weight is None or weight.ndim != 2 or call.get("transA", 0) or call.has(2) and bias is None:
        return to.raw(call, "matrices that are no constants")
    alpha, beta, name = call.get("alpha", 1.0), call.get("beta", 1.0), call.inputs[1]
    if call.get("transB", 0):
        weight, name = weight.T, to.remade(name, lambda data: data.T)
    if alpha != 1:
        name = to.made(f"{name}/scaled", (weight * np.float32(alpha)).astype(weight.dtype))
    plus = None
    if bias is not None and beta != 0:
        units = weight.shape[1]
        if bias.size not in (1, units) or bias.ndim and bias.shape[-1] != bias.size:
            return to.raw(call, f"a bias of {list(bias.shape)}")
        plus = call.inputs[2]
        if bias.shape != (units,):
            plus = to.remade(plus, lambda data: np.broadcast_to(data.reshape(-1), (units,)))
        if beta != 1:
            plus = to.made(f"{plus}/scaled", (to.tensors[plus].data * np.float32(beta)).astype(bias.dtype))
    dense(to, call, call.inputs[0], name, plus, call.outputs[0])


def of_two(to, call):
    """Two activations; vectors as matrices of one row or column."""
    shapes = [to.shape(name) for name in call.inputs]
    if min(map(len, shapes)) > 1:
        return to.raw(call)
    wide = [shape if len(shape) > 1 else (1, *shape) if index == 0 else (*shape, 1) for index, shape in enumerate(shapes)]
    inputs = [to.reshaped(call, name, shape) for name, shape in zip(call.inputs, wide)]
    shape = (*np.broadcast_shapes(wide[0][:-2], wide[1][:-2]), wide[0][-2], wide[1][-1])
    to.reshaped(call, to.add(call, "MatMul", inputs, shape=shape), to.shape(call.outputs[0]), call.outputs[0])


def matmul(to, call):
    weight = to.data(call, 1)
    x = call.inputs[0]
    if to.tensors[x].is_constant and len(to.shape(x)) == 2 and len(to.shape(call.inputs[1])) >= 2:
        # (xᵀ · weightᵀ)ᵀ
        rank, weight = len(to.shape(call.inputs[1])), to.remade(x, lambda data: data.T)
        order = [*range(rank - 2), rank - 1, rank - 2]
        turned, shape = to.moved(call, call.inputs[1], order), to.shape(call.outputs[0])
        made = to.fresh(f"{call.outputs[0]}/transposed", [shape[axis] for axis in order], call.outputs[0])
        dense(to, call, turned, weight, None, made)
        return to.moved(call, made, order, call.outputs[0])
    if to.tensors[x].is_constant or weight is None or len(to.shape(x)) < 2:
        return of_two(to, call)
    if weight.ndim > 2 and math.prod(weight.shape[:-2]) == 1:
        weight = weight.reshape(weight.shape[-2:])
    if weight.ndim != 2:
        return to.raw(call)
    name = call.inputs[1] if weight.shape == to.shape(call.inputs[1]) else to.made(f"{call.inputs[1]}/matrix", weight)
    dense(to, call, x, name, None, call.outputs[0])


def gather(to, call):
    data, indices = to.data(call, 0), to.data(call, 1)
    shape = to.shape(call.inputs[0])
    axis = call.get("axis", 0) % max(len(shape), 1)
    if data is not None and indices is None:
        if data.ndim != 2 or axis != 0:
            return to.raw(call, "a table of other than two axes")
        return to.add(call, "Embedding", [call.inputs[1], call.inputs[0]])
    if indices is None:
        return to.add(call, "GatherByInput", call.inputs[:2], {"axis": axis})
    chosen = [int(index) + (shape[axis] if index < 0 else 0) for index in indices.reshape(-1)]
    if not chosen or min(chosen) < 0 or max(chosen) >= shape[axis]:
        return to.raw(call, "indices beyond the input")
    x, target = call.inputs[0], (*shape[:axis], len(chosen), *shape[axis + 1:])
    if chosen == list(range(chosen[0], chosen[0] + len(chosen))):
        y = to.add(call, "Slice", [x], {"axis": axis, "first": chosen[0], "count": len(chosen)}, shape=target)
    else:
        y = to.add(call, "Gather", [x], {"axis": axis, "numbers": chosen}, shape=target)
    to.reshaped(call, y, to.shape(call.outputs[0]), call.outputs[0])


RULES = {"Gemm": gemm, "MatMul": matmul, "Gather": gather}
