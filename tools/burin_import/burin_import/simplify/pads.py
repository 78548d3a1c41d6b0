"""Zeros around what a convolution reads are its padding, where it has such padding: as much before as behind, or all before the
steps of a sequence."""

from ..layers.convolution import same_padding


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator not in ("Conv", "DepthwiseConv") or not isinstance(node.get("padding"), list):
            continue
        name, between = node.inputs[0], None
        pad = producers.get(name)
        if pad is not None and pad.operator == "Transpose" and len(graph.readers(name)) == 1 and name not in graph.outputs:
            between, name = pad, pad.inputs[0]
            pad = producers.get(name)
        if pad is None or pad.operator != "Pad" or pad.get("mode", "constant") != "constant" or pad.get("value", 0.0) != 0 or \
                name in graph.outputs or len(graph.readers(name)) != 1:
            continue
        kernel, pads, x = graph.shape(node.inputs[1])[:-2], [tuple(each) for each in pad["pads"]], pad.inputs[0]
        axes = between["axes"] if between is not None else range(len(pads))
        pads, extents = [pads[axis] for axis in axes], tuple(graph.shape(x)[axis] for axis in axes)
        of, to = graph.tensors[x], graph.tensors[name]
        if len(pads) != len(kernel) + 2 or pads[0] != (0, 0) or pads[-1] != (0, 0) or min(map(min, pads)) < 0 or of.dtype != to.dtype or \
                of.dtype != "float32" and not (of.quantization and of.quantization.same(to.quantization)):
            continue
        padding = [(first + before, last + behind) for (first, last), (before, behind) in zip(pads[1:-1], node["padding"])]
        strides, dilations = node.get("strides", [1] * len(kernel)), node.get("dilations", [1] * len(kernel))
        causal = len(kernel) == 1 and padding == [((kernel[0] - 1) * dilations[0], 0)]
        same = [same_padding(*each) for each in zip(extents[1:-1], kernel, strides, dilations)]
        if not causal and padding != same and any(first != last for first, last in padding):
            continue
        if between is not None:
            between.inputs, x = [x], between.outputs[0]
            graph.tensors[x].shape = extents
        node.inputs[0], node.attributes = x, {**node.attributes, "padding": "causal" if causal and padding[0][0] else padding}
        graph.drop_unread()
        return True
    return False
