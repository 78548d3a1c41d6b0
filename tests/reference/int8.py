#!/usr/bin/env python3
"""Writes the reference values of the tests of 8-bit inference: what TensorFlow Lite's interpreter computes.

    pip install tflite-runtime==2.14.0 tflite 'numpy<2'
    python3 tests/reference/int8.py

Scales have few bits, so that floats made of them quantize to these integers again.
"""

from pathlib import Path

import numpy as np
import tflite
import tflite_runtime

from tflite_model import INT8, INT32, NONE, RELU, SAME, VALID, Model, interpret

LINES = ["#pragma once", "",
         "// Inputs x, weights w, biases b and outputs y of single operators of 8-bit integers, channels last.",
         f"// Written by int8.py with TensorFlow Lite {tflite_runtime.__version__}.", "",
         "namespace reference::int8 {", ""]
RANDOM = np.random.RandomState(7)


def run(operator, options_kind, options, tensors, constants, data, version=3):
    """Runs one operator. `tensors` are (shape, type, scales, zero point, axis); the last is the output, those
    whose constants are None are inputs."""
    model = Model()
    made = [model.tensor(shape, kind, scales, zero_point, axis, constant)
            for (shape, kind, scales, zero_point, axis), constant in zip(tensors, constants)]
    model.operator(operator, options_kind, options, made[:-1], made[-1], version)
    file = model.finish([made[i] for i in range(len(tensors) - 1) if constants[i] is None], made[-1])
    return [interpret(file, [data], resolver)[0] for resolver in ("BUILTIN_REF", "BUILTIN_WITHOUT_DEFAULT_DELEGATES")]


def integers(*shape, low=-128):
    return RANDOM.randint(low, 128, shape).astype(np.int8)


def weights(axis, *shape):
    """Each channel's largest is 127, so that its scale is found again."""
    w = np.moveaxis(integers(*shape, low=-127), axis, 0).copy()
    w.reshape(w.shape[0], -1)[:, 0] = 127
    return np.moveaxis(w, 0, axis).copy()


def write(name, results, **arrays):
    reference, optimised = results
    differences = np.abs(reference.astype(int) - optimised.astype(int))
    print(f"{name}: {reference.size} values, {np.count_nonzero(differences)} differ between TensorFlow "
          f"Lite's own two kernels, by at most {differences.max()}; {np.unique(reference).size} distinct")
    for suffix, values in {**arrays, "y": reference}.items():
        kind = "int" if values.dtype == np.int32 else "signed char"
        text = ", ".join(str(v) for v in values.reshape(-1))
        LINES.append(f"inline constexpr {kind} {name}_{suffix}[] = {{{text}}};")


INPUT = ([3 / 256], 5)
OUTPUT = ([7 / 128], -9)


def channel_scales(count):
    return [(1 + c % 5) / 2048 for c in range(count)]


def weighted(name, operator, kind, options, x_shape, w_shape, w_axis, y_shape, scales, clamp):
    channels = w_shape[w_axis]
    x, w = integers(*x_shape), weights(w_axis, *w_shape)
    b = RANDOM.randint(-3000, 3000, channels).astype(np.int32)
    tensors = [(x_shape, INT8, *INPUT, 0), (w_shape, INT8, scales, 0, w_axis),
               ((channels,), INT32, [INPUT[0][0] * s for s in scales], 0, 0), (y_shape, INT8, *OUTPUT, 0)]
    options = {**options, "FusedActivationFunction": clamp}
    write(name, run(operator, kind, options, tensors, [None, w, b, None], [x]), x=x, w=w, b=b)


def main():
    op = tflite.BuiltinOperator
    weighted("dense", op.FULLY_CONNECTED, "FullyConnectedOptions", {}, (3, 19), (7, 19), 0, (3, 7), [3 / 2048],
             NONE)
    window = {"Padding": SAME, "StrideW": 2, "StrideH": 2, "DilationWFactor": 1, "DilationHFactor": 1}
    weighted("conv", op.CONV_2D, "Conv2DOptions", window, (1, 7, 6, 3), (5, 3, 3, 3), 0, (1, 4, 3, 5),
             channel_scales(5), RELU)
    valid = {"Padding": VALID, "StrideW": 1, "StrideH": 1, "DilationWFactor": 2, "DilationHFactor": 1}
    weighted("dilated", op.CONV_2D, "Conv2DOptions", valid, (1, 5, 7, 17), (9, 2, 3, 17), 0, (1, 4, 3, 9),
             channel_scales(9), NONE)
    point = {"Padding": VALID, "StrideW": 1, "StrideH": 1, "DilationWFactor": 1, "DilationHFactor": 1}
    weighted("point", op.CONV_2D, "Conv2DOptions", point, (1, 3, 3, 21), (6, 1, 1, 21), 0, (1, 3, 3, 6),
             channel_scales(6), NONE)
    weighted("depthwise", op.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions", {**window, "DepthMultiplier": 1},
             (1, 6, 7, 19), (1, 3, 3, 19), 3, (1, 3, 4, 19), channel_scales(19), RELU)
    weighted("multiplied", op.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions", {**window, "DepthMultiplier": 2},
             (1, 5, 5, 3), (1, 3, 3, 6), 3, (1, 3, 3, 6), channel_scales(6), NONE)

    pool = {"Padding": SAME, "StrideW": 2, "StrideH": 2, "FilterWidth": 3, "FilterHeight": 3,
            "FusedActivationFunction": NONE}
    x = integers(1, 6, 5, 7)
    pooled = [((1, 6, 5, 7), INT8, *INPUT, 0), ((1, 3, 3, 7), INT8, *INPUT, 0)]
    write("average", run(op.AVERAGE_POOL_2D, "Pool2DOptions", pool, pooled, [None, None], [x]), x=x)
    write("max", run(op.MAX_POOL_2D, "Pool2DOptions", pool, pooled, [None, None], [x]), x=x)

    a, c = integers(64), integers(64)
    write("add", run(op.ADD, "AddOptions", {"FusedActivationFunction": RELU},
                     [((64,), INT8, *INPUT, 0), ((64,), INT8, [5 / 512], -20, 0), ((64,), INT8, [3 / 256], -31, 0)],
                     [None] * 3, [a, c]), a=a, c=c)

    every = np.arange(-128, 128).astype(np.int8)
    wide = ((256,), INT8, [1 / 16], 5, 0)
    write("logistic", run(op.LOGISTIC, "LogSoftmaxOptions", {}, [wide, ((256,), INT8, [1 / 256], -128, 0)],
                          [None] * 2, [every]))
    write("tanh", run(op.TANH, "LogSoftmaxOptions", {}, [wide, ((256,), INT8, [1 / 128], 0, 0)], [None] * 2,
                      [every]))
    x = integers(8, 10)
    x[0] = -128
    x[1] = np.arange(10)
    write("softmax", run(op.SOFTMAX, "SoftmaxOptions", {"Beta": 1.0},
                         [((8, 10), INT8, [1 / 16], 5, 0), ((8, 10), INT8, [1 / 256], -128, 0)], [None] * 2,
                         [x]), x=x)

    a, c = integers(64), integers(64)
    two = [((64,), INT8, *INPUT, 0), ((64,), INT8, [5 / 512], -20, 0)]
    for name, kind, scale, clamp in (("sub", "SubOptions", 13 / 512, NONE), ("mul", "MulOptions", 3 / 256, RELU)):
        write(name, run(getattr(op, name.upper()), kind, {"FusedActivationFunction": clamp},
                        [*two, ((64,), INT8, [scale], -31, 0)], [None] * 3, [a, c]), a=a, c=c)
    x = integers(8, 10)
    x[0] = -128
    x[1] = np.arange(10)
    write("log_softmax", run(op.LOG_SOFTMAX, "LogSoftmaxOptions", {},
                             [((8, 10), INT8, [1 / 16], 5, 0), ((8, 10), INT8, [1 / 16], 127, 0)], [None] * 2,
                             [x], version=2), x=x)
    (Path(__file__).parent / "int8.hpp").write_text(
        "\n".join(LINES + ["", "} // namespace reference::int8", ""]))


main()
