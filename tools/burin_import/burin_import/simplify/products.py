"""Products of two activations, which are no part of an attention: `Dot`, rows of the one with columns of the other."""

from ..graph import Node


def simplify(graph):
    for node in graph.nodes:
        if node.operator != "MatMul" or any(graph.tensors[name].is_constant for name in node.inputs):
            continue
        shapes = [tuple(extent for extent in graph.shape(name)[:-2] if extent != 1) for name in node.inputs]
        if any(len(graph.shape(name)) < 2 for name in node.inputs) or shapes != [(), ()]:
            continue
        made, inputs = [], []

        def add(operator, name, extents, **attributes):
            last = graph.add_tensor(f"{name}/{operator.lower()}", graph.tensors[name], shape=extents)
            made.append(Node(node.name, operator, [name], [last], attributes, node.source))
            return last
        for name in node.inputs:
            shape = (1, *graph.shape(name)[-2:])
            inputs.append(name if graph.shape(name) == shape else add("Reshape", name, shape, shape=shape))
        rows, columns = graph.shape(inputs[0])[1], graph.shape(inputs[1])[2]
        inputs[1] = add("Transpose", inputs[1], (1, columns, graph.shape(inputs[1])[1]), axes=[0, 2, 1])
        output = graph.add_tensor(f"{node.outputs[0]}/dot", graph.tensors[node.outputs[0]], shape=(1, rows, columns))
        made.append(Node(node.name, "Written", inputs, [output], {"type": "Dot", "parameters": []}, node.source))
        made.append(Node(node.name, "Reshape", [output], node.outputs, {"shape": graph.shape(node.outputs[0])}, node.source))
        at = graph.nodes.index(node)
        graph.nodes[at:at + 1] = made
        return True
    return False
