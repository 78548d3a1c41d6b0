#!/usr/bin/env python3
"""Writes the reference values of the tests of normalisation: what PyTorch computes in float64, channels last.

    /usr/bin/python3 tests/reference/normalization.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def main():
    out = Header("normalization", "Normalisations of 2 samples of [3, 2, 6], channels last: y, and the gradients from dy.")
    x = numbers(2, 6, 3, 2, seed=40, scale=2) + 0.7
    dy = numbers(2, 6, 3, 2, seed=41)
    channels = {"weight": numbers(6, seed=42), "bias": numbers(6, seed=43)}
    last = (0, 2, 3, 1)
    out.array("x", x.permute(last))
    out.array("dy", dy.permute(last))
    for name, values in channels.items():
        out.array(name, values)

    def case(name, rule, parameters=channels, channels_last=False):
        v = (x.permute(last) if channels_last else x).clone().requires_grad_()
        p = {key: values.clone().requires_grad_() for key, values in parameters.items()}
        y = rule(v, *p.values())
        y.backward(dy.permute(last) if channels_last else dy)
        order = (0, 1, 2, 3) if channels_last else last
        out.array(f"{name}_y", y.detach().permute(order))
        out.array(f"{name}_dx", v.grad.permute(order))
        for key, values in p.items():
            out.array(f"{name}_d{key}", values.grad)

    mean, var = numbers(6, seed=44), numbers(6, seed=45) + 1.5
    out.array("mean", mean)
    out.array("var", var)
    moved = mean.clone(), var.clone()
    case("batch", lambda v, w, b: F.batch_norm(v, *moved, w, b, training=True))
    out.array("moved_mean", moved[0])
    out.array("moved_var", moved[1])
    moved = mean.clone(), var.clone()
    case("batch_options", lambda v, w, b: F.batch_norm(v, *moved, w, b, training=True, momentum=0.3, eps=0.01))
    out.array("moved_mean_options", moved[0])
    case("frozen", lambda v, w, b: F.batch_norm(v, mean, var, w, b, training=False))
    case("group3", lambda v, w, b: F.group_norm(v, 3, w, b))
    case("group1", lambda v, w, b: F.group_norm(v, 1, w, b))
    case("instance", lambda v, w, b: F.instance_norm(v, weight=w, bias=b))
    case("layer", lambda v, w, b: F.layer_norm(v, (6,), w, b), channels_last=True)
    two = {"weight": numbers(2, 6, seed=46), "bias": numbers(2, 6, seed=47)}
    for key, values in two.items():
        out.array(f"two_{key}", values)
    case("layer_two", lambda v, w, b: F.layer_norm(v, (2, 6), w, b), two, channels_last=True)

    # PyTorch 1.13 has no RMSNorm; this is its formula.
    def rms(v, weight):
        return v / torch.sqrt(v.square().mean(-1, keepdim=True) + 1e-5) * weight

    case("rms", rms, {"weight": channels["weight"]}, channels_last=True)
    # Without scale, without shift, without both.
    nothing = {}
    scale, shift = {"weight": channels["weight"]}, {"bias": channels["bias"]}
    case("plain_batch", lambda v: F.batch_norm(v, None, None, training=True), nothing)
    case("plain_frozen", lambda v: F.batch_norm(v, mean, var, training=False), nothing)
    case("shift_batch", lambda v, b: F.batch_norm(v, None, None, None, b, training=True), shift)
    case("plain_layer", lambda v: F.layer_norm(v, (6,)), nothing, channels_last=True)
    case("scale_layer", lambda v, w: F.layer_norm(v, (6,), w), scale, channels_last=True)
    case("shift_layer", lambda v, b: F.layer_norm(v, (6,), None, b), shift, channels_last=True)
    case("plain_rms", lambda v: rms(v, 1), nothing, channels_last=True)
    case("scale_group", lambda v, w: F.group_norm(v, 3, w), scale)
    case("shift_group", lambda v, b: F.group_norm(v, 3, torch.ones(6), b), shift)  # PyTorch 1.13 has no gradient without.
    case("plain_instance", lambda v: F.instance_norm(v), nothing)
    out.write()


main()
