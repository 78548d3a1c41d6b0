#!/usr/bin/env python3
"""Writes int8_networks.hpp: whole networks of 8-bit integers with random weights, and what programs that round twice
and once compute with them. It needs two interpreters, each in an environment of its own:

    python3 -m venv twice && twice/bin/pip install tflite-runtime==2.14.0 tflite 'numpy<2'
    python3 -m venv once && once/bin/pip install ai-edge-litert==2.3.0 tflite numpy
    twice/bin/python tests/reference/int8_networks.py once/bin/python
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tflite

from tflite_model import INT8, INT32, NONE, RELU, SAME, VALID, Model, interpret

OP = tflite.BuiltinOperator
SAMPLES = 40
RANDOM = np.random.RandomState(16)


def integers(*shape, low=-128):
    return RANDOM.randint(low, 128, shape).astype(np.int8)


class Network:
    """Layers one after the other; what the C++ side needs to make the same is in `lines`."""

    def __init__(self, name, shape):
        self.name, self.model, self.shape = name, Model(), shape
        self.lines = []
        self.at = self.input = self.tensor((1, *shape), 0.02 + RANDOM.rand() / 50, RANDOM.randint(-30, 30), "input")

    def tensor(self, shape, scale, zero_point, place):
        """A tensor of activations; its scale is written down if it has a place."""
        scale = np.float32(scale)
        if place:
            self.lines.append(f"inline constexpr burin::quantization::Scale {self.name}_{place}{{{float(scale).hex()}F, {zero_point}}};")
        self.scale, self.zero_point, self.shape = scale, int(zero_point), shape[1:]
        return self.model.tensor(shape, INT8, [scale], int(zero_point))

    def array(self, kind, name, values):
        text = ", ".join(float(v).hex() + "F" if kind == "float" else str(v) for v in values.reshape(-1))
        self.lines.append(f"inline constexpr {kind} {self.name}_{name}[] = {{{text}}};")

    def weighted(self, place, code, kind, options, w_shape, axis, y_shape, clamp=NONE, per_channel=True):
        channels, depth = w_shape[axis], int(np.prod(w_shape)) // w_shape[axis]
        w = integers(*w_shape, low=-127)
        scales = (0.002 + RANDOM.rand(channels if per_channel else 1) / 300).astype(np.float32)
        unit = self.scale * scales.mean()
        b = (RANDOM.randn(channels) * 2000).astype(np.int32)
        w_at = self.model.tensor(w_shape, INT8, scales, 0, axis, w)
        b_at = self.model.tensor((channels,), INT32, self.scale * scales, 0, 0, b)
        for letter, c_type, values in (("w", "std::int8_t", w), ("s", "float", scales), ("b", "std::int32_t", b)):
            self.array(c_type, f"{place}_{letter}", values)
        read = self.at
        largest = 3 * unit * np.sqrt(depth) * 73 * 60  # About three standard deviations.
        zero_point = -128 if clamp == RELU else RANDOM.randint(-20, 20)
        self.at = self.tensor((1, *y_shape), largest / (256 if clamp == RELU else 128), zero_point, place)
        self.model.operator(code, kind, {**options, "FusedActivationFunction": clamp}, [read, w_at, b_at], self.at)

    def dense(self, place, units, clamp=NONE):
        self.weighted(place, OP.FULLY_CONNECTED, "FullyConnectedOptions", {}, (units, self.shape[-1]), 0, (units,), clamp,
                      per_channel=False)

    def conv(self, place, filters, size, stride=1, clamp=NONE):
        height, width, channels = self.shape
        y = (-(-height // stride), -(-width // stride), filters)
        options = {"Padding": SAME, "StrideW": stride, "StrideH": stride, "DilationWFactor": 1, "DilationHFactor": 1}
        self.weighted(place, OP.CONV_2D, "Conv2DOptions", options, (filters, size, size, channels), 0, y, clamp)

    def depthwise(self, place, size, clamp=NONE):
        height, width, channels = self.shape
        options = {"Padding": SAME, "StrideW": 1, "StrideH": 1, "DilationWFactor": 1, "DilationHFactor": 1,
                   "DepthMultiplier": 1}
        self.weighted(place, OP.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions", options, (1, size, size, channels), 3,
                      self.shape, clamp)

    def add(self, place, other, scale, clamp=NONE):
        read = [self.at, other]
        self.at = self.tensor((1, *self.shape), scale, -128 if clamp == RELU else 4, place)
        self.model.operator(OP.ADD, "AddOptions", {"FusedActivationFunction": clamp}, read, self.at)

    def average_pool(self, size):
        height, width, channels = self.shape
        read, options = self.at, {"Padding": VALID, "StrideW": size, "StrideH": size, "FilterWidth": size,
                                  "FilterHeight": size, "FusedActivationFunction": NONE}
        self.at = self.tensor((1, height // size, width // size, channels), self.scale, self.zero_point, None)
        self.model.operator(OP.AVERAGE_POOL_2D, "Pool2DOptions", options, [read], self.at)

    def mean(self, place, share):
        axes = self.model.tensor((2,), INT32, data=np.array([1, 2], np.int32))
        read, channels = self.at, self.shape[-1]
        self.at = self.tensor((1, channels), self.scale * share, -101, place)
        self.model.operator(OP.MEAN, "ReducerOptions", {"KeepDims": 0}, [read, axes], self.at, version=2)

    def logistic(self):
        read = self.at
        self.at = self.tensor((1, *self.shape), 1 / 256, -128, None)
        self.model.operator(OP.LOGISTIC, "LogSoftmaxOptions", {}, [read], self.at)

    def softmax(self):
        read = self.at
        self.at = self.tensor((1, *self.shape), 1 / 256, -128, None)
        self.model.operator(OP.SOFTMAX, "SoftmaxOptions", {"Beta": 1.0}, [read], self.at)

    def written(self, once):
        """Its lines, with inputs and the outputs of both."""
        x = [[integers(1, *map(int, np.atleast_1d(self.input_shape)))] for _ in range(SAMPLES)]
        file = self.model.finish([self.input], self.at)
        twice = interpret(file, x, "BUILTIN_REF")
        with tempfile.TemporaryDirectory() as directory:
            work = Path(directory)
            (work / "model").write_bytes(file)
            np.save(work / "x.npy", np.stack([sample[0] for sample in x]))
            subprocess.run([once, __file__, "--run", directory], check=True, stderr=subprocess.DEVNULL)
            results = {kind: np.load(work / f"{kind}.npy") for kind in ("AUTO", "BUILTIN_REF")}
        apart = np.abs(results["AUTO"].astype(int) - twice.astype(int))
        print(f"{self.name}: {SAMPLES} samples of {twice[0].size} outputs; once and twice differ in "
              f"{np.count_nonzero(apart.reshape(SAMPLES, -1).any(1))} samples, {np.count_nonzero(apart)} outputs, by at most "
              f"{apart.max()}; the reference kernels of both in {np.count_nonzero(results['BUILTIN_REF'] != twice)}")
        self.array("std::int8_t", "x", np.stack([sample[0] for sample in x]))
        self.array("std::int8_t", "twice", twice)
        self.array("std::int8_t", "once", results["AUTO"])
        return self.lines


def perceptron():
    net = Network("perceptron", (67,))
    net.input_shape = 67
    net.dense("first", 48, RELU)
    net.dense("second", 48, RELU)
    net.dense("third", 11)
    return net


def gates():
    net = Network("gates", (20,))
    net.input_shape = 20
    net.dense("first", 37)
    net.logistic()
    net.dense("second", 9)
    net.softmax()
    return net


def residual():
    net = Network("residual", (9, 8, 3))
    net.input_shape = (9, 8, 3)
    net.conv("first", 18, 3, stride=2, clamp=RELU)
    skipped, scale = net.at, net.scale
    net.depthwise("depthwise", 3, clamp=RELU)
    net.conv("point", 18, 1)
    net.add("sum", skipped, max(scale, net.scale) * 1.1, clamp=RELU)
    net.average_pool(2)
    net.mean("mean", 0.6873)
    net.dense("last", 6)
    return net


def softmax(name, scale, extent, rows):
    """Softmax of rows, from flat ones to those of one large number; of the reference kernel alone."""
    x = np.stack([RANDOM.randint(-width, width, extent) for width in RANDOM.randint(1, 128, rows)]).astype(np.int8)
    model = Model()
    read = model.tensor(x.shape, INT8, [scale], 3)
    written = model.tensor(x.shape, INT8, [1 / 256], -128)
    model.operator(OP.SOFTMAX, "SoftmaxOptions", {"Beta": 1.0}, [read], written)
    y = interpret(model.finish([read], written), [[x]], "BUILTIN_REF")[0]
    text = [", ".join(map(str, values.reshape(-1))) for values in (x, y)]
    return [f"inline constexpr std::int8_t {name}_x[] = {{{text[0]}}};",
            f"inline constexpr std::int8_t {name}_twice[] = {{{text[1]}}};"]


def main():
    if sys.argv[1] == "--run":
        work = Path(sys.argv[2])
        samples = [[sample] for sample in np.load(work / "x.npy")]
        for kind in ("AUTO", "BUILTIN_REF"):
            np.save(work / f"{kind}.npy", interpret((work / "model").read_bytes(), samples, kind))
        return
    lines = ["#pragma once", "",
             "// Networks of 8-bit integers: scales, weights w with scales s and biases b, inputs x, and outputs: of TensorFlow Lite",
             "// 2.14's reference kernels, which round twice, and of LiteRT 2.3 with XNNPACK on a processor with AVX-512, which",
             "// rounds once. Written by int8_networks.py.", "", '#include "burin/quantization/scale.hpp"', "",
             "#include <cstdint>", "", "namespace reference::int8_networks {", ""]
    for network in (perceptron(), gates(), residual()):
        lines += network.written(sys.argv[1])
    for name, scale in (("fine", 1 / 64), ("coarse", 0.3), ("rough", 3.7)):
        lines += softmax(f"softmax_{name}", scale, 13, 32)
    (Path(__file__).parent / "int8_networks.hpp").write_text(
        "\n".join(lines + ["", "} // namespace reference::int8_networks", ""]))


main()
