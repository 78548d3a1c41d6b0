"""Files from a simplified graph: {name: text}; nothing is on the disk before all of them are made."""

import math
from pathlib import Path

import numpy as np

from .. import runtimes
from ..layers import layers_of
from ..problems import NotRun, Refused
from .cpp import namespace, string
from .header import float_header, int8_header, safetensors, weights_beside
from .network import network
from .vectors import test_program, vectors_header

#: How many inputs the test has.
SAMPLES = 5
#: Of a network that takes the next steps of a sequence at a time.
PIECES = 40
#: How many numbers the test may have, and each tensor of the program that computes it.
MOST_NUMBERS, MOST_COMPUTED = 1 << 22, 1 << 27


def files(graph, source, output, name, rounding="once", lanes=0, wants_graph=False, wants_test=True,
          safetensors_from=None, embed_from=None):
    """What is to be written, by path, and what is to be said."""
    layers = layers_of(graph)
    space = namespace(name)
    written = network(graph, layers, wants_graph)
    quantized = graph.tensors[graph.inputs[0]].dtype == "int8"
    output, said = Path(output), [*graph.notes, *graph.remarks]
    size = 4 * sum(each.values.size for layer, _ in written.layers for each in layer.parameters + layer.statistics)
    if quantized:
        made = {output: int8_header(graph, written, space, source.name, rounding)}
    elif safetensors_from is not None and size >= safetensors_from:
        weights = output.with_suffix(".safetensors")
        return {output: weights_beside(graph, written, space, source.name, weights.name), weights: safetensors(written)}, said
    elif 0 < size and embed_from is not None and size >= embed_from:
        if string(output.name) != f'"{output.name}"':
            raise Refused(f"{output}: expected a name of plain letters: the assembler looks for weights beside the header")
        text, weights = float_header(graph, written, space, source.name, lanes, output.name)
        made = {output: text, output.with_name(f"{output.name}.bin"): weights}
    else:
        made = {output: float_header(graph, written, space, source.name, lanes)[0]}
    if wants_test:
        each = sum(math.prod(graph.shape(name)) for name in graph.inputs + graph.outputs)
        count = PIECES if graph.streams else min(SAMPLES, MOST_NUMBERS // max(each, 1))
        largest = max((math.prod(graph.shape(name)) for node in graph.nodes for name in node.outputs), default=0)
        samples = runtimes.random_samples(graph, count) if count * each <= MOST_NUMBERS and largest <= MOST_COMPUTED else []
        found, why = None, ""
        try:
            found = runtimes.run(source, graph, samples, rounding) if samples else None
        except NotRun as reason:
            why = str(reason)
        if not samples:
            said.append(f"no test: an input and its outputs have {each} numbers, and the largest tensor {largest}")
        elif found is None:
            said.append(f"no test: the program that runs such files (docs/formats.md) {why}")
        elif not all(np.all(np.isfinite(values)) for outputs in found[0] for values in outputs):
            said.append(f"no test: what {found[1]} makes of random inputs is not finite")
        else:
            outputs, runtime = found
            vectors, test = (output.with_name(f"{output.stem}_{kind}") for kind in ("vectors.hpp", "test.cpp"))
            made[vectors] = vectors_header(graph, space, samples, outputs, runtime)
            tolerance = (0 if "2.14" in runtime else 3) if quantized else 5e-2 if graph.notes else 1e-5
            made[test] = test_program(graph, space, output.name, vectors.name, quantized, lanes, tolerance,
                                      any(layer.parameters or layer.statistics for layer, _ in written.layers))
    return made, said
