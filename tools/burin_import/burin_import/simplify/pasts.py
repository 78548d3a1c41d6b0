"""A network with `Past` layers runs piece by piece: every tensor of it keeps the axis of time. Slices of what is behind a
past move before it, so that it keeps no more than what is read; Dense layers are convolutions over time."""

from ..graph import Node
from ..layers.activations import ELEMENTWISE

KEEP_SHAPE = {*ELEMENTWISE, "Softmax", "LogSoftmax", "Quantize", "Dequantize", "BatchNorm"}


def slices(graph, producers):
    """Of channels: each slice has a past of its own. Of time: the past is shorter."""
    for past in graph.nodes:
        readers = graph.readers(past.outputs[0]) if past.operator == "Past" else []
        if not readers or past.outputs[0] in graph.outputs or any(each.operator != "Slice" for each in readers):
            continue
        x, rows = past.inputs[0], graph.shape(past.outputs[0])[1]
        if all(each["axis"] > 1 for each in readers):
            at = graph.nodes.index(past)
            made = []
            for each in readers:
                shape = list(graph.shape(x))
                shape[each["axis"]] = each["count"]
                part = graph.add_tensor(f"{x}/part", graph.tensors[x], shape=tuple(shape))
                made += [Node(each.name, "Slice", [x], [part], each.attributes, each.source),
                         Node(past.name, "Past", [part], each.outputs, {"steps": past["steps"]}, past.source)]
            graph.nodes[at:at + 1] = made
            graph.nodes = [node for node in graph.nodes if not any(node is each for each in readers)]
            return True
        if len(readers) == 1 and readers[0]["axis"] == 1 and readers[0]["first"] <= past["steps"] and \
                readers[0]["first"] + readers[0]["count"] == rows:
            past.attributes["steps"] -= readers[0]["first"]
            past.outputs = readers[0].outputs
            if past["steps"] == 0:
                past.operator, past.attributes = "Identity", {}
            graph.nodes.remove(readers[0])
            return True
    return False


def inputs(graph, producers):
    """An input that is only read under another shape of as many steps has that shape."""
    for name in graph.inputs:
        readers = graph.readers(name)
        if readers and name not in graph.outputs and all(
                each.operator == "Reshape" and graph.shape(each.outputs[0]) == graph.shape(readers[0].outputs[0]) and
                len(graph.shape(name)) > 1 and graph.shape(each.outputs[0])[:2] == graph.shape(name)[:2] for each in readers):
            graph.tensors[name].shape = graph.shape(readers[0].outputs[0])
            for each in readers:
                graph.remove(each)
            return True
    return False


def behind(graph, name):
    """All tensors that what follows makes of one, if it keeps shapes; else None."""
    found = [name]
    for each in found:
        for reader in graph.readers(each):
            if reader.operator not in KEEP_SHAPE:
                return None
            found += [output for output in reader.outputs if output not in found]
    return found


def dense(graph, producers):
    """A Dense layer of all steps that a past gives, or of each step."""
    for node in graph.nodes:
        if node.operator != "Dense" or not graph.tensors[node.inputs[1]].is_constant:
            continue
        before = producers.get(node.inputs[0])
        x = before.inputs[0] if before is not None and before.operator == "Reshape" else node.inputs[0]
        shape, weight, results = graph.shape(x), graph.tensors[node.inputs[1]], behind(graph, node.outputs[0])
        if len(shape) != 4 or shape[0] != 1 or shape[2] != 1 or results is None or len(weight.shape) != 2:
            continue
        rows, features, units = shape[1], *weight.shape
        maker = producers.get(x)
        new = rows - (maker["steps"] if maker is not None and maker.operator == "Past" else 0)
        kernel = features // shape[3] if shape[3] else 0
        if kernel * shape[3] != features or kernel not in (1, rows) or (kernel == 1 and new != rows):
            continue
        quantization = weight.quantization
        if quantization is not None and quantization.scales.size > 1:
            quantization = type(quantization)(quantization.scales, quantization.zero_points, 3)
        window = (kernel, 1, shape[3], units)
        name = graph.add_tensor(f"{weight.name}/over time", weight, shape=window, data=weight.data.reshape(window),
                                quantization=quantization)
        stride = new if kernel > 1 else 1
        node.operator, node.inputs = "Conv", [x, name, *node.inputs[2:]]
        node.attributes = {"strides": [stride, 1], "dilations": [1, 1], "groups": 1, "padding": [(0, 0), (0, 0)],
                           "has_float_unit": True}
        for each in results:
            graph.tensors[each].shape = (1, rows if kernel == 1 else 1, 1, units)
        graph.drop_unread()
        return True
    return False


def simplify(graph):
    if not graph.streams:
        return False
    producers = graph.producers()
    return any(each(graph, producers) for each in (inputs, slices, dense))
