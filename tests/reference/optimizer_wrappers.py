#!/usr/bin/env python3
"""Writes the reference values of what wraps optimizers: parameter groups, averages, accumulation, Lookahead, SAM.

    python3 tests/reference/optimizer_wrappers.py

Gradients are a formula that the tests know too.
"""

import math

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from header import Header, numbers

COUNT = 23
SIZES = [6, 3, 3, 3, 6, 2]  # Dense<3> of 2 inputs, LayerNorm, Dense<2>: weight and bias each.


def gradient(step):
    return torch.tensor([math.sin(1.7 * step + 0.9 * i) * (1 + i % 3) for i in range(COUNT)])


class Tensors(torch.nn.Module):
    """The start in pieces, with names as Burin's."""

    def __init__(self, start, sizes):
        super().__init__()
        self.pieces = torch.nn.ParameterList([torch.nn.Parameter(piece.clone()) for piece in start.split(sizes)])

    def give(self, gradients, frozen=()):
        for i, (piece, g) in enumerate(zip(self.pieces, gradients.split([p.numel() for p in self.pieces]))):
            piece.grad = None if i in frozen else g.clone()

    def flat(self):
        return torch.cat([piece.detach() for piece in self.pieces])


def groups(out, start):
    def run(name, make, clip=None, freeze=False):
        model = Tensors(start, SIZES)
        p = model.pieces
        # 0.* at a tenth of the rate; decay for weights only.
        optimizer = make([{"params": [p[0]], "lr": 0.001}, {"params": [p[1]], "lr": 0.001, "weight_decay": 0},
                          {"params": [p[2], p[3], p[5]], "weight_decay": 0}, {"params": [p[4]]}])
        for step in range(1, 101):
            model.give(gradient(step), frozen=(4, 5) if freeze and 31 <= step <= 60 else ())
            if clip:
                torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
        out.array(name, model.flat())

    run("groups_adamw", lambda g: torch.optim.AdamW(g, lr=0.01, weight_decay=0.1), clip=1.0)
    run("groups_adamw_freeze", lambda g: torch.optim.AdamW(g, lr=0.01, weight_decay=0.1), freeze=True)
    run("groups_momentum_freeze", lambda g: torch.optim.SGD(g, lr=0.01, momentum=0.9, weight_decay=0.1), clip=1.0,
        freeze=True)


def averages(out, start):
    model = Tensors(start, [COUNT])
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.95))
    swa = AveragedModel(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(1, 101):
        model.give(gradient(step))
        optimizer.step()
        ema.update_parameters(model)
        if step >= 20 and (step - 20) % 7 == 0:
            swa.update_parameters(model)
    out.array("average_parameters", model.flat())
    out.array("average_exponential", ema.module.flat())
    out.array("average_stochastic", swa.module.flat())


def accumulation(out, start):
    model = Tensors(start, [COUNT])
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
    for step in range(1, 101):
        part = gradient(step) / 4
        piece = model.pieces[0]
        piece.grad = part if piece.grad is None else piece.grad + part
        if step % 4 == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.7)
            optimizer.step()
            optimizer.zero_grad()
    out.array("accumulated", model.flat())


def lookahead(out, start):
    # Zhang, Lucas, Hinton and Ba, arXiv:1907.08610, algorithm 1.
    model = Tensors(start, [COUNT])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    slow = start.clone()
    for step in range(1, 101):
        model.give(gradient(step))
        optimizer.step()
        if step % 6 == 0:
            slow += 0.4 * (model.flat() - slow)
            model.pieces[0].data.copy_(slow)
    out.array("lookahead", model.flat())


def sharpness(out, start):
    # Foret, Kleiner, Mobahi and Neyshabur, arXiv:2010.01412, and Kwon et al., arXiv:2102.11600, as in
    # github.com/davda54/sam: the loss is sum(a (1 - cos p) + p^2 s / 2).
    a = torch.tensor([1 + 0.1 * i for i in range(COUNT)])

    def loss_gradient(p, step):
        return a * torch.sin(p) + p * math.sin(step)

    for name, adaptive in (("sam", False), ("sam_adaptive", True)):
        model = Tensors(start, [COUNT])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=0.1)
        p = model.pieces[0]
        for step in range(1, 101):
            g = loss_gradient(p.detach(), step)
            norm = ((p.detach().abs() if adaptive else 1.0) * g).norm(p=2)
            e = (p.detach() ** 2 if adaptive else 1.0) * g * (0.3 / (norm + 1e-12))
            p.grad = loss_gradient(p.detach() + e, step)
            optimizer.step()
        out.array(name, model.flat())


def main():
    out = Header("optimizer_wrappers", "23 parameters after 100 steps of optimizers that are wrapped.")
    start = numbers(COUNT, seed=90)
    out.array("start", start)
    for write in (groups, averages, accumulation, lookahead, sharpness):
        write(out, start)
    out.write()


main()
