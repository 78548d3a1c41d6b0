"""Many files imported and compiled together: dozens of small networks a program."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "importer"), str(ROOT / "tools" / "burin_import")]
from burin_import import readers, simplify, write  # noqa: E402
from support import Program  # noqa: E402


def imported(work, name, path):
    """The graph, and the kind of header that Program knows. Raises Refused."""
    graph = readers.read(path)
    simplify.simplify(graph)
    made, _ = write.files(graph, Path(path), work / f"{name}.hpp", name, wants_test=False)
    write.put(made)
    if graph.tensors[graph.inputs[0]].dtype == "int8":
        return graph, "pieces" if graph.streams else "int8"
    return graph, "row_major" if "row_major[]" in (work / f"{name}.hpp").read_text() else "none"


def programs(work, command, kinds, size=40):
    """{name: a program that has it, or what the compiler says}. A program of networks of which one does not compile is
    made again in halves."""
    names, found = list(kinds), {}
    if len(names) > size:
        for first in range(0, len(names), size):
            found |= programs(work, command, {name: kinds[name] for name in names[first:first + size]}, size)
        return found
    if not names:
        return found
    try:
        program = Program(work, command, {name: (f"{name}.hpp", kinds[name]) for name in names}, quiet=True)
        program.program = program.program.rename(work / f"program_{names[0]}")
        return {name: program for name in names}
    except subprocess.CalledProcessError as error:
        if len(names) == 1:
            lines = error.stderr.splitlines()
            said = next((line.split('"')[1] for line in lines if 'FixedString' in line and '"' in line), None)
            return {names[0]: said or next((line for line in lines if "error:" in line), "does not compile")}
        half = len(names) // 2
        return {**programs(work, command, {name: kinds[name] for name in names[:half]}, size),
                **programs(work, command, {name: kinds[name] for name in names[half:]}, size)}


def peak_difference(found, expected):
    import numpy as np
    if found.shape != expected.shape:
        return np.inf
    if not np.array_equal(np.isfinite(found), np.isfinite(expected)):
        return np.inf
    finite = np.isfinite(expected)
    return float(np.abs(found[finite] - expected[finite]).max(initial=0) / max(np.abs(expected[finite]).max(initial=0), 1e-6))
