"""The header: the network's type, what goes in and comes out, and its weights."""

import json
import re
import zlib

import numpy as np

from ..layers.layer import shape_of
from . import clamps, embedded
from .cpp import comment, literal, numbers, string

ANY_LANES = 0
#: Headers that are not in the umbrella, and which layers they have.
BESIDE = {"layers/comparisons.hpp": "Greater|GreaterEqual|Less|LessEqual|Equal|NotEqual|Where",
          "layers/complex_abs.hpp": "ComplexAbs", "layers/elementary.hpp": "Abs|Sqrt|Exp|Log|Pow",
          "layers/mat_mul.hpp": "MatMul", "layers/wavenet.hpp": "WaveNet",
          "quantization/integer_lstm.hpp": "IntegerCell",
          "quantization/pixel_shuffle.hpp": "DepthToSpace|SpaceToDepth|PixelShuffle|PixelUnshuffle",
          "quantization/prelu.hpp": "PReLU", "quantization/resize.hpp": "Resize[123]D", "quantization/svdf.hpp": "SVDF",
          "quantization/tensors.hpp": "Broadcast|Gather|GatherByInput|Reduce(?:Sum|Mean|Max|Min)",
          "quantization/transposed_convolution.hpp": "Conv[123]DTranspose"}


def panels(matrix, lanes):
    """A matrix as kernels read it (kernels/products/panels.hpp): panels of two vectors of columns."""
    rows, columns = matrix.shape
    width, rest = 2 * lanes, columns % (2 * lanes)
    if columns < width:
        return matrix.reshape(-1)
    full, last = (columns // width, rest) if rest == 0 or rest >= lanes else (columns // width - 1, width + rest)
    pieces = [matrix[:, i * width:(i + 1) * width].reshape(-1) for i in range(full)]
    return np.concatenate(pieces + [matrix[:, columns - last:].reshape(-1)] if last else pieces)


def stored(parameter, lanes):
    values = np.ascontiguousarray(parameter.values, np.float32)
    if lanes == ANY_LANES or not parameter.is_panels:
        return values.reshape(-1)
    return panels(values.reshape(-1, values.shape[-1]), lanes)


def described(graph, written, quantized):
    """What goes in and comes out."""
    lines = []
    for kind, names in (("input", graph.inputs), ("output", graph.outputs)):
        shown = ", ".join(string(graph.tensors[name].called or name) for name in names)
        lines.append(f"inline constexpr const char* {kind}_names[] = {{{shown}}};")
        for name in names:
            shape = ", ".join(map(str, shape_of(graph, name)))
            of = ""
            if quantized:
                q = graph.tensors[name].quantization
                of = f", {np.format_float_positional(q.scale, trim='0')} * (stored - {q.zero_point})".replace("- -", "+ ")
            if graph.tensors[name].file_axes:
                of += ", channels last; the file has them first"
            lines[-1] += f" // [{shape}]{of}"
    if graph.streams:
        lines.append(f"inline constexpr std::size_t steps = {shape_of(graph, graph.inputs[0])[0]}; // Of a piece, for a "
                     f"{'Quantized' * quantized}Streamer<Network, steps>.")
    for fact, value in graph.facts.items():
        if isinstance(value, (int, float)):
            lines.append(f"inline constexpr double {fact} = {value!r};")
        elif isinstance(value, str):
            lines.append(f"inline constexpr const char* {fact} = {string(value)};")
    return "\n".join(lines)


def runner(graph, space):
    """The type that runs it."""
    kind = "Quantized" if graph.tensors[graph.inputs[0]].dtype == "int8" else ""
    return f"{kind}Streamer<{space}::Network, {space}::steps>" if graph.streams else f"{kind}Predictor<{space}::Network>"


def beside(written):
    """Headers that are not in the umbrella."""
    return [header for header, names in BESIDE.items() if re.search(rf"\b(?:{names})\b", written.declarations)]


def start(graph, written, space, what, source, use, standard=()):
    includes = "\n".join(f"#include <{each}>" for each in sorted(["cstddef", "cstdint", *standard]))
    return f"""#pragma once

// {what}, imported from {comment(source)} by burin-import.
//
{use}
#include <burin/embedded.hpp>{"".join(f"{chr(10)}#include <burin/{each}>" for each in beside(written))}

{includes}

namespace {space} {{

using namespace burin;

{written.declarations}
"""


def end(checksum, space):
    return f"inline constexpr std::uint32_t checksum = {checksum:#x};\n\n}} // namespace {space}\n"


def weights_beside(graph, written, space, source, weights):
    """The header of a float network whose weights are in a file of safetensors."""
    use = f"""//     Model<{space}::Network> model;
//     io::load("{comment(weights)}", model); // burin/burin.hpp
"""
    count = sum(p.values.size for layer, _ in written.layers for p in layer.parameters + layer.statistics)
    text = start(graph, written, space, "A network whose weights are in a file beside it", source, use)
    return text + f"static_assert(stored_count<Network> == {count});\n\n{described(graph, written, False)}\n\n" \
        f"}} // namespace {space}\n"


def safetensors(written):
    """The bytes of that file: tensors by Burin's names, row-major, the first eight bytes the length of the header."""
    entries, pieces, at = {"__metadata__": {"format": "burin"}}, [], 0
    for kind in ("parameters", "statistics"):
        for layer, place in written.layers:
            for parameter in getattr(layer, kind):
                data = np.ascontiguousarray(parameter.values, "<f4").tobytes()
                entries[f"{place}.{parameter.name}"] = {"dtype": "F32", "shape": list(map(int, parameter.values.shape)),
                                                        "data_offsets": [at, at + len(data)]}
                pieces.append(data)
                at += len(data)
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + b"".join(pieces)


def float_header(graph, written, space, source, lanes, embeds_into=None):
    """Parameters as an array: row-major for all processors, or as the kernels of one want them. With the name of the header
    that embeds them they are bytes by themselves. Returns the header and these bytes."""
    name = "row_major" if lanes == ANY_LANES else "parameters"
    arrays, everything = [], []
    for kind in ("parameters", "statistics"):
        for layer, place in written.layers:
            for parameter in getattr(layer, kind):
                values = stored(parameter, lanes)
                everything.append(values)
                if embeds_into is not None:
                    continue
                label = layer.name if written.is_graph else f"{place} {layer.name}"
                arrays.append(f"    // {comment(label)}: {parameter.name} "
                              f"[{', '.join(map(str, parameter.values.shape))}]\n" + numbers(values, 8))
    count = sum(values.size for values in everything)
    if lanes == ANY_LANES:
        use = f"""//     Parameters<{space}::Network> parameters;
//     from_row_major<{space}::Network>({space}::row_major, parameters.data());
//     {runner(graph, space)} predictor;
//     const auto outputs = predictor(parameters, input);
"""
    else:
        use = f"""//     {runner(graph, space)} predictor;
//     const auto outputs = predictor({space}::parameters, input);
"""
    if count == 0:
        use = f"//     {runner(graph, space)} predictor;\n"
    text = start(graph, written, space, "A network and its parameters", source, use, () if embeds_into is None else ("bit",))
    if lanes != ANY_LANES:
        text += (f'static_assert(kernels::width<float> == {lanes}, "these parameters lie as vectors of {lanes} want them: '
                 f'import them again with --lanes of this processor");\n')
    text += f"static_assert(stored_count<Network> == {count});\n\n{described(graph, written, False)}\n\n"
    data = b"".join(values.astype("<f4").tobytes() for values in everything)
    if count and embeds_into is None:
        text += f"alignas(memory_alignment) inline constexpr float {name}[] = {{\n" + "\n".join(arrays) + "\n};\n\n"
    elif count:
        text += embedded.declaration(name, space, embeds_into, count)
    return text + end(zlib.crc32(data), space), data


def int8_header(graph, written, space, source, rounding):
    """A QuantizedNetwork, as io::export_header writes it."""
    heads, relus = clamps.find(graph, written.layers)
    way = "" if rounding == "once" else ", Rounding::twice"
    use = f"""//     {runner(graph, space)} predictor;
//     quantize(numbers, {space}::network.inputs[0], input); // if they are not 8 bits already
//     const auto outputs = predictor({space}::network, input);
"""
    text = start(graph, written, space, "A network of 8-bit integers", source, use)
    text += f"\n{described(graph, written, True)}\n\n"
    text += f"inline constexpr QuantizedNetwork<Network{way}> network{{\n"
    crc = 0
    for names in (graph.inputs, graph.outputs):
        scales = [graph.tensors[name].quantization for name in names]
        for each in scales:
            crc = zlib.crc32(np.array([each.scale], "<f4").tobytes(), crc)
            crc = zlib.crc32(np.array([each.zero_point], "<i4").tobytes(), crc)
        text += "    {{" + ", ".join(f"{{{literal(each.scale)}, {each.zero_point}}}" for each in scales) + "}},\n"
    text += "    {\n" + "".join("        {}, // input\n" for _ in graph.inputs)
    for layer, place in written.layers:
        label = comment(f"{place} {layer.name}" if not written.is_graph else place)
        if id(layer) in heads or layer.constants is None or layer.is_view:
            text += f"        {{}}, // {label}: {comment(layer.type)}\n"
            continue
        clamp = relus.get(id(layer))
        low = graph.tensors[clamp.output].quantization.zero_point if clamp else -128
        members = layer.constants(rounding, low)
        if not members:
            text += f"        {{}}, // {label}: {comment(layer.type)}\n"
            continue
        text += f"        // {label}: {comment(layer.type)}\n        {{{{\n"
        for name, value in members:
            array = np.asarray(value)
            if array.ndim == 0:
                crc = zlib.crc32(np.array([int(value)], "<i1").tobytes(), crc)
                text += f"            {int(value)}, // {name}\n"
                continue
            if not isinstance(value, np.ndarray):
                array = array.astype(np.int32)
            crc = zlib.crc32(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes(), crc)
            text += f"            // {name}\n            {{{{\n{numbers(array, indent=' ' * 16)}\n            }}}},\n"
        text += "        }},\n"
    return text + "    }};\n\n" + end(crc, space)
