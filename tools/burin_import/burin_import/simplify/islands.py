"""Dequantize, a function of each element, Quantize: of 8 bits that is a table, as Burin has it of the function."""

from ..layers.activations import TYPES as ELEMENTWISE


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator not in ELEMENTWISE:
            continue
        before, readers = producers.get(node.inputs[0]), graph.readers(node.outputs[0])
        if before is None or before.operator != "Dequantize" or not readers or node.outputs[0] in graph.outputs or \
                any(reader.operator != "Quantize" for reader in readers) or len(readers) != 1 or \
                graph.tensors[before.inputs[0]].dtype != "int8" or graph.tensors[readers[0].outputs[0]].dtype != "int8":
            continue
        node.inputs, node.outputs = [before.inputs[0]], [readers[0].outputs[0]]
        graph.nodes = [other for other in graph.nodes if other is not readers[0]]
        graph.drop_unread()
        return True
    return False
