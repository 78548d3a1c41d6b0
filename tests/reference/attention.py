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


def causal(queries, keys):
    return torch.ones(queries, keys).triu(1).bool()


def scaled_dot_product(out):
    q, k, v = numbers(2, 5, 3, seed=50), numbers(2, 6, 3, seed=51), numbers(2, 6, 4, seed=52)
    mask = torch.tensor([[1, 1, 0, 1, 1, 1], [1, 0, 1, 1, 0, 0]])
    dy = numbers(2, 5, 4, seed=53)
    for name, values in {"q": q, "k": k, "v": v, "mask": mask, "dy": dy}.items():
        out.array(f"dot_{name}", values)
    forbidden = {"plain": torch.zeros(1, 5, 6).bool(), "causal": causal(5, 6)[None],
                 "masked": (mask == 0)[:, None, :], "both": causal(5, 6)[None] | (mask == 0)[:, None, :]}
    for name, hidden in forbidden.items():
        inputs = [x.clone().requires_grad_() for x in (q, k, v)]
        scores = (inputs[0] @ inputs[1].transpose(1, 2) / 3 ** 0.5).masked_fill(hidden, -torch.inf)
        y = torch.softmax(scores, dim=-1) @ inputs[2]
        y.backward(dy)
        out.array(f"dot_{name}_y", y.detach())
        out.array(f"dot_{name}_gradients", torch.cat([x.grad.reshape(-1) for x in inputs]))


def parts(module, gradients):
    """The parameters (or their gradients) of a torch.nn.MultiheadAttention as Burin names and orders them."""
    pick = (lambda p: p.grad) if gradients else (lambda p: p.detach())
    if module.in_proj_weight is not None:
        weights = pick(module.in_proj_weight).chunk(3)
    else:
        weights = [pick(module.q_proj_weight), pick(module.k_proj_weight), pick(module.v_proj_weight)]
    result = []
    biases = [None] * 3 if module.in_proj_bias is None else pick(module.in_proj_bias).chunk(3)
    for weight, bias in zip([*weights, pick(module.out_proj.weight)],
                            [*biases, None if module.out_proj.bias is None else pick(module.out_proj.bias)]):
        result.append(weight.T.reshape(-1))
        if bias is not None:
            result.append(bias)
    return torch.cat(result)


def randomize(module, seed, scale=0.7):
    for number, parameter in enumerate(module.parameters()):
        parameter.data = numbers(*parameter.shape, seed=1000 * seed + number, scale=scale)


def multi_head(out):
    x, context = numbers(2, 5, 6, seed=60), numbers(2, 3, 4, seed=61)
    mask = torch.tensor([[1, 1, 0, 1, 0], [1, 0, 1, 1, 1]])
    context_mask = torch.tensor([[1, 1, 0], [0, 1, 1]])
    dy = numbers(2, 5, 6, seed=62)
    for name, values in {"x": x, "context": context, "mask": mask, "context_mask": context_mask, "dy": dy}.items():
        out.array(f"heads_{name}", values)

    def case(name, module, inputs, **options):
        randomize(module, seed=63)
        inputs = {key: value.clone().requires_grad_() for key, value in inputs.items()}
        x, context = inputs["x"], inputs.get("context", inputs["x"])
        y, _ = module(x, context, context, **options)
        y.backward(dy)
        out.array(f"{name}_parameters", parts(module, False))
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_gradients", parts(module, True))
        out.array(f"{name}_input_gradients", torch.cat([value.grad.reshape(-1) for value in inputs.values()]))

    attention = torch.nn.MultiheadAttention
    case("self", attention(6, 2, batch_first=True), {"x": x})
    case("self_masked", attention(6, 3, bias=False, batch_first=True), {"x": x}, attn_mask=causal(5, 5),
         key_padding_mask=mask == 0)
    case("cross", attention(6, 2, kdim=4, vdim=4, batch_first=True), {"x": x, "context": context},
         key_padding_mask=context_mask == 0)


def token_loss(out):
    """Cross-entropies of every token, some of which are padding."""
    z = numbers(3, 4, 5, seed=70, scale=3)
    labels = torch.tensor([[3, 1, 0, 0], [2, 4, 1, 0], [0, 0, 0, 0]])
    weights = torch.tensor([9.0, 2.0, 1.0, 0.25, 1.5])
    out.array("token_z", z)
    out.array("token_labels", labels, "unsigned")
    out.array("token_class_weights", weights)
    options = {"mean": {}, "sum": {"reduction": "sum"}, "smooth": {"label_smoothing": 0.1},
               "weighted": {"weight": weights}, "both": {"weight": weights, "label_smoothing": 0.1}}
    for name, others in options.items():
        v = z.clone().requires_grad_()
        value = F.cross_entropy(v.reshape(-1, 5), labels.reshape(-1), ignore_index=0, **others)
        value.backward()
        out.array(f"token_{name}_value", value.detach())
        out.array(f"token_{name}_gradient", v.grad)


def main():
    out = Header("attention", "Embeddings, positions, attention and losses of tokens.")
    embedding(out)
    positional_encoding(out)
    scaled_dot_product(out)
    multi_head(out)
    token_loss(out)
    out.write()


if __name__ == "__main__":
    main()
