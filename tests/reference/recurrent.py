#!/usr/bin/env python3
"""Writes the reference values of recurrent layers: what PyTorch computes in float64.

    apt-get install python3-torch && /usr/bin/python3 tests/reference/recurrent.py

The values are kept beside this script; it is run again only when a case is added.
"""

import torch

from header import Header, numbers

ROWS, TIME, FEATURES, UNITS = 3, 5, 3, 5


def run(out, name, make, gates, states, seed, recurrent_bias=False):
    """Outputs, the final state, and the gradients of Σ dy · y by a factor of each input and of each element of
    the initial state (Σ over the rows), and by the weights."""
    weight = numbers(FEATURES, gates * UNITS, seed=seed)
    recurrent_weight = numbers(UNITS, gates * UNITS, seed=seed + 1)
    bias = numbers(gates * UNITS, seed=seed + 2)
    second_bias = numbers(gates * UNITS, seed=seed + 3) if recurrent_bias else torch.zeros(gates * UNITS)
    x, state = numbers(ROWS, TIME, FEATURES, seed=seed + 4), numbers(ROWS, states, UNITS, seed=seed + 5)
    dy = numbers(ROWS, TIME + states, UNITS, seed=seed + 6)
    layer = make(FEATURES, UNITS, batch_first=True)
    for parameter, value in zip(layer.parameters(), (weight.T, recurrent_weight.T, bias, second_bias)):
        parameter.data.copy_(value)
    p, q = torch.ones(TIME, FEATURES, requires_grad=True), torch.ones(states, UNITS, requires_grad=True)
    first = [s.unsqueeze(0).contiguous() for s in (state * q).unbind(1)]
    y, last = layer(x * p, tuple(first) if states > 1 else first[0])
    last = list(last) if states > 1 else [last]
    all_outputs = torch.cat([y] + [s.squeeze(0).unsqueeze(1) for s in last], dim=1)
    all_outputs.backward(dy)
    g = [parameter.grad for parameter in layer.parameters()]
    gradients = [p.grad, q.grad, g[0].T, g[1].T, g[2]] + ([g[3]] if recurrent_bias else [])
    flat = lambda tensors: torch.cat([t.reshape(-1) for t in tensors])
    parameters = [weight, recurrent_weight, bias] + ([second_bias] if recurrent_bias else [])
    for what, values in {"x": x, "state": state, "dy": dy, "parameters": flat(parameters),
                         "y": all_outputs.detach(), "gradients": flat(gradients)}.items():
        out.array(f"{name}_{what}", values)


def bidirectional(out, seed):
    layer = torch.nn.LSTM(FEATURES, UNITS, batch_first=True, bidirectional=True)
    flat = []
    for direction in range(2):
        suffix = "_reverse" if direction else ""
        for i, name in enumerate(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")):
            parameter = getattr(layer, name + suffix)
            parameter.data.copy_(numbers(*parameter.shape, seed=seed + 10 * direction + i))
            flat.append(parameter.data.t().reshape(-1))
        getattr(layer, "bias_hh_l0" + suffix).data.zero_()
    x = numbers(ROWS, TIME, FEATURES, seed=seed + 30)
    y, (h, _) = layer(x)
    for what, values in {"x": x, "parameters": torch.cat(flat), "y": y.detach(),
                         "last": torch.cat([h[0], h[1]], dim=1).detach()}.items():
        out.array(f"bidirectional_{what}", values)


out = Header("recurrent", "Recurrent layers of 5 units on 3 sequences of 5 steps of 3 features, with an initial state.")
run(out, "simple_rnn", torch.nn.RNN, 1, 1, seed=100)
run(out, "lstm", torch.nn.LSTM, 4, 2, seed=200)
run(out, "gru", torch.nn.GRU, 3, 1, seed=300, recurrent_bias=True)
bidirectional(out, seed=400)
out.write()
