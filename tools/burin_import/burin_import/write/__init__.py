"""Files from a simplified graph: {name: text}; nothing is on the disk before all of them are made."""

import os
import tempfile
from pathlib import Path

from .. import runtimes
from ..layers import layers_of
from ..problems import Refused
from .cpp import identifier
from .header import float_header, int8_header, safetensors, weights_beside
from .network import network
from .vectors import test_program, vectors_header

#: How many inputs the test has, and how many bytes of text it may take.
SAMPLES = 5
#: Of a network that takes the next steps of a sequence at a time.
PIECES = 40


def files(graph, source, output, name, rounding="once", lanes=0, wants_graph=False, wants_test=True,
          safetensors_from=None):
    """What is to be written, by path, and what is to be said."""
    layers = layers_of(graph)
    space = identifier(name)
    written = network(graph, layers, wants_graph)
    quantized = graph.tensors[graph.inputs[0]].dtype == "int8"
    output, said = Path(output), list(graph.notes)
    size = 4 * sum(each.values.size for layer, _ in written.layers for each in layer.parameters + layer.statistics)
    if quantized:
        made = {output: int8_header(graph, written, space, source.name, rounding)}
    elif safetensors_from is not None and size >= safetensors_from:
        weights = output.with_suffix(".safetensors")
        return {output: weights_beside(graph, written, space, source.name, weights.name), weights: safetensors(written)}, said
    else:
        made = {output: float_header(graph, written, space, source.name, lanes)}
    if wants_test:
        samples = runtimes.random_samples(graph, PIECES if graph.streams else SAMPLES)
        found = runtimes.run(source, graph, samples, rounding)
        if found is None:
            said.append("no test: the program that runs such files is not installed, or does not run this one")
        else:
            outputs, runtime = found
            vectors, test = (output.with_name(f"{output.stem}_{kind}") for kind in ("vectors.hpp", "test.cpp"))
            made[vectors] = vectors_header(graph, space, samples, outputs, runtime)
            tolerance = (0 if "2.14" in runtime else 3) if quantized else 5e-2 if graph.notes else 1e-5
            made[test] = test_program(graph, space, output.name, vectors.name, quantized, lanes, tolerance,
                                      any(layer.parameters or layer.statistics for layer, _ in written.layers))
    return made, said


def put(made):
    """Writes all files or none."""
    temporary = []
    try:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            temporary.append((name, path))
            with os.fdopen(handle, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
            os.chmod(name, 0o666 & ~umask())
        for name, path in temporary:
            os.replace(name, path)
        temporary = []
    except OSError as error:
        raise Refused(f"{error.filename or ''}: {error.strerror}") from None
    finally:
        for name, _ in temporary:
            Path(name).unlink(missing_ok=True)


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
