"""Writes graph_ops.hpp: what PyTorch makes of merges, of losses without a target and of regularised weights.
Run it with the Python that has torch: python3 tests/reference/graph_ops.py"""

import torch
from torch.distributions import Normal, kl_divergence

from header import Header, numbers

header = Header("graph_ops", "Merges, losses without a target and regularised weights.")


# Three samples of ten outputs.
z = numbers(3, 10, seed=1, scale=2.0).requires_grad_()
sample_weights = torch.tensor([1.0, 0.5, 2.0])
header.array("z", z.detach())
header.array("sample_weights", sample_weights)
code = Normal(z[:, :5], torch.exp(z[:, 5:] / 2))
losses = {
    "gaussian_kl": kl_divergence(code, Normal(0.0, 1.0)).sum(1),
    "activity_l1": z.abs().sum(1),
    "activity_l2": z.square().sum(1),
}
for name, each in losses.items():
    for reduction, value in [("mean", each.mean()), ("sum", each.sum()),
                             ("weighted", (each * sample_weights).sum() / sample_weights.sum())]:
        header.array(f"{name}_{reduction}_value", value.detach())
        header.array(f"{name}_{reduction}_gradient", torch.autograd.grad(value, z, retain_graph=True)[0])

# One sample: the loss is the sum of the outputs, each times its place.
a, b, c = (numbers(3, 7, seed=seed).requires_grad_() for seed in (2, 3, 4))
for label, tensor in zip("abc", (a, b, c)):
    header.array(label, tensor.detach())
merges = {
    "multiply": a * b * c,
    "average": torch.stack([a, b, c]).mean(0),
    "maximum": torch.maximum(torch.maximum(a, b), c),
    "minimum": torch.minimum(torch.minimum(a, b), c),
    "subtract": a - b,
    "dot": a @ b.T,
}
for name, output in merges.items():
    header.array(f"{name}_output", output.detach())
    factors = torch.arange(1.0, output.numel() + 1).reshape(output.shape)
    gradients = torch.autograd.grad((output * factors).sum(), [a, b, c], allow_unused=True)
    for label, gradient in zip("abc", gradients):
        if gradient is not None:
            header.array(f"{name}_{label}_gradient", gradient)

# y = x W + b with a penalty on W: what three steps of gradient descent make of it.
x, t = numbers(4, 3, seed=5), numbers(4, 2, seed=6)
weight, bias = numbers(3, 2, seed=7).requires_grad_(), numbers(2, seed=8).requires_grad_()
for label, tensor in [("x", x), ("t", t), ("weight", weight.detach()), ("bias", bias.detach())]:
    header.array(f"regularized_{label}", tensor)
optimizer = torch.optim.SGD([weight, bias], lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    penalty = 0.02 * weight.abs().sum() + 0.03 * weight.square().sum()
    loss = torch.nn.functional.mse_loss(x @ weight + bias, t) + penalty
    loss.backward()
    optimizer.step()
header.array("regularized_last_loss", loss.detach())
header.array("regularized_last_weight", weight.detach())
header.array("regularized_last_bias", bias.detach())

header.write()
