"""A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is one whose kernel is spread: TensorFlow writes dilation so."""

from ..graph import Node


def simplify(graph):
    producers = graph.producers()
    for last in graph.nodes:
        if last.operator != "BATCH_TO_SPACE_ND" or "block" not in last.attributes:
            continue
        between = []  # Views and, once, the convolution.
        node = producers.get(last.inputs[0])
        while node is not None and node.operator == "Reshape":
            between.append(node)
            node = producers.get(node.inputs[0])
        conv = node
        if conv is None or conv.operator not in ("Conv", "DepthwiseConv"):
            continue
        node = producers.get(conv.inputs[0])
        while node is not None and node.operator == "Reshape":
            between.append(node)
            node = producers.get(node.inputs[0])
        if node is None or node.operator != "SPACE_TO_BATCH_ND" or node.get("block") != last["block"]:
            continue
        path = [node, *between, conv]
        if any(len(graph.readers(each.outputs[0])) != 1 or each.outputs[0] in graph.outputs for each in path):
            continue
        x, y = graph.shape(node.inputs[0]), graph.shape(last.outputs[0])
        kernel = graph.shape(conv.inputs[1])[:-2]
        # The convolution of a sequence is one of an image of a single row.
        block = [1] * (len(kernel) - len(last["block"])) + list(last["block"])
        before = [0] * (len(kernel) - len(last["block"])) + [pad[0] - cut[0] for pad, cut in zip(node["borders"], last["borders"])]
        single = len(x) == len(kernel) + 1
        extents, results = ((1, x[1]), (1, y[1])) if single else (x[1:-1], y[1:-1])
        if conv["padding"] == "same" or set(conv["strides"]) != {1} or set(conv["dilations"]) != {1} or len(extents) != len(kernel):
            continue
        padding = []
        for extent, result, size, step, first in zip(extents, results, kernel, block, before):
            padding.append((first, result - 1 + (size - 1) * step + 1 - extent - first))
        if min(min(pad) for pad in padding) < 0:
            continue
        conv.attributes = {**conv.attributes, "padding": padding, "dilations": block}
        image = lambda name, extents, like: graph.add_tensor(name, graph.tensors[like], shape=(1, *extents, graph.shape(like)[-1]))
        gone = {id(each) for each in [*path, last]}
        kept = [other for other in graph.nodes if id(other) not in gone]
        ahead = [other for other in graph.nodes[:graph.nodes.index(last)] if id(other) not in gone]
        made = []
        if single:
            wide, out = image(f"{node.inputs[0]}/image", extents, node.inputs[0]), image(f"{last.outputs[0]}/image", results, last.outputs[0])
            made.append(Node(conv.name, "Reshape", [node.inputs[0]], [wide], {"shape": graph.shape(wide)}))
            conv.inputs[0], conv.outputs = wide, [out]
            made += [conv, Node(conv.name, "Reshape", [out], [last.outputs[0]], {"shape": y})]
        else:
            conv.inputs[0], conv.outputs = node.inputs[0], [last.outputs[0]]
            made.append(conv)
        graph.nodes = ahead + made + kept[len(ahead):]
        return True
    return False
