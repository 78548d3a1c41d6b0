#!/usr/bin/env python3
"""Runs the tests that the package onnx ships for each operator through the importer: inputs but the first become constants,
batches become samples. Prints how many agree with onnx's own outputs, which do not, and why others are refused.

    onnx_backend.py [COMPILER FLAG...] [--only WORD]"""

import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "importer"), str(ROOT / "tools" / "burin_import")]
from burin_import import readers, simplify, write  # noqa: E402
from burin_import.problems import Refused  # noqa: E402
from burin_import.readers.onnx_rules import RULES  # noqa: E402
from burin_import.runtimes.onnx import from_file  # noqa: E402
from support import Program  # noqa: E402

IN_A_PROGRAM = 40


def tests(only):
    """(name, model, inputs, outputs) of one-node tests whose operators the importer knows."""
    for case in collect_testcases(None):
        if only and only not in case.name:
            continue
        kinds = {node.op_type for node in case.model.graph.node if not node.domain} or {"?"}
        inputs, outputs = case.data_sets[0]
        if all(isinstance(each, np.ndarray) for each in (*inputs, *outputs)):
            yield case.name, kinds, case.model, inputs, outputs
        else:
            yield case.name, kinds | {"a sequence"}, None, [], []


def constants(model, inputs, batch):
    """Only the first input stays one; of a batch, a sample."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    names = [value.name for value in model.graph.input]
    given = dict(zip(names, inputs))
    for value in list(made.graph.input)[1:]:
        made.graph.initializer.append(numpy_helper.from_array(given[value.name], value.name))
        made.graph.input.remove(value)
    if batch and made.graph.input and made.graph.input[0].type.tensor_type.shape.dim:
        made.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    for each in made.opset_import:
        each.version = min(each.version, 22) if not each.domain else each.version
    return made


def imported(work, name, model):
    path = work / f"{name}.onnx"
    onnx.save(model, path)
    graph = readers.read(path)
    simplify.simplify(graph)
    made, _ = write.files(graph, path, work / f"{name}.hpp", name, wants_test=False)
    write.put(made)
    return graph, "row_major" if "row_major[]" in (work / f"{name}.hpp").read_text() else "none"


def programs(work, command, names, kinds):
    """Programs of all networks that compile."""
    try:
        program = Program(work, command, {name: (f"{name}.hpp", kinds[name]) for name in names})
        kept = program.program.rename(work / f"program_{names[0]}")
        program.program = kept
        return {name: program for name in names}
    except subprocess.CalledProcessError as error:
        if len(names) == 1:
            return {names[0]: None}
        half = len(names) // 2
        return {**programs(work, command, names[:half], kinds), **programs(work, command, names[half:], kinds)}


def main():
    arguments, only = sys.argv[1:], ""
    if "--only" in arguments:
        at = arguments.index("--only")
        only = arguments[at + 1]
        del arguments[at:at + 2]
    command = arguments or ["g++", "-O0"]
    refused, graphs, kinds, wanted = {}, {}, {}, {}
    skipped = collections.Counter()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        for name, operators, model, inputs, outputs in tests(only):
            unknown = operators - set(RULES) - {"Constant", "Shape", "Size"}
            if unknown or model is None:
                skipped[", ".join(sorted(unknown)) or "sequences"] += 1
                continue
            found, why = None, ""
            for batch in (False, True):
                try:
                    found = imported(work, name, constants(model, inputs, batch))
                except Refused as problem:
                    why = why or re.sub(r"\s+", " ", str(problem).split(": ", 1)[-1])
                    continue
                graphs[name], kinds[name] = found
                wanted[name] = (inputs[0], outputs, batch)
                break
            if found is None:
                refused[name] = why
        names, runs = list(graphs), {}
        for first in range(0, len(names), IN_A_PROGRAM):
            runs |= programs(work, command, names[first:first + IN_A_PROGRAM], kinds)
        agree, differ = [], {}
        for name in names:
            program, graph = runs[name], graphs[name]
            x, outputs, batch = wanted[name]
            if program is None:
                differ[name] = "does not compile"
                continue
            rows = list(x) if batch else [x]
            try:
                given = []
                of = graph.tensors[graph.inputs[0]]
                for row in rows:
                    row = row.reshape((1, *row.shape)) if batch else row
                    if of.file_axes:
                        row = row.transpose([of.file_axes.index(axis) for axis in range(len(of.file_axes))])
                    given.append(row.reshape(-1))
                found = program.run(name, np.stack(given))
                expected = []
                for index in range(len(rows)):
                    parts = []
                    for tensor, values in zip((graph.tensors[each] for each in graph.outputs), outputs):
                        values = values[index:index + 1] if batch else values
                        parts.append(from_file(values, tensor).reshape(-1))
                    expected.append(np.concatenate(parts))
                expected = np.stack(expected).astype(np.float32)
                apart = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-6)
                if apart < 1e-5:
                    agree.append(name)
                else:
                    differ[name] = f"{apart:.1e} of the peak"
            except Exception as error:
                differ[name] = f"{type(error).__name__}: {error}"
        print(f"{len(agree)} agree within 1e-5 of the peak, {len(differ)} differ, {len(refused)} are refused, "
              f"{sum(skipped.values())} have operators that Burin has not")
        for name, why in differ.items():
            print(f"  differs: {name}: {why}")
        for name, why in refused.items():
            print(f"  refused: {name}: {why[:200]}")
        print("  not tried:", ", ".join(f"{kinds} ({count})" for kinds, count in sorted(skipped.items())))
        sys.exit(bool(differ))


main()
