#!/usr/bin/env python3
"""Writes pytorch.safetensors: state dicts of small networks with what PyTorch computes with them, for
tests/io/pytorch.cpp.

    pip install torch safetensors numpy && python3 tests/reference/pytorch.py

It is kept beside this script. Tensors of network N are called N.…, as in its state dict; N:x, N:y, … are inputs and
outputs, in Burin's layout (channels last). tests/io/pytorch.py imports the networks.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn


class Recurrent(nn.Module):
    """Stacked, in both directions, and other names than places."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.lstm = nn.LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(6, 5, batch_first=True)
        self.rnn = nn.RNN(5, 4, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, tokens):
        x = self.lstm(self.embed(tokens.long()))[0]
        return self.head(self.rnn(self.gru(x)[0])[0][:, -1])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        options = dict(d_model=8, nhead=2, dim_feedforward=6, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoderLayer(**options, norm_first=True, activation="gelu")
        self.decoder = nn.TransformerDecoderLayer(**options)
        self.cross = nn.MultiheadAttention(8, 2, kdim=5, vdim=5, batch_first=True)

    def forward(self, x, keys):
        causal = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        y = self.decoder(x, self.encoder(x), tgt_mask=causal)
        return self.cross(y, keys, keys, need_weights=False)[0]


class LikeVgg(nn.Module):
    """Names that tell the order of what is alike only by their numbers."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class RecurrentOptions(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2, batch_first=True)
        self.rnn = nn.RNN(4, 5, nonlinearity="relu", batch_first=True)

    def forward(self, x):
        return self.rnn(self.lstm(x)[0])[0]


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.gru, self.rnn = nn.LSTMCell(3, 4), nn.GRUCell(4, 5), nn.RNNCell(5, 2, nonlinearity="relu")

    def forward(self, x):
        h = c = x.new_zeros(len(x), 4)
        g, r = x.new_zeros(len(x), 5), x.new_zeros(len(x), 2)
        for step in x.unbind(1):
            h, c = self.lstm(step, (h, c))
            g = self.gru(h, g)
            r = self.rnn(g, r)
        return r


def networks():
    """Name, module, shapes of inputs with channels first."""
    torch.manual_seed(1)
    image = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, groups=2),
        nn.Conv2d(8, 16, 2, groups=8, bias=False),
        nn.GroupNorm(4, 16),
        nn.LayerNorm([16, 3, 3]),
        nn.Flatten(),
        nn.BatchNorm1d(144),
        nn.Linear(144, 24),
        nn.ReLU(),
        nn.Unflatten(1, (6, 2, 2)),
        nn.ConvTranspose2d(6, 3, 3, stride=2),
    )
    sound = nn.Sequential(
        nn.Conv1d(3, 4, 3, dilation=2),
        nn.ReLU(),
        nn.ConvTranspose1d(4, 2, 2, stride=2),
        nn.Flatten(),
        nn.Linear(16, 3),
        nn.LayerNorm(3),
    )
    volume = nn.Sequential(nn.Conv3d(2, 3, 2), nn.Flatten(), nn.Linear(24, 2, bias=False))
    yield "image", image, [(2, 6, 6)]
    yield "sound", sound, [(3, 8)]
    yield "volume", volume, [(2, 3, 3, 3)]
    yield "recurrent", Recurrent(), [(6,)]
    yield "attention", Attention(), [(4, 8), (3, 5)]
    yield "vgg", LikeVgg(), [(2, 4, 4)]
    for dtype in torch.float64, torch.float16, torch.bfloat16:
        yield str(dtype).removeprefix("torch."), nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to(dtype), [
            (3,)
        ]
    yield "recurrent_options", RecurrentOptions(), [(6, 3)]
    yield "cells", Cells(), [(6, 3)]


def prepare(module):
    """Statistics and scales that are not those of a fresh network."""
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2)
            elif tensor.is_floating_point() and tensor.ndim == 1:
                tensor.add_(torch.empty_like(tensor).uniform_(-0.5, 0.5))
            elif name.endswith("num_batches_tracked"):
                tensor.fill_(7)
    return module.eval()


def channels_last(name, tensor):
    """As Burin has it: of images the channels are last."""
    is_image = name in ("image", "sound", "volume", "vgg") and tensor.ndim > 2
    return (tensor.movedim(1, -1) if is_image else tensor).contiguous()


def channels_first(name, tensor):
    is_image = name in ("image", "sound", "volume", "vgg") and tensor.ndim > 2
    return tensor.movedim(-1, 1).contiguous() if is_image else tensor


def main():
    tensors = {}
    for name, module, shapes in networks():
        prepare(module)
        inputs = [torch.rand(2, *shape) * 2 - 1 for shape in shapes]
        if name == "recurrent":
            inputs = [torch.randint(0, 10, (2, 6)).float()]
        with torch.no_grad():
            output = module.double()(*(each.double() for each in inputs)).float()
        dtype = getattr(torch, name) if name in ("float64", "float16", "bfloat16") else torch.float32
        for key, tensor in module.state_dict().items():
            is_number = tensor.is_floating_point()
            tensors[f"{name}.{key}"] = (tensor.to(dtype) if is_number else tensor).contiguous()
        for letter, tensor in zip("xz", inputs):
            tensors[f"{name}:{letter}"] = channels_last(name, tensor)
        tensors[f"{name}:y"] = channels_last(name, output)
    save_file(tensors, Path(__file__).parent / "pytorch.safetensors")


if __name__ == "__main__":
    main()
