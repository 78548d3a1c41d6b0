"""What a .tflite file keeps from one run to the next: resource variables. Each becomes a node that reads it and a
`graph.State` that tells what is written there; simplify/states.py makes layers of them that remember."""

import numpy as np

from ..graph import MOST_NODES, Node, State
from ..problems import Refused

#: Operators that are not among the graph's nodes.
OPERATORS = {"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"}


class Variables:
    def __init__(self, reader):
        self.reader, self.nodes, self.states, self.initial = reader, [], {}, {}
        self.names = {}  # Of handles, by their tensor.
        self.called = set()  # Subgraphs.

    def read(self, kind, operator, inputs, outputs):
        """One of the operators above, in the order of the file."""
        if kind == "CALL_ONCE":
            options = self.reader.options("CallOnceOptions")
            self.call_once(options.InitSubgraphIndex() if options else -1)
        elif kind == "VAR_HANDLE":
            options = self.reader.options("VarHandleOptions")
            if not outputs or options is None:
                raise Refused("VAR_HANDLE: expected a name and an output")
            self.names[outputs[0]] = shared_name(options)
        else:
            if not inputs or inputs[0] not in self.names:
                raise Refused(f"{kind}: expected a VAR_HANDLE before it")
            state = self.states.setdefault(self.names[inputs[0]], State(self.names[inputs[0]]))
            if kind == "READ_VARIABLE" and len(outputs) == 1 and not state.writes:
                state.reads.append(outputs[0])
                self.nodes.append(Node(state.name, "State", [], outputs, {}, kind))
            elif kind == "ASSIGN_VARIABLE" and len(inputs) == 2:
                state.writes.append(inputs[1])
            else:
                raise Refused(f"{state.name} ({kind}): expected one tensor, and that it is read before it is written")

    def call_once(self, index):
        """The first values, which another subgraph assigns."""
        reader = self.reader
        if not 0 < index < reader.model.SubgraphsLength():
            raise Refused(f"CALL_ONCE: there is no subgraph {index}")
        if index in self.called:
            raise Refused(f"CALL_ONCE: subgraph {index} is called twice")
        self.called.add(index)
        graph, handles = reader.model.Subgraphs(index), {}
        # Subgraphs may lie in one another's place.
        reader.unread -= graph.OperatorsLength()
        if graph.OperatorsLength() > MOST_NODES or reader.unread < 0:
            raise Refused(f"CALL_ONCE: subgraph {index} has {graph.OperatorsLength()} operators: expected at most {MOST_NODES}, "
                          "and no more than the file has")
        for number in range(graph.OperatorsLength()):
            operator = graph.Operators(number)
            kind = reader.kind_of(operator)
            reader.operator = operator
            if kind == "VAR_HANDLE" and operator.OutputsLength() == 1:
                options = reader.options("VarHandleOptions")
                handles[int(operator.Outputs(0))] = shared_name(options) if options else ""
            elif kind == "ASSIGN_VARIABLE" and operator.InputsLength() == 2 and int(operator.Inputs(0)) in handles:
                self.initial[handles[int(operator.Inputs(0))]] = self.constant(graph, int(operator.Inputs(1)))
            else:
                raise Refused(f"CALL_ONCE: expected that it assigns constants to variables, got {kind}")

    def constant(self, graph, index):
        if not 0 <= index < graph.TensorsLength():
            raise Refused(f"CALL_ONCE: there is no tensor {index}")
        buffer = graph.Tensors(index).Buffer()
        if not 0 < buffer < self.reader.model.BuffersLength():
            return np.zeros(0, np.uint8)
        data = self.reader.model.Buffers(buffer).DataAsNumpy()
        return np.zeros(0, np.uint8) if isinstance(data, int) else data

    def add_to(self, graph):
        for name, state in self.states.items():
            state.initial = self.initial.get(name)
        graph.nodes[:0] = self.nodes
        graph.states = list(self.states.values())


def shared_name(options):
    return (options.SharedName() or b"").decode("utf-8", "replace")
