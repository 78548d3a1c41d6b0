#!/usr/bin/env python3
"""Trains the network of state_dict.cpp with PyTorch and writes its state dict as examples/data/digits_pytorch.safetensors,
which is kept:

    pip install torch safetensors numpy && python3 examples/state_dict/train.py
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

DATA = Path(__file__).resolve().parents[1] / "data"

table = np.loadtxt(DATA / "digits.csv", delimiter=",", dtype=np.float32)
# As data::load_digits has them: pixels from 0 to 1. The last of the file are not trained on.
images, labels = torch.tensor(table[:, :64] / 16).reshape(-1, 1, 8, 8), torch.tensor(table[:, 64]).long()
trained = 1437

torch.manual_seed(1)


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Linear(8 * 3 * 3, 10)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


model = Digits()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(40):
    for rows in torch.randperm(trained).split(32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    right = (model(images[trained:]).argmax(1) == labels[trained:]).float().mean().item()
print(f"right of the last {len(labels) - trained}: {100 * right:.1f} %")
save_file(model.state_dict(), DATA / "digits_pytorch.safetensors", metadata={"format": "pt"})
