"""What takes several inputs."""

from ...problems import Misfit, Unsupported
from .normalization import unit

MERGES = {"Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply", "Average": "Average", "Maximum": "Maximum",
          "Minimum": "Minimum"}


def merge(reader, call):
    if len(call.inputs) < 2:
        raise Unsupported("expected two inputs or more")
    shapes = {reader.shape(name) for name in call.inputs}
    if len(shapes) != 1:
        raise Misfit("inputs of different shapes " + " and ".join(sorted(str(list(shape[1:])) for shape in shapes)))
    return reader.add(MERGES[call.kind], call.inputs, call.name, source=call.kind)


def concatenate(reader, call):
    rank, axis = len(reader.shape(call.inputs[0])), call.get("axis", -1)
    if type(axis) is not int or not -rank < axis < rank or axis == 0:
        raise Unsupported(f"axis {str(axis)[:100]}")
    return reader.add("Concat", call.inputs, call.name, axis=axis % rank, source="Concatenate")


def dot(reader, call):
    """Products over an axis of each input, which Burin has as the last."""
    if len(call.inputs) != 2:
        raise Unsupported(f"{len(call.inputs)} inputs")
    shapes = [reader.shape(name) for name in call.inputs]
    axes = call.get("axes")
    axes = [axes, axes] if type(axes) is int else axes
    if not isinstance(axes, list) or len(axes) != 2 or any(type(axis) is not int or not -len(shape) <= axis < len(shape)
                                                             for axis, shape in zip(axes, shapes)):
        raise Unsupported(f"axes {str(axes)[:100]}")
    axes = [axis % len(shape) for axis, shape in zip(axes, shapes)]
    if 0 in axes or shapes[0][axes[0]] != shapes[1][axes[1]]:
        raise Misfit(f"axes {axes} of {list(shapes[0])} and {list(shapes[1])}")
    inputs, kept = [], []
    for name, shape, axis in zip(call.inputs, shapes, axes):
        order = [each for each in range(len(shape)) if each != axis] + [axis]
        if order != sorted(order):
            name = reader.add("Transpose", [name], f"{call.name}/moved", axes=order)
        if call.get("normalize"):
            name = unit(reader, name, f"{call.name}/unit")
        inputs.append(name)
        kept += [shape[each] for each in order[1:-1]]
    return reader.written("Dot", inputs, call.name, (1, *(kept or [1])), source="Dot")


RULES = {**{kind: merge for kind in MERGES}, "Concatenate": concatenate, "Dot": dot}
