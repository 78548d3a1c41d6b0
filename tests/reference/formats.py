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
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "burin_import"), str(ROOT / "tests" / "importer")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from burin_import import readers, runtimes, simplify, write  # noqa: E402
from burin_import.layers.layer import sample  # noqa: E402
from burin_import.problems import Refused  # noqa: E402
from support import Program  # noqa: E402

def simplified(path):
    graph = readers.read(path)
    simplify.simplify(graph)
    return graph


def compiled(path, graph, rounding, command, work):
    """What runs an imported network."""
    is_int8 = graph.tensors[graph.inputs[0]].dtype == "int8"
    made, _ = write.files(graph, path, work / "model.hpp", "model", rounding, wants_test=False)
    write.put(made)
    program = Program(work, command, {"model": ("model.hpp", "int8" if is_int8 else "row_major")})
    return lambda samples: program.run("model", joined(samples))


def joined(samples):
    """A row a sample, of all its inputs or outputs."""
    return np.stack([np.concatenate([np.asarray(part).reshape(-1) for part in each]) for each in samples])


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
                run = compiled(path, simplified(path), rounding, command, Path(work))
                ours = run(samples)
                how = f"8 bits, {rounding}" if is_int8 else "float"
                found = runtimes.run(path, graph, samples, rounding)
                if found is not None:
                    yield name, how, found[1], difference(ours, joined(found[0]))
                if path.with_suffix(".in").exists():
                    x = np.fromfile(path.with_suffix(".in"), np.int8).reshape(-1, *sample(graph, graph.inputs[0]))
                    ours = run([[each] for each in x])
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
