#!/usr/bin/env python3
"""Writes the reference values of the tests of WaveNet: what PyTorch computes in float64.

    /usr/bin/python3 tests/reference/wavenet.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def causal(x, weight, bias=None, dilation=1):
    """x [channels, steps], weight [kernel, channels, outputs] as Burin has it."""
    padded = F.pad(x, ((weight.shape[0] - 1) * dilation, 0))
    return F.conv1d(padded[None], weight.permute(2, 1, 0), bias, dilation=dilation)[0]


class Stack:
    """One stack; its parameters in Burin's order."""

    def __init__(self, seed, inputs, condition, channels, kernels, dilations, bottleneck, gates, head, activation):
        sums = gates * bottleneck
        outputs, head_kernel, has_bias = head
        shapes = [(inputs, channels), (sum(kernels), channels, sums), (len(kernels), sums),
                  (len(kernels), condition, sums), (len(kernels), bottleneck, channels), (len(kernels), channels),
                  (head_kernel, bottleneck, outputs)] + ([(outputs,)] if has_bias else [])
        self.parameters = [numbers(*shape, seed=seed + i, scale=0.7).requires_grad_()
                           for i, shape in enumerate(shapes)]
        self.kernels, self.dilations, self.gates, self.bottleneck = kernels, dilations, gates, bottleneck
        self.activation = activation

    def __call__(self, x, condition, skips):
        rechannel, kernel, bias, mix, residual, residual_bias, head, *head_bias = self.parameters
        h = rechannel.T @ x
        first = 0
        for i, (size, dilation) in enumerate(zip(self.kernels, self.dilations)):
            z = causal(h, kernel[first:first + size], bias[i], dilation) + mix[i].T @ condition
            first += size
            a = self.activation(z[:self.bottleneck])
            if self.gates == 2:
                a = a * torch.sigmoid(z[self.bottleneck:])
            skips = a if skips is None else skips + a
            h = h + residual[i].T @ a + residual_bias[i][:, None]
        return causal(skips, head, *head_bias), h


def main():
    out = Header("wavenet", "A WaveNet of two stacks, the first gated: x, dy, y, dx, parameters and their gradients.")
    steps = 21
    stacks = [Stack(10, 2, 2, 3, [3, 2], [1, 4], 2, 2, (5, 2, False), torch.tanh),
              Stack(30, 3, 2, 4, [2, 3, 1], [5, 1, 2], 5, 1, (2, 3, True), lambda z: F.leaky_relu(z, 0.01))]
    x = numbers(2, steps, seed=50).requires_grad_()
    skips, h = None, x
    for stack in stacks:
        skips, h = stack(h, x, skips)
    dy = numbers(2, steps, seed=51)
    skips.backward(dy)
    for name, values in {"x": x.detach(), "dy": dy, "y": skips.detach(), "dx": x.grad}.items():
        out.array(name, values.T)
    # The last residual is nobody's.
    everything = [p for stack in stacks for p in stack.parameters]
    out.array("parameters", torch.cat([p.detach().reshape(-1) for p in everything]))
    out.array("gradients", torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1)
                                      for p in everything]))
    out.write()


main()
