#!/usr/bin/env python3
"""Writes the reference values of Transformer blocks.

    apt-get install python3-torch && /usr/bin/python3 tests/reference/transformer.py
"""

import torch
import torch.nn.functional as F

from attention import causal, parts, randomize
from header import Header, numbers


def dense(linear, gradients):
    pick = (lambda p: p.grad) if gradients else (lambda p: p.detach())
    return [pick(linear.weight).T.reshape(-1), pick(linear.bias)]


def norm(module, gradients):
    pick = (lambda p: p.grad) if gradients else (lambda p: p.detach())
    return [pick(module.weight), pick(module.bias)]


def encoder_parts(layer, norm_first, gradients):
    attention, hidden = [parts(layer.self_attn, gradients)], dense(layer.linear1, gradients) + dense(layer.linear2, gradients)
    first, second = norm(layer.norm1, gradients), norm(layer.norm2, gradients)
    return torch.cat(first + attention + second + hidden if norm_first else attention + first + hidden + second)


def decoder_parts(layer, norm_first, gradients):
    branches = [[parts(layer.self_attn, gradients)], [parts(layer.multihead_attn, gradients)],
                dense(layer.linear1, gradients) + dense(layer.linear2, gradients)]
    norms = [norm(layer.norm1, gradients), norm(layer.norm2, gradients), norm(layer.norm3, gradients)]
    return torch.cat(sum((n + b if norm_first else b + n for b, n in zip(branches, norms)), []))


def main():
    out = Header("transformer", "Transformer blocks and feed-forward layers.")
    x, memory = numbers(2, 5, 6, seed=80), numbers(2, 3, 6, seed=81)
    mask = torch.tensor([[1, 1, 0, 1, 0], [1, 0, 1, 1, 1]])
    memory_mask = torch.tensor([[1, 1, 0], [0, 1, 1]])
    dy = numbers(2, 5, 6, seed=82)
    for name, values in {"x": x, "memory": memory, "mask": mask, "memory_mask": memory_mask, "dy": dy}.items():
        out.array(name, values)

    def case(name, layer, arrange, inputs, **options):
        randomize(layer, seed=83)
        inputs = [value.clone().requires_grad_() for value in inputs]
        y = layer(*inputs, **options)
        y.backward(dy)
        out.array(f"{name}_parameters", arrange(False))
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_gradients", arrange(True))
        out.array(f"{name}_input_gradients", torch.cat([value.grad.reshape(-1) for value in inputs]))

    options = dict(d_model=6, nhead=2, dim_feedforward=7, dropout=0.0, batch_first=True)
    encoder = torch.nn.TransformerEncoderLayer(**options)
    case("encoder", encoder, lambda g: encoder_parts(encoder, False, g), [x], src_key_padding_mask=mask == 0)
    pre = torch.nn.TransformerEncoderLayer(**options, norm_first=True, activation=F.gelu)
    case("encoder_pre", pre, lambda g: encoder_parts(pre, True, g), [x], src_mask=causal(5, 5))
    decoder = torch.nn.TransformerDecoderLayer(**options)
    case("decoder", decoder, lambda g: decoder_parts(decoder, False, g), [x, memory], tgt_mask=causal(5, 5))
    late = torch.nn.TransformerDecoderLayer(**options, norm_first=True, activation=F.gelu)
    case("decoder_pre", late, lambda g: decoder_parts(late, True, g), [x, memory], tgt_mask=causal(5, 5),
         memory_key_padding_mask=memory_mask == 0)
    out.write()


main()
