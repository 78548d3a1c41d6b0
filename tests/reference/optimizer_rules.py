#!/usr/bin/env python3
"""Writes the reference values of the optimizers that are not in generate.py.

    pip install torch lion-pytorch timm && python tests/reference/optimizer_rules.py

What PyTorch has is PyTorch's. Lion is lion-pytorch's. LAMB is timm's, with trust ratios for all tensors and without
its clipping of the norm, as in version 5 of the paper.
"""

import torch
from lion_pytorch import Lion
from timm.optim.lamb import Lamb
from torch import optim

from header import Header, clip_by_norm, clip_by_value, numbers, optimizer_path


def rules(out):
    """5 parameters with the gradients of optimizers.hpp."""
    start, gradients = numbers(5, seed=20), numbers(100, 5, seed=21, scale=2)

    def case(name, make, *prepare):
        out.array(name, optimizer_path(make, start, gradients, *prepare))

    makers = {
        "adamax": lambda p, w: optim.Adamax(p, lr=0.002, weight_decay=w),
        "nadam": lambda p, w: optim.NAdam(p, lr=0.002, weight_decay=w),
        "radam": lambda p, w: optim.RAdam(p, lr=0.001, weight_decay=w),
        "amsgrad": lambda p, w: optim.Adam(p, lr=0.001, amsgrad=True, weight_decay=w),
        "adadelta": lambda p, w: optim.Adadelta(p, lr=1.0, weight_decay=w),
        "lion": lambda p, w: Lion(p, lr=0.0001, weight_decay=w),
        "dampened": lambda p, w: optim.SGD(p, lr=0.01, momentum=0.9, dampening=0.9, weight_decay=w),
        "centered": lambda p, w: optim.RMSprop(p, lr=0.001, centered=True, weight_decay=w),
        "rmsprop_momentum": lambda p, w: optim.RMSprop(p, lr=0.001, momentum=0.9, weight_decay=w),
        "centered_momentum": lambda p, w: optim.RMSprop(p, lr=0.001, momentum=0.9, centered=True, weight_decay=w),
    }
    for name, make in makers.items():
        case(name, lambda p: make(p, 0.0))
        case(f"{name}_decay", lambda p: make(p, 0.1))
        case(f"{name}_clip_value", lambda p: make(p, 0.0), clip_by_value)
        case(f"{name}_clip_norm", lambda p: make(p, 0.1), clip_by_norm)
    decoupled = {"weight_decay": 0.1, "decoupled_weight_decay": True}
    case("nadam_decoupled", lambda p: optim.NAdam(p, lr=0.002, **decoupled))
    case("nadam_constant", lambda p: optim.NAdam(p, lr=0.002, momentum_decay=0))
    case("radam_decoupled", lambda p: optim.RAdam(p, lr=0.001, **decoupled))
    case("radam_never_rectified", lambda p: optim.RAdam(p, lr=0.001, betas=(0.9, 0.5)))
    case("amsgrad_decoupled", lambda p: optim.AdamW(p, lr=0.001, amsgrad=True, weight_decay=0.1))


def tensors(out):
    """Rules that look at whole tensors: a network of 2 inputs, 27 hidden units and 2 outputs, and a convolution of 2
    channels to 27, 3 wide."""
    network = [(2, 27), (27,), (27, 2), (2,)]
    convolution = [(3, 2, 27), (27,)]

    def numbers_of(shapes):
        return [numbers(*shape, seed=80 + i) for i, shape in enumerate(shapes)]

    def case(name, make, prepare=lambda parameters: None, shapes=network):
        parameters = [start.requires_grad_() for start in numbers_of(shapes)]
        optimizer = make(parameters)
        sizes = [p.numel() for p in parameters]
        ends = []
        for step in range(1, 101):
            index = torch.arange(sum(sizes))
            gradient = torch.sin(index * 1.3 + step * 0.7 * (1 + index % 5)) * (1 + index % 3)
            for parameter, part in zip(parameters, gradient.split(sizes)):
                parameter.grad = part.reshape(parameter.shape).clone()
            prepare(parameters)
            optimizer.step()
            if step in (1, 100):
                ends.append(torch.cat([p.detach().reshape(-1) for p in parameters]))
        out.array(name, torch.stack(ends))

    out.array("network_start", torch.cat([start.reshape(-1) for start in numbers_of(network)]))
    out.array("convolution_start", torch.cat([start.reshape(-1) for start in numbers_of(convolution)]))
    makers = {
        "lamb": lambda p, w: Lamb(p, lr=0.001, weight_decay=w, max_grad_norm=None, always_adapt=True),
        "adafactor": lambda p, w: optim.Adafactor(p, lr=0.01, weight_decay=w),
    }
    for name, make in makers.items():
        case(name, lambda p: make(p, 0.0))
        case(f"{name}_decay", lambda p: make(p, 0.1))
        case(f"{name}_clip_value", lambda p: make(p, 0.0), lambda p: torch.nn.utils.clip_grad_value_(p, 0.5))
        case(f"{name}_clip_norm", lambda p: make(p, 0.1), lambda p: torch.nn.utils.clip_grad_norm_(p, 1.0))
    case("adafactor_convolution", lambda p: optim.Adafactor(p), shapes=convolution)


def lbfgs(out):
    """Ten parameters of a function with curved valleys: sums of 10 (x[i+1] − x[i]²)² + (1 − x[i])²."""

    def loss_of(x):
        return (10 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    start = numbers(10, seed=90)
    out.array("lbfgs_start", start)

    def case(name, steps, weight_decay=0.0, **options):
        x = start.clone().requires_grad_()
        optimizer = optim.LBFGS([x], **options)

        def closure():
            optimizer.zero_grad()
            loss = loss_of(x) + weight_decay / 2 * (x * x).sum()
            loss.backward()
            return loss

        path = []
        for _ in range(steps):
            optimizer.step(closure)
            path.append(x.detach().clone())
        out.array(name, torch.stack(path))

    case("lbfgs_one", 12, lr=0.1, max_iter=1, history_size=4)
    case("lbfgs_twenty", 2, lr=0.1, max_iter=20, history_size=4)
    case("lbfgs_wolfe", 2, max_iter=20, history_size=4, line_search_fn="strong_wolfe")
    case("lbfgs_wolfe_decay", 2, weight_decay=0.1, max_iter=20, history_size=10, line_search_fn="strong_wolfe")
    case("lbfgs_wolfe_one", 10, max_iter=1, history_size=4, line_search_fn="strong_wolfe")


header = Header("optimizer_rules", "Optimizers: parameters after some of 100 steps; see optimizer_rules.py.")
rules(header)
tensors(header)
lbfgs(header)
header.write()
