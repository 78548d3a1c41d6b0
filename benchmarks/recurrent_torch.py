#!/usr/bin/env python3
"""The cells of recurrent.cpp by PyTorch: medians in nanoseconds, on one thread.

    taskset -c 1 /usr/bin/python3 benchmarks/recurrent_torch.py
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
