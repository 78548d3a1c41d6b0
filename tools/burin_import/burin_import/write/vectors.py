"""Test vectors: a few inputs with the outputs of the file's own run-time, and the program that compares."""

import numpy as np

from .cpp import comment, numbers
from .header import runner


def vectors_header(graph, space, samples, outputs, runtime):
    kind = "std::int8_t" if graph.tensors[graph.inputs[0]].dtype == "int8" else "float"
    text = f"""#pragma once

// {len(samples)} random {"pieces of a sequence" if graph.streams else "inputs"}, and what {comment(runtime)} made of them. Written by burin-import.

#include <cstddef>
#include <cstdint>

namespace {space}::vectors {{

inline constexpr std::size_t count = {len(samples)};
"""
    for what, rows in (("input", samples), ("expected", outputs)):
        for index in range(len(rows[0])):
            name = f"{what}_{index}" if len(rows[0]) > 1 else what
            values = np.stack([np.asarray(row[index]).reshape(-1) for row in rows])
            text += f"inline constexpr {kind} {name}[count][{values.shape[1]}] = {{\n"
            text += "".join(f"    {{\n{numbers(row, 16 if kind != 'float' else 8, '        ')}\n    }},\n" for row in values)
            text += "};\n"
    return text + f"\n}} // namespace {space}::vectors\n"


def test_program(graph, space, header, vectors, quantized, lanes, tolerance, has_parameters=True):
    """Ten lines: includes the header and compares."""
    many = len(graph.inputs) > 1
    inputs = ", ".join(f"{space}::vectors::input_{i}[i]" for i in range(len(graph.inputs))) if many else \
        f"{space}::vectors::input[i]"
    compared = []
    for index in range(len(graph.outputs)):
        name = f"expected_{index}" if len(graph.outputs) > 1 else "expected"
        compared.append(f"        compare(outputs[{index}], {space}::vectors::{name}[i]);\n")
    if quantized:
        prepared = f"    static burin::{runner(graph, space)} predictor;\n"
        given = f"{space}::network"
    elif lanes:
        prepared = f"    static burin::{runner(graph, space)} predictor;\n"
        given = f"{space}::parameters"
    else:
        prepared = (f"    static burin::{runner(graph, space)} predictor;\n"
                    f"    static burin::Parameters<{space}::Network> parameters;\n")
        if has_parameters:
            prepared += f"    burin::from_row_major<{space}::Network>({space}::row_major, parameters.data());\n"
        given = "parameters.data()" if graph.streams else "parameters"
    rows = "" if graph.streams else ", 1"
    bound = f"largest <= {tolerance:g} * peak" if not quantized else f"largest <= {tolerance:g}"
    return f"""// Compares the network of {header} with the program that its file was made for. Written by burin-import.

#include "{header}"
#include "{vectors}"

#include <algorithm>
#include <cmath>
#include <cstdio>

int main() {{
{prepared}    double largest = 0, peak = 0;
    const auto compare = [&](const auto* outputs, const auto& expected) {{
        for (std::size_t i = 0; i < std::size(expected); ++i) {{
            const double apart = std::fabs(double(outputs[i]) - double(expected[i]));
            if (!(apart <= largest) && largest == largest) // A number that is none stays.
                largest = apart;
            peak = std::max(peak, std::fabs(double(expected[i])));
        }}
    }};
    for (std::size_t i = 0; i < {space}::vectors::count; ++i) {{
        const auto outputs = predictor.run({given}, {{{inputs}}}{rows});
{"".join(compared)}    }}
    std::printf("{space}: largest difference %g of %g\\n", largest, peak);
    return {bound} ? 0 : 1;
}}
"""
