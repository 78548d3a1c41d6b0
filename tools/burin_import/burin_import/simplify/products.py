"""Products of two activations, which are no part of an attention: what transposes their matrices is an option."""

TURNED = {0: "first", 1: "second"}


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if node.operator != "MatMul" or any(graph.tensors[name].is_constant for name in node.inputs):
            continue
        for index, name in enumerate(node.inputs):
            before, rank = producers.get(name), len(graph.shape(name))
            if before is not None and before.operator == "Transpose" and list(before["axes"]) == [*range(rank - 2), rank - 1, rank - 2]:
                node.inputs[index] = before.inputs[0]
                node.attributes = {**node.attributes, TURNED[index]: not node.get(TURNED[index], False)}
                graph.drop_unread()
                return True
    return False
