#!/usr/bin/env python3
"""onnx's checker takes what export_onnx writes, and onnxruntime computes what Burin does:
export_onnx.py PROGRAM ... [--keep DIRECTORY]"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "importer"))
from support import needs  # noqa: E402

needs("numpy", "onnx", "onnxruntime")
import numpy  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402


def run(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).run(None, inputs)


def arrays(values, data, rows=2):
    for value in values:
        shape = [rows] + [axis.dim_value for axis in value.type.tensor_type.shape.dim[1:]]
        kind = numpy.float64 if value.type.tensor_type.elem_type == onnx.TensorProto.DOUBLE else numpy.float32
        count = numpy.prod(shape) * numpy.dtype(kind).itemsize
        yield value.name, numpy.frombuffer(data[0][:count], kind).reshape(shape)
        data[0] = data[0][count:]


def step_of(model):
    """One step of the last quantized value."""
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    last = [node for node in model.graph.node if node.op_type == "QuantizeLinear"][-1]
    return float(tensors[last.input[1]])


programs = sys.argv[1:]
kept = None
if "--keep" in programs:
    kept = programs.pop()
    programs.remove("--keep")
with tempfile.TemporaryDirectory() as temporary:
    directory = pathlib.Path(kept or temporary)
    for program in programs:
        subprocess.run([program], env={**os.environ, "BURIN_ONNX_DIRECTORY": str(directory)}, check=True,
                       stdout=subprocess.DEVNULL)
    models = sorted(directory.glob("*.onnx"))
    assert models, directory
    failed = 0
    for path in models:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        data = [path.with_suffix(".data").read_bytes()]
        inputs = dict(arrays(model.graph.input, data))
        expected = dict(arrays(model.graph.output, data))
        assert not data[0], path
        largest, is_int8 = 0.0, path.stem.endswith(".int8")
        for (name, wanted), found in zip(expected.items(), run(path, inputs), strict=True):
            assert found.shape == wanted.shape, (path, name, found.shape, wanted.shape)
            difference = float(numpy.abs(found - wanted).max())
            largest = max(largest, difference / (step_of(model) if is_int8 else max(numpy.abs(wanted).max(), 1e-30)))
        too_far = largest > (1.01 if is_int8 else 1e-5)
        failed += too_far
        print(f"{path.stem:16} {largest:.1e}{' steps' if is_int8 else ''}{' too far' if too_far else ''}")
sys.exit(1 if failed else 0)
