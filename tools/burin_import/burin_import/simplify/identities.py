"""Nodes that change nothing: identities, reshapes and transposes into the same, slices of all, sums with 0 and products with 1. One
reshape of two."""


def changes_nothing(graph, node):
    if node.operator == "Identity":
        return True
    if node.operator == "Transpose":
        # Only axes of extent 1 move past each other: a view.
        return list(node["axes"]) == sorted(node["axes"])
    if node.operator == "Reshape":
        return graph.shape(node.inputs[0]) == graph.shape(node.outputs[0])
    if node.operator == "Slice":
        return node["first"] == 0 and node["count"] == graph.shape(node.inputs[0])[node["axis"]]
    if node.operator == "Pad":
        return all(pad == (0, 0) for pad in node["pads"])
    if node.operator in ("Add", "Subtract", "Multiply", "Divide") and len(node.inputs) == 2:
        data, neutral = graph.constant(node.inputs[1]), node.operator in ("Multiply", "Divide")
        return data is not None and data.size == 1 and graph.tensors[node.outputs[0]].dtype == "float32" and \
            float(data.reshape(-1)[0]) == neutral and graph.shape(node.inputs[0]) == graph.shape(node.outputs[0])
    return node.operator == "Concat" and len(node.inputs) == 1


def simplify(graph):
    found = [node for node in graph.nodes if changes_nothing(graph, node)
             and not (node.inputs[0] in graph.inputs and node.outputs[0] in graph.outputs)]
    for node in found:
        graph.remove(node)
    changed = bool(found)
    producers = graph.producers()
    for node in graph.nodes:
        before = producers.get(node.inputs[0]) if node.inputs else None
        if node.operator == "Reshape" and before is not None and before.operator == "Reshape":
            node.inputs[0] = before.inputs[0]
            changed = True
        # A transpose past axes of extent 1 only is a reshape.
        if node.operator == "Transpose":
            shape = graph.shape(node.inputs[0])
            moved = [axis for axis in node["axes"] if shape[axis] != 1]
            if moved == sorted(moved):
                node.operator, node.attributes = "Reshape", {"shape": graph.shape(node.outputs[0])}
                changed = True
    if changed:
        graph.drop_unread()
    return changed
