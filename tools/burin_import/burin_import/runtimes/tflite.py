"""LiteRT, or what TensorFlow has of it."""

import numpy as np

from ..layers.fixed_point import quantized
from ..problems import NOT_INSTALLED, NotRun


def interpreters(rounding):
    """TensorFlow Lite up to 2.14 is the one whose reference kernels all round twice; in LiteRT those of Dense round once."""
    if rounding == "twice":
        try:
            from tflite_runtime.interpreter import Interpreter, OpResolverType
            from importlib.metadata import version
            return Interpreter, OpResolverType, f"TensorFlow Lite {version('tflite-runtime')}"
        except ImportError:
            pass
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
        from importlib.metadata import version
        return Interpreter, OpResolverType, f"LiteRT {version('ai-edge-litert')}"
    except ImportError:
        pass
    try:
        from tflite_runtime.interpreter import Interpreter, OpResolverType
        from importlib.metadata import version
        return Interpreter, OpResolverType, f"TensorFlow Lite {version('tflite-runtime')}"
    except ImportError:
        return None


def run(path, graph, samples, rounding, resolver=None):
    found = interpreters(rounding)
    if found is None:
        raise NotRun(NOT_INSTALLED)
    Interpreter, resolvers, name = found
    resolver = resolver or ("BUILTIN_REF" if rounding == "twice" else "AUTO")
    try:
        interpreter = Interpreter(model_path=str(path), experimental_op_resolver_type=getattr(resolvers, resolver))
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:  # A file that it does not run itself.
        raise NotRun.of(error) from None
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    results = []
    for sample in samples:
        if not graph.streams:
            interpreter.reset_all_variables()
        for detail, name_of, values in zip(inputs, graph.inputs, sample):
            quantization = graph.tensors[name_of].quantization
            if values.dtype == np.int8 and detail["dtype"] == np.float32:
                values = (quantization.scale * (values.astype(np.float32) - quantization.zero_point)).astype(np.float32)
            elif values.dtype == np.int8 and detail["dtype"] == np.uint8:
                values = (values.astype(np.int16) + 128).astype(np.uint8)
            interpreter.set_tensor(detail["index"], values.reshape(detail["shape"]).astype(detail["dtype"]))
        interpreter.invoke()
        made = []
        for detail, name_of in zip(outputs, graph.outputs):
            values, tensor = interpreter.get_tensor(detail["index"]), graph.tensors[name_of]
            if tensor.dtype == "int8" and values.dtype == np.float32:
                values = quantized(values, tensor.quantization.scale, tensor.quantization.zero_point)
            elif tensor.dtype == "int8" and values.dtype == np.uint8:
                values = (values.astype(np.int16) - 128).astype(np.int8)
            made.append(values.copy())
        results.append(made)
    return results, f"{name}, {resolver}"
