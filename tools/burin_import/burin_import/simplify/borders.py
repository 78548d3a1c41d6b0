"""Inputs and outputs with channels first become ones with channels last, as Burin's are."""

from ..graph import Node


def one_channel(graph, index, name, readers):
    """Of one channel the two are views of each other."""
    shape = graph.shape(name)
    last = (1, *shape[2:], 1)
    if len(shape) not in (4, 5) or shape[:2] != (1, 1) or last == shape or name in graph.outputs or graph.tensors[name].file_axes or not readers or \
            any(each.operator != "Reshape" or graph.shape(each.outputs[0]) != last for each in readers):
        return False
    rank, of = len(shape), graph.tensors[name]
    new = graph.add_tensor(f"{name}/channels last", of, shape=last, called=of.called or name, file_axes=(0, rank - 1, *range(1, rank - 1)))
    graph.inputs[index] = new
    graph.nodes = [node for node in graph.nodes if not any(node is each for each in readers)]
    for each in readers:
        graph.replace_reads(each.outputs[0], new)
    return True


def simplify(graph):
    if not graph.moves_borders:
        return False
    for index, name in enumerate(graph.inputs):
        readers = graph.readers(name)
        if one_channel(graph, index, name, readers):
            return True
        moving = [node for node in readers if node.operator == "Transpose" and node["axes"][0] == 0]
        if not moving or 2 * len(moving) < len(readers) or name in graph.outputs or graph.tensors[name].file_axes:
            continue
        axes, of = list(moving[0]["axes"]), graph.tensors[name]
        if axes != [0, *range(2, len(axes)), 1] or sorted(axes) == axes:
            continue
        back = [axes.index(axis) for axis in range(len(axes))]
        new = graph.add_tensor(f"{name}/channels last", of, shape=tuple(of.shape[axis] for axis in axes), called=of.called or name,
                               file_axes=tuple(back))
        graph.inputs[index] = new
        graph.nodes.insert(0, Node(name, "Transpose", [new], [name], {"axes": back}))
        return True
    producers = graph.producers()
    for index, name in enumerate(graph.outputs):
        node = producers.get(name)
        if node is None or node.operator != "Transpose" or graph.tensors[name].file_axes:
            continue
        axes, x = list(node["axes"]), node.inputs[0]
        if axes != [0, len(axes) - 1, *range(1, len(axes) - 1)] or x in graph.outputs or x in graph.inputs:
            continue
        graph.tensors[x].file_axes, graph.tensors[x].called = tuple(axes), graph.tensors[name].called or name
        graph.outputs[index] = x
        graph.drop_unread()
        return True
    return False
