#!/usr/bin/env python3
"""Runs the 8-bit networks of MLPerf Tiny, weights taken from their .tflite files, in both roundings, and counts the inputs
whose outputs are those of other programs. For docs/quantization.md; the models and outputs are not part of the project.

    pip install tflite numpy
    python3 tests/reference/int8_models.py DIRECTORY [COMPILER FLAG...]

In the directory are NAME.tflite, 50 inputs NAME.in, and the outputs of TensorFlow Lite 2.14's reference kernels,
NAME.ref214, and of LiteRT 2.3 with XNNPACK, NAME.xnn230.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tflite

ROOT = Path(__file__).resolve().parents[2]
SEPARABLE = "DepthwiseConv2D<3, Same>, ReLU, Conv2D<64, 1>, ReLU, "
NETWORKS = {
    "kws_ref_model": "Sequential<Input<49, 10, 1>, Conv2D<64, Shape{10, 4}, Same, Stride<2>>, ReLU, " + 4 * SEPARABLE +
                     "AveragePool2D<Shape{25, 5}>, Flatten, Dense<12>, Softmax>",
    "ad01_int8": "Sequential<Input<640>, " + 4 * "Dense<128>, ReLU, " + "Dense<8>, ReLU, " + 4 * "Dense<128>, ReLU, " +
                 "Dense<640>>",
}
PROGRAM = """
template <class Net, burin::Rounding Way>
void count(const char* name, const QuantizedTensors<Net>& tensors, std::span<const std::int8_t> inputs,
           std::span<const std::int8_t> expected) {
    static QuantizedNetwork<Net, Way> network;
    static QuantizedPredictor<Net> predictor;
    quantize(tensors, network);
    const std::size_t in = inputs.size() / 50, out = expected.size() / 50;
    std::size_t samples = 0, numbers = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        const auto y = predictor(network, inputs.subspan(i * in, in));
        std::size_t same = 0;
        for (std::size_t j = 0; j < out; ++j)
            same += y[j] == expected[i * out + j];
        samples += same == out;
        numbers += same;
    }
    std::printf("%s, %s: %zu of 50 inputs, %zu of %zu numbers equal\\n", name,
                Way == Rounding::once ? "once" : "twice", samples, numbers, expected.size());
}
"""


def layers(path):
    """The input's scale, and place, scale and weights of each layer that has some: every other place is a ReLU's."""
    model = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph = model.Subgraphs(0)

    def scale(index):
        quantization = graph.Tensors(index).Quantization()
        return f"{{{float(quantization.ScaleAsNumpy()[0]).hex()}F, {quantization.ZeroPointAsNumpy()[0]}}}"

    def data(index, kind):
        return model.Buffers(graph.Tensors(index).Buffer()).DataAsNumpy().view(kind)

    found = []
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        x, *rest = operator.InputsAsNumpy()
        if len(rest) == 2:  # Weights and biases.
            scales = graph.Tensors(rest[0]).Quantization().ScaleAsNumpy()
            found.append((scale(operator.OutputsAsNumpy()[0]), data(rest[0], np.int8), scales, data(rest[1], np.int32)))
    return scale(graph.InputsAsNumpy()[0]), found


def array(kind, name, values):
    text = ", ".join(float(v).hex() + "F" if kind == "float" else str(v) for v in values)
    return f"static constexpr {kind} {name}[] = {{{text}}};\n"


def main():
    directory, command = Path(sys.argv[1]), sys.argv[2:] or ["c++", "-O1", "-march=native"]
    text = '#include <burin/embedded.hpp>\n#include <cstdio>\nusing namespace burin;\n' + PROGRAM + "int main() {\n"
    for name, network in NETWORKS.items():
        input_scale, found = layers(directory / f"{name}.tflite")
        text += f"{{ using Net = {network};\n QuantizedTensors<Net> tensors; tensors.scales[0] = {input_scale};\n"
        for i, (scale, w, s, b) in enumerate(found):
            # The last Dense of the first network stands behind pooling and a Flatten.
            place = 2 * i + (2 if name == "kws_ref_model" and i == len(found) - 1 else 0)
            text += array("std::int8_t", f"w{i}", w) + array("float", f"s{i}", s) + array("std::int32_t", f"b{i}", b)
            text += f'tensors.scale("{place}") = {scale}; tensors.weights("{place}") = {{w{i}, s{i}, b{i}}};\n'
        text += array("std::int8_t", "inputs", np.fromfile(directory / f"{name}.in", np.int8))
        text += 'std::printf("%s", std::string(tensors.problem().view()).c_str());\n'
        for suffix in ("ref214", "xnn230"):
            text += array("std::int8_t", suffix, np.fromfile(directory / f"{name}.{suffix}", np.int8))
            for way in ("once", "twice"):
                text += f'count<Net, Rounding::{way}>("{name}.{suffix}", tensors, inputs, {suffix});\n'
        text += "}\n"
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "models.cpp").write_text(text.replace("#include <cstdio>", "#include <cstdio>\n#include <string>") + "}\n")
        subprocess.run([*command, "-std=c++20", f"-I{ROOT / 'include'}", f"{work}/models.cpp", "-o", f"{work}/models"], check=True)
        subprocess.run([f"{work}/models"], check=True)


main()
