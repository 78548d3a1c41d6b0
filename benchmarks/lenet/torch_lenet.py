"""PyTorch's training steps of LeNet-5 on one thread: the work of step.hpp."""

import statistics
import time

import torch
import torch.nn as nn

torch.set_num_threads(1)
torch.manual_seed(1)
net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                    nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, 10))
optimizer = torch.optim.Adam(net.parameters())
images, labels = torch.rand(32, 1, 28, 28), torch.randint(10, (32,))
criterion = nn.CrossEntropyLoss()

WARM_UP, STEPS = 50, 200
milliseconds = []
for i in range(WARM_UP + STEPS):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(net(images), labels)
    loss.backward()
    optimizer.step()
    value = loss.item()
    if i >= WARM_UP:
        milliseconds.append(1e3 * (time.perf_counter() - start))
print(f"{statistics.median(milliseconds):.4f} {value:.4f}")
