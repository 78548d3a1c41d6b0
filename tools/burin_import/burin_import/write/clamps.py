"""Which ReLUs an 8-bit network computes as the least output of the layer before them (quantization/clamps.hpp)."""

from ..problems import Refused


def find(graph, layers):
    """{id(relu): head} and {id(head): relu}."""
    producers = {layer.output: layer for layer, _ in layers}
    readers = {}
    for layer, _ in layers:
        for name in layer.inputs:
            readers[name] = readers.get(name, 0) + 1
    for name in graph.outputs:
        readers[name] = readers.get(name, 0) + 1
    heads, relus = {}, {}
    for layer, _ in layers:
        if layer.type != "ReLU":
            continue
        name = layer.inputs[0]
        while name in producers and producers[name].is_view and readers[name] == 1:
            name = producers[name].inputs[0]
        head = producers.get(name)
        if head is None or not head.clamps or readers[name] != 1 or id(head) in relus:
            continue
        before, behind = graph.tensors[head.output].quantization, graph.tensors[layer.output].quantization
        if not before.same(behind):
            raise Refused(f"{layer.name}: ReLU: 8 bits: an output of another scale than that of the layer before it")
        heads[id(layer)], relus[id(head)] = head, layer
    return heads, relus
