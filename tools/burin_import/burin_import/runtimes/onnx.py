"""onnxruntime, or onnx's own reference."""

from importlib.metadata import version

import numpy as np

from ..layers.fixed_point import quantized
from ..problems import NotRun
from ..readers.onnx import package


def evaluator(path):
    """(names and types of inputs, names of outputs, run, what it is)."""
    onnx = package()
    try:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.log_severity_level, options.intra_op_num_threads = 4, 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return session.run, f"onnxruntime {version('onnxruntime')}"
    except ImportError:
        from onnx.reference import ReferenceEvaluator
        return ReferenceEvaluator(str(path)).run, f"onnx.reference {version('onnx')}"


def to_file(values, tensor, shape, dtype):
    """A sample as the file has it."""
    if tensor.file_axes:
        values = values.reshape(tensor.shape).transpose(tensor.file_axes)
    if values.dtype == np.int8 and np.dtype(dtype).kind == "f":
        values = tensor.quantization.scale * (values.astype(np.float32) - tensor.quantization.zero_point)
    elif values.dtype == np.int8 and dtype == "uint8":
        values = values.astype(np.int16) + 128
    return np.ascontiguousarray(values.reshape(shape).astype(dtype))


def from_file(values, tensor):
    # A map of names to numbers for each sample.
    if values.dtype == object:
        values = np.array([list(each.values()) for each in values.reshape(-1)], np.float32)
    if tensor.dtype == "int8" and values.dtype.kind == "f":
        values = quantized(values, tensor.quantization.scale, tensor.quantization.zero_point)
    elif tensor.dtype == "int8" and values.dtype == np.uint8:
        values = (values.astype(np.int16) - 128).astype(np.int8)
    if tensor.file_axes:
        back = [tensor.file_axes.index(axis) for axis in range(len(tensor.file_axes))]
        values = values.transpose(back)
    return values


def run(path, graph, samples, rounding):
    try:
        evaluate, name = evaluator(path)
        results, states = [], {}
        for sample in samples:
            given = {}
            for tensor, values in zip((graph.tensors[each] for each in graph.inputs), sample):
                wanted, shape, dtype = graph.file_inputs[tensor.called or tensor.name]
                given[wanted] = to_file(values, tensor, shape, dtype)
            given.update(graph.file_constants)
            given.update(states)
            # What nothing in the network reads is there all the same.
            for wanted, shape, dtype in graph.file_inputs.values():
                given.setdefault(wanted, np.zeros(shape, dtype))
            made = evaluate([*graph.file_outputs, *graph.file_states.values()], given)
            states = dict(zip(graph.file_states, made[len(graph.file_outputs):]))
            results.append([from_file(np.asarray(values), graph.tensors[each]) for values, each in zip(made, graph.outputs)])
    except Exception as error:  # Whatever it meets in a file that it does not run.
        raise NotRun.of(error) from None
    return results, name
