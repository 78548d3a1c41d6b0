"""Makes TensorFlow Lite models of 8-bit integers, operator by operator, and runs them."""

from importlib import import_module

import flatbuffers
import numpy as np
import tflite

FLOAT32, INT8, INT16, INT32, UINT8, RESOURCE = 0, 9, 7, 2, 3, 13
SAME, VALID = 0, 1
NONE, RELU = 0, 1


def table(builder, kind, **fields):
    """A flatbuffers table of the schema's kind."""
    module = import_module(f"tflite.{kind}")
    getattr(module, f"{kind}Start")(builder)
    for name, value in fields.items():
        getattr(module, f"{kind}Add{name}")(builder, value)
    return getattr(module, f"{kind}End")(builder)


def vector(builder, values, kind):
    if kind == "table":
        builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            builder.PrependUOffsetTRelative(value)
        return builder.EndVector()
    return builder.CreateNumpyVector(np.array(values, dtype=kind))


class Model:
    """Tensors and the operators between them, in the order in which they run."""

    def __init__(self):
        self.builder = flatbuffers.Builder(1024)
        self.buffers = [table(self.builder, "Buffer")]
        self.tensors, self.operators, self.codes = [], [], []
        self.once = []  # The subgraph that CALL_ONCE runs.

    def tensor(self, shape, kind, scales=None, zero_point=0, axis=0, data=None, name=None, is_variable=False):
        """The index of a new tensor, a constant if it has data."""
        b, buffer, fields = self.builder, 0, {}
        if name is not None:
            fields["Name"] = b.CreateString(name)
        if data is not None:
            content = b.CreateNumpyVector(data.reshape(-1).view(np.uint8))
            buffer = len(self.buffers)
            self.buffers.append(table(b, "Buffer", Data=content))
        dims = vector(b, shape, np.int32)
        if scales is not None:
            scale = vector(b, scales, np.float32)
            zero = vector(b, [zero_point] * len(scales), np.int64)
            fields["Quantization"] = table(b, "QuantizationParameters", Scale=scale, ZeroPoint=zero,
                                           QuantizedDimension=axis)
        if is_variable:
            fields["IsVariable"] = True
        self.tensors.append(table(b, "Tensor", Shape=dims, Type=kind, Buffer=buffer, **fields))
        return len(self.tensors) - 1

    def operator(self, code, options_kind, options, reads, writes, version=3, between=()):
        b, more = self.builder, {}
        if between:
            more["Intermediates"] = vector(b, between, np.int32)
        settings = table(b, options_kind, **options)
        read, written = vector(b, reads, np.int32), vector(b, np.atleast_1d(np.array(writes, np.int32)), np.int32)
        self.operators.append(table(
            b, "Operator", OpcodeIndex=len(self.codes), Inputs=read, Outputs=written,
            BuiltinOptionsType=getattr(tflite.BuiltinOptions, options_kind), BuiltinOptions=settings, **more))
        self.codes.append(table(b, "OperatorCode", DeprecatedBuiltinCode=min(code, 127), BuiltinCode=code,
                                Version=version))

    def subgraph(self, inputs, outputs):
        """What has been added since the last one."""
        b = self.builder
        outer, last = vector(b, inputs, np.int32), vector(b, outputs, np.int32)
        tensors, operators = vector(b, self.tensors, "table"), vector(b, self.operators, "table")
        self.tensors, self.operators = [], []
        return table(b, "SubGraph", Tensors=tensors, Inputs=outer, Outputs=last, Operators=operators)

    def handle(self, name):
        """The index of a variable's handle."""
        at = self.tensor((), RESOURCE)
        self.operator(tflite.BuiltinOperator.VAR_HANDLE, "VarHandleOptions", {"SharedName": self.builder.CreateString(name)},
                      [], at, 1)
        return at

    def assign(self, handle, value):
        self.operator(tflite.BuiltinOperator.ASSIGN_VARIABLE, "AssignVariableOptions", {}, [handle, value], [], 1)

    def begin_with(self, values):
        """Variables at first, before all else: name -> (shape, scale, zero point, data)."""
        for name, (shape, scale, zero_point, data) in values.items():
            handle = self.handle(name)
            self.assign(handle, self.tensor(shape, INT8, [scale], zero_point, data=data))
        self.once = [self.subgraph([], [])]
        self.operator(tflite.BuiltinOperator.CALL_ONCE, "CallOnceOptions", {"InitSubgraphIndex": 1}, [], [], 1)

    def finish(self, inputs, output):
        """The file's bytes."""
        b = self.builder
        graph = self.subgraph(inputs, [output])
        codes, graphs, buffers = (vector(b, x, "table") for x in (self.codes, [graph, *self.once], self.buffers))
        b.Finish(table(b, "Model", Version=3, OperatorCodes=codes, Subgraphs=graphs, Buffers=buffers),
                 file_identifier=b"TFL3")
        return bytes(b.Output())


def interpret(model, samples, resolver):
    """What the installed interpreter (tflite_runtime or ai_edge_litert) computes of lists of inputs, with one
    of its sets of kernels: BUILTIN_REF, BUILTIN_WITHOUT_DEFAULT_DELEGATES, AUTO (XNNPACK where it can)."""
    try:
        from tflite_runtime.interpreter import Interpreter, OpResolverType
    except ImportError:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=getattr(OpResolverType, resolver))
    interpreter.allocate_tensors()
    results = []
    for inputs in samples:
        for detail, value in zip(interpreter.get_input_details(), inputs):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).copy())
    return np.stack(results)
