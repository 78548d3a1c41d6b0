"""Operators of TensorFlow Lite that move, cut and join elements."""

import numpy as np

from ..graph import Node
from . import tflite_shapes
from .tflite_names import layer_name


class Moves:
    """What Reader.read_operator looks for: a function for each operator."""

    def read_concatenation(self):
        options = self.options("ConcatenationOptions")
        rank = len(self.tensors[self.outputs[0]].shape)
        axis = options.Axis() if options else 0
        self.add("Concat", self.inputs, {"axis": axis % max(rank, 1)}, self.fused("ConcatenationOptions"))

    def read_pack(self):
        options = self.options("PackOptions")
        shape = self.tensors[self.outputs[0]].shape
        axis = (options.Axis() if options else 0) % max(len(shape), 1)
        parts = []
        for name in self.inputs:
            like = self.tensors[name]
            extents = (*like.shape[:axis], 1, *like.shape[axis:])
            data = None if like.data is None else like.data.reshape(extents)
            part = self.new_tensor(f"{name}/to pack", like, extents, data)
            if data is None:
                self.add("Reshape", [name], {"shape": extents}, output=part)
            parts.append(part)
        self.add("Concat", parts, {"axis": axis})

    def read_shape(self):
        # Known, as all shapes are.
        output = self.tensors[self.outputs[0]]
        output.data = np.array(self.tensors[self.inputs[0]].shape, output.dtype).reshape(output.shape)

    def read_reshape(self):
        self.add("Reshape", self.inputs[:1], {"shape": tflite_shapes.wished(self, self.tensors[self.outputs[0]].shape)})

    read_squeeze = read_expand_dims = read_reshape

    def read_transpose(self):
        axes = self.integers(1, "axes")
        if axes is None:
            return self.unknown("an order of axes that is no constant")
        self.add("Transpose", self.inputs[:1], {"axes": axes})

    def cut(self, first, last, steps, shape):
        """Slices along one axis after the other, from the input to the output."""
        if any(step < 1 for step in steps):
            return self.unknown(f"Strides {steps}")
        x, like = self.inputs[0], self.tensors[self.inputs[0]]
        extents = list(shape)
        cuts = [axis for axis in range(len(shape)) if (first[axis], last[axis], steps[axis]) != (0, shape[axis], 1)]
        target = self.tensors[self.outputs[0]]
        for axis in cuts:
            extents[axis] = -(-(last[axis] - first[axis]) // steps[axis])
            if extents[axis] <= 0:
                return self.unknown("a slice without elements")
            to = self.outputs[0]
            if axis != cuts[-1] or tuple(extents) != target.shape:
                to = self.new_tensor(f"{self.outputs[0]}/axis {axis}", like, extents)
            many = {"step": steps[axis]} if steps[axis] > 1 and extents[axis] > 1 else {}
            self.add("StridedSlice" if many else "Slice", [x], {"axis": axis, "first": first[axis], "count": extents[axis], **many},
                     output=to)
            x = to
        if x != self.outputs[0]:
            self.add("Reshape", [x], {"shape": target.shape})

    def read_strided_slice(self):
        options, shape = self.options("StridedSliceOptions"), self.tensors[self.inputs[0]].shape
        begin, end, steps = (self.integers(i, "") for i in (1, 2, 3))
        if options is None or begin is None or end is None or steps is None or \
                not len(begin) == len(end) == len(steps) <= len(shape):
            return self.unknown("bounds that are no constants")
        if options.EllipsisMask() or options.NewAxisMask() or options.Offset():
            return self.unknown("EllipsisMask, NewAxisMask or Offset")
        first, last = [0] * len(shape), list(shape)
        for axis, (start, stop) in enumerate(zip(begin, end)):
            extent = shape[axis]
            start, stop = (min(max(bound + extent if bound < 0 else bound, 0), extent) for bound in (start, stop))
            if not options.BeginMask() >> axis & 1:
                first[axis] = start
            if options.ShrinkAxisMask() >> axis & 1:
                last[axis] = first[axis] + 1
            elif not options.EndMask() >> axis & 1:
                last[axis] = stop
        self.cut(first, last, [*steps, *[1] * (len(shape) - len(steps))], shape)

    def read_slice(self):
        shape = self.tensors[self.inputs[0]].shape
        begin, size = self.integers(1, ""), self.integers(2, "")
        if begin is None or size is None or not len(begin) == len(size) == len(shape):
            return self.unknown("bounds that are no constants")
        last = [extent if count < 0 else start + count for start, count, extent in zip(begin, size, shape)]
        self.cut(begin, last, [1] * len(shape), shape)

    def read_split(self):
        axis = self.integers(0, "axis")
        x = self.inputs[1] if len(self.inputs) > 1 else ""
        self.split(axis, x)

    def read_split_v(self):
        self.split(self.integers(2, "axis"), self.inputs[0])

    def split(self, axis, x):
        if axis is None or len(axis) != 1 or not x:
            return self.unknown("an axis that is no constant")
        axis = axis[0] % max(len(self.tensors[x].shape), 1)
        first = 0
        for output in self.outputs:
            count = self.tensors[output].shape[axis]
            self.nodes.append(Node(layer_name(self.kind, output), "Slice", [x], [output], {"axis": axis, "first": first, "count": count},
                                   self.kind))
            first += count
