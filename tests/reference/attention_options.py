#!/usr/bin/env python3
"""Writes the reference values of rotary positions, grouped heads, float masks and what else attention has as options.

    pip install torch && python3 tests/reference/attention_options.py
"""

import math

import torch
import torch.nn.functional as F

from header import Header, numbers


def interleaved(x, base):
    """x [..., time, size], turned as complex numbers."""
    time, size = x.shape[-2:]
    w = base ** (-torch.arange(0, size, 2).double() / size)
    turns = torch.polar(torch.ones(time, size // 2).double(), torch.outer(torch.arange(time).double(), w))
    return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], size // 2, 2)) * turns).reshape(x.shape)


def half_split(x, base):
    """As Hugging Face's Llama does it."""
    time, size = x.shape[-2:]
    w = base ** (-torch.arange(0, size, 2).double() / size)
    angles = torch.outer(torch.arange(time).double(), w)
    angles = torch.cat([angles, angles], dim=-1)
    turned = torch.cat([-x[..., size // 2:], x[..., :size // 2]], dim=-1)
    return x * angles.cos() + turned * angles.sin()


def case(out, name, x, dy, heads, key_heads, size, bias, attend, more=()):
    features = x.shape[-1]
    shapes = [(features, heads * size), (features, key_heads * size), (features, key_heads * size), (heads * size, features)]
    parameters = []
    for number, shape in enumerate(shapes):
        parameters.append(numbers(*shape, seed=900 + number, scale=0.7))
        if bias:
            parameters.append(numbers(shape[1], seed=910 + number, scale=0.7))
    leaves = [x.clone(), *[each.clone() for each in more]]
    for leaf in [*parameters, *leaves]:
        leaf.requires_grad_()
    step = 2 if bias else 1

    def projected(which, count):
        y = leaves[0] @ parameters[step * which]
        y = y + parameters[step * which + 1] if bias else y
        return y.reshape(*y.shape[:-1], count, size).transpose(1, 2)

    q, k, v = projected(0, heads), projected(1, key_heads), projected(2, key_heads)
    mixed = attend(q, k, v, *leaves[1:])
    y = mixed.transpose(1, 2).reshape(*x.shape[:-1], heads * size) @ parameters[step * 3]
    y = y + parameters[step * 3 + 1] if bias else y
    y.backward(dy)
    out.array(f"{name}_parameters", torch.cat([each.detach().reshape(-1) for each in parameters]))
    out.array(f"{name}_y", y.detach())
    out.array(f"{name}_gradients", torch.cat([each.grad.reshape(-1) for each in parameters]))
    out.array(f"{name}_input_gradients", torch.cat([each.grad.reshape(-1) for each in leaves]))


def main():
    out = Header("attention_options", "Options of attention.")
    x, dy = numbers(2, 5, 6, seed=80), numbers(2, 5, 6, seed=81)
    bias, biases = numbers(2, 5, 5, seed=82), numbers(2, 3, 5, 5, seed=83)
    keys = torch.tensor([[1, 1, 0, 1, 1], [1, 0, 1, 1, 1]])
    for name, values in {"x": x, "dy": dy, "bias": bias, "biases": biases, "keys": keys}.items():
        out.array(name, values)

    y = interleaved(x, 10000)
    out.array("rope_y", y)
    out.array("rope_split_y", half_split(x, 500.0))

    attention = F.scaled_dot_product_attention
    case(out, "grouped", x, dy, 4, 2, 4, False,
         lambda q, k, v: attention(interleaved(q, 10000), interleaved(k, 10000), v, is_causal=True, enable_gqa=True))
    case(out, "shared", x, dy, 3, 1, 2, True,
         lambda q, k, v: attention(half_split(q, 500.0), half_split(k, 500.0), v, scale=0.3, enable_gqa=True))
    case(out, "biased", x, dy, 2, 2, 3, True, lambda q, k, v, b: attention(q, k, v, attn_mask=b[:, None]), (bias,))
    hidden = torch.zeros(2, 1, 1, 5).double().masked_fill((keys == 0)[:, None, None], -torch.inf)
    case(out, "biased_heads", x, dy, 3, 3, 2, False, lambda q, k, v, b: attention(q, k, v, attn_mask=b + hidden), (biases,))

    def slopes(heads):
        """As in the paper's own code."""
        if math.log2(heads).is_integer():
            start = 2 ** (-2 ** -(math.log2(heads) - 3))
            return [start * start ** i for i in range(heads)]
        closest = 2 ** math.floor(math.log2(heads))
        return slopes(closest) + slopes(2 * closest)[0::2][:heads - closest]

    t = torch.arange(5)
    apart = (t[:, None] - t[None, :]).double()
    sees = (apart >= 0) & (apart < 3)
    linear = -torch.tensor(slopes(3)).double()[:, None, None] * apart.abs()
    out.array("slopes_6", torch.tensor(slopes(6)))
    case(out, "linear", x, dy, 3, 3, 2, False,
         lambda q, k, v: attention(q, k, v, attn_mask=linear.masked_fill(apart < 0, -torch.inf)))
    case(out, "window", x, dy, 3, 3, 2, False, lambda q, k, v: attention(q, k, v, attn_mask=sees))

    module = torch.nn.MultiheadAttention(6, 2, batch_first=True)
    for number, parameter in enumerate(module.parameters()):
        parameter.data = numbers(*parameter.shape, seed=950 + number, scale=0.7)
    _, weights = module(x, x, x, need_weights=True, average_attn_weights=False)
    parts = []
    for weight, each in zip([*module.in_proj_weight.chunk(3), module.out_proj.weight],
                            [*module.in_proj_bias.chunk(3), module.out_proj.bias]):
        parts += [weight.detach().T.reshape(-1), each.detach()]
    out.array("weights_parameters", torch.cat(parts))
    out.array("weights_y", weights.detach())
    out.write()


if __name__ == "__main__":
    main()
