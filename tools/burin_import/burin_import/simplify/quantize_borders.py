"""Quantize behind the inputs and Dequantize before the outputs of a network of 8 bits: its border is 8 bits then, with
scale and zero point for who has numbers. Quantize before Concat, which rescales what it reads."""


def simplify(graph):
    changed = False
    readers = {}
    for node in graph.nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)
    for node in list(graph.nodes):
        if node.operator not in ("Quantize", "Dequantize"):
            continue
        source, target = node.inputs[0], node.outputs[0]
        if node.operator == "Quantize" and source in graph.inputs and len(readers[source]) == 1 and \
                graph.tensors[source].dtype in ("float32", "uint8") and graph.tensors[target].dtype == "int8":
            graph.inputs[graph.inputs.index(source)] = target
            graph.tensors[target].called = graph.tensors[source].called or source
        elif target in graph.outputs and target not in readers and source not in graph.outputs and \
                graph.tensors[source].dtype == "int8" and graph.tensors[target].dtype in ("float32", "uint8"):
            graph.outputs[graph.outputs.index(target)] = source
            graph.tensors[source].called = graph.tensors[target].called or target
        elif node.operator == "Quantize" and graph.tensors[source].dtype == graph.tensors[target].dtype == "int8" and \
                all(reader.operator == "Concat" for reader in readers.get(target, [])) and target not in graph.outputs:
            graph.replace_reads(target, source)
        else:
            continue
        graph.nodes = [other for other in graph.nodes if other is not node]
        changed = True
    return changed
