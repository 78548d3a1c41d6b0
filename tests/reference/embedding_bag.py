#!/usr/bin/env python3
"""Writes the reference values of EmbeddingBag, and of the largest norm of Embedding: what PyTorch computes in float64.

    python3 tests/reference/embedding_bag.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def main():
    out = Header("embedding_bag", "Two sets of five tokens: outputs, and the gradients of the rows and of the tokens' weights.")
    tokens = torch.tensor([[3, 0, 6, 3, 1], [0, 2, 2, 6, 5]])
    weights, dy = numbers(2, 5, seed=43), numbers(2, 3, seed=42)
    out.array("tokens", tokens)
    out.array("weights", weights)
    out.array("dy", dy)
    out.array("w", numbers(7, 3, seed=41))

    def case(name, per_sample=False, **options):
        w, own = numbers(7, 3, seed=41).requires_grad_(), weights.clone().requires_grad_()
        y = F.embedding_bag(tokens, w, per_sample_weights=own if per_sample else None, **options)
        y.backward(dy)
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_dw", w.grad)
        if per_sample:
            out.array(f"{name}_dweights", own.grad)

    case("mean", mode="mean")
    case("sum", mode="sum", padding_idx=0)
    case("largest", mode="max")
    case("padded", mode="mean", padding_idx=2)
    case("weighted", per_sample=True, mode="sum", padding_idx=6)
    case("limited", mode="sum", max_norm=0.8)
    w, of_line = numbers(7, 3, seed=41).requires_grad_(), numbers(2, 5, 3, seed=44)
    y = F.embedding(tokens, w, padding_idx=2, max_norm=0.7)
    y.backward(of_line)
    out.array("line_dy", of_line)
    # Burin reads padding as zeros.
    out.array("line_y", torch.where((tokens == 2)[..., None], torch.zeros(()), y.detach()))
    out.array("line_dw", w.grad)
    out.write()


main()
