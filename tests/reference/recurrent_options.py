#!/usr/bin/env python3
"""Writes the reference values of recurrent layers with options, in float64: PyTorch's RNN with relu and LSTM with a
projection; a GRU that resets the state before its product, which PyTorch has not, by its formula and PyTorch's
gradients, after a check that Keras's GRU with reset_after=False agrees.

    pip install torch keras && KERAS_BACKEND=torch python3 tests/reference/recurrent_options.py

The values are kept beside this script; it is run again only when a case is added.
"""

import numpy as np
import torch

from header import Header, numbers

ROWS, TIME, FEATURES, UNITS, SIZE = 3, 5, 3, 5, 2


def write(out, name, x, parameters, layer, seed):
    """Outputs, and gradients of Σ dy · y by a factor of each input (Σ over the rows) and by the weights."""
    p = torch.ones(TIME, FEATURES, requires_grad=True)
    y = layer(x * p, *parameters)
    dy = numbers(*y.shape, seed=seed)
    y.backward(dy)
    flat = lambda tensors: torch.cat([t.reshape(-1) for t in tensors])
    for what, values in {"x": x, "dy": dy, "parameters": flat([t.detach() for t in parameters]), "y": y.detach(),
                         "gradients": flat([p.grad] + [t.grad for t in parameters])}.items():
        out.array(f"{name}_{what}", values)


def make(seed, *shapes):
    return [numbers(*shape, seed=seed + i).requires_grad_() for i, shape in enumerate(shapes)]


def of_torch(module, names):
    """A call of a module with Burin's matrices."""
    def call(x, *parameters):
        given = {name: value.T if value.dim() == 2 else value for name, value in zip(names, parameters)}
        given["bias_hh_l0"] = torch.zeros_like(given["bias_ih_l0"])
        return torch.func.functional_call(module, given, (x,))[0]
    return call


def reset_before(x, w, u, reset, b):
    h, steps = torch.zeros(x.shape[0], UNITS, dtype=x.dtype), []
    for step in range(x.shape[1]):
        sums = x[:, step] @ w + b
        r, z = torch.sigmoid(sums[:, :2 * UNITS] + h @ u).chunk(2, dim=1)
        n = torch.tanh(sums[:, 2 * UNITS:] + (r * h) @ reset)
        h = (1 - z) * n + z * h
        steps.append(h)
    return torch.stack(steps, dim=1)


def check_with_keras(x, parameters):
    import keras
    w, u, reset, b = (p.detach().numpy() for p in parameters)
    swapped = lambda m: np.concatenate([m[..., UNITS:2 * UNITS], m[..., :UNITS], m[..., 2 * UNITS:]], -1)
    layer = keras.layers.GRU(UNITS, reset_after=False, return_sequences=True, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([swapped(w), swapped(np.concatenate([u, reset], 1)), swapped(b)])
    y = keras.ops.convert_to_numpy(layer(keras.ops.convert_to_tensor(x.numpy())))
    assert np.allclose(y, reset_before(x, *parameters).detach().numpy(), atol=1e-12), "Keras differs"


out = Header("recurrent_options", "Recurrent layers of 5 units on 3 sequences of 5 steps of 3 features.")
relu = torch.nn.RNN(FEATURES, UNITS, nonlinearity="relu", batch_first=True).double()
names = ("weight_ih_l0", "weight_hh_l0")
write(out, "relu", numbers(ROWS, TIME, FEATURES, seed=500),
      make(501, (FEATURES, UNITS), (UNITS, UNITS), (UNITS,)), of_torch(relu, names + ("bias_ih_l0",)), 509)
lstm = torch.nn.LSTM(FEATURES, UNITS, proj_size=SIZE, batch_first=True).double()
write(out, "projected", numbers(ROWS, TIME, FEATURES, seed=600),
      make(601, (FEATURES, 4 * UNITS), (SIZE, 4 * UNITS), (UNITS, SIZE), (4 * UNITS,)),
      of_torch(lstm, names + ("weight_hr_l0", "bias_ih_l0")), 609)
x, parameters = numbers(ROWS, TIME, FEATURES, seed=700), make(701, (FEATURES, 3 * UNITS), (UNITS, 2 * UNITS),
                                                             (UNITS, UNITS), (3 * UNITS,))
check_with_keras(x, parameters)
write(out, "reset_before", x, parameters, reset_before, 709)
out.write()
