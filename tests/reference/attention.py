#!/usr/bin/env python3
"""Writes the reference values of embeddings and attention.

    apt-get install python3-torch && /usr/bin/python3 tests/reference/attention.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def embedding(out):
    tokens = torch.tensor([[3, 0, 6, 3, 1], [0, 0, 2, 6, 3]])
    dy = numbers(2, 5, 3, seed=42)
    out.array("tokens", tokens)
    out.array("embedding_dy", dy)
    w = numbers(7, 3, seed=41)
    w[0] = 0
    w.requires_grad_()
    y = F.embedding(tokens, w, padding_idx=0)
    y.backward(dy)
    out.array("embedding_w", w.detach())
    out.array("embedding_y", y.detach())
    out.array("embedding_dw", w.grad)


def positional_encoding(out):
    """As the formula says."""
    for length, d in [(6, 5), (41, 8)]:
        t = torch.arange(length)[:, None].double()
        i = torch.arange(0, d, 2).double()
        angles = t / 10000 ** (i / d)
        table = torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).reshape(length, -1)[:, :d]
        out.array(f"positions_{length}_{d}", table)


out = Header("attention", "Embeddings, positions and attention.")
embedding(out)
positional_encoding(out)
out.write()
