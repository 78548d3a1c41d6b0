"""The convolution of an image of one row, which a sequence was made for it, is the convolution of the sequence."""

from ..graph import Node


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator not in ("Conv", "MaxPool", "AveragePool"):
            continue
        before = producers.get(node.inputs[0])
        shape, result = graph.shape(node.inputs[0]), graph.shape(node.outputs[0])
        if before is None or before.operator != "Reshape" or len(shape) != 4 or node.outputs[0] in graph.outputs:
            continue
        x = graph.shape(before.inputs[0])
        size = graph.shape(node.inputs[1])[:2] if node.operator == "Conv" else node["size"]
        # Which of the two axes the sequence is not along.
        for axis, other in ((0, 1), (1, 0)):
            if shape[1 + axis] == size[axis] == result[1 + axis] == 1 and x == (1, shape[1 + other], shape[3]):
                break
        else:
            continue
        weight = graph.tensors[node.inputs[1]] if node.operator == "Conv" else None
        if weight is not None and not weight.is_constant:
            continue
        for name in ("strides", "dilations", "size"):
            if name in node.attributes:
                node.attributes[name] = [node[name][other]]
        if isinstance(node.get("padding"), list):
            node.attributes["padding"] = [node["padding"][other]]
        if weight is not None:
            extents = weight.shape[:axis] + weight.shape[axis + 1:]
            node.inputs[1] = graph.add_tensor(f"{weight.name}/of a sequence", weight, shape=extents, data=weight.data.reshape(extents))
        node.inputs[0] = before.inputs[0]
        image, y = node.outputs[0], (1, result[1 + other], result[3])
        # What is behind reads the image still, as a view of the sequence.
        sequence = graph.add_tensor(f"{image}/sequence", graph.tensors[image], shape=y)
        node.outputs = [sequence]
        graph.nodes.insert(graph.nodes.index(node) + 1, Node(node.name, "Reshape", [sequence], [image], {"shape": result}))
        graph.drop_unread()
        return True
    return False
