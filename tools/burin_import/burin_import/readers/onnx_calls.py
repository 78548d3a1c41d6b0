"""What rules for nodes of ONNX see of a file, and how they add to the graph."""

from ..graph import Node, Tensor


def read_by(node, depth=0):
    """What a node reads, also what its branches read of what is around them."""
    names = [name for name in node.input if name]
    for each in node.attribute:
        if each.HasField("g") and depth < 8:
            inner = [name for inside in each.g.node for name in read_by(inside, depth + 1)] + [value.name for value in each.g.output]
            made = {name for inside in each.g.node for name in inside.output} | {tensor.name for tensor in each.g.initializer} | \
                {value.name for value in each.g.input}
            names += [name for name in inner if name not in made]
    return names


class Call:
    """A node of the file."""

    def __init__(self, name, kind, inputs, outputs, attributes, version):
        self.name, self.kind, self.inputs, self.outputs, self.version = name, kind, inputs, outputs, version
        self.attributes = attributes

    def get(self, attribute, default=None):
        value = self.attributes.get(attribute, default)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def has(self, index):
        return index < len(self.inputs) and self.inputs[index] != ""


class Building:
    """Of a Reader."""

    def fresh(self, wish, shape, like=None):
        """A new tensor's name."""
        name = wish
        while name in self.tensors or name in self.uses:
            name += "'"
        of = self.tensors[like] if like else None
        self.tensors[name] = Tensor(name, tuple(shape), of.dtype if of else "float32", None, of.quantization if of else None)
        return name

    def data(self, call, index):
        """A constant input's elements, or None."""
        return self.tensors[call.inputs[index]].data if call.has(index) else None

    def integers(self, call, index, attribute=None):
        """Whole numbers of an input or, in older files, an attribute."""
        if attribute is not None and attribute in call.attributes:
            value = call.attributes[attribute]
            return [int(each) for each in (value if isinstance(value, (list, tuple)) else [value])]
        data = self.data(call, index)
        return None if data is None else [int(value) for value in data.reshape(-1)]

    def shape(self, name):
        return self.tensors[name].shape

    def add(self, call, operator, inputs, attributes=None, output=None, shape=None):
        """A node that makes the call's output, or another of this shape."""
        if shape is not None:
            made = next(name for name in call.outputs if name)
            output = self.fresh(f"{made}/{operator.lower()}", shape)
            self.tensors[output].dtype = self.tensors[made].dtype
        output = output or call.outputs[0]
        self.nodes.append(Node(call.name, operator, list(inputs), [output], attributes or {}, call.kind))
        return output

    def moved(self, call, name, axes, output=None):
        """A tensor with its axes in another order."""
        axes = list(axes)
        tensor = self.tensors[name]
        if output is None and axes == sorted(axes):
            return name
        if tensor.is_constant:
            return self.constant(self.fresh(f"{name}/moved", ()), tensor.data.transpose(axes))
        shape = tuple(tensor.shape[axis] for axis in axes)
        output = output or self.fresh(f"{name}/moved", shape, name)
        self.nodes.append(Node(call.name, "Transpose", [name], [output], {"axes": axes}, call.kind))
        return output

    def reshaped(self, call, name, shape, output=None):
        shape = tuple(map(int, shape))
        if output is None and self.shape(name) == shape:
            return name
        output = output or self.fresh(f"{name}/as {'x'.join(map(str, shape))}", shape, name)
        self.nodes.append(Node(call.name, "Reshape", [name], [output], {"shape": shape}, call.kind))
        return output

    def made(self, wish, data):
        """A constant of the rule's own."""
        return self.constant(self.fresh(wish, ()), data)

    def remade(self, name, change):
        """A constant with its elements in another order, and so the integers that it was made of."""
        made = self.made(f"{name}/as Burin has it", change(self.tensors[name].data))
        stored = self.tensors[name].stored
        if stored:
            of = self.tensors[stored]
            self.tensors[made].stored = self.made(f"{stored}/as Burin has it", change(of.data))
            self.tensors[self.tensors[made].stored].quantization = of.quantization
        return made

    def last(self, name):
        """The order of axes that brings channels last, and the one that brings them back."""
        rank = len(self.shape(name))
        return [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
