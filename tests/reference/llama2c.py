#!/usr/bin/env python3
"""Writes tiny random checkpoints as llama2.c reads them, and the scores of their networks, computed in float64.

    pip install torch && python3 tests/reference/llama2c.py
"""

import struct

import torch

from header import HERE, Header, numbers

SIZES = {"tied": (8, 12, 2, 4, 2, 11, 6), "untied": (12, 10, 1, 2, 2, -9, 5)}


def norm(x, weight):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * weight


def turned(x):
    """x [time, heads, size], neighbours turned as complex numbers."""
    time, _, size = x.shape
    w = 10000.0 ** (-torch.arange(0, size, 2).double() / size)
    turns = torch.polar(torch.ones(time, size // 2).double(), torch.outer(torch.arange(time).double(), w))
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], size // 2, 2)) * turns[:, None]
    return torch.view_as_real(pairs).reshape(x.shape)


def scores(sizes, t, tokens):
    dim, _, layers, heads, key_heads, _, _ = sizes
    size = dim // heads
    x = t["words"][tokens]
    time = len(tokens)
    hidden = torch.ones(time, time).triu(1).bool()
    for i in range(layers):
        y = norm(x, t["norm1"][i])
        q = turned((y @ t["wq"][i].T).reshape(time, heads, size))
        k = turned((y @ t["wk"][i].T).reshape(time, key_heads, size)).repeat_interleave(heads // key_heads, 1)
        v = (y @ t["wv"][i].T).reshape(time, key_heads, size).repeat_interleave(heads // key_heads, 1)
        weights = (torch.einsum("thd,shd->hts", q, k) / size ** 0.5).masked_fill(hidden, -torch.inf).softmax(-1)
        x = x + torch.einsum("hts,shd->thd", weights, v).reshape(time, dim) @ t["wo"][i].T
        y = norm(x, t["norm2"][i])
        gate = y @ t["w1"][i].T
        x = x + (gate * torch.sigmoid(gate) * (y @ t["w3"][i].T)) @ t["w2"][i].T
    return norm(x, t["norm"]) @ t.get("scores", t["words"]).T


def main():
    out = Header("llama2c", "The scores that checkpoints in llama2.c's format give.")
    for number, (name, sizes) in enumerate(SIZES.items()):
        dim, hidden, layers, heads, key_heads, vocabulary, length = sizes
        size = dim // heads
        shapes = {"words": (abs(vocabulary), dim), "norm1": (layers, dim), "wq": (layers, dim, dim),
                  "wk": (layers, key_heads * size, dim), "wv": (layers, key_heads * size, dim), "wo": (layers, dim, dim),
                  "norm2": (layers, dim), "w1": (layers, hidden, dim), "w2": (layers, dim, hidden),
                  "w3": (layers, hidden, dim), "norm": (dim,), "tables": (length, size)}
        if vocabulary < 0:
            shapes["scores"] = (-vocabulary, dim)
        # As float32 has them.
        t = {key: numbers(*shape, seed=600 + 50 * number + i, scale=0.8).float().double()
             for i, (key, shape) in enumerate(shapes.items())}
        data = struct.pack("<7i", *sizes) + b"".join(each.float().numpy().tobytes() for each in t.values())
        (HERE / f"llama2c_{name}.bin").write_bytes(data)
        tokens = torch.tensor([3, 0, 7, 7, 5, 1][:length])
        out.array(f"{name}_tokens", tokens)
        out.array(f"{name}_scores", scores(sizes, t, tokens))
    out.write()


if __name__ == "__main__":
    main()
