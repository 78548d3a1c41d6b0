"""A transpose moves towards the outputs past sums, products, choices, Concat, Pad, Slice and reductions: there it may meet the
one that undoes it."""

from ..graph import Node

MERGES = ("Add", "Subtract", "Multiply", "Divide", "Average", "Maximum", "Minimum", "Concat", "Where", "Greater", "GreaterOrEqual", "Less",
          "LessOrEqual", "Equal", "NotEqual")
ALONG = ("Pad", "Slice", "StridedSlice", "Gather", "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin")


def constant_moved(graph, name, back, rank):
    """A constant of the moved axes as one of those before, or None."""
    data = graph.constant(name)
    if data.size == 1:
        return name
    if data.ndim > rank:
        return None
    moved = data.reshape((1,) * (rank - data.ndim) + data.shape).transpose(back)
    return graph.add_tensor(f"{name}/moved", graph.tensors[name], shape=moved.shape, data=moved)


def by_views(graph, node, producers):
    """What a transpose behind it makes of its inputs are views of others, which it takes then."""
    if node.operator not in MERGES or node.operator in ("Concat", "Where") or node.outputs[0] in graph.outputs:
        return False
    output = node.outputs[0]
    behind = next((each for each in graph.readers(output) if each.operator == "Transpose"), None)
    if behind is None:
        return False
    back, rank, inputs = list(behind["axes"]), len(behind["axes"]), []
    moved = lambda shape: tuple(shape[axis] for axis in back)  # noqa: E731
    for name in node.inputs:
        if graph.tensors[name].is_constant:
            inputs.append(constant_moved(graph, name, back, rank))
            continue
        before, shape = producers.get(name), graph.shape(name)
        wide = [axis for axis in back if len(shape) == rank and shape[axis] != 1]
        fits = before is not None and before.operator == "Reshape" and len(shape) == rank and wide == sorted(wide) and \
            graph.shape(before.inputs[0]) == moved(shape)
        inputs.append(before.inputs[0] if fits else None)
    if None in inputs or all(graph.tensors[name].is_constant for name in inputs):
        return False
    inner = graph.add_tensor(f"{output}/moved", graph.tensors[output], shape=moved(graph.shape(output)))
    node.inputs, node.outputs = inputs, [inner]
    graph.nodes.insert(graph.nodes.index(node) + 1, Node(node.name, "Transpose", [inner], [output], {"axes": [back.index(axis) for axis in range(rank)]},
                                                         node.source))
    graph.drop_unread()
    return True


def simplify(graph):
    if not graph.moves_borders:
        return False
    producers = graph.producers()
    for node in graph.nodes:
        if len(node.outputs) == 1 and by_views(graph, node, producers):
            return True
        if node.operator not in MERGES and node.operator not in ALONG or len(node.outputs) != 1:
            continue
        befores = [producers.get(name) for name in node.inputs if not graph.tensors[name].is_constant]
        moving = [each for each in befores if each is not None and each.operator == "Transpose"]
        # At least as many go as come; one that came so does not go again the same way.
        if not moving or 2 * len(moving) < len(befores) or \
                2 * len(moving) == len(befores) and any(each.get("came", False) for each in moving):
            continue
        axes, output = list(moving[0]["axes"]), node.outputs[0]
        rank = len(axes)
        if axes[0] != 0 or len(graph.shape(output)) != rank:
            continue
        back = [axes.index(axis) for axis in range(rank)]
        inputs, made, fits = [], [], True
        for name in node.inputs:
            before = producers.get(name)
            if graph.tensors[name].is_constant:
                moved = constant_moved(graph, name, back, rank) if node.operator != "Concat" else None
                fits = fits and moved is not None
                inputs.append(moved)
            elif before is not None and before.operator == "Transpose" and list(before["axes"]) == axes:
                inputs.append(before.inputs[0])
            elif len(graph.shape(name)) == rank:
                shape = tuple(graph.shape(name)[axis] for axis in back)
                inputs.append(graph.add_tensor(f"{name}/moved", graph.tensors[name], shape=shape))
                made.append(Node(node.name, "Transpose", [name], [inputs[-1]], {"axes": back, "came": True}, node.source))
            else:
                fits = False
        if not fits:
            continue
        if node.operator in ("Concat", "Slice", "Gather", "StridedSlice"):
            node.attributes = {**node.attributes, "axis": axes[node["axis"]]}
        elif node.operator.startswith("Reduce"):
            node.attributes = {**node.attributes, "axes": sorted(axes[axis] for axis in node["axes"])}
        elif node.operator == "Pad":
            node.attributes = {**node.attributes, "pads": [node["pads"][axis] for axis in back]}
        of = graph.tensors[output]
        inner = graph.add_tensor(f"{output}/moved", of, shape=tuple(of.shape[axis] for axis in back))
        node.inputs, node.outputs = inputs, [inner]
        at = graph.nodes.index(node)
        graph.nodes[at:at + 1] = [*made, node, Node(node.name, "Transpose", [inner], [output], {"axes": axes}, node.source)]
        graph.drop_unread()
        return True
    return False
