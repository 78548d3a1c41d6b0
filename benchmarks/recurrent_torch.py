#!/usr/bin/env python3
"""The cells of recurrent.cpp by PyTorch: medians in nanoseconds, on one thread.

    OMP_NUM_THREADS=1 taskset -c 1 /usr/bin/python3 benchmarks/recurrent_torch.py
"""

import statistics
import time

import torch

torch.set_num_threads(1)


def seconds(run, times):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


print(f"PyTorch {torch.__version__}")
print("| layer | steps | sequences | PyTorch |\n|---|---|---|---|")
with torch.inference_mode():
    for name, layer in {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}.items():
        for steps, sequences in ((1, 1), (32, 1), (32, 32)):
            for units in (8, 16, 32, 64, 128, 256):
                cell = layer(units, units, batch_first=True)
                x, state = torch.randn(sequences, steps, units), torch.zeros(1, sequences, units)
                states = (state, state) if name == "LSTM" else state
                run = lambda: cell(x, states)
                times = max(1, int(2e-3 / seconds(run, 2)))
                median = statistics.median(seconds(run, times) for _ in range(15))
                print(f"| {name}<{units}> | {steps} | {sequences} | {median * 1e9:.0f} ns |", flush=True)

print("\n| a training step with | PyTorch |\n|---|---|")
for name, layer in {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}.items():
    for units in (16, 64, 256):
        dense, cell = torch.nn.Linear(units, units), layer(units, units, batch_first=True)
        optimizer = torch.optim.SGD([*dense.parameters(), *cell.parameters()], lr=0.01)
        x, targets = torch.randn(32, 32, units), torch.randn(32, 32, units)

        def step():
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(cell(dense(x))[0], targets).backward()
            optimizer.step()

        step()
        median = statistics.median(seconds(step, 1) for _ in range(15))
        print(f"| {name}<{units}> | {median * 1e3:.2f} ms |", flush=True)
