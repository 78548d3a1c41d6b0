"""Operators of TensorFlow Lite that look up rows, take tensors apart, or are made of several of graph.py's."""

import math

import numpy as np

from ..graph import Node
from ..problems import Refused


class Rules:
    """What Reader.read_operator looks for: a function for each operator."""

    # Rows and parts

    def read_unpack(self):
        options, shape = self.options("UnpackOptions"), self.tensors[self.inputs[0]].shape
        axis = (options.Axis() if options else 0) % max(len(shape), 1)
        if not shape or shape[axis] != len(self.outputs):
            return self.unknown(f"{len(self.outputs)} parts of {list(shape)}")
        extents = (*shape[:axis], 1, *shape[axis + 1:])
        for first, output in enumerate(self.outputs):
            part = self.new_tensor(f"{output}/of all", self.tensors[self.inputs[0]], extents)
            self.nodes.append(Node(self.node_name, "Slice", [self.inputs[0]], [part], {"axis": axis, "first": first, "count": 1}, self.kind))
            self.nodes.append(Node(self.node_name, "Reshape", [part], [output], {"shape": self.tensors[output].shape}, self.kind))

    def lookup(self, table, tokens):
        """Rows of a table."""
        if self.tensors[table].data is None:
            return self.unknown("a table that is no constant")
        self.tokens_of(tokens)
        self.add("Embedding", [tokens, table])

    def tokens_of(self, name):
        """Numbers of rows are numbers like all others, and so is what they come of without a sum."""
        makers = {output: node for node in self.nodes for output in node.outputs}
        while True:
            tensor = self.tensors[name]
            if tensor.dtype in ("int32", "int64"):
                tensor.dtype = "float32"
            if name not in makers or makers[name].operator not in ("Identity", "Reshape", "Slice"):
                return
            name = makers[name].inputs[0]

    def read_embedding_lookup(self):
        if len(self.inputs) != 2:
            return self.unknown("no table")
        self.lookup(self.inputs[1], self.inputs[0])

    def read_gather(self):
        options = self.options("GatherOptions")
        table, numbers = (self.tensors[name] for name in self.inputs[:2])
        axis = (options.Axis() if options else 0) % max(len(table.shape), 1)
        if options is not None and options.BatchDims():
            return self.unknown(f"BatchDims {options.BatchDims()}")
        if table.data is not None and axis == 0 and numbers.data is None and len(table.shape) == 2:
            return self.lookup(self.inputs[0], self.inputs[1])
        found = None if numbers.data is None else [int(value) for value in numbers.data.reshape(-1)]
        if table.data is None and numbers.data is None:
            return self.add("GatherByInput", self.inputs[:2], {"axis": axis})
        if table.data is not None or not found or min(found) < 0 or max(found) >= table.shape[axis]:
            return self.unknown("neither rows of a table nor elements of a tensor")
        part = self.new_tensor(f"{self.outputs[0]}/piece", table, (*table.shape[:axis], len(found), *table.shape[axis + 1:]))
        if found == list(range(found[0], found[0] + len(found))):
            self.add("Slice", self.inputs[:1], {"axis": axis, "first": found[0], "count": len(found)}, output=part)
        else:
            self.add("Gather", self.inputs[:1], {"axis": axis, "numbers": found}, output=part)
        self.add("Reshape", [part], {"shape": self.tensors[self.outputs[0]].shape})

    def read_cast(self):
        of, to = (self.tensors[name] for name in (self.inputs[0], self.outputs[0]))
        numbers = ("float32", "int32", "int64")
        if of.data is None and of.dtype in numbers and to.dtype in numbers:
            # Tokens, which are whole. Of others a part is cut: see check_cuts.
            if of.dtype == "float32" and to.dtype != "float32":
                self.cut_off.append(self.outputs[0])
            return self.add("Identity", self.inputs[:1])
        self.unknown(f"{of.dtype} to {to.dtype}")

    def check_cuts(self, outputs):
        """Floats that are made whole may number rows, which takes their whole part too, and nothing else."""
        waiting = list(self.cut_off)
        while waiting:
            name = waiting.pop()
            for node in self.nodes:
                if name not in node.inputs:
                    continue
                if node.operator in ("Identity", "Reshape", "Slice", "Transpose"):
                    waiting += node.outputs
                elif (node.operator, node.inputs.index(name)) not in (("Embedding", 0), ("GatherByInput", 1)):
                    raise Refused(f"{node.name} ({node.source}): of floats that are made whole: expected that they number rows alone")
            if name in outputs:
                raise Refused(f"output `{name}`: floats that are made whole")

    # Functions and products

    def read_prelu(self):
        """A slope for each channel, or one."""
        x = self.tensors[self.inputs[0]]
        slopes = self.tensors[self.inputs[1]] if len(self.inputs) > 1 else None
        if slopes is None or slopes.data is None:
            return self.unknown("slopes that are no constant")
        values = slopes.numbers().reshape(-1)
        if values.size and np.all(values == values[0]) and values[0] > 0:
            return self.add("LeakyRelu", self.inputs[:1], {"alpha": float(values[0]), "slope": slopes.name})
        if values.size in (1, x.shape[-1]):
            return self.add("PRelu", self.inputs[:2])
        if values.size != math.prod(x.shape[1:]):
            return self.unknown(f"slopes of {list(slopes.shape)}")
        # One for each element.
        row = self.new_tensor(f"{x.name}/row", x, (1, values.size))
        made = self.new_tensor(f"{self.outputs[0]}/row", x, (1, values.size))
        self.add("Reshape", self.inputs[:1], {"shape": (1, values.size)}, output=row)
        self.add("PRelu", [row, slopes.name], output=made)
        self.add("Reshape", [made], {"shape": x.shape})

    def read_relu_n1_to_1(self):
        self.add("Clip", self.inputs, {"low": -1.0, "high": 1.0})

    def read_relu_0_to_1(self):
        self.add("Clip", self.inputs, {"low": 0.0, "high": 1.0})

    def read_squared_difference(self):
        if self.tensors[self.outputs[0]].dtype != "float32":
            return self.unknown("8 bits")
        between = self.new_tensor(f"{self.outputs[0]}/difference", self.tensors[self.outputs[0]], self.tensors[self.outputs[0]].shape)
        self.add("Subtract", self.inputs, output=between)
        self.add("Multiply", [between, between])

    def read_batch_matmul(self):
        options = self.options("BatchMatMulOptions")
        if len(self.inputs) != 2 or options is None:
            return self.unknown("options")
        if self.tensors[self.outputs[0]].dtype != "float32":
            return self.unknown("8 bits")
        inputs = []
        for name, turns in zip(self.inputs, (options.AdjX(), options.AdjY())):
            tensor = self.tensors[name]
            if turns and len(tensor.shape) > 1:
                axes = [*range(len(tensor.shape) - 2), len(tensor.shape) - 1, len(tensor.shape) - 2]
                if tensor.data is not None:
                    name = self.transposed(name, axes)
                else:
                    moved = self.new_tensor(f"{name}/turned", tensor, tuple(tensor.shape[axis] for axis in axes))
                    self.add("Transpose", [name], {"axes": axes}, output=moved)
                    name = moved
            inputs.append(name)
        # With a constant it is a Dense layer.
        second = self.tensors[inputs[1]]
        if second.data is not None and math.prod(second.shape[:-2]) == 1:
            weight = self.new_tensor(f"{inputs[1]}/matrix", second, second.shape[-2:], second.data.reshape(second.shape[-2:]))
            return self.add("Dense", [inputs[0], weight])
        self.add("MatMul", inputs)
