"""What the scripts that write reference values share: headers of arrays, and random numbers."""

import sys
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
HERE = Path(__file__).parent


class Header:
    def __init__(self, name, about):
        self.path = HERE / f"{name}.hpp"
        self.lines = ["#pragma once", "", f"// {about}",
                      f"// Written by {Path(sys.argv[0]).name} with PyTorch {torch.__version__} in float64.", "",
                      f"namespace reference::{name} {{", ""]

    def array(self, name, values, kind="double"):
        values = torch.as_tensor(values).reshape(-1).tolist()
        text = ", ".join(repr(float(v)) if kind == "double" else str(int(v)) for v in values)
        self.lines.append(f"inline constexpr {kind} {name}[] = {{{text}}};")

    def case(self, name, variable, function):
        """The value of a function and its gradient by a variable."""
        v = variable.clone().requires_grad_()
        value = function(v)
        value.backward()
        self.array(f"{name}_value", value.detach())
        self.array(f"{name}_gradient", v.grad)

    def write(self):
        self.lines += ["", f"}} // namespace reference::{self.path.stem}", ""]
        self.path.write_text("\n".join(self.lines))


def numbers(*shape, seed, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(*shape, generator=generator) * 2 - 1) * scale


def optimizer_path(optimizer_of, start, gradients, prepare=lambda parameter: None):
    """One parameter after every tenth of the steps that `optimizer_of([parameter])` takes with these gradients."""
    parameter = start.clone().requires_grad_()
    optimizer = optimizer_of([parameter])
    path = []
    for step, gradient in enumerate(gradients):
        parameter.grad = gradient.clone()
        prepare(parameter)
        optimizer.step()
        if step % 10 == 9:
            path.append(parameter.detach().clone())
    return torch.stack(path)


def clip_by_value(parameter):
    torch.nn.utils.clip_grad_value_([parameter], 0.5)


def clip_by_norm(parameter):
    torch.nn.utils.clip_grad_norm_([parameter], 1.0)
