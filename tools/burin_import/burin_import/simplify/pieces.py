"""Long graphs piece by piece. Passes walk over a graph for each change that they make, so that n changes of n nodes are n² steps.
What they change is near: a piece of a few nodes that moves over the graph, half of it at a time, takes n steps, and little is
left for the whole."""

from collections import Counter

from ..graph import Graph

#: Nodes of a piece.
SIZE = 48
#: Graphs of so many nodes are simplified whole at once.
SHORT = 1000


def simplify(graph, passes):
    """All that the passes find within a piece; what they rename is renamed for the nodes behind."""
    names = {}

    def renamed(name):
        while name in names:
            name = names[name]
        return name

    ahead = Counter(name for node in graph.nodes for name in node.inputs)
    wanted = set(graph.outputs)
    done, held, at, nodes = [], [], 0, graph.nodes
    while at < len(nodes):
        taken = nodes[at:at + SIZE // 2]
        at += len(taken)
        for node in taken:
            ahead.subtract(node.inputs)
            node.inputs = [renamed(name) for name in node.inputs]
        piece = held + taken
        made = [name for node in piece for name in node.outputs]
        outputs = [name for name in made if ahead[name] > 0 or name in wanted]
        within = Graph(graph.name, graph.inputs, list(outputs), graph.tensors, piece, moves_borders=graph.moves_borders,
                       by_step=graph.by_step, streams=graph.streams)
        fixpoint(within, passes)
        for old, new in zip(outputs, within.outputs):
            if old != new:
                names[old] = new
                ahead[new] += ahead.pop(old, 0)
                if old in wanted:
                    wanted.add(new)
        held = within.nodes[-(SIZE // 2):]
        done += within.nodes[:-(SIZE // 2)]
    graph.nodes = done + held
    graph.outputs = [renamed(name) for name in graph.outputs]


def fixpoint(graph, passes, rest=()):
    """Again and again until nothing changes. What two passes undo each other would go on for ever."""
    for _ in range(100 + 20 * len(graph.nodes)):
        if not any([each.simplify(graph) for each in passes]) and not any(each.simplify(graph) for each in rest):
            break
