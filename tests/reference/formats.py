#!/usr/bin/env python3
"""Imports files of other programs, runs them, and prints the table of docs/formats.md: how far the outputs are from those of
the program that each file was made for.

    python3 tests/reference/formats.py [FILE...] [--programs DIRECTORY] [--only SECTION] [-- COMPILER FLAG...]

Sections are `files` (those that are given), `keras` (those of tests/reference), `onnx` (what PyTorch, Keras and scikit-learn
export: onnx_networks.py), `quantized` (a network by onnxruntime's quantize_static), `own` (what export_onnx writes, read by
onnxruntime and by the importer) and `state` (state dicts that Burin wrote, in PyTorch). The last two run the programs of
tests/io/export_onnx.cpp and tests/io/pytorch.cpp, which are made unless DIRECTORY has them as export_onnx and
pytorch. What a section needs and Python has not is said in its row.

Inputs are 100 random ones; a file that takes pieces of a sequence gets them one after the other. Beside NAME.tflite may be
more: NAME.in, with outputs of TensorFlow Lite 2.14's reference kernels in NAME.ref214 and of LiteRT 2.3 with XNNPACK in
NAME.xnn230; beside NAME.nam its program's output for 4,096 samples of two sines in NAME.f32. These files are not part of the
project.
"""

import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from imported import ROOT, imported, peak_difference, programs  # noqa: E402
from burin_import import readers, runtimes, simplify, write  # noqa: E402
from burin_import.layers.layer import sample  # noqa: E402
from burin_import.problems import Refused  # noqa: E402

HERE = Path(__file__).resolve().parent


def versions(*packages):
    def one(package):
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return f"{package} (not installed)"
    return ", ".join(map(one, packages))


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


def sines():
    """What the outputs beside .nam files are of."""
    at = np.arange(4096) / 48000
    return (0.4 * np.sin(2 * np.pi * 110 * at) + 0.1 * np.sin(2 * np.pi * 1730 * at)).astype(np.float32)


def streamed(program, name, graph):
    """Those sines behind silence, in blocks of 64."""
    silence = -(-int(graph.facts.get("warm_up", 0)) // 64) * 64
    return program.run(name, np.concatenate([np.zeros(silence, np.float32), sines()]).reshape(-1, 64)).reshape(-1)[silence:]


def prepared(files, work):
    """Headers of all files: {name: (path, graph, rounding)}, {name: kind} and rows of what is refused."""
    made, kinds, refused = {}, {}, []
    for index, path in enumerate(files):
        try:
            for rounding in ("once", "twice"):
                graph = readers.read(path)
                simplify.simplify(graph)
                is_int8, name = graph.tensors[graph.inputs[0]].dtype == "int8", f"file{index}_{rounding}"
                sound = path.suffix == ".nam" and path.with_suffix(".f32").exists()
                if rounding == "twice" and not is_int8:
                    break
                write.put(write.files(graph, path, work / f"{name}.hpp", name, rounding, wants_test=False)[0])
                made[name] = path, graph, rounding
                kinds[name] = "blocks" if sound else ("pieces" if is_int8 else "float_pieces") if graph.streams else \
                    "int8" if is_int8 else "row_major"
        except Refused as problem:
            refused.append((path.name, "", "", "not imported: " + str(problem).splitlines()[0].split(": ", 1)[-1]))
    return made, kinds, refused


def of_files(files, command, _):
    with tempfile.TemporaryDirectory() as directory:
        made, kinds, refused = prepared(files, Path(directory))
        compiled = programs(Path(directory), command, kinds, 4)
        for name, (path, graph, rounding) in made.items():
            program, is_int8 = compiled[name], kinds[name] in ("int8", "pieces")
            how = f"8 bits, {rounding}" if is_int8 else "float"
            if isinstance(program, str):
                yield path.name, how, "", program
                continue
            if kinds[name] == "blocks":
                theirs = np.fromfile(path.with_suffix(".f32"), np.float32)
                yield path.name, "float, in a `Streamer`", "NeuralAmpModelerCore 0.5.5 (given)", difference(streamed(program, name, graph), theirs)
                continue
            samples = runtimes.random_samples(graph, 100 if path.suffix != ".nam" else 3)
            found = runtimes.run(path, graph, samples, rounding)
            if found is not None:
                yield path.name, how + (", in a `Streamer`" if graph.streams else ""), found[1], \
                    difference(program.run(name, joined(samples)), joined(found[0]))
            if path.with_suffix(".in").exists():
                x = np.fromfile(path.with_suffix(".in"), np.int8).reshape(-1, *sample(graph, graph.inputs[0]))
                ours = program.run(name, x.reshape(len(x), -1))
                suffix, runtime = (".xnn230", "LiteRT 2.3.0, AUTO") if rounding == "once" else (".ref214", "TensorFlow Lite 2.14, BUILTIN_REF")
                theirs = np.fromfile(path.with_suffix(suffix), np.int8).reshape(len(x), -1)
                yield path.name, how, runtime + " (given)", difference(ours, theirs)
        yield from refused


def compared(found):
    """Of many networks: the largest difference, and which are not taken: of (name, None or the difference)."""
    apart = [each for _, each in found if each is not None]
    missing = [name for name, each in found if each is None]
    return f"at most {max(apart, default=0):.1e} of the peak" + (f"; not taken: {', '.join(missing)}" if missing else ""), len(apart)


def of_keras(_, command, __):
    from safetensors.numpy import load_file
    outputs, files = load_file(HERE / "keras_outputs.safetensors"), sorted(HERE.glob("keras_*.keras"))
    with tempfile.TemporaryDirectory() as directory:
        work, kinds = Path(directory), {}
        for path in files:
            kinds[path.stem] = imported(work, path.stem, path)[1]
        compiled, found = programs(work, command, kinds, 10), []
        for name, program in compiled.items():
            x, y = (outputs[f"{name.removeprefix('keras_')}:{letter}"] for letter in "xy")
            found.append((name, None if isinstance(program, str) else peak_difference(program.run(name, x), y.reshape(len(x), -1))))
        said, count = compared(found)
        yield f"{count} .keras files of tests/reference", "float", "Keras 3.15 (given)", said


#: What writes the networks of onnx_networks.py, by how their names begin and end.
WRITERS = (("torch_", "_script", "by PyTorch's older exporter", ("torch",)), ("torch_", "_dynamo", "by PyTorch's newer one", ("torch", "onnxscript")),
           ("keras_", "", "of Keras, by tf2onnx", ("keras", "tf2onnx")), ("scikit_", "", "of scikit-learn, by skl2onnx", ("scikit-learn", "skl2onnx")))


def of_onnx(_, command, __):
    from onnx_matrix import rows
    with tempfile.TemporaryDirectory() as directory:
        every = [(name, apart) for name, apart, _, _ in rows(directory, "", command)]
    left = dict(every)
    for begin, end, what, packages in WRITERS:
        found = [(name, left.pop(name)) for name in list(left) if name.startswith(begin) and name.endswith(end)]
        if found:
            said, count = compared(found)
            yield f"{count} networks {what} ({versions(*packages)})", "float", versions("onnxruntime"), said
    if left:
        said, count = compared(list(left.items()))
        yield f"{count} other networks of onnx_networks.py", "float", versions("onnxruntime"), said


def of_quantized(_, command, __):
    import onnxruntime.quantization as ort
    import torch
    from torch import nn
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.ReLU(), nn.Conv2d(4, 6, 1),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3)).eval()

    class Data(ort.CalibrationDataReader):
        left = 8

        def get_next(self):
            self.left -= 1
            return {"x": torch.randn(1, 2, 8, 12).numpy()} if self.left >= 0 else None
    with tempfile.TemporaryDirectory() as directory:
        work, files = Path(directory), []
        torch.onnx.export(network, torch.randn(1, 2, 8, 12), work / "plain.onnx", dynamo=False, opset_version=17, input_names=["x"], verbose=False)
        for activation in ("QInt8", "QUInt8"):
            for by_channel in (False, True):
                files.append(work / f"quantize_static_{activation}_{'channel' if by_channel else 'tensor'}.onnx")
                ort.quantize_static(work / "plain.onnx", files[-1], Data(), quant_format=ort.QuantFormat.QDQ, per_channel=by_channel,
                                    activation_type=ort.QuantType[activation], weight_type=ort.QuantType.QInt8)
        yield from (row for row in of_files(files, command, None) if "twice" not in row[1])


def program_of(name, source, command, folder, work):
    """One of the project's test programs."""
    there = Path(folder or work) / name
    if not there.exists():
        subprocess.run([*command, "-std=c++20", "-DBURIN_SHARED_KERNELS", f"-I{ROOT / 'include'}", f"-I{ROOT / 'tests'}",
                        f'-DBURIN_REFERENCE_DATA="{HERE}"', ROOT / "tests" / "io" / source, ROOT / "tests" / "main.cpp", "-o", there, "-lz"], check=True)
    return there


def run_once(model, data, rows=2):
    """(what onnxruntime gives, what Burin gave, inputs), of a network that the test wrote."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    kind = {"tensor(float)": np.float32, "tensor(double)": np.float64}[session.get_inputs()[0].type]
    numbers, at, parts = np.fromfile(data, kind), 0, []
    for value in [*session.get_inputs(), *session.get_outputs()]:
        shape = (rows, *value.shape[1:])
        parts.append(numbers[at:at + int(np.prod(shape))].reshape(shape))
        at += int(np.prod(shape))
    given = {value.name: part for value, part in zip(session.get_inputs(), parts)}
    return session.run(None, given), parts[len(given):], list(given.values())


def of_own(_, command, folder):
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        program = program_of("export_onnx", "export_onnx.cpp", command, folder, work)
        subprocess.run([program], env={**os.environ, "BURIN_ONNX_DIRECTORY": directory}, check=True, stdout=subprocess.DEVNULL)
        out, back, kinds, numbers = [], [], {}, {}
        for model in sorted(work.glob("*.onnx")):
            theirs, ours, given = run_once(model, model.with_suffix(".data"))
            out.append((model.stem, max(peak_difference(a, b) for a, b in zip(theirs, ours))))
            try:
                graph, kinds[model.stem] = imported(work, model.stem, model)
            except Refused:
                back.append((model.stem, None))
                continue
            if [graph.tensors[each].called or each for each in graph.inputs] != [each.name for each in readers.onnx.package().load(model).graph.input] or \
                    any(graph.tensors[each].file_axes for each in (*graph.inputs, *graph.outputs)):
                back.append((model.stem, None))
                del kinds[model.stem]
                continue
            numbers[model.stem] = joined(zip(*given)), joined(zip(*ours))
        for name, program in programs(work, command, kinds, 25).items():
            x, y = numbers[name]
            back.append((name, None if isinstance(program, str) else peak_difference(program.run(name, x), y)))
        for what, runtime, found in (("written by `export_onnx`", versions("onnxruntime"), out), ("the same, imported again", "Burin itself", back)):
            said, count = compared(found)
            yield f"{count} networks, {what}", "float", runtime, said


def of_state(_, command, folder):
    import torch
    from pytorch import channels_first, networks
    from safetensors.torch import load_file
    expected, found = load_file(HERE / "pytorch.safetensors"), []
    with tempfile.TemporaryDirectory() as directory:
        program = program_of("pytorch", "pytorch.cpp", command, folder, Path(directory))
        subprocess.run([program], env={**os.environ, "BURIN_PYTORCH_DIRECTORY": directory}, check=True, stdout=subprocess.DEVNULL)
        for name, module, shapes in networks():
            saved = Path(directory) / f"{name}.safetensors"
            if saved.exists():
                module.float().load_state_dict(load_file(saved), strict=True)
                inputs = [channels_first(name, expected[f"{name}:{letter}"]) for letter, _ in zip("xz", shapes)]
                with torch.no_grad():
                    output = module.eval()(*inputs)
                found.append((name, peak_difference(output.numpy(), channels_first(name, expected[f"{name}:y"]).numpy())))
    said, count = compared(found)
    yield f"{count} state dicts that Burin read from PyTorch's and wrote again", "float", versions("torch"), said


SECTIONS = {"files": of_files, "keras": of_keras, "onnx": of_onnx, "quantized": of_quantized, "own": of_own, "state": of_state}


def main():
    arguments = sys.argv[1:]
    at = arguments.index("--") if "--" in arguments else len(arguments)
    arguments, command = arguments[:at], arguments[at + 1:] or ["c++", "-O1", "-march=native"]
    wish = {"--programs": "", "--only": ""}
    for option in wish:
        if option in arguments:
            at = arguments.index(option)
            wish[option] = arguments[at + 1]
            del arguments[at:at + 2]
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}\n")
    print("| file | numbers | compared with | largest difference |\n|---|---|---|---|", flush=True)
    for name, section in SECTIONS.items():
        if wish["--only"] not in ("", name):
            continue
        try:
            for row in section([Path(each) for each in arguments], command, wish["--programs"]):
                print("| " + " | ".join(row) + " |", flush=True)
        except ImportError as missing:
            print(f"| {name} | | | not tried: {missing} |", flush=True)


if __name__ == "__main__":
    main()
