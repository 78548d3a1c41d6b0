#!/usr/bin/env python3
"""Imports files of other programs, runs them, and prints the table of docs/formats.md: how far the outputs are from those of
the program that each file was made for.

    pip install ai-edge-litert tflite numpy
    python3 tests/reference/formats.py FILE... [-- COMPILER FLAG...]

Inputs are 100 random ones. Beside NAME.tflite may be more: NAME.in, with outputs of TensorFlow Lite 2.14's reference kernels
in NAME.ref214 and of LiteRT 2.3 with XNNPACK in NAME.xnn230. The files are not part of the project.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "burin_import"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from burin_import import readers, runtimes, simplify, write  # noqa: E402
from burin_import.layers.layer import sample  # noqa: E402
from burin_import.problems import Refused  # noqa: E402

#: Reads samples, writes outputs.
PROGRAM = """
#include "model.hpp"
#include <cstdio>
#include <vector>
using namespace model;
template <class Number, class Run>
int each(const Run& run) {{
    using N = burin::engine::Network<Network>;
    for (;;) {{
        std::array<std::vector<Number>, N::input_count> inputs;
        std::array<const Number*, N::input_count> pointers;
        for (std::size_t i = 0; i < N::input_count; ++i) {{
            inputs[i].resize(N::input_shapes[i].size());
            if (std::fread(inputs[i].data(), sizeof(Number), inputs[i].size(), stdin) != inputs[i].size())
                return 0;
            pointers[i] = inputs[i].data();
        }}
        const auto outputs = run(pointers);
        for (std::size_t i = 0; i < N::output_count; ++i)
            std::fwrite(outputs[i], sizeof(Number), N::output_shapes[i].size(), stdout);
    }}
}}
int main() {{
    {body}
}}
"""
INT8 = """static burin::QuantizedPredictor<Network> predictor;
    return each<std::int8_t>([&](const auto& inputs) { return predictor.run(network, inputs, 1); });"""
FLOAT = """static burin::Predictor<Network> predictor;
    static burin::Parameters<Network> parameters;
    burin::from_row_major<Network>(row_major, parameters.data());
    return each<float>([&](const auto& inputs) { return predictor.run(parameters, inputs, 1); });"""


def simplified(path):
    graph = readers.read(path)
    simplify.simplify(graph)
    return graph


class Program:
    """An imported network, compiled."""

    def __init__(self, path, graph, rounding, command, work):
        self.graph = graph
        self.is_int8 = graph.tensors[graph.inputs[0]].dtype == "int8"
        made, _ = write.files(graph, path, work / "model.hpp", "model", rounding, wants_test=False)
        write.put(made)
        (work / "program.cpp").write_text(PROGRAM.format(body=INT8 if self.is_int8 else FLOAT))
        subprocess.run([*command, "-std=c++20", f"-I{ROOT / 'include'}", "program.cpp", "-o", "program"], cwd=work, check=True)
        self.program = work / "program"

    def run(self, samples):
        kind = np.int8 if self.is_int8 else np.float32
        given = b"".join(np.ascontiguousarray(x, kind).tobytes() for inputs in samples for x in inputs)
        out = np.frombuffer(subprocess.run([self.program], input=given, stdout=subprocess.PIPE, check=True).stdout, kind)
        return out.reshape(len(samples), -1)


def joined(outputs):
    return np.stack([np.concatenate([np.asarray(y).reshape(-1) for y in each]) for each in outputs])


def difference(ours, theirs):
    """As the table has it."""
    if ours.dtype == np.int8:
        apart = np.abs(ours.astype(int) - theirs)
        if not apart.any():
            return f"all equal ({len(ours)} inputs)"
        return f"{np.count_nonzero(apart.max(1) == 0)} of {len(ours)} inputs equal, {np.count_nonzero(apart)} of " \
               f"{apart.size} numbers up to {apart.max()} apart"
    return f"{np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-30):.1e} of the peak"


def rows(path, command):
    name = path.stem
    try:
        graph = simplified(path)
        is_int8 = graph.tensors[graph.inputs[0]].dtype == "int8"
        samples = runtimes.random_samples(graph, 100)
        for rounding in ("once", "twice") if is_int8 else ("once",):
            with tempfile.TemporaryDirectory() as work:
                program = Program(path, simplified(path), rounding, command, Path(work))
                ours = program.run(samples)
                how = f"8 bits, {rounding}" if is_int8 else "float"
                found = runtimes.run(path, graph, samples, rounding)
                if found is not None:
                    yield name, how, found[1], difference(ours, joined(found[0]))
                if path.with_suffix(".in").exists():
                    x = np.fromfile(path.with_suffix(".in"), np.int8).reshape(-1, *sample(graph, graph.inputs[0]))
                    ours = program.run([[each] for each in x])
                    for suffix, runtime in (((".xnn230", "LiteRT 2.3.0, AUTO"),) if rounding == "once" else
                                            ((".ref214", "TensorFlow Lite 2.14, BUILTIN_REF"),)):
                        theirs = np.fromfile(path.with_suffix(suffix), np.int8).reshape(len(x), -1)
                        yield name, how, runtime + " (given)", difference(ours, theirs)
    except Refused as refused:
        yield name, "", "", "not imported: " + str(refused).splitlines()[0].split(": ", 1)[-1]


def main():
    arguments = sys.argv[1:]
    at = arguments.index("--") if "--" in arguments else len(arguments)
    files, command = [Path(each) for each in arguments[:at]], arguments[at + 1:] or ["c++", "-O1", "-march=native"]
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}\n")
    print("| file | numbers | compared with | largest difference |\n|---|---|---|---|", flush=True)
    for path in files:
        for row in rows(path, command):
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
