"""What a node becomes: one of Burin's layers, with its parameters and, of 8-bit networks, its constants."""

from dataclasses import dataclass, field
from typing import Callable, Optional

import numpy as np

from ..problems import Unsupported


@dataclass
class Parameter:
    name: str  #: As Burin calls it: `weight`.
    values: np.ndarray  #: Floats, in the order in which Burin counts them.
    is_panels: bool = False  #: Whether kernels read it in panels of a few columns.


@dataclass
class Layer:
    name: str  #: The node's.
    type: str  #: As C++ has it: `Conv2D<64, 3, Same>`.
    inputs: list  #: Names of tensors.
    output: str
    parameters: list = field(default_factory=list)
    statistics: list = field(default_factory=list)  #: They lie behind the parameters of all layers.
    is_view: bool = False
    is_elementwise: bool = False
    by_step: bool = False  #: Whether it is one of each step of a sequence by itself: TimeDistributed.
    clamps: bool = False  #: Whether its 8-bit form computes a ReLU behind it.
    #: The members of its 8-bit form, in order: constants(rounding, low) -> [(name, array or number)].
    constants: Optional[Callable] = None


def sample(graph, name):
    """The shape without the batch, which has an extent of 1 if it is there."""
    shape = graph.shape(name)
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


def shape_of(graph, name):
    """The shape that the network has it in."""
    return (1, *sample(graph, name)) if graph.by_step else sample(graph, name)


def one_sample(graph, name):
    """Of layers that have axes of an image: what the file has before them is the batch."""
    shape = graph.shape(name)
    if len(shape) > 1 and shape[0] != 1:
        raise Unsupported(f"a batch of {shape[0]} that is fixed: expected 1")


def sample_axis(graph, name, axis):
    """An axis of a tensor, counted in samples."""
    shape = graph.shape(name)
    axis = axis % max(len(shape), 1)
    if len(shape) > 1 and shape[0] == 1:
        if axis == 0:
            raise Unsupported("axis 0: along the batch")
        return axis - 1
    return axis


def is_int8(graph, *names):
    """Whether activations are integers of 8 bits. Raises Unsupported for what is neither that nor float."""
    kinds = set()
    for name in names:
        tensor = graph.tensors[name]
        if tensor.dtype not in ("float32", "int8"):
            raise Unsupported(f"`{name}` of {tensor.dtype}: expected float32 or int8")
        if tensor.dtype == "int8" and (tensor.quantization is None or tensor.quantization.scales.size != 1 or
                                       not tensor.quantization.scale > 0 or
                                       not -128 <= tensor.quantization.zero_point <= 127):
            raise Unsupported(f"`{name}` of int8: expected one scale above 0 and a zero point of 8 bits")
        kinds.add(tensor.dtype)
    if len(kinds) > 1:
        raise Unsupported("inputs and outputs of different types")
    return kinds == {"int8"}


def activations(graph, node, count=None):
    """The inputs of a node that takes no constants."""
    inputs = node.inputs[:count]
    for name in inputs:
        if not name:
            raise Unsupported("an input that is left out")
        if graph.tensors[name].is_constant:
            raise Unsupported(f"`{name}`: a constant as input")
    return inputs


def extents(*numbers):
    """Template arguments: one number where all are the same."""
    return str(numbers[0]) if len(set(numbers)) == 1 else ", ".join(map(str, numbers))


def window_size(size):
    return str(size[0]) if len(set(size)) == 1 else f"Shape{{{', '.join(map(str, size))}}}"


def number(value):
    """A literal of a template argument, as a person writes it."""
    if np.isinf(value):
        return f"{'-' * (value < 0)}std::numeric_limits<float>::infinity()"
    shortest = np.format_float_positional(np.float32(value), trim="0", unique=True)
    return shortest if len(shortest) <= 12 else np.format_float_scientific(np.float32(value), trim="0", unique=True, exp_digits=1)


def view(name, shape, source, output):
    """The same elements under another shape."""
    kind = "Flatten" if len(shape) == 1 else f"Reshape<{', '.join(map(str, shape))}>"
    return Layer(name, kind, [source], output, is_view=True)
