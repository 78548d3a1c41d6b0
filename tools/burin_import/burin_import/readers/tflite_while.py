"""Loops of .tflite files that are recurrent layers, as Keras 3's are converted. What a loop's body is, is found by its values: its
matrices are taken from the products in it, its biases are what it sums for zeros, and then it must give what the cell gives."""

import numpy as np

#: What a loop may cost that is looked into.
MOST_OPERATORS, MOST_ELEMENTS = 200, 1 << 24
ROUNDS = 4


class Unknown(Exception):
    """What keeps a loop from being a layer."""


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Body:
    """A subgraph, whose tensors are evaluated."""

    def __init__(self, reader, index):
        if not 0 < index < reader.model.SubgraphsLength():
            raise Unknown(f"there is no subgraph {index}")
        self.reader, self.graph = reader, reader.model.Subgraphs(index)
        if self.graph.OperatorsLength() > MOST_OPERATORS or self.graph.TensorsLength() > 4 * MOST_OPERATORS:
            raise Unknown("a loop of many operators")
        self.inputs, self.outputs = reader.indices(self.graph, "Inputs"), reader.indices(self.graph, "Outputs")
        self.constants, self.shapes = {}, {}
        for index in range(self.graph.TensorsLength()):
            tensor = self.graph.Tensors(index)
            shape = tuple(reader.indices(tensor, "Shape"))
            dtype = reader.dtypes.get(tensor.Type(), "")
            if any(extent < 0 for extent in shape) or int(np.prod(shape, dtype=object)) > MOST_ELEMENTS:
                raise Unknown("a loop whose tensors are large")
            data = reader.constant(f"tensor {index} of a loop", tensor, shape, dtype)
            self.shapes[index] = shape
            if data is not None:
                self.constants[index] = data
        self.operators = []
        for number in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(number)
            self.operators.append((reader.kind_of(operator), operator, reader.indices(operator, "Inputs"), reader.indices(operator, "Outputs")))
        if any(not 0 <= each < self.graph.TensorsLength() for _, _, reads, writes in self.operators for each in (*writes, *(r for r in reads if r != -1))):
            raise Unknown("a loop that reads what it has not")

    def options(self, operator, name):
        kept, self.reader.operator = self.reader.operator, operator
        try:
            return self.reader.options(name)
        finally:
            self.reader.operator = kept

    def evaluate(self, given):
        """{tensor: its values}; before a fused activation under ("before", tensor)."""
        values = {**self.constants, **dict(zip(self.inputs, given))}
        for kind, operator, reads, writes in self.operators:
            rule = RULES.get(kind)
            if rule is None:
                raise Unknown(f"{kind} in a loop")
            if any(each != -1 and each not in values for each in reads):
                raise Unknown("a loop that reads what it has not")
            try:
                made = rule(self, operator, *(None if each == -1 else values[each] for each in reads))
            except (ValueError, IndexError, TypeError) as problem:
                raise Unknown(f"{kind} in a loop") from problem
            made = made if isinstance(made, list) else [made]
            for output, value in zip(writes, made):
                if value.size > MOST_ELEMENTS:
                    raise Unknown("a loop whose tensors are large")
                fused = FUSED.get(kind)
                activation = None
                if fused:
                    options = self.options(operator, fused)
                    activation = options.FusedActivationFunction() if options else 0
                values["before", output] = value
                if activation:
                    if activation not in ACTIVATIONS:
                        raise Unknown("an activation in a loop")
                    value = ACTIVATIONS[activation](value)
                values[output] = value
        return values

    def made_by(self, tensor):
        return next(((kind, reads) for kind, _, reads, writes in self.operators if tensor in writes), ("", []))


def strided_slice(body, operator, x, begin, end, step):
    options = body.options(operator, "StridedSliceOptions")
    if options is None or options.NewAxisMask() or options.EllipsisMask() or options.Offset():
        raise Unknown("STRIDED_SLICE in a loop")
    index = []
    for axis, (first, last, by) in enumerate(zip(begin.reshape(-1), end.reshape(-1), step.reshape(-1))):
        if options.ShrinkAxisMask() >> axis & 1:
            index.append(int(first))
        else:
            index.append(slice(None if options.BeginMask() >> axis & 1 else int(first), None if options.EndMask() >> axis & 1 else int(last), int(by)))
    return x[tuple(index)]


def cut(body, operator, x, begin, size):
    return x[tuple(slice(int(first), None if count == -1 else int(first) + int(count)) for first, count in zip(begin.reshape(-1), size.reshape(-1)))]


def product(body, operator, x, weight, bias=None):
    y = x.reshape(-1, weight.shape[1]) @ weight.T
    return y if bias is None else y + bias


def gather(body, operator, x, index):
    options = body.options(operator, "GatherOptions")
    return np.take(x, index, axis=options.Axis() if options else 0)


def joined(body, operator, *parts):
    options = body.options(operator, "ConcatenationOptions")
    return np.concatenate(parts, options.Axis() if options else 0)


def split(body, operator, axis, x):
    options = body.options(operator, "SplitOptions")
    if options is None or not 0 < options.NumSplits() <= 16:
        raise Unknown("SPLIT in a loop")
    return np.split(x, options.NumSplits(), int(axis.reshape(-1)[0]))


RULES = {"ADD": lambda body, of, a, b: a + b, "SUB": lambda body, of, a, b: a - b, "MUL": lambda body, of, a, b: a * b,
         "LESS": lambda body, of, a, b: a < b, "LOGICAL_AND": lambda body, of, a, b: a & b,
         "LOGISTIC": lambda body, of, x: sigmoid(x), "TANH": lambda body, of, x: np.tanh(x), "RELU": lambda body, of, x: np.maximum(x, 0),
         "RESHAPE": lambda body, of, x, shape: x.reshape([int(each) for each in shape.reshape(-1)]),
         "FULLY_CONNECTED": product, "GATHER": gather, "SPLIT": split, "CONCATENATION": joined, "SLICE": cut, "STRIDED_SLICE": strided_slice}
FUSED = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions", "FULLY_CONNECTED": "FullyConnectedOptions"}
ACTIVATIONS = {1: lambda x: np.maximum(x, 0), 4: np.tanh}


class Loop:
    """A WHILE over the steps of a sequence."""

    def __init__(self, reader):
        options = reader.options("WhileOptions")
        if options is None:
            raise Unknown("a loop without a body")
        self.reader, self.body, self.condition = reader, Body(reader, options.BodySubgraphIndex()), Body(reader, options.CondSubgraphIndex())
        count, body = len(reader.inputs), self.body
        if not count == len(reader.outputs) == len(body.inputs) == len(body.outputs) == len(self.condition.inputs) or \
                len(self.condition.outputs) != 1 or not all(reader.inputs):
            raise Unknown("a loop whose inputs and outputs are not as many")
        tensors = [reader.tensors[name] for name in reader.inputs]
        self.sequence = [i for i in range(count) if body.inputs[i] == body.outputs[i] and tensors[i].dtype == "float32" and len(tensors[i].shape) == 3]
        rest = [i for i in range(count) if i not in self.sequence]
        self.counters = [i for i in rest if tensors[i].dtype == "int32" and tensors[i].shape == ()]
        self.lists = [i for i in rest if tensors[i].dtype == "float32" and len(tensors[i].shape) == 3]
        self.states = [i for i in rest if tensors[i].dtype == "float32" and len(tensors[i].shape) == 2]
        if len(self.sequence) != 1 or len(self.lists) != 1 or not 1 <= len(self.states) <= 2 or \
                count != 2 + len(self.counters) + len(self.states):
            raise Unknown("a loop that is none over the steps of a sequence")
        if any(tensors[i].data is None or np.any(tensors[i].data) for i in (*self.counters, *self.states)):
            raise Unknown("a loop whose states begin with other than zeros")
        self.steps, batch, self.features = tensors[self.sequence[0]].shape
        self.list_steps, _, self.units = tensors[self.lists[0]].shape
        if batch != 1 or not self.steps or self.list_steps not in (1, self.steps) or any(tensors[i].shape != (1, self.units) for i in self.states):
            raise Unknown("a loop over more than one sequence")

    def given(self, step, x, states, kept):
        result = {**dict.fromkeys(self.counters, np.int32(step)), self.sequence[0]: x, self.lists[0]: kept, **dict(zip(self.states, states))}
        return [result[i] for i in range(len(result))]

    def zeros(self):
        return self.body.evaluate(self.given(0, np.zeros((self.steps, 1, self.features)), [np.zeros((1, self.units))] * len(self.states),
                                             np.zeros((self.list_steps, 1, self.units))))

    def matrices(self):
        """Of the input, of h, and of what is neither; and which state is h."""
        found = {"x": [], "h": [], "other": []}
        state = None
        for kind, _, reads, _ in self.body.operators:
            if kind != "FULLY_CONNECTED" or reads[1] not in self.body.constants:
                continue
            places = [i for i in self.states if self.body.inputs[i] == reads[0]]
            of = "h" if places else "x" if self.body.made_by(reads[0])[0] == "GATHER" else "other"
            state = places[0] if places else state
            found[of].append(self.body.constants[reads[1]])
        if len(found["x"]) != 1 or len(found["h"]) != 1 or len(found["other"]) > 1:
            raise Unknown("a loop with other products than those of its input and its state")
        return found["x"][0].astype(float), found["h"][0].astype(float), [each.astype(float) for each in found["other"]], state

    def biases(self, zeros, rows):
        """What so many sums are for zeros: of the input, or of both, where they are parted or activated; of h, where it is parted."""
        sums = {}
        for kind, _, reads, _ in self.body.operators:
            if kind in ("SPLIT", "STRIDED_SLICE", "TANH"):
                tensor = reads[1] if kind == "SPLIT" else reads[0]
                if tensor in zeros and np.shape(zeros[tensor]) == (1, rows):
                    sums.setdefault(kind, zeros[tensor][0])
        return sums

    def check(self, cell, h):
        """That the body is the cell, at several steps of random sequences."""
        random = np.random.default_rng(1)
        for step in sorted({0, self.steps // 2, self.steps - 1}):
            for _ in range(ROUNDS):
                x, states = random.standard_normal((self.steps, 1, self.features)), [random.uniform(-1, 1, (1, self.units)) for _ in self.states]
                kept = random.standard_normal((self.list_steps, 1, self.units))
                values = self.body.evaluate(self.given(step, x, states, kept))
                of = dict(zip(self.states, states))
                made = cell(x[step], of[h], *(value for i, value in of.items() if i != h))
                wanted = dict(zip([h, *(i for i in self.states if i != h)], made))
                expected = kept.copy()
                expected[step if self.list_steps > 1 else 0] = made[0]
                wanted[self.lists[0]] = expected
                wanted.update(dict.fromkeys(self.counters, step + 1))
                for i, value in wanted.items():
                    found = values.get(self.body.outputs[i])
                    if found is None or np.shape(found) != np.shape(value) or not np.allclose(found, value, rtol=1e-4, atol=1e-5):
                        raise Unknown("a loop that is no LSTM, GRU or SimpleRNN")
                goes_on = self.condition.evaluate(self.given(step, x, states, kept))[self.condition.outputs[0]]
                ends = self.condition.evaluate(self.given(self.steps, x, states, kept))[self.condition.outputs[0]]
                if not np.all(goes_on) or np.any(ends):
                    raise Unknown("a loop over other than all steps")

    def layer(self):
        """Kind, options, parameters."""
        w, r, other, h = self.matrices()
        gates, rest = divmod(w.shape[0], self.units)
        zeros = self.zeros()
        sums = self.biases(zeros, w.shape[0])
        if rest or w.shape[1] != self.features or r.shape[1] != self.units:
            raise Unknown("matrices of other sizes")
        if gates == 4 and len(self.states) == 2 and r.shape[0] == 4 * self.units and not other:
            bias = sums.get("SPLIT")

            def cell(x, h_before, c):
                i, f, g, o = np.split(x @ w.T + h_before @ r.T + (0 if bias is None else bias), 4, 1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                return sigmoid(o) * np.tanh(c), c
            self.check(cell, h)
            return "LSTM", [], [("weight", w.T), ("recurrent_weight", r.T), ("bias", bias)]
        if gates == 3 and len(self.states) == 1:
            bias, recurrent_bias = sums.get("SPLIT"), sums.get("STRIDED_SLICE")
            bias = np.zeros(3 * self.units) if bias is None else bias
            swap = lambda m: np.concatenate([m[self.units:2 * self.units], m[:self.units], m[2 * self.units:]])  # noqa: E731
            if other:
                reset, = other
                if r.shape[0] == 3 * self.units:
                    r = r[:2 * self.units]
                if r.shape[0] != 2 * self.units or reset.shape != (self.units, self.units):
                    raise Unknown("matrices of other sizes")

                def cell(x, h_before):
                    z, s, n = np.split(x @ w.T + bias, 3, 1)
                    of_z, of_s = np.split(h_before @ r.T, 2, 1)
                    z, n = sigmoid(z + of_z), np.tanh(n + (sigmoid(s + of_s) * h_before) @ reset.T)
                    return (z * h_before + (1 - z) * n,)
                self.check(cell, h)
                halves = np.concatenate([r[self.units:], r[:self.units]])
                return "GRU", ["ResetBefore"], [("weight", swap(w).T), ("recurrent_weight", halves.T), ("reset_weight", reset.T),
                                                ("bias", swap(bias))]
            if r.shape[0] != 3 * self.units:
                raise Unknown("matrices of other sizes")
            recurrent_bias = np.zeros(3 * self.units) if recurrent_bias is None else recurrent_bias

            def cell(x, h_before):
                z, s, n = np.split(x @ w.T + bias, 3, 1)
                of_z, of_s, of_n = np.split(h_before @ r.T + recurrent_bias, 3, 1)
                z, n = sigmoid(z + of_z), np.tanh(n + sigmoid(s + of_s) * of_n)
                return (z * h_before + (1 - z) * n,)
            self.check(cell, h)
            return "GRU", [], [("weight", swap(w).T), ("recurrent_weight", swap(r).T), ("bias", swap(bias)), ("recurrent_bias", swap(recurrent_bias))]
        if gates == 1 and len(self.states) == 1 and r.shape[0] == self.units and not other:
            before = zeros.get(("before", self.body.outputs[h]))
            bias = sums["TANH"] if "TANH" in sums else None if before is None else before[0]
            for option, activation in (([], np.tanh), (["ReLUCell"], lambda x: np.maximum(x, 0))):
                try:
                    self.check(lambda x, h_before: (activation(x @ w.T + h_before @ r.T + (0 if bias is None else bias)),), h)  # noqa: B023
                except Unknown:
                    continue
                return "SimpleRNN", option, [("weight", w.T), ("recurrent_weight", r.T), ("bias", bias)]
        raise Unknown("a loop that is no LSTM, GRU or SimpleRNN")

    def write(self):
        reader = self.reader
        kind, options, parameters = self.layer()
        h = next(i for i in self.states if any(reads[0] == self.body.inputs[i] for each, _, reads, _ in self.body.operators if each == "FULLY_CONNECTED"))
        used = {reader.name(each) for number in range(reader.main.OperatorsLength())
                for each in reader.indices(reader.main.Operators(number), "Inputs") if each >= 0}
        used |= {reader.name(each) for each in reader.indices(reader.main, "Outputs")}
        read = [i for i in range(len(reader.outputs)) if reader.outputs[i] in used]
        if any(i not in (self.lists[0], h, self.sequence[0]) for i in read):
            raise Unknown("a loop whose cell state or number of steps is read")
        if any(values is None for _, values in parameters):
            options, parameters = [*options, "NoBias"], [each for each in parameters if each[1] is not None]
        parameters = [(name, values.astype(np.float32)) for name, values in parameters]
        x = reader.inputs[self.sequence[0]]
        like = reader.tensors[x]
        turned = reader.new_tensor(f"{x}/sequence", like, (1, self.steps, self.features))
        reader.add("Reshape", [x], {"shape": (1, self.steps, self.features)}, output=turned)
        for i in read:
            output = reader.outputs[i]
            if i == self.sequence[0]:
                reader.add("Identity", [x], output=output)
                continue
            whole = i == self.lists[0] and self.list_steps > 1
            text = ", ".join([str(self.units), *(["ReturnSequences"] if whole else []), *options])
            shape = (1, self.steps, self.units) if whole else (1, self.units)
            made = reader.new_tensor(f"{output}/layer", like, shape)
            reader.add("Written", [turned], {"type": f"{kind}<{text}>", "parameters": parameters, "panels": True}, output=made)
            reader.add("Reshape", [made], {"shape": reader.tensors[output].shape}, output=output)


def read(reader):
    try:
        Loop(reader).write()
    except Unknown as why:
        reader.add(reader.kind, reader.inputs[:1], {"why": str(why)})
