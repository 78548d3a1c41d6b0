"""The neutral form of a network: nodes that read and write tensors by name, some of which are constants.

Readers write it, simplifications change it, layers/ turns each node into a layer. Tensors are as in most formats: the
batch is axis 0 of activations (of extent 1), channels are last. A reader whose format has channels first puts
`Transpose` nodes around what needs it; simplify/ removes those that undo each other.

Constants are in Burin's layouts: Dense `[features, units]`, convolutions `[kernel..., channels / groups, filters]`,
depthwise ones `[kernel..., channels, multiplier]`.

| operator | inputs | attributes |
|---|---|---|
| Conv | x, weight, bias? | strides, dilations, groups, padding: "same", "causal" or (before, after) of each axis |
| DepthwiseConv | x, weight, bias? | strides, dilations, padding |
| Dense | x, weight, bias? | |
| MaxPool, AveragePool | x | size, strides, dilations, padding; ceil: whether the last window may reach beyond; counted: whether padding counts |
| ReduceMean, ReduceMax, ReduceMin, ReduceSum | x | axes |
| Greater, GreaterOrEqual, Less, LessOrEqual, Equal, NotEqual | two, a constant among them or not | |
| Where | mask, where it is not 0, elsewhere | |
| Gather | x | axis, numbers |
| GatherByInput | x, numbers | axis |
| MatMul | two activations | first, second: whether the last two axes of that one change places first |
| GlobalMaxPool, GlobalAveragePool | x | of all axes but batch and channels |
| Add, Subtract, Multiply, Divide, Average, Maximum, Minimum | two or more, constants among them or not | |
| Affine | x | factor, offset: numbers |
| Concat | x... | axis |
| Relu, Relu6, LeakyRelu, Elu, Selu, Gelu, GeluTanh, Silu, Sigmoid, Tanh, Softplus, HardSigmoid, HardSwish | x | alpha |
| Mish, Softsign, LogSigmoid | x | |
| Clip | x | low, high |
| PRelu | x, slopes | |
| Abs, Sqrt, Rsqrt, Exp, Log, Reciprocal, Square | x | |
| Pow | x, exponent: a constant number | |
| ComplexAbs | x: real parts and then imaginary ones along the last axis | |
| Softmax, LogSoftmax | x | axis |
| BatchNorm | x, scale?, shift?, mean, variance | epsilon |
| LayerNorm, RmsNorm | x, scale, shift? | axes: how many of the last; epsilon |
| GroupNorm | x, scale, shift | groups (0: each channel one), epsilon |
| ConvTranspose | x, weight `[kernel..., filters / groups, channels]`, bias? | strides, dilations, groups, crops: (before, after) of each axis, of what a layer without padding gives; less than 0 adds |
| Embedding | tokens, table | |
| Attention | query, key, value, then weight and bias of the projections of each and of the result | heads, size, causal; key_heads (as many as heads), turn (none), mask |
| Resize | x | size: of all axes between batch and channels; mode: nearest, linear or cubic; coordinates: half_pixel, half_pixel_symmetric, align_corners or asymmetric; nearest: floor, ceil, round_prefer_floor or round_prefer_ceil; scales: factors that are not those of the extents; cubic, excludes |
| Written | x... | type: Burin's layer; parameters: (name, values); panels |
| Reshape | x | shape (all axes, the batch's included) |
| Transpose | x | axes (all, the batch's included) |
| Pad | x | pads: (before, after) of each axis; mode: constant, reflect, symmetric, edge or wrap; value |
| DepthToSpace, SpaceToDepth | x | block; by_channel: whether channels are those of one pixel after the other (PyTorch's order) or of one channel |
| Slice | x | axis, first, count |
| StridedSlice | x | axis, first, count, step: of more than 1 |
| Quantize, Dequantize, Identity | x | |
| Past | x | steps: it gives x behind so many steps before it, along axis 1; such a network runs piece by piece |
| Svdf | x, weight `[filters, features]`, time weight `[filters, memory]`, bias? | rank, state: the quantization of what it keeps |
| IntegerLstm | x, weights of i, f, g, o, of the state, biases | state, hidden: quantizations; cell: a tensor; clip |
| State | | what a file keeps; see Graph.states |

Any other operator is what the file calls it; without a rule in layers/ it is reported as unsupported.
"""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Optional

import numpy as np

from .problems import Refused


#: More than any network that a compiler takes as a type.
MOST_NODES = 4_000
#: Of what is computed: elements along an axis, and all together.
LARGEST_EXTENT, LARGEST_SIZE = 2**24, 2**32
#: How often a constant may be read, on average.
MOST_REUSE = 16


@dataclass
class Quantization:
    """number = scale * (stored - zero_point), along an axis if there is more than one scale."""

    scales: np.ndarray
    zero_points: np.ndarray
    axis: int = 0

    @property
    def scale(self):
        return np.float32(self.scales[0])

    @property
    def zero_point(self):
        return int(self.zero_points[0])

    def same(self, other):
        return other is not None and np.array_equal(self.scales, other.scales) and \
            np.array_equal(self.zero_points, other.zero_points)


@dataclass
class Tensor:
    name: str
    shape: tuple
    dtype: str = "float32"
    data: Optional[np.ndarray] = None  #: Of a constant.
    quantization: Optional[Quantization] = None
    called: str = ""  #: As the file calls an input or output, if that is another name.
    stored: str = ""  #: Of a constant of floats: that of the integers that it was made of.
    tokens: int = 0  #: Of an input that numbers the rows of a table: how many rows there are.
    file_axes: tuple = ()  #: Of an input or output with its axes in another order: the file's are numbers.transpose(axes).

    @property
    def is_constant(self):
        return self.data is not None

    def check_size(self):
        """Refuses what is too large to be computed."""
        if min(self.shape, default=0) < 0:
            raise Refused(f"tensor `{self.name}`: its shape {list(self.shape)} is not one of whole extents")
        if max(self.shape, default=1) > LARGEST_EXTENT or math.prod(self.shape) > LARGEST_SIZE:
            raise Refused(f"tensor `{self.name}` has the shape {list(self.shape)}: expected at most {LARGEST_EXTENT} elements along "
                          f"an axis and {LARGEST_SIZE} in all")

    def numbers(self):
        """What a constant stands for, as floats."""
        if self.quantization is None:
            return self.data.astype(np.float32)
        shape = [1] * self.data.ndim
        if self.quantization.scales.size > 1:
            shape[self.quantization.axis] = -1
        scales = self.quantization.scales.reshape(shape)
        zero_points = np.broadcast_to(self.quantization.zero_points, self.quantization.scales.shape).reshape(shape)
        return ((self.data.astype(np.float64) - zero_points) * scales).astype(np.float32)


@dataclass(eq=False)
class Node:
    name: str  #: As the file calls it, for messages and for the header.
    operator: str
    inputs: list  #: Names of tensors; "" is one that is left out.
    outputs: list
    attributes: dict = field(default_factory=dict)
    source: str = ""  #: What the file calls the operator.

    def __getitem__(self, attribute):
        return self.attributes[attribute]

    def get(self, attribute, default=None):
        return self.attributes.get(attribute, default)

    def has_input(self, index):
        return index < len(self.inputs) and self.inputs[index] != ""


@dataclass
class State:
    """What a file keeps from one run to the next."""

    name: str
    reads: list = field(default_factory=list)  #: Tensors that a node `State` gives.
    writes: list = field(default_factory=list)  #: Tensors that it is afterwards.
    initial: Optional[np.ndarray] = None  #: Its bytes at first.


@dataclass
class Graph:
    name: str
    inputs: list  #: Names of tensors.
    outputs: list
    tensors: dict  #: By name.
    nodes: list
    facts: dict = field(default_factory=dict)  #: What else the file tells in numbers, as `sample_rate`.
    notes: list = field(default_factory=list)  #: What the user should know: why outputs may differ.
    remarks: list = field(default_factory=list)  #: What else the user should know.
    states: list = field(default_factory=list)  #: What is kept from one run to the next.
    streams: bool = False  #: Whether it takes the next steps of a sequence at a time.
    by_step: bool = False  #: Whether the batch is time: layers are those of a step, but for those that carry a state.
    carried: dict = field(default_factory=dict)  #: Of each input that is an output of the run before: that output.
    file_inputs: dict = field(default_factory=dict)  #: Of each input of the file: its name, shape and type.
    file_constants: dict = field(default_factory=dict)  #: What the user has told of inputs of the file.
    file_states: dict = field(default_factory=dict)  #: Of the file's inputs that the network carries: the outputs that they are.
    file_outputs: list = field(default_factory=list)  #: What the file calls its outputs, where simplifications may give others.
    files_beside: list = field(default_factory=list)  #: Paths of what else was read.
    moves_borders: bool = False  #: Whether inputs and outputs with channels first become ones with channels last.

    def constant(self, name):
        """A constant's elements, or None."""
        return self.tensors[name].data if name in self.tensors else None

    def shape(self, name):
        return self.tensors[name].shape

    def producer(self, name):
        return next((node for node in self.nodes if name in node.outputs), None)

    def producers(self):
        """The node that gives each tensor, by the tensor's name."""
        return {name: node for node in self.nodes for name in node.outputs}

    def readers(self, name):
        return [node for node in self.nodes if name in node.inputs]

    def read_counts(self):
        """How often nodes read each tensor, by its name."""
        return Counter(name for node in self.nodes for name in node.inputs)

    def new_name(self, wish):
        """A tensor's name that is free."""
        name, count = wish, 1
        while name in self.tensors:
            count += 1
            name = f"{wish}_{count}"
        return name

    def add_tensor(self, wish, like=None, **changes):
        """A new tensor, otherwise as another one."""
        name = self.new_name(wish)
        self.tensors[name] = replace(like, name=name, **changes) if like else Tensor(name=name, **changes)
        return name

    def replace_reads(self, old, new):
        """Whoever reads the one tensor reads the other."""
        for node in self.nodes:
            node.inputs = [new if name == old else name for name in node.inputs]
        self.outputs = [new if name == old else name for name in self.outputs]

    def remove(self, node):
        """A node of one input and output; its readers read its input."""
        self.nodes = [other for other in self.nodes if other is not node]
        self.replace_reads(node.outputs[0], node.inputs[0])

    def drop_unread(self):
        """Nodes of whose outputs nothing comes."""
        wanted = set(self.outputs)
        kept = []
        for node in reversed(self.nodes):
            if wanted & set(node.outputs):
                kept.append(node)
                wanted.update(node.inputs)
        self.nodes = kept[::-1]

    def verify(self):
        """Refuses what no file may have: tensors that are not there or come from two nodes, cycles, constants of another
        size than their shape. Puts the nodes in the order in which they can run."""
        made = {}
        for node in self.nodes:
            for name in node.inputs + node.outputs:
                if name and name not in self.tensors:
                    raise Refused(f"{node.name} ({node.source or node.operator}): there is no tensor `{name}`")
            for name in node.outputs:
                if name in made or name in self.inputs or self.tensors[name].is_constant:
                    raise Refused(f"{node.name}: its output `{name}` is also made by something else")
                made[name] = node
        for name in self.inputs + self.outputs:
            if name not in self.tensors:
                raise Refused(f"there is no tensor `{name}`, which the network has as input or output")
        for tensor in self.tensors.values():
            if any(not isinstance(extent, (int, np.integer)) or extent < 0 or extent > 2**40 for extent in tensor.shape):
                raise Refused(f"tensor `{tensor.name}`: its shape {list(tensor.shape)} is not one of whole extents")
            if tensor.is_constant and tensor.data.size != int(np.prod(tensor.shape, dtype=object)):
                raise Refused(f"tensor `{tensor.name}`: expected {list(tensor.shape)}, got {tensor.data.size} elements")
        for name in self.inputs:
            if not self.tensors[name].shape:
                raise Refused(f"input `{name}` is one number without axes: expected a batch of samples")
        if not self.inputs or not self.outputs:
            raise Refused("the file holds a network without inputs or outputs")
        if len(self.nodes) > MOST_NODES:
            raise Refused(f"the file has {len(self.nodes)} nodes: expected at most {MOST_NODES}")
        ready = set(self.inputs) | {""} | {name for name, tensor in self.tensors.items() if tensor.is_constant}
        missing = {id(node): len(set(node.inputs) - ready) for node in self.nodes}
        readers = {}
        for node in self.nodes:
            for name in set(node.inputs) - ready:
                readers.setdefault(name, []).append(node)
        able, ordered = [node for node in self.nodes if missing[id(node)] == 0], []
        while able:
            node = able.pop(0)
            ordered.append(node)
            ready.update(node.outputs)
            for name in node.outputs:
                for reader in readers.get(name, []):
                    missing[id(reader)] -= 1
                    if missing[id(reader)] == 0:
                        able.append(reader)
        if len(ordered) < len(self.nodes):
            node = next(node for node in self.nodes if missing[id(node)] > 0)
            name = next(name for name in node.inputs if name not in ready)
            raise Refused(f"{node.name} ({node.source or node.operator}): nothing before it makes `{name}`: "
                          "the file's nodes form a cycle, or one is missing")
        if not all(name in ready for name in self.outputs):
            raise Refused("nothing makes the network's output")
        # The file's own order where it will do.
        if not self._runs_in_order():
            self.nodes = ordered

    def check_sizes(self):
        for tensor in self.tensors.values():
            if not tensor.is_constant:
                tensor.check_size()

    def check_reuse(self):
        """Refuses a few constants that are read again and again: each of their layers has them of its own."""
        read = [self.tensors[name].data for node in self.nodes for name in node.inputs
                if name and self.tensors[name].is_constant]
        # Views share memory, and a file may have constants that overlap.
        held = end = 0
        for first, size in sorted((data.__array_interface__["data"][0], data.nbytes) for data in read):
            held += max(first + size - max(first, end), 0)
            end = max(end, first + size)
        copied = sum(data.nbytes for data in read)
        if copied > MOST_REUSE * held + (1 << 25):
            raise Refused(f"its nodes read {copied} bytes of {held} bytes of constants: expected at most {MOST_REUSE} times "
                          "as many")

    def _runs_in_order(self):
        ready = set(self.inputs) | {""} | {name for name, tensor in self.tensors.items() if tensor.is_constant}
        for node in self.nodes:
            if not all(name in ready for name in node.inputs):
                return False
            ready.update(node.outputs)
        return True
