"""A transpose, a view as one row, and a Dense layer: the rows of its weights in another order do the same."""

import numpy as np


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator != "Dense":
            continue
        view = producers.get(node.inputs[0])
        before = producers.get(view.inputs[0]) if view is not None and view.operator == "Reshape" else None
        weight = graph.tensors[node.inputs[1]]
        if before is None or before.operator != "Transpose" or not weight.is_constant:
            continue
        shape, flat = graph.shape(before.inputs[0]), graph.shape(view.outputs[0])
        count = int(np.prod(shape, dtype=object))
        if count != flat[-1] or weight.shape[0] != count:
            continue
        # Which row stands now where each element is.
        places = np.arange(count).reshape(shape).transpose(before["axes"]).reshape(-1)
        data = np.empty_like(weight.data)
        data[places] = weight.data
        name = graph.add_tensor(f"{weight.name}/rows", weight, data=data)
        x = graph.add_tensor(f"{before.inputs[0]}/flat", graph.tensors[view.outputs[0]])
        made = type(view)(view.name, "Reshape", [before.inputs[0]], [x], {"shape": flat}, view.source)
        graph.nodes.insert(graph.nodes.index(node), made)
        node.inputs = [x, name, *node.inputs[2:]]
        graph.drop_unread()
        return True
    return False
