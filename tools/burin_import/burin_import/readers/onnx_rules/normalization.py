import numpy as np


def batch_norm(to, call):
    x = call.inputs[0]
    if call.get("training_mode", 0) or len(call.outputs) > 1 and any(to.uses.get(name) for name in call.outputs[1:] if name):
        return to.raw(call, "statistics of the batch")
    attributes = {"epsilon": call.get("epsilon", 1e-5)}
    if len(to.shape(x)) < 3:
        return to.add(call, "BatchNorm", call.inputs[:5], attributes)
    around(to, call, "BatchNorm", call.inputs[1:5], attributes)


def around(to, call, operator, others, attributes):
    """With channels last."""
    x = call.inputs[0]
    forward, back = to.last(x)
    x = to.moved(call, x, forward)
    y = to.add(call, operator, [x, *others], attributes, shape=to.shape(x))
    to.moved(call, y, back, call.outputs[0])


def instance_norm(to, call):
    around(to, call, "GroupNorm", call.inputs[1:3], {"groups": 0, "epsilon": call.get("epsilon", 1e-5)})


def group_norm(to, call):
    groups = call.get("num_groups", 1)
    others = call.inputs[1:3]
    if call.version < 21:
        # One scale and shift a group.
        data = [to.data(call, index) for index in (1, 2)]
        if any(each is None for each in data):
            return to.raw(call, "scales that are no constants")
        channels = to.shape(call.inputs[0])[1]
        others = [to.made(f"{name}/of channels", np.repeat(each.reshape(-1), channels // each.size))
                  for name, each in zip(others, data)]
    around(to, call, "GroupNorm", others, {"groups": groups, "epsilon": call.get("epsilon", 1e-5)})


def layer_norm(to, call):
    x = call.inputs[0]
    rank = len(to.shape(x))
    axis = call.get("axis", -1) % rank
    if any(to.uses.get(name) for name in call.outputs[1:] if name):
        return to.raw(call, "mean and deviation as outputs")
    to.add(call, "LayerNorm", call.inputs[:3], {"axes": rank - axis, "epsilon": call.get("epsilon", 1e-5)})


RULES = {"BatchNormalization": batch_norm, "InstanceNormalization": instance_norm, "GroupNormalization": group_norm,
         "LayerNormalization": layer_norm}
