#!/usr/bin/env python3
"""Runs the tests that the package onnx ships for each operator, and those of PyTorch's operators and layers, through the
importer, and compares with what is expected there. What becomes of each test is in onnx_backend.txt: a test that agreed and
no longer does, or the other way round, is told.

    onnx_backend.py [--all | --write] [--only WORD] [COMPILER FLAG...]

Without --all every twelfth network is compiled; of the others it is seen whether they are taken or refused. It is a failure
where one that agreed no longer does. --write makes the list anew. What a test gives besides activations is a constant; what
has several samples is run a sample at a time."""

import collections
import re
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "importer"))
from support import needs  # noqa: E402

needs("numpy", "onnx")
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnx.version_converter  # noqa: E402
from burin_import.problems import Refused  # noqa: E402
from burin_import.readers.onnx import NEWEST, OLDEST, PATTERNS  # noqa: E402
from burin_import.readers.onnx_rules import RULES  # noqa: E402
from burin_import.runtimes.onnx import from_file  # noqa: E402
from imported import imported, peak_difference, programs  # noqa: E402
from onnx import numpy_helper  # noqa: E402

LIST = Path(__file__).with_suffix(".txt")
EVERY = 12
#: Computed while a file is read, or found as part of something.
KNOWN = {"Constant", "ConstantOfShape", "EyeLike", "If", "Loop", "Range", "Shape", "Size", *PATTERNS}
#: What the list does not tell apart.
NUMBERS = "numbers of other types than float"


def node_tests():
    from onnx.backend.test.case.node import collect_testcases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            yield (case.name, case.model, *case.data_sets[0])


def stored_tests():
    """PyTorch's operators and layers: files of older opsets, which the package brings up."""
    from onnx.backend.test.loader import load_model_tests
    for kind in ("pytorch-operator", "pytorch-converted"):
        for case in load_model_tests(kind=kind):
            folder = Path(case.model_dir)
            model = onnx.load(folder / "model.onnx")

            def read(which):
                files = sorted((folder / "test_data_set_0").glob(f"{which}_*.pb"), key=lambda path: int(re.search(r"\d+", path.stem)[0]))
                tensors = []
                for file in files:
                    tensors.append(onnx.TensorProto())
                    tensors[-1].ParseFromString(file.read_bytes())
                return [numpy_helper.to_array(tensor) for tensor in tensors]
            try:
                if next(each.version for each in model.opset_import if not each.domain) < OLDEST:
                    model = onnx.version_converter.convert_version(model, 13)
                yield f"{kind} {case.name}", model, read("input"), read("output")
            except Exception:
                yield f"{kind} {case.name}", None, [], []


def unknown(model, inputs, outputs):
    """The operators that Burin has not."""
    if model is None or not all(isinstance(each, np.ndarray) for each in (*inputs, *outputs)):
        return {"sequences, optional values or older opsets"}
    found = {f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type for node in model.graph.node}
    return found - set(RULES) - KNOWN


def attempts(model, inputs):
    """(model, which inputs stay such, whether the first axis is a batch) in the order in which they are tried."""
    initialized = {each.name for each in model.graph.initializer}
    names = [value.name for value in model.graph.input if value.name not in initialized]
    floats = [name for name, data in zip(names, inputs) if data.dtype.kind == "f"]
    many = [name for name in floats[1:]] and all(data.ndim and data.shape[:1] == inputs[0].shape[:1] for data in inputs)
    # The first alone; all that may be activations; a sample at a time of both.
    for kept, batch in ((names[:1], False), (names[:1], True), (floats, False), (names, False), (floats, True if many else None)):
        if batch is None or not kept or batch and (not inputs[0].ndim or inputs[0].shape[0] < 1):
            continue
        made = onnx.ModelProto()
        made.CopyFrom(model)
        for value in list(made.graph.input):
            if value.name in kept:
                if batch and value.type.tensor_type.shape.dim:
                    value.type.tensor_type.shape.dim[0].dim_value = 1
            elif value.name not in initialized:
                made.graph.initializer.append(numpy_helper.from_array(inputs[names.index(value.name)], value.name))
                made.graph.input.remove(value)
        for each in made.opset_import:
            each.version = min(max(each.version, OLDEST), NEWEST) if not each.domain else each.version
        yield made, kept, batch


def said(problem):
    """The first reason, without names of tensors and numbers."""
    lines = [line.strip() for line in str(problem).splitlines()]
    line = lines[1] if len(lines) > 1 and "not supported" in lines[0] else lines[0].split(": ", 1)[-1]
    line = re.sub(r"`[^`]*` of \w+: expected float32 or int8.*|.*numbers of u?int\d+|.*of int8: expected one scale.*|.*` of (bool|string|bfloat16).*",
                  NUMBERS, line)
    line = re.sub(r"^[^:]*: (?=[A-Z]\w*: )", "", line)
    return re.sub(r"`[^`]*`", "`…`", line)[:150]


def row_major(values, tensor):
    """An input as Burin has it."""
    if tensor.file_axes:
        values = values.transpose([tensor.file_axes.index(axis) for axis in range(len(tensor.file_axes))])
    return values.reshape(-1)


def compare(program, name, graph, kept, inputs, outputs, batch):
    """The largest difference."""
    given = dict(zip(kept, inputs))
    count = len(inputs[0]) if batch else 1
    part = lambda values, index: values[index:index + 1] if batch else values
    rows, wanted = [], []
    if count > 1 and any(not np.ndim(values) or len(values) != count for values in (*inputs, *outputs)):
        raise ValueError("outputs that are not of a batch")
    for index in range(count):
        rows.append(np.concatenate([row_major(part(given[graph.tensors[each].called or each], index).astype(np.float32), graph.tensors[each])
                                    for each in graph.inputs]))
        wanted.append(np.concatenate([from_file(part(np.asarray(values), index), graph.tensors[each]).reshape(-1).astype(np.float32)
                                      for each, values in zip(graph.outputs, outputs)]))
    return peak_difference(program.run(name, np.stack(rows)), np.stack(wanted))


def outcomes(only, command, every, work):
    """{test: what becomes of it} and how many tests each operator that Burin has not is in."""
    from onnx.reference import ReferenceEvaluator
    found, missing, graphs, kinds, wanted, evaluated = {}, collections.Counter(), {}, {}, {}, {}
    for name, model, inputs, outputs in (*node_tests(), *stored_tests()):
        if only not in name:
            continue
        operators = unknown(model, inputs, outputs)
        if operators:
            missing[", ".join(sorted(operators))] += 1
            continue
        why, space = "", re.sub(r"\W", "_", name)
        for made, kept, batch in attempts(model, inputs):
            path = work / f"{space}.onnx"
            onnx.save(made, path)
            try:
                graphs[name], kinds[space] = imported(work, space, path)
            except Refused as problem:
                why = why or said(problem)
                continue
            except Exception as error:
                why = f"an exception: {type(error).__name__}: {error}"
                break
            names = [value.name for value in model.graph.input]
            data = dict(zip([each for each in names if each not in {each.name for each in model.graph.initializer}], inputs))
            wanted[name] = (space, kept, [data[each] for each in kept], outputs, batch)
            found[name] = "agrees"
            evaluated[name] = lambda model=model, data=data: ReferenceEvaluator(model).run(None, data)
            break
        else:
            found[name] = f"refused: {why}"
    taken = list(graphs)[::every]
    made = programs(work, command, {wanted[name][0]: kinds[wanted[name][0]] for name in taken})
    for name in taken:
        space, *rest = wanted[name]
        if isinstance(made[space], str):
            found[name] = f"does not compile: {made[space]}"
            continue
        try:
            apart = compare(made[space], space, graphs[name], *rest)
            # Some tests compute with halves, and some are written with a few digits.
            if any(each.dtype == np.float16 for each in rest[1]):
                apart *= 1e-2
            if not apart < 1e-5 and apart < 1e-3:
                apart = compare(made[space], space, graphs[name], *rest[:2], evaluated[name](), rest[3])
            if not apart < 1e-5:
                found[name] = f"differs: {apart:.0e} of the peak"
        except Exception as error:
            found[name] = f"differs: {type(error).__name__}: {error}"
    return found, missing


def text(found, missing):
    counts = collections.Counter(what.split(":")[0] for what in found.values())
    lines = [f"# onnx {onnx.__version__}: {counts.pop('agrees', 0)} tests agree within 1e-5 of the peak, "
             + "".join(f"{count} {what}, " for what, count in sorted(counts.items())) + f"{sum(missing.values())} have operators that Burin has not.",
             "# Written by onnx_backend.py --write."]
    lines += [f"{name}: {what}" for name, what in sorted(found.items())]
    lines += [f"not tried: {operators} ({count})" for operators, count in sorted(missing.items())]
    return "\n".join(lines) + "\n"


def main():
    arguments, only, whole, writes = sys.argv[1:], "", False, False
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--only":
            only = arguments.pop(0)
        whole, writes = whole or option in ("--all", "--write"), writes or option == "--write"
    with tempfile.TemporaryDirectory() as directory:
        found, missing = outcomes(only, arguments or ["g++", "-O0"], 1 if whole else EVERY, Path(directory))
    made = text(found, missing)
    if writes and not only:
        LIST.write_text(made)
    print(made.splitlines()[0])
    if only:
        print("\n".join(f"{name}: {what}" for name, what in found.items()))
    before = LIST.read_text().splitlines() if LIST.exists() else ["#"]
    if onnx.__version__ not in before[0]:
        print(f"skipped: {LIST.name} is of another version of onnx")
        sys.exit(77)
    listed = dict(line.split(": ", 1) for line in before[2:] if not line.startswith("not tried"))
    changed = [f"{name}: {found[name]}; the list says: {listed.get(name)}" for name in found if listed.get(name) != found[name]]
    print("\n".join(changed))
    wrong = [name for name, what in found.items() if not what.startswith(("agrees", "refused")) or what != "agrees" == listed.get(name)]
    if wrong:
        print("no longer as they should be:", ", ".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
