"""TensorFlow Lite's files, by the schema of ai-edge-litert or of the package tflite."""

from dataclasses import replace

import numpy as np

from ..graph import MOST_NODES, Graph, Node, Quantization, Tensor
from ..problems import Missing, Refused
from . import tflite_lstm, tflite_shapes, tflite_variables, tflite_while
from .tflite_images import Images
from .tflite_moves import Moves
from .tflite_names import layer_name
from .tflite_rules import Rules

DTYPES = {0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 7: "int16", 9: "int8", 10: "float64"}
ACTIVATIONS = {0: None, 1: "Relu", 2: "Clip", 3: "Relu6", 4: "Tanh", 5: "SignBit"}
#: Operators of which nothing is to be said but their name here.
PLAIN = {"MAXIMUM": "Maximum", "MINIMUM": "Minimum", "LOGISTIC": "Sigmoid", "TANH": "Tanh", "RELU": "Relu",
         "RELU6": "Relu6", "ELU": "Elu", "HARD_SWISH": "HardSwish", "QUANTIZE": "Quantize", "DEQUANTIZE": "Dequantize"}
#: The same, of floats.
FLOATS = {"SQRT": "Sqrt", "SQUARE": "Square", "RSQRT": "Rsqrt", "LOG": "Log", "EXP": "Exp", "ABS": "Abs", "POW": "Pow"}
#: Comparisons, whose results are floats here, and what is chosen by them.
CHOICES = {"EQUAL": "Equal", "NOT_EQUAL": "NotEqual", "GREATER": "Greater", "GREATER_EQUAL": "GreaterOrEqual", "LESS": "Less",
           "LESS_EQUAL": "LessOrEqual", "SELECT": "Where", "SELECT_V2": "Where"}
REDUCTIONS = {"SUM": "ReduceSum", "REDUCE_MAX": "ReduceMax", "REDUCE_MIN": "ReduceMin"}
ARITHMETIC = {"ADD": "Add", "SUB": "Subtract", "MUL": "Multiply", "DIV": "Divide"}


def schema():
    """The classes of the format."""
    try:
        from ai_edge_litert import schema_py_generated as found
    except ImportError:
        try:
            import tflite as found
        except ImportError:
            raise Missing(".tflite files", "tflite") from None
    return found


def read(path):
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise Refused("expected a .tflite file, whose bytes 4 to 7 are TFL3")
    return Reader(schema(), content).graph(path.stem)


class Reader(Images, Moves, Rules):
    dtypes = DTYPES

    def __init__(self, schema, content):
        self.schema = schema
        self.model = schema.Model.GetRootAs(content, 0)
        self.operator_names = {value: name for name, value in vars(schema.BuiltinOperator).items()
                               if isinstance(value, int)}
        self.tensors = {}
        self.nodes = []
        self.notes = []
        self.by_step = False  # Whether each run is the next step of a sequence.
        if self.model.SubgraphsLength() == 0:
            raise Refused("the file holds no network")
        self.main = self.model.Subgraphs(0)
        for what, count, most in (("operators", self.main.OperatorsLength(), MOST_NODES),
                                  ("tensors", self.main.TensorsLength(), 8 * MOST_NODES)):
            if count > most:
                raise Refused(f"the file has {count} {what}: expected at most {most}")
        # Lists may lie in one another's place in the file, so that it holds more of them than it has bytes.
        self.unread = len(content)
        self.names = []
        self.cut_off = []  #: Of floats that are made whole.
        self.placeholders = set()  # Tensors of whose axes some are open.
        self.variables = tflite_variables.Variables(self)

    def graph(self, name):
        self.read_tensors()
        for index in range(self.main.OperatorsLength()):
            self.read_operator(self.main.Operators(index))
        graph = Graph(name, [self.name(i) for i in self.indices(self.main, "Inputs")],
                      [self.name(i) for i in self.indices(self.main, "Outputs")], self.tensors, self.nodes)
        self.check_cuts(graph.outputs)
        self.variables.add_to(graph)
        graph.notes, graph.file_outputs = list(dict.fromkeys(self.notes)), list(graph.outputs)
        if self.by_step:
            if graph.states:
                raise Refused("SVDF beside resource variables")
            graph.streams = graph.by_step = True
        return graph

    # Tensors

    def read_tensors(self):
        for index in range(self.main.TensorsLength()):
            tensor = self.main.Tensors(index)
            name = (tensor.Name() or b"").decode("utf-8", "replace") or f"tensor_{index}"
            while name in self.tensors:
                name = f"{name}#{index}"
            self.names.append(name)
            if -1 in self.indices(tensor, "ShapeSignature"):
                self.placeholders.add(name)
            shape = tuple(self.indices(tensor, "Shape"))
            if any(extent < 0 for extent in shape):
                raise Refused(f"tensor `{name}`: its shape {list(shape)} is not one of whole extents")
            dtype = DTYPES.get(tensor.Type(), f"type {tensor.Type()}")
            self.tensors[name] = Tensor(name, shape, dtype, self.constant(name, tensor, shape, dtype),
                                        self.quantization(name, tensor.Quantization()))

    def constant(self, name, tensor, shape, dtype):
        buffer = tensor.Buffer()
        if buffer == 0 or buffer >= self.model.BuffersLength():
            if buffer:
                raise Refused(f"tensor `{name}`: there is no buffer {buffer}")
            return None
        data = self.model.Buffers(buffer).DataAsNumpy()
        if isinstance(data, int) or data.size == 0:
            return None
        if dtype not in DTYPES.values():
            return data.reshape(-1)
        wanted = int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
        if data.size != wanted:
            raise Refused(f"tensor `{name}`: expected {wanted} bytes, {list(shape)} of {dtype}, got {data.size}")
        return data.view(np.dtype(dtype).newbyteorder("<")).reshape(shape)

    def quantization(self, name, given):
        if given is None or given.ScaleLength() == 0:
            return None
        self.unread -= given.ScaleLength() + given.ZeroPointLength()
        if self.unread < 0:
            raise Refused("the file's lists lie in one another's place")
        scales = given.ScaleAsNumpy().astype(np.float32)
        zero_points = given.ZeroPointAsNumpy() if given.ZeroPointLength() else np.zeros(1, np.int64)
        if not np.all(np.isfinite(scales)) or np.any(scales < 0) or np.any(np.abs(zero_points.astype(float)) > 2**16):
            raise Refused(f"tensor `{name}`: its scales or zero points are none")
        return Quantization(scales, zero_points, given.QuantizedDimension())

    def indices(self, table, name):
        """A vector of whole numbers, empty where there is none."""
        length = getattr(table, name + "Length")()
        self.unread -= length
        if self.unread < 0:
            raise Refused("the file's lists lie in one another's place")
        return [int(value) for value in getattr(table, name + "AsNumpy")()] if length else []

    def new_tensor(self, wish, like, shape, data=None):
        """The name of a tensor that the file has not: as another one, of another shape."""
        name = wish if wish not in self.tensors else f"{wish} {len(self.tensors)}"
        while name in self.tensors:
            name += "'"
        self.tensors[name] = Tensor(name, tuple(shape), like.dtype, data, like.quantization)
        return name

    def name(self, index):
        if not 0 <= index < len(self.names):
            raise Refused(f"there is no tensor {index}; the file has {len(self.names)}")
        return self.names[index]

    # Operators

    def kind_of(self, operator):
        if operator.OpcodeIndex() >= self.model.OperatorCodesLength():
            raise Refused(f"there is no operator code {operator.OpcodeIndex()}")
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        kind = self.operator_names.get(number, f"operator {number}")
        if kind == "CUSTOM":
            kind = "CUSTOM " + (code.CustomCode() or b"").decode("utf-8", "replace")
        return kind

    def read_operator(self, operator):
        kind = self.kind_of(operator)
        inputs = ["" if i < 0 else self.name(i) for i in self.indices(operator, "Inputs")]
        outputs = [self.name(i) for i in self.indices(operator, "Outputs")]
        if kind in tflite_variables.OPERATORS:
            self.operator = operator
            return self.variables.read(kind, operator, inputs, outputs)
        if not outputs:
            return
        self.kind, self.operator, self.inputs, self.outputs = kind, operator, inputs, outputs
        self.node_name = layer_name(kind, outputs[0])
        if tflite_shapes.evaluate(self, kind, inputs, outputs):
            return
        rule = getattr(self, "read_" + kind.lower(), None)
        if kind == "DEQUANTIZE" and len(inputs) == 1 and self.tensors[inputs[0]].data is not None:
            # Weights of fewer bits.
            of, output = self.tensors[inputs[0]], self.tensors[outputs[0]]
            output.data = of.numbers().reshape(of.shape)
            output.shape, output.dtype, output.quantization = of.shape, "float32", None
        elif kind in PLAIN:
            self.add(PLAIN[kind], inputs)
        elif kind in FLOATS and inputs and self.tensors[inputs[0]].dtype == "float32":
            self.add(FLOATS[kind], inputs)
        elif kind in CHOICES and inputs and self.tensors[inputs[-1]].dtype in ("float32", "int32", "int64"):
            for name in outputs + inputs:
                # Whole numbers, of tokens, are numbers too.
                if self.tensors[name].data is None and self.tensors[name].dtype != "bool" or name in outputs:
                    self.tensors[name].dtype = "float32"
            self.add(CHOICES[kind], inputs)
        elif kind in REDUCTIONS and inputs:
            self.reduce(REDUCTIONS[kind])
        elif kind in ARITHMETIC:
            self.add(ARITHMETIC[kind], inputs, activation=self.fused(kind.title() + "Options"))
        elif rule is not None:
            if not inputs:
                raise Refused(f"{self.node_name} ({kind}): expected inputs, got none")
            rule()
        else:
            self.add(kind, inputs)

    def options(self, name):
        """The operator's own options, of a class of the schema; the defaults where there are none."""
        table = self.operator.BuiltinOptions()
        options = getattr(self.schema, name)()
        if table is None or self.operator.BuiltinOptionsType() != getattr(self.schema.BuiltinOptions, name):
            return None
        options.Init(table.Bytes, table.Pos)
        return options

    def fused(self, options_name):
        options = self.options(options_name)
        return ACTIVATIONS.get(options.FusedActivationFunction(), "unknown") if options else None

    def add(self, operator, inputs, attributes=None, activation=None, output=None):
        """A node and, where one is fused, the activation behind it."""
        output = output or self.outputs[0]
        if activation is None:
            self.nodes.append(Node(self.node_name, operator, inputs, [output], attributes or {}, self.kind))
            tflite_shapes.fill_in(self, self.nodes[-1])
            return
        tflite_shapes.fill_in(self, Node(self.node_name, operator, inputs, [output], attributes or {}))
        like = self.tensors[output]
        between = self.new_tensor(f"{output}/before {activation}", like, like.shape)
        self.nodes.append(Node(self.node_name, operator, inputs, [between], attributes or {}, self.kind))
        bounds = {"low": -1.0, "high": 1.0} if activation == "Clip" else {}
        self.nodes.append(Node(self.node_name, activation, [between], [output], {"fused": True, **bounds}, f"{self.kind}'s {activation}"))

    def constant_input(self, index):
        """A constant that the operator reads, or None."""
        if index >= len(self.inputs) or not self.inputs[index]:
            return None
        return self.tensors[self.inputs[index]].data

    def integers(self, index, what):
        """The same as whole numbers."""
        data = self.constant_input(index)
        if data is None or data.dtype.kind not in "iu":
            return None
        return [int(value) for value in data.reshape(-1)]

    def unknown(self, why):
        """As it is: the check tells."""
        self.add(self.kind, self.inputs, {"why": why})

    def transposed(self, name, axes, shape=None):
        """A constant with its axes in another order."""
        tensor = self.tensors[name]
        if tensor.data is None:
            return name
        data = tensor.data.transpose(axes)
        if shape is not None:
            data = data.reshape(shape)
        quantization = tensor.quantization
        if quantization is not None and quantization.scales.size > 1:
            # Where the axis of the scales went; depthwise channels are parted, and their scales with them.
            axis = list(axes).index(quantization.axis) if quantization.axis in axes else -1
            if shape is None and axis >= 0:
                quantization = replace(quantization, axis=axis)
        return self.new_tensor(f"{name}/as Burin has it", replace(tensor, quantization=quantization), data.shape, data)

    def read_fully_connected(self):
        self.weighted(2)
        weight = self.transposed(self.inputs[1], (1, 0))
        x, features = self.inputs[0], self.tensors[self.inputs[1]].shape[1]
        shape = self.tensors[x].shape
        options = self.options("FullyConnectedOptions")
        # It takes what has so many elements a row, whatever its shape.
        if shape and shape[-1] != features and features:
            rows = int(np.prod(shape, dtype=object)) // features
            flat = self.new_tensor(f"{x}/flat", self.tensors[x], (rows, features))
            self.nodes.append(Node(self.node_name, "Reshape", [x], [flat], {"shape": (rows, features)}, self.kind))
            x = flat
        if options is not None and options.WeightsFormat() != 0:
            return self.unknown("shuffled weights")
        self.add("Dense", [x, weight, *self.inputs[2:3]], {}, self.fused("FullyConnectedOptions"))

    def read_unidirectional_sequence_lstm(self):
        tflite_lstm.unidirectional(self)

    def read_bidirectional_sequence_lstm(self):
        tflite_lstm.bidirectional(self)

    def read_while(self):
        tflite_while.read(self)

    def read_reverse_v2(self):
        axes, shape = self.integers(1, "axis"), self.tensors[self.inputs[0]].shape
        if axes == [0] and len(shape) == 3 and shape[1] == 1:
            # Of a sequence whose batch is the second axis.
            like, turned = self.tensors[self.inputs[0]], (1, shape[0], shape[2])
            before, behind = (self.new_tensor(f"{self.outputs[0]}/{part}", like, turned) for part in ("before", "behind"))
            self.add("Reshape", self.inputs[:1], {"shape": turned}, output=before)
            self.add("Written", [before], {"type": "Reverse", "parameters": []}, output=behind)
            return self.add("Reshape", [behind], {"shape": shape})
        if axes is None or [axis % max(len(shape), 1) for axis in axes] != [1] or len(shape) < 3:
            return self.unknown("expected axis 1, that of time")
        self.add("Written", self.inputs[:1], {"type": "Reverse", "parameters": []})

    def read_svdf(self):
        options = self.options("SVDFOptions")
        if len(self.inputs) < 5 or not all(self.inputs[index] for index in (0, 1, 2, 4)):
            raise Refused(f"{self.node_name} ({self.kind}): expected weights and a state")
        state = self.tensors[self.inputs[4]]
        activation = self.fused("SVDFOptions")
        # What is of 8 bits has no other bounds than these.
        if self.tensors[self.outputs[0]].dtype == "int8" and activation == "Relu":
            activation = None
        self.by_step = True
        self.add("Svdf", self.inputs[:4], {"rank": options.Rank() if options else 0, "state": state.quantization, "by_step": True},
                 activation)

    def read_softmax(self):
        options = self.options("SoftmaxOptions")
        beta = options.Beta() if options else 1.0
        if beta != 1.0:
            return self.unknown(f"Beta {beta}")
        self.add("Softmax", self.inputs, {"axis": len(self.tensors[self.outputs[0]].shape) - 1})

    def read_log_softmax(self):
        self.add("LogSoftmax", self.inputs, {"axis": len(self.tensors[self.outputs[0]].shape) - 1})

    def read_neg(self):
        name = self.new_tensor("minus one", self.tensors[self.inputs[0]], (), np.array(-1, np.float32))
        self.tensors[name].dtype, self.tensors[name].quantization = "float32", None
        self.add("Multiply", [self.inputs[0], name])

    def read_leaky_relu(self):
        self.add("LeakyRelu", self.inputs, {"alpha": self.options("LeakyReluOptions").Alpha()})

    def read_gelu(self):
        options = self.options("GeluOptions")
        self.add("GeluTanh" if options and options.Approximate() else "Gelu", self.inputs)

    def reduce(self, operator):
        axes, rank = self.integers(1, "axes"), len(self.tensors[self.inputs[0]].shape)
        if axes is None:
            return self.unknown("axes that are no constant")
        self.add(operator, self.inputs[:1], {"axes": sorted({axis % max(rank, 1) for axis in axes}),
                                             "keepdims": int(len(self.tensors[self.outputs[0]].shape) == rank)})

    def read_mean(self):
        axes = self.integers(1, "axes")
        shape = self.tensors[self.inputs[0]].shape
        if axes is None:
            return self.unknown("axes that are no constant")
        axes = sorted({axis % max(len(shape), 1) for axis in axes})
        if axes != list(range(1, len(shape) - 1)) or not axes:
            return self.reduce("ReduceMean")
        kept = self.tensors[self.outputs[0]].shape
        mean = (shape[0], shape[-1])
        if kept == mean:
            return self.add("GlobalAveragePool", self.inputs[:1])
        flat = self.new_tensor(f"{self.outputs[0]}/means", self.tensors[self.outputs[0]], mean)
        self.add("GlobalAveragePool", self.inputs[:1], output=flat)
        self.add("Reshape", [flat], {"shape": kept})
