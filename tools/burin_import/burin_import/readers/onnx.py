"""ONNX files of opset 9 to 22, read with the package onnx. Tensors keep the file's axes: rules of onnx_rules/ put Transpose
around what has channels first there. What depends on constants and shapes alone is computed while it is read."""

import math
from copy import deepcopy

import numpy as np

from ..graph import MOST_NODES, Graph, Node, Tensor
from ..problems import Missing, Refused
from .onnx_attributes import pooled_shape, wrong_attribute
from .onnx_calls import Building, Call, read_by
from .onnx_tensors import Tensors

OLDEST, NEWEST = 9, 22
#: Constants that are computed have at most so many elements, or so many times those that they are computed from.
LARGEST_MADE, LARGEST_GROWTH = 2**16, 4
#: What simplifications find in networks that are written out.
PATTERNS = {"Abs", "Cast", "Erf", "Erfc", "Sign", "Exp", "IsNaN", "Log", "MatMul", "Pow", "Reciprocal", "ReduceMean", "ReduceSum", "Sqrt", "Where",
            "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal", "And", "Or", "Not"}
RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}


def package():
    try:
        import onnx
        import onnx.shape_inference
        import onnx.inliner
    except ImportError:
        raise Missing(".onnx files", "onnx") from None
    return onnx


def read(path, shapes=None, constants=None):
    onnx = package()
    model = onnx.ModelProto()
    model.ParseFromString(path.read_bytes())
    if not model.HasField("graph") or not model.graph.output:
        raise Refused("expected an .onnx file, which holds a graph with outputs")
    versions = {each.domain or "ai.onnx": each.version for each in model.opset_import}
    version = versions.get("ai.onnx", 0)
    if not OLDEST <= version <= NEWEST:
        raise Refused(f"expected an opset of {OLDEST} to {NEWEST}, got {version}")
    if model.functions:
        check_functions(model)
        model = onnx.inliner.inline_local_functions(model)
    made = lambda of, floats: Reader(onnx, of, path, version, shapes or {}, constants or {}, floats).graph()
    if not any(node.op_type == "QuantizeLinear" for node in model.graph.node):
        return made(model, False)
    # What is read may be changed.
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = made(copy, False)
    return graph if is_all_integers(graph) else made(model, True)


def check_functions(model):
    """Refuses functions that call others again and again, before they are put in their places."""
    most, bodies, counts = 4 * MOST_NODES, {(each.domain, each.name, getattr(each, "overload", "")): each.node for each in model.functions}, {}

    def count(nodes):
        total = 0
        for node in nodes:
            key = (node.domain, node.op_type, getattr(node, "overload", ""))
            if key in bodies and key not in counts:
                counts[key] = most  # What calls itself.
                counts[key] = count(bodies[key])
            total += counts[key] if key in bodies else 1
            for each in node.attribute:
                total += count(each.g.node) if each.HasField("g") else 0
        return min(total, most + 1)

    if count(model.graph.node) > most:
        raise Refused(f"its functions, each put where it is called, are more than {most} nodes: expected at most so many")


def is_all_integers(graph):
    """Whether its layers are there with 8 bits."""
    from .. import simplify
    from ..layers import layers_of
    tried = deepcopy(graph)
    try:
        tried.verify()
        simplify.simplify(tried)
        layers_of(tried)
    except Refused:
        return False
    return True


def texts(proto):
    """Refuses names that are none."""
    for each in [*proto.initializer, *proto.input, *proto.output]:
        if not isinstance(each.name, str):
            raise Refused(f"a tensor's name is {each.name!r}: expected a text")
    for node in proto.node:
        for name in (node.name, node.op_type, node.domain, *node.input, *node.output, *(each.name for each in node.attribute)):
            if not isinstance(name, str):
                raise Refused(f"a node has the name {name!r}: expected a text")


class Reader(Tensors, Building):
    def __init__(self, onnx, model, path, version, shapes, constants, floats):
        self.onnx, self.model, self.path, self.version, self.wished, self.told = onnx, model, path, version, shapes, constants
        #: Whether what is quantized is computed with as floats.
        self.floats = floats
        self.tensors, self.nodes, self.types = {}, [], {}
        #: Outputs of which nothing can be said, as they come of what is not supported.
        self.unknown = set()
        self.versions = {each.domain if each.domain != "ai.onnx" else "": each.version for each in model.opset_import}
        self.constants = {}
        #: Of each file beside this one: how many bytes of it may be read yet.
        self.unread = {}
        #: How many elements of constants may be computed yet.
        self.still_made = 2 * path.stat().st_size + 64 * LARGEST_MADE

    def graph(self):
        from . import onnx_rules
        proto = self.model.graph
        texts(proto)
        notes, called = onnx_rules.learned.without_labels(proto)
        if len(proto.node) > 4 * MOST_NODES:
            raise Refused(f"the file has {len(proto.node)} nodes: expected at most {4 * MOST_NODES}")
        #: Shapes that the file tells.
        self.declared = {each.name: tuple(extent.dim_value for extent in each.type.tensor_type.shape.dim)
                         for each in (*proto.value_info, *proto.output) if each.type.tensor_type.HasField("shape")}
        self.read_initializers(proto)
        stored = onnx_rules.dynamic.in_floats(self, proto)
        self.read_told(proto)
        inputs = [each.name for each in proto.input if each.name not in self.tensors]
        for value in proto.input:
            if value.name not in self.tensors:
                self.read_input(value)
        self.given = {name: self.tensors[name].dtype for name in inputs}
        self.uses = {}
        for node in proto.node:
            for name in read_by(node):
                self.uses[name] = self.uses.get(name, 0) + 1
        for value in proto.output:
            self.uses[value.name] = self.uses.get(value.name, 0) + 1
        self.rules = onnx_rules.RULES
        self.read_nodes(proto.node)
        outputs = [value.name for value in proto.output]
        for name in outputs:
            if name not in self.tensors and name not in self.unknown:
                raise Refused(f"nothing makes the network's output `{name}`")
        # Behind what is reported nothing is made: the report is of that.
        made = {name for node in self.nodes for name in node.outputs}
        outputs = list(dict.fromkeys(next(iter(node.outputs[0] for node in self.nodes if node.outputs[0] in self.unknown))
                                     if name in self.unknown and name not in made else name for name in outputs))
        made = Graph(self.path.stem, inputs, outputs, self.tensors, self.nodes)
        made.moves_borders, made.file_outputs, made.remarks = True, [called.get(name, name) for name in outputs], notes
        made.notes += stored
        made.file_inputs = {name: (name, self.tensors[name].shape, self.given[name]) for name in inputs}
        made.files_beside = list(self.unread)
        made.file_constants = {name: self.tensors[name].data for name in self.told}
        for name in outputs:
            if made.tensors[name].is_constant:
                raise Refused(f"the network's output `{name}` does not depend on its inputs")
        if self.floats:
            made.notes.append("not all of it is of 8 bits: computed with as floats: the file's own program rounds")
        # Networks compute with one kind of number; those of tokens are such ones too.
        for tensor in self.tensors.values():
            if self.floats and not tensor.is_constant and tensor.dtype in ("int8", "uint8", "int16", "uint16") and tensor.name not in inputs:
                tensor.dtype = "float32"
            if not tensor.is_constant and tensor.dtype == "bool" and tensor.name in inputs:
                tensor.tokens = 2
            if not tensor.is_constant and tensor.dtype in ("float64", "float16", "int64", "int32", "bool"):
                tensor.dtype = "float32"
            elif tensor.dtype == "uint8" and tensor.quantization is not None:
                onnx_rules.quantization.signed(tensor)
        return made

    def read_input(self, value):
        kind = value.type.tensor_type
        if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
            raise Refused(f"input `{value.name}`: expected a tensor whose axes are told")
        wish, shape = self.wished.get(value.name), []
        is_batch = lambda axis, extent: axis == 0 or "batch" in extent.dim_param.lower()  # noqa: E731
        example = lambda axis, extent: extent.dim_value if extent.dim_value > 0 else 1 if is_batch(axis, extent) else 8  # noqa: E731
        if wish is not None and len(wish) != len(kind.shape.dim):
            raise Refused(f"input `{value.name}` has {len(kind.shape.dim)} axes, --shape tells {len(wish)}")
        for axis, extent in enumerate(kind.shape.dim):
            told = extent.dim_value if extent.HasField("dim_value") and extent.dim_value > 0 else None
            if wish is not None:
                if told is not None and told != wish[axis]:
                    raise Refused(f"input `{value.name}`: axis {axis} is {told}, --shape tells {wish[axis]}")
                told = wish[axis]
            elif told is None and is_batch(axis, extent):
                told = 1
            elif told is None:
                raise Refused(f"input `{value.name}`: axis {axis} (`{extent.dim_param}`) has no fixed extent: tell the "
                              f"shape, as in --shape {value.name}={','.join(map(str, map(example, range(len(kind.shape.dim)), kind.shape.dim)))}")
            shape.append(told)
        self.tensors[value.name] = Tensor(value.name, tuple(shape), self.dtype(kind.elem_type))

    # Nodes

    def read_nodes(self, protos, depth=0):
        """In an order in which they can run."""
        if depth > 8:
            raise Refused("the file's branches are nested too deeply")
        makers = {name for node in protos for name in node.output if name}
        waiting, readers, able = {}, {}, []
        for index, node in enumerate(protos):
            missing = {name for name in read_by(node) if name in makers and name not in self.tensors}
            for name in node.input:
                if name and name not in makers and name not in self.tensors and name not in self.unknown:
                    raise Refused(f"{node.name or node.op_type} ({node.op_type}): there is no tensor `{name}`")
            for name in missing:
                readers.setdefault(name, []).append(index)
            waiting[index] = len(missing)
            if not missing:
                able.append(index)
        done, at = 0, 0
        while at < len(able):
            node = protos[able[at]]
            at += 1
            self.read_node(node, depth)
            done += 1
            for name in node.output:
                for index in readers.pop(name, []):
                    waiting[index] -= 1
                    if waiting[index] == 0:
                        able.append(index)
        if done < len(protos):
            index = next(index for index, count in waiting.items() if count > 0)
            node = protos[index]
            name = next((name for name in node.input if index in readers.get(name, [])), "?")
            raise Refused(f"{node.name or node.op_type} ({node.op_type}): nothing before it makes `{name}`: "
                          "the file's nodes form a cycle, or one is missing")

    def read_node(self, proto, depth):
        from .onnx_rules import loops
        outputs = list(proto.output)
        while outputs and outputs[-1] == "":
            outputs.pop()
        if not outputs:
            return
        for name in outputs:
            if name and (name in self.tensors or name in self.unknown):
                raise Refused(f"{proto.name or proto.op_type} ({proto.op_type}): its output `{name}` is also made by something else")
        # Behind what is not supported nothing can be told.
        if any(name in self.unknown for name in proto.input):
            self.unknown.update(name for name in outputs if name)
            return
        domain = proto.domain if proto.domain not in ("", "ai.onnx") else ""
        kind = f"{domain}.{proto.op_type}" if domain else proto.op_type
        attributes = {}
        for each in proto.attribute:
            value = self.onnx.helper.get_attribute_value(each)
            attributes[each.name] = self.array(value) if isinstance(value, self.onnx.TensorProto) else value
        call = Call(proto.name or outputs[0], kind, list(proto.input), outputs, attributes, self.version)
        if kind == "If" and self.take_branch(call, proto, depth):
            return
        if kind == "Loop" and loops.loop(self, call, proto, depth):
            return
        if kind == "Shape" and self.tensors[call.inputs[0]].shape is not None:
            shape = self.tensors[call.inputs[0]].shape
            self.constant(outputs[0], np.array(shape[slice(call.get("start", 0), call.get("end"))], np.int64))
            return
        if kind == "Size":
            self.constant(outputs[0], np.array(math.prod(self.tensors[call.inputs[0]].shape), np.int64))
            return
        if kind in self.rules and (why := wrong_attribute(call, [self.tensors[name].shape for name in call.inputs if name in self.tensors])):
            self.refuse(call, why)
            return
        found = self.infer(proto, domain)
        if found is None:
            rule_says = self.rules.get(kind)
            self.refuse(call, "the shape of its output is not known" if rule_says else None)
            return
        if kind not in RANDOM and all(not name or self.tensors[name].is_constant for name in proto.input) and \
                kind not in ("DequantizeLinear", "If", "Loop", "Scan"):
            is_small = kind == "Constant" or self.may_make(proto, found)
            if is_small and self.fold(proto, call, found):
                return
        else:
            is_small = True
        for name, (shape, dtype) in found.items():
            self.tensors[name] = Tensor(name, shape, dtype)
            if is_small:
                self.tensors[name].check_size()
        before = len(self.nodes)
        rule = self.rules.get(kind)
        if not is_small:
            count = sum(math.prod(shape) for shape, _ in found.values())
            self.raw(call, None if kind in PATTERNS else f"a constant of {count} elements that is computed")
        elif rule is None:
            self.raw(call)
        else:
            rule(self, call)
        made = {name for node in self.nodes[before:] for name in node.outputs}
        for name in outputs:
            if name and name not in made and not self.tensors[name].is_constant:
                if self.uses.get(name):
                    self.raw(call, "output `" + name + "`")
                    break
                del self.tensors[name]

    def refuse(self, call, why):
        """A node that the check reports; of what it makes nothing is known."""
        attributes = {name: value for name, value in call.attributes.items() if isinstance(value, (int, float, bytes))}
        attributes = {name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                      for name, value in attributes.items()}
        if why:
            attributes["why"] = why
        names = [name for name in call.outputs if name]
        for name in names:
            self.tensors[name] = Tensor(name, (1,))
        self.nodes.append(Node(call.name, f"ONNX {call.kind}", [name for name in call.inputs if name], names, attributes, call.kind))
        self.unknown.update(names)

    def raw(self, call, why=None):
        """A node as it is: simplifications may know what it is part of, else the check reports it."""
        attributes = {name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                      for name, value in call.attributes.items() if isinstance(value, (int, float, bytes, list))}
        if why:
            attributes["why"] = why
        made = {name for node in self.nodes for name in node.outputs} if why else set()
        names = [name for name in call.outputs if name and name not in made]
        inputs = list(call.inputs)
        while inputs and not inputs[-1]:
            inputs.pop()
        operator = call.kind if call.kind in PATTERNS and not attributes.get("why") else f"ONNX {call.kind}"
        self.nodes.append(Node(call.name, operator, inputs, names, attributes, call.kind))

    def take_branch(self, call, proto, depth):
        """Of an If whose condition is known, the branch that runs."""
        condition = self.tensors[call.inputs[0]]
        if not condition.is_constant or condition.data.size != 1:
            return False
        branch = call.attributes.get("then_branch" if condition.data.reshape(-1)[0] else "else_branch")
        if branch is None or len(branch.output) != len(call.outputs):
            return False
        texts(branch)
        self.read_initializers(branch)
        for node in branch.node:
            for name in node.input:
                self.uses[name] = self.uses.get(name, 0) + 1
        for value in branch.output:
            self.uses[value.name] = self.uses.get(value.name, 0) + 1
        self.read_nodes(branch.node, depth + 1)
        for value, output in zip(branch.output, call.outputs):
            if value.name in self.unknown:
                self.unknown.add(output)
            elif value.name not in self.tensors:
                raise Refused(f"{call.name} (If): there is no tensor `{value.name}`")
            elif self.tensors[value.name].is_constant:
                self.constant(output, self.tensors[value.name].data)
            else:
                of = self.tensors[value.name]
                self.tensors[output] = Tensor(output, of.shape, of.dtype, None, of.quantization)
                self.nodes.append(Node(call.name, "Identity", [value.name], [output], {}, "If"))
        return True

    def type_of(self, name):
        tensor = self.tensors[name]
        return self.onnx.helper.make_tensor_type_proto(
            self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(tensor.dtype)), tensor.shape)

    def infer(self, proto, domain):
        """{output: (shape, dtype)}, or None."""
        onnx = self.onnx
        # A function whose body is known with its inputs, and what tf2onnx writes though no opset has it.
        if domain == "ai.onnx.ml" or not domain and proto.op_type in ("GroupNormalization", "Erfc"):
            from .onnx_rules import learned
            shape = learned.shape(self, proto) if domain else self.tensors[proto.input[0]].shape
            if shape is None:
                return None
            # A label, if there is one, is what nobody reads.
            return {name: (shape, "float32") for name in proto.output if name}
        try:
            schema = onnx.defs.get_schema(proto.op_type, self.versions.get(domain, self.version), domain)
            names = [name for name in proto.input if name]
            types = {name: self.type_of(name) for name in names}
            data = {name: onnx.numpy_helper.from_array(np.asarray(self.tensors[name].data, order="C"), name) for name in names
                    if self.tensors[name].is_constant and self.tensors[name].data.size <= 1024 and
                    self.tensors[name].data.dtype.kind in "iufb"}
            found = onnx.shape_inference.infer_node_outputs(schema, proto, types, data, opset_imports=[
                onnx.helper.make_opsetid(domain, self.versions.get(domain, self.version))], ir_version=self.model.ir_version or 8)
        except (onnx.defs.SchemaError, onnx.shape_inference.InferenceError, onnx.checker.ValidationError, TypeError, ValueError, RuntimeError, KeyError):
            return None
        result = {}
        for name in proto.output:
            if not name:
                continue
            kind = found[name].tensor_type if name in found and found[name].HasField("tensor_type") else None
            if kind is None or not kind.HasField("shape") or any(not each.HasField("dim_value") for each in kind.shape.dim):
                if proto.op_type == "Dropout" and name != proto.output[0]:
                    result[name] = ((1,), "bool")
                    continue
                return None
            result[name] = (tuple(each.dim_value for each in kind.shape.dim), self.dtype(kind.elem_type))
            if proto.op_type in ("MaxPool", "AveragePool") and not domain and self.declared.get(name) != result[name][0]:
                result[name] = (pooled_shape(proto, self.tensors[proto.input[0]].shape, result[name][0]), result[name][1])
        return result

    def may_make(self, proto, found):
        read_count = sum(self.tensors[name].data.size for name in proto.input if name)
        made_count = sum(math.prod(shape) for shape, _ in found.values())
        if made_count > max(LARGEST_MADE, LARGEST_GROWTH * read_count) or made_count > self.still_made:
            return False
        self.still_made -= made_count
        return True

    def fold(self, proto, call, found):
        """What reads constants alone is computed now."""
        if call.kind == "Constant":
            return self.written_constant(call)
        onnx = self.onnx
        try:
            from onnx.reference import ReferenceEvaluator
            inputs = [onnx.helper.make_value_info(name, self.type_of(name)) for name in dict.fromkeys(proto.input) if name]
            graph = onnx.helper.make_graph([proto], "constant", inputs, [onnx.ValueInfoProto(name=name) for name in call.outputs])
            model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", self.version)])
            with np.errstate(all="ignore"):
                values = ReferenceEvaluator(model).run(None, {name: self.tensors[name].data for name in proto.input if name})
        except Exception:  # Whatever the evaluator meets: the node stays as it is.
            return False
        for name, value in zip(call.outputs, values):
            self.constant(name, np.asarray(value))
        return True

    def written_constant(self, call):
        value = call.attributes.get("value")
        if value is None:
            key = next((key for key in ("value_int", "value_ints", "value_float", "value_floats") if key in call.attributes), None)
            if key is None:
                return False
            value = np.array(call.attributes[key], np.int64 if "int" in key else np.float32)
        self.constant(call.outputs[0], value)
        return True
