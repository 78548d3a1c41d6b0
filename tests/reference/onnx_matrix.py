#!/usr/bin/env python3
"""Imports, compiles and runs the networks of onnx_networks.py, and compares their outputs with onnxruntime's: the largest
difference as part of the peak of each output.

    onnx_matrix.py [--keep DIRECTORY] [--only WORD] [COMPILER FLAG...]"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from imported import imported, peak_difference, programs
from burin_import import runtimes
from burin_import.problems import Refused
from onnx_networks import networks

SAMPLES = 3


def rows(directory, only="", command=("g++", "-O0")):
    """(name, None or the difference, why not, who wrote it)."""
    graphs, kinds, said = {}, {}, {}
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        for name, path, of in networks(directory, only):
            if path is None:
                yield name, None, f"not exported: {of}", ""
                continue
            said[name] = (path, of)
            try:
                graphs[name], kinds[name] = imported(work, name, path)
            except Refused as problem:
                yield name, None, str(problem).removeprefix(f"{path}: "), of
        made = programs(work, list(command), kinds, 25)
        for name, graph in graphs.items():
            path, of = said[name]
            if isinstance(made[name], str):
                yield name, None, made[name], of
                continue
            samples = runtimes.random_samples(graph, SAMPLES)
            expected = runtimes.run(path, graph, samples, "once")
            if expected is None:
                yield name, None, "onnxruntime does not run it", of
                continue
            given = np.stack([np.concatenate([np.asarray(each).reshape(-1) for each in sample]) for sample in samples])
            found = made[name].run(name, given)
            wanted = np.stack([np.concatenate([np.asarray(each).reshape(-1) for each in outputs]) for outputs in expected[0]])
            yield name, peak_difference(found, wanted), "", of


KINDS = {"torch_script": "PyTorch, by TorchScript, opsets 9 to 20", "torch_dynamo": "PyTorch, by `dynamo`, opsets 18 to 22", "keras": "Keras, by tf2onnx, opsets 13 to 18",
         "scikit": "scikit-learn, by skl2onnx"}


def summary(found):
    """Rows of the table in docs/formats.md, one for each exporter: what, numbers, compared with, largest difference."""
    from importlib.metadata import version
    groups = {}
    for name, apart, why, of in found:
        if apart is not None or why and not why.startswith("not exported"):
            kind = name.split("_")[0]
            kind = f"torch_{name.rsplit('_', 1)[1]}" if kind == "torch" else kind
            groups.setdefault(kind, []).append((name, apart, of))
    for kind, each in groups.items():
        taken = [apart for _, apart, _ in each if apart is not None]
        missing = [name.removeprefix(f"{kind.split('_')[0]}_").removesuffix(f"_{kind.split('_')[-1]}") for name, apart, _ in each if apart is None]
        behind = f"; not {', '.join(missing)}" if missing else ""
        of = next((of for _, _, of in each if of), "")
        yield f"{KINDS[kind]} ({of}): {len(taken)} of {len(each)} networks", "float", f"onnxruntime {version('onnxruntime')}", \
            f"at most {max(taken, default=0):.1e} of the peak{behind}"


def main():
    arguments, wish = sys.argv[1:], {"--keep": "", "--only": ""}
    while arguments and arguments[0] in wish:
        wish[arguments[0]] = arguments[1]
        del arguments[:2]
    with tempfile.TemporaryDirectory() as directory:
        near = far = refused = 0
        found = []
        for name, apart, why, of in rows(wish["--keep"] or directory, wish["--only"], arguments or ("g++", "-O0")):
            found.append((name, apart, why, of))
            if apart is not None and apart <= 1e-5:
                near += 1
                print(f"{name}: {apart:.1e} ({of})", flush=True)
            elif apart is not None:
                far += 1
                print(f"{name}: DIFFERS {apart:.1e} ({of})", flush=True)
            else:
                refused += 1
                print(f"{name}: NOT {why}", flush=True)
        for row in summary(found):
            print("| " + " | ".join(row) + " |")
        print(f"{near} within 1e-5 of the peak, {far} not, {refused} not taken")


if __name__ == "__main__":
    main()
