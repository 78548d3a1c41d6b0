#!/usr/bin/env python3
"""Files that mean harm, of each format: one sentence, nothing executed, no more memory than a small multiple of the file; and
whatever names a file has, none is code in its header. Damaged files are in the tests of each format, any others in
tests/fuzz/importer.

    tests/importer/hostile.py
"""

import io
import itertools
import json
import os
import pickle
import resource
import sys
import tempfile
import zipfile
from pathlib import Path

from support import HERE, ROOT, as_file, needs, refused, run
from headers import EVIL, check_code

needs("numpy", "h5py", "onnx", "tflite")
import h5py  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper  # noqa: E402

REFERENCE = ROOT / "tests/reference"
sys.path.insert(0, str(REFERENCE))
from tflite_model import FLOAT32, INT8, Model  # noqa: E402

SUFFIXES = ".tflite", ".onnx", ".keras", ".h5", ".nam", ".json"
DENSE = {"class_name": "Sequential", "config": {"layers": [
    {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 4]}},
    {"class_name": "Dense", "config": {"name": "dense", "units": 4}}]}}


class Code:
    """What a pickle runs."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.mkdir, (self.file,)


def pickles(work):
    trace = str(work / "executed")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Code(trace)))
    for content in pickle.dumps(Code(trace)), stream.getvalue():
        for suffix in SUFFIXES:
            with as_file(content, suffix) as file:
                refused(file.name)
    assert not Path(trace).exists(), "a pickle was executed"


def weights(fill):
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def keras(config, content=weights(lambda file: None)):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config if isinstance(config, (bytes, str)) else json.dumps(config))
        archive.writestr("model.weights.h5", content)
    return stream.getvalue()


def archives(work):
    """Bombs, links to elsewhere, groups in a circle."""
    secret = work / "secret.h5"
    secret.write_bytes(weights(lambda file: file.create_dataset("x", data=np.ones((4, 4), np.float32))))

    def bomb(file):
        file.create_dataset("layers/dense/vars/0", (1 << 16, 1 << 16), np.float32, chunks=(1 << 10, 1 << 10), compression="gzip")

    def outside(file):
        file.create_group("layers/dense/vars")["0"] = h5py.ExternalLink(str(secret), "/x")

    def elsewhere(file):
        file.create_dataset("layers/dense/vars/0", (4, 4), np.float32, external=[(str(secret), 0, 64)])

    def circle(file):
        file.create_group("layers/dense/vars")["0"] = h5py.SoftLink("/layers/dense/vars/0")

    def virtual(file):
        layout = h5py.VirtualLayout((4, 4), np.float32)
        layout[:] = h5py.VirtualSource(str(secret), "x", (4, 4))
        file.create_virtual_dataset("layers/dense/vars/0", layout)

    def deep(file):
        group = file
        for _ in range(400):
            group = group.create_group("g")

    for fill, word in (bomb, "in the file"), (outside, "a link"), (elsewhere, "in the file"), (circle, "a link"), (virtual, "in the file"), \
            (deep, "a tree"):
        with as_file(keras(DENSE, weights(fill)), ".keras") as file:
            said = refused(file.name)
            assert word in said and len(said.splitlines()) == 1, said
    for content in keras(b" " * (1 << 28)), keras(DENSE, bytes(1 << 28)):
        with as_file(content, ".keras") as file:
            assert "expected at most" in refused(file.name)


def nested():
    deep = "[" * 200_000
    for suffix, content in (".nam", deep), (".json", deep), (".nam", '{"a":' * 100_000), (".keras", keras(deep)), \
            (".json", json.dumps({"in_shape": [None, None, 1e400], "layers": []})), \
            (".json", '{"in_shape": [null, null, NaN], "layers": [{}]}'), (".json", "1" * 10_000):
        with as_file(content if isinstance(content, bytes) else content.encode(), suffix) as file:
            said = refused(file.name)
            assert len(said.splitlines()) == 1 and len(said) < 1000, said
    for shape in [None, -4], [None, 2**63], [None, 1e99], [None, "4"], [None, [4]], [None, None], [], None, {}:
        config = json.loads(json.dumps(DENSE))
        config["config"]["layers"][0]["config"]["batch_shape"] = shape
        with as_file(keras(config).replace(b"1e+99", b"NaN  "), ".keras") as file:
            refused(file.name)


def onnx_model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString()


def named(name):
    """A file of each format with this name wherever a name is."""
    x = helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4])
    y = helper.make_tensor_value_info(name + "y", TensorProto.FLOAT, [1, 4])
    w = helper.make_tensor(name + "w", TensorProto.FLOAT, [4, 4], [1.0] * 16)
    plain = name.encode("utf-8", "replace").decode()
    yield ".onnx", onnx_model([helper.make_node("MatMul", [name, name + "w"], [name + "z"], name=name),
                               helper.make_node("Relu", [name + "z"], [name + "y"], name=name)], [x], [y], [w]) if name else None
    model = Model()
    tensors = [model.tensor((1, 4), INT8, [0.1], name=plain + end) for end in ("", "2", "3")]
    import tflite
    for read, written in zip(tensors, tensors[1:]):
        model.operator(tflite.BuiltinOperator.LOGISTIC, "LogSoftmaxOptions", {}, [read], written)
    yield ".tflite", model.finish(tensors[:1], tensors[-1])
    config = json.loads(json.dumps(DENSE))
    for layer in config["config"]["layers"]:
        layer["config"]["name"] = name + layer["config"]["name"]

    def dense(file):
        file.create_dataset("layers/dense/vars/0", data=np.ones((4, 4), np.float32))
        file.create_dataset("layers/dense/vars/1", data=np.ones(4, np.float32))
    yield ".keras", keras(config, weights(dense))
    tree = json.loads((REFERENCE / "tiny_lstm.nam").read_text())
    tree["metadata"] = {key: name for key in ("name", "modeled_by", "gear_make", "tone_type", name)}
    yield ".nam", json.dumps(tree).encode()


def names(work):
    for name in EVIL:
        for suffix, content in named(name):
            if content is None:
                continue
            for options in (), ("--graph",):
                with as_file(content, suffix) as file:
                    code, said = run(file.name, "-o", work / "model.hpp", "--no-test", *options)
                    assert code == 0, (name, suffix, said)
                    check_code((work / "model.hpp").read_text())
        # The file's own name, and the namespace.
        if "/" not in name and "\0" not in name and 0 < len(name) < 200:
            file = work / f"{name}.nam"
            file.write_bytes((REFERENCE / "tiny_lstm.nam").read_bytes())
            code, said = run(file, "-o", work / "model.hpp", "--no-test", "--name", f"a{name.replace('evil', 'b')}")
            assert code == 0, said
            check_code((work / "model.hpp").read_text())


def growing():
    """Constants that are computed of few, and are many."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    tensors, nodes = [helper.make_tensor("c", TensorProto.FLOAT, [1 << 8], [0.0] * (1 << 8))], []
    before = "c"
    for index in range(20):
        nodes.append(helper.make_node("Concat", [before] * 4, [f"d{index}"], axis=0))
        before = f"d{index}"
    nodes += [helper.make_node("ReduceSum", [before], ["s"], keepdims=0), helper.make_node("Add", ["x", "s"], ["y"])]
    with as_file(onnx_model(nodes, [x], [y], tensors), ".onnx") as file:
        refused(file.name)
    import tflite
    model = Model()
    x = model.tensor((1, 1 << 15), FLOAT32, name="x")
    row, column = (model.tensor(shape, FLOAT32, data=np.ones(1 << 15, np.float32)) for shape in ((1, 1 << 15), (1 << 15, 1)))
    whole, sums = (model.tensor(((1 << 15), 1 << 15), FLOAT32, name=name) for name in ("whole", "sums"))
    model.operator(tflite.BuiltinOperator.ADD, "AddOptions", {}, [row, column], whole)
    model.operator(tflite.BuiltinOperator.ADD, "AddOptions", {}, [x, whole], sums)
    with as_file(model.finish([x], sums), ".tflite") as file:
        refused(file.name)


def huge():
    """Outputs and constants of a few bytes that say that they are large."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (("x", [1, 1, 4, 4]), ("y", None)))
    for scales, mode in itertools.product(([1, 1, 5e7, 1], [1, 1, 1e9, 1e9], [1, 1, 4194305, 1]), ("nearest", "linear", "cubic")):
        resize = helper.make_node("Resize", ["x", "", "s"], ["y"], mode=mode)
        content = onnx_model([resize], [x], [y], [helper.make_tensor("s", TensorProto.FLOAT, [4], scales)])
        with as_file(content, ".onnx") as file:
            said = refused(file.name)
            assert "elements along an axis" in said and len(said.splitlines()) == 1, said
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    w = helper.make_tensor("w", TensorProto.FLOAT, [3, 3], [1.0] * 9)
    for pads, word in ([200_000, 200_000, 0, 0], "in all"), ([900, 900, 0, 0], "a constant of"):
        nodes = [helper.make_node("Pad", ["w", "p"], ["a"]), helper.make_node("ReduceSum", ["a"], ["s"], keepdims=0),
                 helper.make_node("Add", ["x", "s"], ["y"])]
        with as_file(onnx_model(nodes, [x], [y], [w, helper.make_tensor("p", TensorProto.INT64, [4], pads)]), ".onnx") as file:
            said = refused(file.name)
            assert word in said and "KeyError" not in said, said


def functions():
    """Functions that call others twice, and those twice; and one that calls itself."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("d", 1)]

    def called(name, of, to):
        return helper.make_node(name, [of], [to], domain="d")
    for depth, word in (60, "functions"), (13, "functions"), (12, "nodes"):
        bodies = [helper.make_function("d", f"f{level}", ["a"], ["b"], [called(f"f{level + 1}", "a", "c"), called(f"f{level + 1}", "c", "b")],
                                       imports) for level in range(depth)]
        bodies.append(helper.make_function("d", f"f{depth}", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["c"]),
                                                                            helper.make_node("Relu", ["c"], ["b"])], imports))
        graph = helper.make_graph([called("f0", "x", "y")], "g", [x], [y])
        with as_file(helper.make_model(graph, functions=bodies, opset_imports=imports).SerializeToString(), ".onnx") as file:
            said = refused(file.name)
            assert word in said and len(said.splitlines()) == 1, said
    itself = helper.make_function("d", "f", ["a"], ["b"], [called("f", "a", "b")], imports)
    graph = helper.make_graph([called("f", "x", "y")], "g", [x], [y])
    with as_file(helper.make_model(graph, functions=[itself], opset_imports=imports).SerializeToString(), ".onnx") as file:
        refused(file.name)


def targets(work):
    """Nothing is written over the model, nor over what is no file; all files are there, or none."""
    model = work / "model.nam"
    model.write_bytes((REFERENCE / "tiny_lstm.nam").read_bytes())
    folder, pipe, link = work / "folder", work / "pipe", work / "link.hpp"
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to(model)
    before = sorted(work.iterdir())
    for output, word in (model, "is the model"), (link, "is the model"), (folder, "a directory"), (pipe, "a regular file"), ("", "header's name"), \
            (".", "header's name"), (work / "pipe/x.hpp", "x.hpp"), (work / "new" / ("x" * 300), "x" * 300), ("a\0b", "NUL"):
        for options in (), ("--no-test",):
            code, said = run(model, "-o", output, *options)
            assert code == 1 and word in said and "burin-import." not in said and len(said.splitlines()) == 1, said
    assert pipe.is_fifo() and sorted(work.iterdir()) == before
    made = work / "a" / "net.hpp"
    for kind in "vectors.hpp", "test.cpp":
        path = made.with_name(f"net_{kind}")
        path.mkdir(parents=True)
        code, said = run(model, "-o", made)
        assert code == 1 and f"net_{kind}: expected a regular file" in said, said
        path.rmdir()
        assert not list(made.parent.iterdir())
        path.symlink_to(model)
        code, said = run(model, "-o", made)
        assert code == 1 and f"net_{kind}: is the model" in said, said
        path.unlink()
    # Nor over the file beside that has the weights.
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    w = helper.make_tensor("w", TensorProto.FLOAT, [4, 4], [1.0] * 16)
    w.ClearField("float_data")
    w.data_location = TensorProto.EXTERNAL
    w.external_data.add(key="location", value="weights.hpp")
    with tempfile.TemporaryDirectory() as other:
        (Path(other) / "net.onnx").write_bytes(onnx_model([helper.make_node("MatMul", ["x", "w"], ["y"])], [x], [y], [w]))
        (Path(other) / "weights.hpp").write_bytes(bytes(64))
        code, said = run(Path(other) / "net.onnx", "-o", Path(other) / "weights.hpp", "--no-test")
        assert code == 1 and "a part of it" in said and (Path(other) / "weights.hpp").read_bytes() == bytes(64), said
    # Behind the checks, too: a file that can't be put in its place takes back those before it.
    from burin_import.problems import Refused
    from burin_import.write import disk
    (work / "first").write_text("before")
    replace, calls = os.replace, []

    def failing(*names):
        calls.append(names)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(*names)
    os.replace = failing
    try:
        disk.put({work / "first": "1", work / "b" / "second": "2", work / "third": "3"}, [model])
        assert False, "expected a refusal"
    except Refused as refusal:
        assert str(refusal) == f"{work / 'third'}: No space left on device", refusal
    finally:
        os.replace = replace
    assert (work / "first").read_text() == "before" and not (work / "b").exists() and not (work / "third").exists()
    disk.put({work / "first": "1", work / "b" / "second": "2"}, [model])
    assert (work / "first").read_text() == "1" and sorted(each.name for each in work.iterdir()) == \
        sorted([each.name for each in before] + ["a", "b", "first"])


def spaces(work):
    """Namespaces that headers have as macros, functions or types; a name is none of these by chance."""
    for name in "EOF", "NULL", "NAN", "INFINITY", "stdin", "errno", "M_PI", "FP_NAN", "INT_MAX", "EDOM", "exp", "expf", "gamma", "lgamma_r", "index", \
            "y0", "tm", "size_t", "unix", "linux", "burin", "class":
        code, said = run(REFERENCE / "tiny_lstm.nam", "-o", work / "model.hpp", "--no-test", "--name", name)
        assert code == 0 and f"namespace {name}_ {{" in (work / "model.hpp").read_text(), (name, said)
    for name in "network", "amp_l", "Model", "ECG":
        assert run(REFERENCE / "tiny_lstm.nam", "-o", work / "model.hpp", "--no-test", "--name", name)[0] == 0
        assert f"namespace {name} {{" in (work / "model.hpp").read_text(), name


def letters(work):
    """Names of other letters stay apart, and what they are; `??/` is no trigraph."""
    names = ["\u00e9", "\u6f22", "??/", "tab\t1"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in names]
    nodes = [helper.make_node("Sum", names, ["y"])]
    content = onnx_model(nodes, inputs, [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])])
    with as_file(content, ".onnx") as file:
        code, said = run(file.name, "-o", work / "model.hpp", "--no-test")
        assert code == 0, said
    text = (work / "model.hpp").read_text()
    assert r'input_names[] = {"\303\251", "\346\274\242", "\?\?/", "tab\0111"}' in text and text.isascii(), text


def numbers():
    """Inputs without axes, and factors that no layer has."""
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, []) for name in "xy")
    with as_file(onnx_model([helper.make_node("Relu", ["x"], ["y"])], [x], [y]), ".onnx") as file:
        assert "without axes" in refused(file.name)
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy")
    for kind in "Elu", "LeakyRelu", "Celu":
        for alpha in (-1.0, float("inf"), float("nan")) + (0.0, ) * (kind == "Celu"):
            with as_file(onnx_model([helper.make_node(kind, ["x"], ["y"], alpha=alpha)], [x], [y]), ".onnx") as file:
                said = refused(file.name)
                assert "alpha" in said and "expected a positive one" in said, said
    with as_file(onnx_model([helper.make_node("Elu", ["x"], ["y"], alpha=0.0)], [x], [y]), ".onnx") as file, tempfile.TemporaryDirectory() as work:
        code, said = run(file.name, "-o", Path(work) / "model.hpp", "--no-test")
        assert code == 0 and "Input<4>, ReLU>" in (Path(work) / "model.hpp").read_text(), said


def attributes():
    """The sentence names the attribute that no node may have; a node's name is letters alone where it is told."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 4, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    w = helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 2, 2], [1.0] * 4)
    for kind, wrong in ("Conv", {"strides": [0, 1]}), ("Conv", {"strides": "abc"}), ("Conv", {"dilations": [0, 0]}), ("Conv", {"group": 0}), \
            ("ConvTranspose", {"strides": [-1, 1]}), ("MaxPool", {"kernel_shape": [0, 2]}), ("AveragePool", {"kernel_shape": [-1, 2]}), \
            ("MaxPool", {"kernel_shape": [1.5, 2.0]}), ("Transpose", {"perm": [0, 1, 1, 5]}), ("Transpose", {"perm": [0, -1, 1, 2]}), \
            ("DepthToSpace", {"blocksize": 0}):
        node = helper.make_node(kind, ["x", "w"] if "Conv" in kind else ["x"], ["y"], **wrong)
        with as_file(onnx_model([node], [x], [y], [w]), ".onnx") as file:
            said = refused(file.name)
            assert f"{kind}: {list(wrong)[0]} " in said and "expected" in said, said
    with as_file(onnx_model([helper.make_node("Re\0lu\x1b[31m", ["x"], ["y"], name="n\x07")], [x], [y]), ".onnx") as file:
        said = refused(file.name)
        assert all(letter.isprintable() or letter == "\n" for letter in said) and r"Re\x00lu" in said, said


def last_windows(work):
    """With ceil_mode a last window that begins behind the image is none, whatever onnx's shapes are."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4])
    for kind, options, extent in ("AveragePool", {"kernel_shape": [1], "strides": [2]}, 2), \
            ("MaxPool", {"kernel_shape": [2], "strides": [3], "pads": [1, 1]}, 2), ("MaxPool", {"kernel_shape": [2], "strides": [3]}, 2):
        for shape in None, [1, 2, extent]:
            y = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
            with as_file(onnx_model([helper.make_node(kind, ["x"], ["y"], ceil_mode=1, **options)], [x], [y]), ".onnx") as file:
                code, said = run(file.name, "-o", work / "model.hpp", "--no-test")
                assert code == 0 and f"[{extent}, 2], channels last" in (work / "model.hpp").read_text(), (kind, options, said)


def once():
    """A subgraph of first values that is called again and again, or that is long."""
    import tflite
    model = Model()
    x, y = (model.tensor((1, 4), FLOAT32, name=name) for name in "xy")
    handle = model.handle("state")
    value = model.tensor((1, 4), FLOAT32, data=np.zeros(4, np.float32))
    model.assign(handle, value)
    model.operators = model.operators * 3000
    model.once = [model.subgraph([], [])]
    x, y = (model.tensor((1, 4), FLOAT32, name=name) for name in "xy")
    model.operator(tflite.BuiltinOperator.CALL_ONCE, "CallOnceOptions", {"InitSubgraphIndex": 1}, [], [], 1)
    model.operators = model.operators * 3000
    model.operator(tflite.BuiltinOperator.LOGISTIC, "LogSoftmaxOptions", {}, [x], y)
    with as_file(model.finish([x], y), ".tflite") as file:
        assert "CALL_ONCE" in refused(file.name)


def main():
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + (3 << 28), -1))
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        pickles(work)
        archives(work)
        nested()
        names(work)
        growing()
        once()
        with tempfile.TemporaryDirectory() as other:
            targets(Path(other))
        spaces(work)
        letters(work)
        numbers()
        attributes()
        last_windows(work)
        huge()
        functions()
    print("hostile files are refused, and names are no code")


main()
