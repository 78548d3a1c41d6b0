"""Views that put in or take out axes of one element move towards the outputs past what works element by element, where they
meet others."""

from ..layers.activations import ELEMENTWISE


def is_bare(of, to):
    """Whether only axes of one element differ."""
    return [extent for extent in of if extent != 1] == [extent for extent in to if extent != 1]


def stands_over(graph, name, x, axes):
    """Whether a tensor meets x as a reduction over these axes does that keeps them."""
    shape, of = graph.shape(name), graph.shape(x)
    return (1,) * (len(of) - len(shape)) + tuple(shape) == tuple(1 if axis in axes else extent for axis, extent in enumerate(of))


def between_views(graph, node, producers):
    """Between a view and the one that undoes it, a function of each element needs neither."""
    if node.operator not in ELEMENTWISE or len(node.inputs) != 1:
        return False
    view, output = producers.get(node.inputs[0]), node.outputs[0]
    readers = graph.readers(output)
    if view is None or view.operator != "Reshape" or output in graph.outputs or not readers or node.inputs[0] in graph.outputs or \
            len(graph.readers(node.inputs[0])) != 1:
        return False
    shape = graph.shape(view.inputs[0])
    if any(each.operator != "Reshape" or graph.shape(each.outputs[0]) != shape for each in readers):
        return False
    node.inputs, graph.tensors[output].shape = [view.inputs[0]], shape
    graph.drop_unread()
    return True


def simplify(graph):
    producers = graph.producers()
    for node in graph.nodes:
        if between_views(graph, node, producers):
            return True
    if not graph.moves_borders:
        return False
    for node in graph.nodes:
        joins = node.operator == "Concat" and node["axis"] == len(graph.shape(node.outputs[0])) - 1
        merges = joins or node.operator in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
        if node.operator not in ELEMENTWISE and not merges or len(node.outputs) != 1:
            continue
        views = [producers.get(name) for name in node.inputs]
        shapes, lasts = set(), {1}
        for name, view in zip(node.inputs, views):
            data = graph.constant(name)
            if data is not None and (data.size == 1 or data.ndim == 1):
                lasts.add(data.size)
                continue
            if view is None or view.operator != "Reshape" or \
                    (graph.shape(view.inputs[0])[-1:] != graph.shape(name)[-1:] if joins else graph.shape(name) != graph.shape(node.outputs[0])) or \
                    not is_bare(graph.shape(view.inputs[0]), graph.shape(name)):
                shapes.add(None)
            else:
                shapes.add(graph.shape(view.inputs[0]))
        if len(shapes) != 1 or None in shapes:
            continue
        shape, output = shapes.pop(), node.outputs[0]
        # A number for each channel, which stay where they are.
        if lasts != {1} and shape[-1:] != graph.shape(output)[-1:]:
            continue
        if joins:
            node.attributes, shape = {**node.attributes, "axis": len(shape) - 1}, (*shape[:-1], graph.shape(output)[-1])
        inner = graph.add_tensor(f"{output}/view", graph.tensors[output], shape=shape)
        node.inputs = [name if graph.tensors[name].is_constant else view.inputs[0] for name, view in zip(node.inputs, views)]
        node.outputs = [inner]
        made = type(node)(node.name, "Reshape", [inner], [output], {"shape": graph.shape(output)}, node.source)
        graph.nodes.insert(graph.nodes.index(node) + 1, made)
        graph.drop_unread()
        return True
    return False
