"""What ONNX writes as floats between DequantizeLinear and QuantizeLinear is of 8 bits. Both move past what only moves elements,
until they are around what computes."""

import numpy as np

from ..graph import Node, Quantization

MOVES = ("Reshape", "Transpose", "Slice")
WEIGHTED = ("Conv", "DepthwiseConv", "Dense")
COMPUTES = (*WEIGHTED, "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool", "Add", "Subtract", "Multiply", "Concat", "Softmax")
CLAMPS = ("Relu", "Relu6")


def simplify(graph):
    if not any(node.operator == "Dequantize" for node in graph.nodes):
        return False
    producers = graph.producers()
    readers = {}
    for node in graph.nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)

    def only(name, *operators):
        """The one node that reads a tensor, if it is such a one."""
        found = readers.get(name, [])
        return found[0] if len(found) == 1 and name not in graph.outputs and found[0].operator in operators else None
    for node in graph.nodes:
        before = producers.get(node.inputs[0]) if node.inputs else None
        # The same numbers again.
        if node.operator == "Quantize" and before is not None and before.operator == "Dequantize" and \
                same(graph, before.inputs[0], node.outputs[0]) and node.outputs[0] not in graph.outputs:
            graph.replace_reads(node.outputs[0], before.inputs[0])
            graph.nodes.remove(node)
            graph.drop_unread()
            return True
        if node.operator in MOVES and before is not None and before.operator == "Dequantize" and is_int8(graph, before.inputs[0]):
            return past(graph, node, before.inputs[0], "Dequantize")
        if node.operator == "Quantize" and before is not None and before.operator in MOVES and only(before.outputs[0], "Quantize") \
                and producers.get(before.inputs[0]) is not None and is_int8(graph, node.outputs[0]):
            return ahead(graph, node, before)
        if node.operator in COMPUTES and integers(graph, node, producers, only):
            return True
    return False


def is_int8(graph, name):
    tensor = graph.tensors[name]
    return tensor.dtype == "int8" and tensor.quantization is not None and tensor.quantization.scales.size == 1


def same(graph, first, second):
    of, to = (graph.tensors[name] for name in (first, second))
    return of.dtype == to.dtype and of.quantization is not None and of.quantization.same(to.quantization)


def past(graph, node, stored, operator):
    """Dequantize behind what it was before."""
    output = node.outputs[0]
    moved = graph.add_tensor(f"{output}/8 bits", graph.tensors[stored], shape=graph.shape(output))
    at = graph.nodes.index(node)
    made = Node(node.name, node.operator, [stored], [moved], dict(node.attributes), node.source)
    graph.nodes[at:at + 1] = [made, Node(node.name, operator, [moved], [output], {}, "DequantizeLinear")]
    graph.drop_unread()
    return True


def ahead(graph, node, before):
    """Quantize before what it was behind."""
    output, x = node.outputs[0], before.inputs[0]
    stored = graph.add_tensor(f"{x}/8 bits", graph.tensors[output], shape=graph.shape(x))
    at = graph.nodes.index(node)
    graph.nodes[at:at + 1] = [Node(node.name, "Quantize", [x], [stored], {}, node.source),
                              Node(before.name, before.operator, [stored], [output], dict(before.attributes), before.source)]
    graph.drop_unread()
    return True


def integers(graph, node, producers, only):
    """A node whose inputs are dequantized and whose output is quantized, on the integers themselves."""
    count = 1 if node.operator in WEIGHTED else len(node.inputs)
    inputs = []
    for name in node.inputs[:count]:
        before = producers.get(name)
        stored = graph.tensors[name].stored
        if before is not None and before.operator == "Dequantize" and is_int8(graph, before.inputs[0]):
            inputs.append(before.inputs[0])
        elif graph.tensors[name].is_constant and stored and is_int8(graph, stored) and node.operator != "Concat":
            inputs.append(stored)
        else:
            return False
    clamp = only(node.outputs[0], *CLAMPS)
    last = clamp or node
    quantize = only(last.outputs[0], "Quantize")
    if quantize is None or not is_int8(graph, quantize.outputs[0]):
        return False
    to = quantize.outputs[0]
    if node.operator in WEIGHTED:
        weight = graph.tensors[node.inputs[1]].stored
        if not weight or graph.tensors[weight].dtype != "int8":
            return False
        inputs.append(weight)
        if node.has_input(2):
            inputs.append(bias(graph, node.inputs[2], inputs[0], weight))
    output = to
    if clamp is not None:
        output = graph.add_tensor(f"{to}/before {clamp.operator}", graph.tensors[to], shape=graph.shape(node.outputs[0]))
        clamp.inputs, clamp.outputs = [output], [to]
    node.inputs, node.outputs = inputs, [output]
    graph.nodes.remove(quantize)
    graph.drop_unread()
    return True


def bias(graph, name, x, weight):
    """Of the scale of the products, as a file has it or as it has to be."""
    tensor = graph.tensors[name]
    scales = graph.tensors[x].quantization.scale * graph.tensors[weight].quantization.scales
    if tensor.stored and graph.tensors[tensor.stored].dtype == "int32" and \
            np.allclose(graph.tensors[tensor.stored].quantization.scales, scales, rtol=1e-5):
        return tensor.stored
    data = np.rint(tensor.data.reshape(-1).astype(np.float64) / scales)
    data = np.clip(data, -2**31, 2**31 - 1).astype(np.int32)
    return graph.add_tensor(f"{name}/32 bits", shape=data.shape, dtype="int32", data=data,
                            quantization=Quantization(scales, np.zeros(1, np.int64)))
